/** What the registry keeps, at the desk: organisations and facilities step by step, rosters and care plans entered by form. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { DevServer } from "../dev/server.ts";
import { desk, launch, picture, serious, signIn, troubles, type Browser, type Page } from "./browser.ts";
import { elsewhere, openTarget, SOON, type Target } from "./target.ts";

// Only the development server has the golden samples, and a bureau.
describe.skipIf(elsewhere)("the registry's pages", () => {
  let target: Target;
  let dev: DevServer;
  let browser: Browser;
  let page: Page;
  let found: string[];

  beforeAll(async () => {
    target = await openTarget();
    dev = target.dev as DevServer;
    browser = await launch();
    page = await signedIn("supervisor");
    found = troubles(page);
  });
  afterAll(async () => {
    await browser?.close();
    await target?.close();
  });

  async function signedIn(role: string): Promise<Page> {
    const own = await (await browser.newContext(desk())).newPage();
    await signIn(own, `${target.url}/`, { user: role, password: role });
    await own.getByRole("button", { name: "机构与排班" }).click();
    await own.locator("[data-testid=kept]").waitFor();
    return own;
  }
  const room = (name: string) => page.getByRole("tab", { name }).click();
  const fault = (name: string) => page.locator(`[data-fault="${name}"]:not(:empty)`);
  const form = (name: string) => page.locator(`[data-testid=${name}]`);
  const taken = () => dev.registry.taken.map((t) => `${t.about} ${t.step}`);

  test("walks from room to room by the arrows", async () => {
    await page.getByRole("tab", { name: "服务组织" }).press("ArrowRight");
    expect(await page.locator("[data-testid=kept] [role=tab][aria-selected=true]").textContent()).toBe("养老设施");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("养老设施");
    await page.getByRole("tabpanel", { name: "养老设施" }).waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("tabpanel", { name: "服务组织" }).waitFor();
  });

  test("an organisation's next contract is proposed by one and signed by another", async () => {
    const row = page.locator("[data-organisation=org-1]");
    expect(await row.textContent()).toContain("嘉峪关康乐养老服务中心");
    await row.locator("[data-act=propose_contract]").click();
    await row.locator("[name=from]").fill("2028-01-01");
    await row.locator("[name=until]").fill("2029-12-31");
    await row.locator("button.primary").click();
    await expect.poll(() => row.textContent(), SOON).toContain("合同待签");
    const bureau = await signedIn("bureau");
    await bureau.locator("[data-organisation=org-1] [data-act=sign_contract]").click();
    await expect.poll(() => bureau.locator("[data-organisation=org-1]").textContent(), SOON).toContain("合同 2028-01-01 至 2029-12-31");
    await bureau.context().close();
  });

  test("a facility is applied for and looked at", async () => {
    await room("养老设施");
    await page.locator("[data-facility=f1]").waitFor();
    await page.locator("[data-testid=kept] details summary").first().click();
    for (const [name, value] of [["kind", "社区日间照料"], ["name", "新华社区日间照料中心"], ["square_metres", "300"], ["beds", "10"]] as const) await page.locator(`form [name=${name}]`).fill(value);
    await page.locator("form button.primary").click();
    const applied = page.locator("[data-facility]", { hasText: "新华社区日间照料中心" });
    await applied.locator("[data-act=review_yes]").click();
    await expect.poll(() => applied.textContent(), SOON).toContain("街道已初审");
    expect(taken().slice(-2)).toEqual(["facility apply", "facility review"]);
  });

  test("leave that waits is granted", async () => {
    await room("排班与请假");
    const leave = page.locator("[data-leave=l1]");
    expect(await leave.textContent()).toContain("年休假");
    await leave.locator("[data-act=grant]").click();
    await leave.waitFor({ state: "detached" });
    expect(dev.registry.rosters.get("c-01")?.leaves[0]?.stage).toBe("granted");
  });

  test("shifts are entered by weekday, and what clashes is said at its field", async () => {
    await page.selectOption("[name=who]", "c-05");
    await page.locator("[data-form=shifts]").click();
    const shifts = form("shifts-form");
    const [first, last] = ["2031-03-03", "2031-03-09"];
    await shifts.locator("[name=first]").fill(first);
    await shifts.locator("[name=last]").fill(last);
    await shifts.locator("[data-act=add-shifts]").click();
    await expect.poll(() => shifts.locator("[data-shift^='2031']").count(), SOON).toBe(5);
    await picture(page, "desk-shifts");
    await shifts.locator("[data-act=add-shifts]").click();
    expect(await fault("starts").textContent()).toContain("重叠");
    const starts = page.getByLabel("上班", { exact: true });
    expect(await starts.getAttribute("aria-invalid")).toBe("true");
    expect(await starts.evaluate((e) => e === document.activeElement)).toBe(true);
    await shifts.locator("[data-shift^='2031-03-07'] button").click();
    await shifts.locator("[data-act=save-shifts]").click();
    await shifts.waitFor({ state: "detached" });
    const kept = dev.registry.rosters.get("c-05");
    expect(kept?.shifts.filter((s) => s.earliest.startsWith("2031")).map((s) => [s.earliest, s.latest])).toHaveLength(4);
    expect(kept?.shifts.at(-1)).toEqual({ earliest: "2031-03-06T00:30:00.000Z", latest: "2031-03-06T09:30:00.000Z" });
    expect(kept?.breaks).toHaveLength(4);
  });

  test("leave is asked for on somebody's behalf, once, though the first answer is lost", async () => {
    await page.locator("[data-form=askLeave]").click();
    const leave = form("leave-form");
    await leave.locator("[name=from]").fill("2031-03-05T08:00");
    await leave.locator("[name=until]").fill("2031-03-04T18:00");
    await leave.locator("button.primary").click();
    expect(await fault("until").textContent()).toContain("结束须晚于开始");
    await leave.locator("[name=until]").fill("2031-03-06T00:00");
    await leave.locator("[name=kind]").selectOption("sick");
    let lost = 0;
    await page.route("**/rosters/c-05/steps", async (route) => {
      await route.fetch();
      lost += 1;
      await route.abort();
    });
    await leave.locator("button.primary").click();
    await fault("").waitFor();
    expect(lost).toBe(1);
    await page.unroute("**/rosters/c-05/steps");
    await leave.locator("button.primary").click();
    await leave.waitFor({ state: "detached" });
    expect(dev.registry.rosters.get("c-05")?.leaves.map((l) => [l.kind, l.stage, l.span.earliest])).toEqual([["sick", "asked", "2031-03-05T00:00:00.000Z"]]);
  });

  test("a shift is offered, agreed to and granted; who is not free is said at the field", async () => {
    await page.locator("[data-form=offerSwap]").click();
    const swap = form("swap-form");
    const shift = await swap.locator("[name=shift] option", { hasText: "3月3日" }).getAttribute("value");
    await swap.locator("[name=shift]").selectOption(shift);
    const busy = dev.registry.rosters.get("c-01");
    busy?.shifts.push({ earliest: "2031-03-03T00:00:00.000Z", latest: "2031-03-03T08:00:00.000Z" });
    await swap.locator("[name=to]").selectOption("c-01");
    await swap.locator("button.primary").click();
    expect(await fault("to").textContent()).toContain("请换一人");
    await swap.locator("[name=to]").selectOption("c-09");
    await swap.locator("button.primary").click();
    await swap.waitFor({ state: "detached" });
    const line = page.locator("[data-roster=c-05] [data-swap]");
    await line.locator("[data-act=agree]").click();
    await line.locator("[data-act=grant]").click();
    await expect.poll(() => line.getAttribute("data-stage"), SOON).toBe("granted");
    expect(dev.registry.rosters.get("c-09")?.taken.map((t) => t.from)).toEqual(["c-05"]);
  });

  test("a care plan is begun, changed, paused, taken up again, and ended", async () => {
    await room("照护计划");
    await page.locator("[data-plan=p1]").waitFor();
    await page.locator("[data-act=new-plan]").click();
    const plan = form("plan-form");
    await plan.locator("#elder").fill("e-0002");
    await plan.locator("[data-elder=e-0002]").click();
    await plan.locator("[name=service]").selectOption("bathing");
    await plan.locator("button.primary").click();
    await fault("weekday").waitFor();
    await plan.getByLabel("周二").check();
    await plan.getByLabel("最早上门").fill("10:30");
    await plan.locator("[name=until]").fill("2020-01-01");
    await plan.locator("button.primary").click();
    await fault("until").waitFor();
    await plan.locator("[name=until]").fill("");
    await picture(page, "desk-plan");
    await plan.locator("button.primary").click();
    const row = page.locator("[data-plan]", { hasText: "e-0002" });
    await row.waitFor();
    expect(await row.textContent()).toContain("周二 10:30–11:30");
    await row.locator("[data-act=change]").click();
    await row.getByLabel("周五").check();
    await row.locator("form button.primary").click();
    await expect.poll(() => row.textContent(), SOON).toContain("周二、周五");
    await row.locator("[data-act=pause]").click();
    await row.locator("[data-act=resume]").click();
    await row.locator("[data-act=end]").click();
    await row.locator("[data-act=end-sure]").click();
    await row.waitFor({ state: "detached" });
    expect(taken().slice(-5)).toEqual(["plan begin", "plan change", "plan pause", "plan resume", "plan end"]);
  });

  test("says all of it in English", async () => {
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.click(".language");
    await page.getByRole("button", { name: "Organisations and rosters" }).click();
    await page.getByRole("tab", { name: "Care plans" }).click();
    await page.getByRole("button", { name: "New care plan" }).click();
    await page.getByRole("form", { name: "New care plan" }).getByLabel("Not before").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.click(".language");
  });

  test("raises no error in the console but the answer that was lost and what was refused", () => {
    expect(serious(found).filter((text) => !/net::ERR_FAILED|status of 409/.test(text))).toEqual([]);
  });
});
