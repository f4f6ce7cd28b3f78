/** The elder's page: a visit is asked for, followed, confirmed and rated by the one it is for, and by nobody else. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { ElderListed, Order } from "../src/contract.ts";
import { launch, phone, picture, serious, signIn, troubles, type Browser, type Page } from "./browser.ts";
import { openTarget, Operator, until, type Credentials, type Target } from "./target.ts";

const SOON = { timeout: 20_000, interval: 100 };
const running = process.env["CARE_BASE_URL"] !== undefined;

describe.skipIf(running)("the elder's page", () => {
  let target: Target;
  let operator: Operator;
  let browser: Browser;
  let page: Page;
  let found: string[];
  let elder: ElderListed;

  beforeAll(async () => {
    target = await openTarget();
    operator = await new Operator(target.url).signIn(target.signIns.operator);
    elder = await operator.elder();
    await operator.onlyOnDuty();
    browser = await launch();
    page = await (await browser.newContext(phone(elder.profile.place))).newPage();
    found = troubles(page);
    await signIn(page, `${target.url}/elder`, target.signIns.elder as Credentials);
    await page.locator("[data-act=order]").waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await target?.close();
  });

  const stage = (id: string, name: string) => page.locator(`.visit[data-order="${id}"][data-stage="${name}"]`).waitFor(SOON);

  test("asks for a visit, follows it to the end, confirms and rates it", async () => {
    await page.click("[data-act=order]");
    await page.click("[data-service=cleaning]");
    await picture(page, "elder-ordering");
    await page.click("[data-act=send]");
    const row = page.locator(".visit[data-order]").first();
    await row.waitFor(SOON);
    const id = (await row.getAttribute("data-order")) as string;
    const placed: Order = await operator.order(id);
    expect([placed.elder, placed.created_by.role]).toEqual([elder.profile.id, "elder"]);
    await stage(id, "waiting");

    const who = Object.keys(target.signIns.caregivers)[0] as string;
    const hand = await new Operator(target.url).signIn(target.signIns.caregivers[who] as Credentials);
    await hand.call("POST", "/api/v1/duty", { id: hand.id(), duty: "on" });
    // Dispatch hears of it in a moment.
    await until(() => operator.utter(id, { action: "assign", caregivers: [who], reason: "test" }).then(() => true, () => false));
    const offered = await operator.order(id);
    if (offered.stage === "offered") await hand.utter(id, { action: "accept", offer: offered.seats[0]?.offer as string });
    await stage(id, "accepted");
    await hand.utter(id, { action: "depart" });
    await stage(id, "en_route");
    await picture(page, "elder-following");
    await hand.utter(id, { action: "arrive", exception: "entered_by_hand" });
    await stage(id, "arrived");
    await hand.utter(id, { action: "start", verification: { method: "face", receipt: "r1" } });
    await stage(id, "in_service");
    await hand.utter(id, { action: "finish" });
    await page.click(`.visit[data-order="${id}"] [data-act=confirm]`);
    await page.click(`.visit[data-order="${id}"] [data-stars="5"]`);
    await expect.poll(async () => operator.order(id), SOON).toMatchObject({ stage: "confirmed", stars: 5, confirmed_by: { method: "manual" } });
    expect(await page.locator(`.visit[data-order="${id}"] .stars`).count()).toBe(0);
  });

  test("takes two taps to cancel", async () => {
    const placed = await operator.place({ elder: elder.profile.id, service: "cleaning", urgency: "normal", family_present: false });
    await stage(placed.id, "waiting");
    await page.click(`.visit[data-order="${placed.id}"] [data-act=cancel]`);
    expect((await operator.order(placed.id)).stage).toBe("waiting");
    await page.click(`.visit[data-order="${placed.id}"] [data-act=cancel-yes]`);
    await stage(placed.id, "cancelled");
  });

  test("is readable from afar and for a screen reader", async () => {
    const small = await page.evaluate(() =>
      [...document.querySelectorAll(".elder main *, .elder .help *")].filter((e) => e.childNodes.length > 0 && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent?.trim()) && parseFloat(getComputedStyle(e).fontSize) < 20).map((e) => e.textContent),
    );
    expect(small).toEqual([]);
    const low = await page.evaluate(() => [...document.querySelectorAll(".elder main button, .elder .help button")].filter((b) => b.getBoundingClientRect().height < 48).length);
    expect(low).toBe(0);
    await picture(page, "elder");
    expect(serious(found)).toEqual([]);
  });
});
