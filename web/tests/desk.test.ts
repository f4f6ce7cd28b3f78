import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Order } from "../src/contract.ts";
import { desk, launch, picture, serious, signIn, troubles, type Browser, type BrowserContext, type Page } from "./browser.ts";
import { openTarget, Operator, SOON, type Target } from "./target.ts";

describe("wall and desk", () => {
  let target: Target;
  let operator: Operator;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let found: string[];
  let order: Order;

  beforeAll(async () => {
    target = await openTarget();
    operator = await new Operator(target.url).signIn(target.signIns.operator);
    browser = await launch();
    context = await browser.newContext(desk());
    page = await context.newPage();
    found = troubles(page);
    const elder = await operator.elder();
    order = await operator.place({ elder: elder.profile.id, service: "personal_care" });
    await signIn(page, `${target.url}/`, target.signIns.operator);
    await page.locator("[data-testid=map][data-ready]").waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await target?.close();
  });

  const row = (id: string) => page.locator(`.order-row[data-order="${id}"]`);

  test("shows the snapshot: the order in the queue, everyone's presence, the line as live", async () => {
    await row(order.id).waitFor();
    expect(await page.locator(".connection").textContent()).toBe("实时");
    const onShift = (await operator.caregivers()).filter((c) => c.presence && c.presence.duty !== "off").length;
    await expect.poll(() => page.locator("[data-tab=people] b").textContent(), SOON).toBe(String(onShift));
    await expect.poll(() => page.locator("[data-kpi=on_shift] .value").textContent(), SOON).toBe(String(onShift));
  });

  test("explains why this person, term by term and by name", async () => {
    await row(order.id).click();
    const drawer = page.locator(`.drawer[data-order="${order.id}"]`);
    const candidates = drawer.locator(".ranking > li");
    await expect.poll(() => candidates.count(), SOON).toBeGreaterThan(0);
    expect(await candidates.first().getAttribute("class")).toContain("chosen");
    const bar = await candidates.first().locator(".bar").getAttribute("aria-label");
    expect(bar).toContain("到达时间");
    const current = await operator.order(order.id);
    const asked = current.stage === "offered" ? current.seats.map((s) => s.caregiver) : [];
    const names = new Map((await operator.caregivers()).map((c) => [c.profile.id, c.name ?? c.profile.id]));
    for (const id of asked) expect(await candidates.first().textContent()).toContain(names.get(id));
    expect(await drawer.locator(".timeline li").count()).toBeGreaterThanOrEqual(2);
    await picture(page, "desk-order");
  });

  test("draws a new order within a moment of its placing, without a reload", async () => {
    const elder = await operator.elder();
    const placed = await operator.place({ elder: elder.profile.id, service: "cleaning", urgency: "urgent" });
    await row(placed.id).waitFor({ timeout: 3000 });
    expect(await row(placed.id).textContent()).toContain("加急");
    await operator.utter(placed.id, { action: "cancel", reason: "mistake" });
    await row(placed.id).waitFor({ state: "detached" });
    await page.click("[data-tab=closed]");
    await row(placed.id).waitFor();
    await page.click("[data-tab=queue]");
  });

  test("speaks both languages, one click apart", async () => {
    await page.click(".language");
    await expect.poll(() => page.locator("[data-tab=queue]").textContent(), SOON).toContain("To do");
    expect(await page.getAttribute("html", "lang")).toBe("en");
    await page.click(".language");
    await expect.poll(() => page.locator("[data-tab=queue]").textContent(), SOON).toContain("待处理");
  });

  test("hands to the desk, assigns by hand with a reason, and cancels, all by keyboard", async () => {
    const elder = await operator.elder();
    const mine = await operator.place({ elder: elder.profile.id, service: "errands" });
    await row(mine.id).click();
    await page.locator(`.drawer[data-order="${mine.id}"]`).waitFor();
    await page.keyboard.press("h");
    await expect.poll(async () => (await operator.order(mine.id)).stage, SOON).toBe("at_desk");
    await expect.poll(() => page.locator(".list .order-row").first().getAttribute("data-order"), SOON).toBe(mine.id);
    await page.keyboard.press("a");
    const dialog = page.locator("[data-testid=assign]");
    await dialog.locator("[data-caregiver]").first().click();
    const chosen = await dialog.locator("[aria-pressed=true][data-caregiver]").getAttribute("data-caregiver");
    expect(await dialog.locator("button.primary").isDisabled()).toBe(true);
    await dialog.locator("[name=reason]").fill("老人熟悉");
    await picture(page, "desk-assign");
    await dialog.locator("button.primary").click();
    await dialog.waitFor({ state: "detached" });
    const assigned = await operator.order(mine.id);
    expect(assigned.stage === "accepted" && assigned.team.map((m) => m.caregiver)).toEqual([chosen]);
    await page.keyboard.press("x");
    await page.locator("[data-testid=cancel] .choices button").nth(1).click();
    await page.locator("[data-testid=cancel] .button.danger").click();
    await expect.poll(async () => (await operator.order(mine.id)).stage, SOON).toBe("cancelled");
    await page.locator("dialog").waitFor({ state: "detached" });
  });

  test("places an order for an elder who is looked up", async () => {
    const elder = await operator.elder();
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await page.fill("#elder", elder.profile.id);
    await page.locator(`.results [data-elder="${elder.profile.id}"]`).click();
    await page.selectOption("[data-testid=place] [name=service]", "comfort_visit");
    await page.locator("[data-testid=place] button.primary").click();
    const drawer = page.locator(".drawer[data-order]");
    await expect.poll(() => drawer.textContent(), SOON).toContain("巡访慰藉");
    const placed = await operator.order((await drawer.getAttribute("data-order")) as string);
    expect([placed.elder, placed.service]).toEqual([elder.profile.id, "comfort_visit"]);
  });

  test("finds an elder by name", async () => {
    const elder = await operator.elder();
    if (!elder.name) throw new Error("the first elder has no name");
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await page.fill("#elder", elder.name);
    await page.locator(`.results [data-elder="${elder.profile.id}"]`).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  });

  test("finds an order by its number", async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.locator("dialog input[type=search]").fill(order.id);
    await page.locator(`dialog [data-order="${order.id}"]`).waitFor();
    await page.keyboard.press("Enter");
    await page.locator(`.drawer[data-order="${order.id}"]`).waitFor();
  });

  test("lists its shortcuts and the dead letters", async () => {
    await page.keyboard.press("?");
    await expect.poll(() => page.locator("dialog kbd").count(), SOON).toBeGreaterThan(12);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("e");
    await page.locator("dialog.wide").waitFor();
    await page.keyboard.press("Escape");
  });

  test("becomes the wall by one key: larger, without controls, without an elder's name", async () => {
    await page.keyboard.press("w");
    await page.locator(".wall [data-testid=map][data-ready]").waitFor();
    expect(await page.locator(".wall button:visible").count()).toBe(0);
    const size = await page.locator(".wall [data-kpi=waiting] .value").evaluate((e) => parseFloat(getComputedStyle(e).fontSize));
    expect(size).toBeGreaterThan(40);
    const elder = await operator.elder();
    if (elder.name) expect(await page.locator(".wall").textContent()).not.toContain(elder.name);
    await page.keyboard.press("d");
    expect(await page.getAttribute("html", "data-theme")).toBe("dark");
    await picture(page, "wall-dark");
    await page.keyboard.press("d");
    await page.keyboard.press("w");
    await page.locator(".desk").waitFor();
  });

  test("resumes after the line was cut, missing nothing and doubling nothing", async (context) => {
    const dev = target.dev;
    if (!dev) return context.skip();
    const elder = await operator.elder();
    dev.hub.cut();
    const missed = await operator.place({ elder: elder.profile.id, service: "walking" });
    await expect.poll(() => page.locator(".connection").textContent(), SOON).toBe("已续接");
    await row(missed.id).waitFor();
    expect(await row(missed.id).count()).toBe(1);
    dev.hub.cut("too_slow");
    await expect.poll(() => page.locator(".connection").textContent(), SOON).toBe("实时");
    await row(missed.id).waitFor();
  });

  test("says which service is away", async (context) => {
    const dev = target.dev;
    if (!dev) return context.skip();
    const service = { service: "dispatch", up: false, since: dev.district.instant() };
    dev.district.emit({ event: "service", service });
    await expect.poll(() => page.locator(".away").textContent(), SOON).toContain("派单服务 暂不可用");
    dev.district.emit({ event: "service", service: { ...service, up: true } });
    await page.locator(".away").waitFor({ state: "detached" });
  });

  test("raises no error in the console", () => expect(serious(found)).toEqual([]));
});
