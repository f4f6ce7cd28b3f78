import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { ElderListed, Order } from "../src/contract.ts";
import { about, launch, phone, picture, serious, signIn, troubles, type Browser, type BrowserContext, type Page } from "./browser.ts";
import { Line } from "./line.ts";
import { openTarget, Operator, SOON, type Target, until } from "./target.ts";

describe("the caregiver's app", () => {
  let target: Target;
  /** The phone's. */
  let line: Line;
  let operator: Operator;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let found: string[];
  let elder: ElderListed;
  let me: string;

  beforeAll(async () => {
    target = await openTarget();
    line = await Line.to(target.url);
    operator = await new Operator(target.url).signIn(target.signIns.operator);
    browser = await launch();
    elder = await operator.elder();
    me = Object.keys(target.signIns.caregivers)[0] as string;
    await operator.onlyOnDuty();
    context = await browser.newContext(phone(elder.profile.place));
    page = await context.newPage();
    found = troubles(page);
    await signIn(page, `${line.url}/caregiver`, target.signIns.caregivers[me] as { user: string; password: string });
    await page.click(".bar-bottom [data-duty=on]");
    await page.locator(".bar-bottom [data-duty=off]").waitFor();
    await context.setGeolocation(about(elder.profile.place));
    await until(async () => Boolean((await operator.caregivers()).find((c) => c.profile.id === me)?.position));
  });
  afterAll(async () => {
    await browser?.close();
    await line?.close();
    await target?.close();
  });

  const act = (name: string) => page.locator(`[data-act=${name}]`);
  const synced = () => expect.poll(() => page.locator("[data-waiting]").getAttribute("data-waiting"), SOON).toBe("0");

  /** What this caregiver did to an order, as the centre recorded it. */
  async function recorded(id: string): Promise<string[]> {
    const order = await operator.order(id);
    return order.timeline.filter((e) => e.by.role === "caregiver").map((e) => e.what);
  }

  /** Places an order and takes it; answers when the visit is open. */
  async function taken(): Promise<Order> {
    const order = await operator.place({ elder: elder.profile.id, service: "comfort_visit" });
    await page.locator(`[data-offer="${order.id}"]`).waitFor();
    await act("accept").click();
    await page.locator(`.visit[data-order="${order.id}"]`).waitFor();
    return order;
  }

  async function verify(method: string, receipt: string): Promise<void> {
    await page.click(`[data-method=${method}]`);
    await page.fill("[name=receipt]", receipt);
    await act("verified").click();
  }

  test("takes an offer and walks the visit through to the elder's confirmation", async () => {
    const order = await operator.place({ elder: elder.profile.id, service: "comfort_visit" });
    await page.locator(`[data-offer="${order.id}"]`).waitFor();
    expect(Number(await page.locator(".ring strong").textContent())).toBeGreaterThan(0);
    await picture(page, "phone-offer");
    await act("accept").click();
    await act("depart").click();
    await act("arrive").click();
    await page.click("[data-exception=no_fix]");
    await act("start").click();
    await verify("face", "R-1");
    await act("finish").waitFor();
    await picture(page, "phone-serving");
    await act("finish").click();
    await act("confirm").click();
    await verify("card", "R-9");
    await page.locator(".visit[data-stage=confirmed]").waitFor();
    await synced();
    expect(await recorded(order.id)).toEqual(["accepted", "en_route", "arrived", "in_service", "done", "confirmed"]);
    const closed = await operator.order(order.id);
    expect(closed.stage === "confirmed" && [closed.identified, closed.team[0]?.exception]).toEqual([{ method: "face", receipt: "R-1" }, "no_fix"]);
    await page.locator(".bar-bottom .primary").click();
  });

  test("declines with a reason, and the offer goes", async () => {
    const order = await operator.place({ elder: elder.profile.id, service: "comfort_visit" });
    await page.locator(`[data-offer="${order.id}"]`).waitFor();
    await act("decline").click();
    await page.click("[data-reason=busy]");
    await page.locator(`[data-offer="${order.id}"]`).waitFor({ state: "detached" });
    await synced();
    expect(await recorded(order.id)).toEqual(["declined"]);
    await operator.utter(order.id, { action: "cancel", reason: "mistake" });
  });

  test("applies for a change and shows the platform's answer", async () => {
    const order = await taken();
    await act("trouble").click();
    await act("apply").click();
    await page.fill("[name=reason]", "需要更多时间");
    await act("apply_send").click();
    await page.locator("[data-application=open]").waitFor();
    await expect.poll(async () => (await operator.order(order.id)).applications?.length, SOON).toBe(1);
    const application = (await operator.order(order.id)).applications?.[0];
    expect(application?.change).toEqual({ change: "add", minutes: 15 });
    await operator.utter(order.id, { action: "answer", application: application?.id ?? "", approve: true, reason: "同意" });
    await page.locator("[data-application=approved]").waitFor();
    await operator.utter(order.id, { action: "cancel", reason: "mistake" });
    await page.locator(`.visit[data-stage=cancelled], .duty`).first().waitFor();
    if (await page.locator(".visit").isVisible()) await page.locator(".bar-bottom .primary").click();
  });

  test("brings every step of a visit exactly once and in order, though the network goes and the page is closed", async () => {
    const order = await taken();
    await synced();
    await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
    await expect.poll(() => page.evaluate(() => caches.match("/caregiver").then(Boolean)), SOON).toBe(true);

    await line.cut(context);
    await expect.poll(() => page.evaluate(() => fetch("/api/v1/me").then(() => "reached", () => "cut off")), SOON).toBe("cut off");
    await act("depart").click();
    await act("arrive").click();
    await page.click("[data-exception=no_fix]");
    await act("start").click();
    await verify("fingerprint", "R-2");
    await expect.poll(() => page.locator("[data-waiting]").getAttribute("data-waiting"), SOON).toBe("3");
    await picture(page, "phone-offline");
    await page.close();

    page = await context.newPage();
    const again = troubles(page);
    await page.goto(`${line.url}/caregiver`);
    await page.locator(`.card[data-order="${order.id}"]`).click();
    expect(await page.locator(".visit").getAttribute("data-stage")).toBe("in_service");
    await page.locator(".visit-head .pending").waitFor();
    await act("finish").click();
    await act("confirm").click();
    await verify("card", "R-3");
    await expect.poll(() => page.locator("[data-waiting]").getAttribute("data-waiting"), SOON).toBe("5");
    expect(await recorded(order.id)).toEqual(["accepted"]);

    await line.mend(context);
    await synced();
    expect(await recorded(order.id)).toEqual(["accepted", "en_route", "arrived", "in_service", "done", "confirmed"]);
    const ids = (await operator.order(order.id)).timeline.flatMap((e) => (e.command ? [e.command] : []));
    expect(new Set(ids).size).toBe(ids.length);
    expect(serious(again)).toEqual([]);
    await page.locator(".bar-bottom .primary").click();
  });

  test("shows what the centre did not accept, until it has been read", async () => {
    const order = await taken();
    await synced();
    await line.cut(context);
    await act("depart").click();
    await page.locator(".visit[data-stage=en_route]").waitFor();
    await operator.utter(order.id, { action: "cancel", reason: "hospital" });
    await line.mend(context);
    await page.locator(".banner.danger").waitFor();
    await page.locator(".banner.danger button").click();
    await page.locator(".banner.danger").waitFor({ state: "detached" });
    if (await page.locator(".visit").isVisible()) await page.locator(".bar-bottom .primary").click();
  });

  test("speaks English too, and signs out", async () => {
    await page.locator(".duty .button").click();
    await act("language").click();
    await expect.poll(() => page.locator("dialog h2").textContent(), SOON).toBe("More");
    await act("language").click();
    await act("sign-out").click();
    await page.locator("[name=password]").waitFor();
  });

  test("raises no error in the console", () => expect(serious(found)).toEqual([]));
});
