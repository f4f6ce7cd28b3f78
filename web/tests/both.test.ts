/** Both apps at once: what the desk places, a phone serves, and the desk sees each step as it is taken. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { ElderListed, Order } from "../src/contract.ts";
import { about, desk, launch, phone, picture, serious, signIn, troubles, type Browser, type BrowserContext, type Page } from "./browser.ts";
import { Line } from "./line.ts";
import { openTarget, Operator, until, type Credentials, type Target } from "./target.ts";

const SOON = { timeout: 20_000, interval: 100 };
const STEPS = ["accepted", "en_route", "arrived", "in_service", "done", "confirmed"];

describe("desk and phone together", () => {
  let target: Target;
  /** The phone's. */
  let line: Line;
  let operator: Operator;
  let browser: Browser;
  let street: BrowserContext;
  let screen: Page;
  let hand: Page;
  let found: string[];
  let elder: ElderListed;

  beforeAll(async () => {
    target = await openTarget();
    line = await Line.to(target.url);
    operator = await new Operator(target.url).signIn(target.signIns.operator);
    elder = await operator.elder();
    const me = Object.keys(target.signIns.caregivers)[0] as string;
    await operator.onlyOnDuty();
    browser = await launch();
    screen = await (await browser.newContext(desk())).newPage();
    street = await browser.newContext(phone(elder.profile.place));
    hand = await street.newPage();
    found = troubles(screen);
    await signIn(screen, `${target.url}/`, target.signIns.operator);
    await screen.locator("[data-testid=map]").waitFor();
    await signIn(hand, `${line.url}/caregiver`, target.signIns.caregivers[me] as Credentials);
    await hand.click(".bar-bottom [data-duty=on]");
    await hand.locator(".bar-bottom [data-duty=off]").waitFor();
    await street.setGeolocation(about(elder.profile.place));
    await until(async () => Boolean((await operator.caregivers()).find((c) => c.profile.id === me)?.position));
  });
  afterAll(async () => {
    await browser?.close();
    await line?.close();
    await target?.close();
  });

  const act = (name: string) => hand.locator(`[data-act=${name}]`);
  const waits = (deeds: number) => expect.poll(() => hand.locator("[data-waiting]").getAttribute("data-waiting"), SOON).toBe(String(deeds));
  const shows = (stage: string) => screen.locator(`.drawer .badge.stage.${stage}`).waitFor({ timeout: SOON.timeout });

  /** What the caregiver did to it, as the centre recorded it. */
  async function recorded(id: string): Promise<{ steps: string[]; order: Order }> {
    const order = await operator.order(id);
    return { order, steps: order.timeline.filter((e) => e.by.role === "caregiver").map((e) => e.what) };
  }

  /** The desk places an order by hand and keeps it open. */
  async function place(): Promise<string> {
    const before = await screen.locator(".drawer[data-order]").getAttribute("data-order", { timeout: 500 }).catch(() => null);
    await screen.locator("body").press("n");
    await screen.fill("#elder", elder.profile.id);
    await screen.locator(`.results [data-elder="${elder.profile.id}"]`).click();
    await screen.selectOption("[data-testid=place] [name=service]", "comfort_visit");
    await screen.locator("[data-testid=place] button.primary").click();
    const opened = screen.locator(".drawer[data-order]");
    await expect.poll(() => opened.getAttribute("data-order", { timeout: 500 }).catch(() => before), SOON).not.toBe(before);
    return (await opened.getAttribute("data-order")) as string;
  }

  async function verify(method: string, receipt: string): Promise<void> {
    await hand.click(`[data-method=${method}]`);
    if (receipt) await hand.fill("[name=receipt]", receipt);
    await act("verified").click();
  }

  test("an order goes from the desk to the phone and back, step by step", async () => {
    const id = await place();
    await hand.locator(`[data-offer="${id}"]`).waitFor();
    await shows("offered");
    await act("accept").click();
    await shows("accepted");
    await act("depart").click();
    await shows("en_route");
    await act("arrive").click();
    await hand.click("[data-exception=no_fix]");
    await shows("arrived");
    await act("start").click();
    await verify("face", "R-1");
    await shows("in_service");
    await picture(screen, "both-desk");
    await act("finish").click();
    await shows("done");
    await act("confirm").click();
    await verify("card", "R-2");
    await shows("confirmed");
    await waits(0);
    const { steps, order } = await recorded(id);
    expect(steps).toEqual(STEPS);
    expect(order.stage === "confirmed" && [order.identified, order.confirmed_by]).toEqual([
      { method: "face", receipt: "R-1" },
      { method: "card", receipt: "R-2" },
    ]);
    await hand.locator(".bar-bottom .primary").click();
  });

  test("a phone that is cut off mid-visit, closed and opened again brings every step exactly once, in order", async () => {
    const id = await place();
    await hand.locator(`[data-offer="${id}"]`).waitFor();
    await act("accept").click();
    await act("depart").click();
    await shows("en_route");
    await waits(0);
    await hand.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
    await expect.poll(() => hand.evaluate(() => caches.match("/caregiver").then(Boolean)), SOON).toBe(true);

    await line.cut(street);
    await expect.poll(() => hand.evaluate(() => fetch("/api/v1/me").then(() => "reached", () => "cut off")), SOON).toBe("cut off");
    await act("arrive").click();
    await hand.click("[data-exception=no_fix]");
    await act("start").click();
    await verify("fingerprint", "R-3");
    await waits(2);
    await hand.close();
    // While it was away its token ended, as it does within minutes.
    const cookies = await street.cookies(`${line.url}/api/v1/session`);
    if (cookies.some((c) => c.name === "care_refresh")) await street.clearCookies({ name: "care_session" });

    hand = await street.newPage();
    const again = troubles(hand);
    await hand.goto(`${line.url}/caregiver`);
    await hand.locator(`.card[data-order="${id}"]`).click();
    expect(await hand.locator(".visit").getAttribute("data-stage")).toBe("in_service");
    await act("finish").click();
    await waits(3);
    expect((await recorded(id)).steps).toEqual(["accepted", "en_route"]);
    expect(await screen.locator(".drawer .badge.stage.en_route").count()).toBe(1);

    await line.mend(street);
    await waits(0);
    await shows("done");
    await act("confirm").click();
    await verify("card", "R-4");
    await shows("confirmed");
    await waits(0);
    const { steps, order } = await recorded(id);
    expect(steps).toEqual(STEPS);
    const commands = order.timeline.flatMap((e) => (e.command ? [e.command] : []));
    expect(new Set(commands).size).toBe(commands.length);
    // The phone's own times, in the order of the taps, though they arrived together.
    const taps = order.timeline.filter((e) => e.by.role === "caregiver").map((e) => e.occurred_at ?? e.at);
    expect([...taps].sort()).toEqual(taps);
    expect(serious(again).filter((text) => !text.includes("401"))).toEqual([]);
  });

  test("neither app raises an error in the console", () => expect(serious(found)).toEqual([]));
});
