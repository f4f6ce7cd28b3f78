/** A caregiver's shifts, leave and swaps on the phone: asked for without a network, brought home once, answered by the desk. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { DevServer } from "../dev/server.ts";
import type { Roster, Span } from "../src/kept/contract.ts";
import { launch, phone, picture, serious, signIn, troubles, type Browser, type BrowserContext, type Page } from "./browser.ts";
import { Line } from "./line.ts";
import { type Credentials, elsewhere, openTarget, Operator, SOON, type Target } from "./target.ts";

const ME = "c-05";
const MATE = "c-09";
const DAY_MS = 86_400_000;

// Rosters are put in place by hand here, and whose organisation is whose is known.
describe.skipIf(elsewhere)("a caregiver's roster on the phone", () => {
  let target: Target;
  let dev: DevServer;
  let line: Line;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let found: string[];
  let supervisor: Operator;
  const hours = (days: number): Span => ({ earliest: new Date(Math.ceil(Date.now() / DAY_MS + days) * DAY_MS).toISOString(), latest: new Date(Math.ceil(Date.now() / DAY_MS + days) * DAY_MS + 8 * 3_600_000).toISOString() });

  beforeAll(async () => {
    target = await openTarget();
    dev = target.dev as DevServer;
    line = await Line.to(target.url);
    supervisor = await new Operator(target.url).signIn(target.signIns.supervisor);
    await steps(ME, { step: "set_shifts", shifts: [hours(1), hours(3)], breaks: [] });
    await steps(MATE, { step: "set_shifts", shifts: [hours(2)], breaks: [] });
    browser = await launch();
    const [elder] = [...dev.district.elders.values()];
    context = await browser.newContext(phone(elder?.profile.place as { lon: number; lat: number }));
    page = await context.newPage();
    found = troubles(page);
    await signIn(page, `${line.url}/caregiver`, target.signIns.caregivers[ME] as Credentials);
    await page.locator("[data-act=roster]").waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await line?.close();
    await target?.close();
  });

  const steps = (caregiver: string, step: object) => supervisor.call("POST", `/api/v1/rosters/${caregiver}/steps`, step);
  const act = (name: string) => page.locator(`[data-act=${name}]`);
  const leave = () => page.locator("[data-leave]");
  const waits = (count: number) => expect.poll(() => page.locator("[data-waiting]").getAttribute("data-waiting"), SOON).toBe(String(count));
  const kept = (caregiver: string) => dev.registry.rosters.get(caregiver) as Roster;
  const mine = () => dev.registry.taken.filter((t) => ["ask_leave", "withdraw_leave", "offer_swap", "answer_swap"].includes(t.step)).map((t) => `${t.entry} ${t.step}`);

  test("leave is asked for without a network, though the page is closed, and arrives once", async () => {
    await act("roster").click();
    await page.locator("[data-shift]").first().waitFor();
    expect(await page.locator("[data-shift]").count()).toBe(2);
    await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
    await expect.poll(() => page.evaluate(() => caches.match("/caregiver").then(Boolean)), SOON).toBe(true);
    await line.cut(context);
    await act("ask-leave").click();
    await page.getByLabel("结束", { exact: true }).fill("2020-01-01T00:00");
    await act("leave-send").click();
    expect(await page.locator("[data-fault=until]").textContent()).toContain("结束须晚于开始");
    await page.getByLabel("开始", { exact: true }).fill("2031-03-04T08:00");
    await page.getByLabel("结束", { exact: true }).fill("2031-03-05T08:00");
    await page.getByLabel("假别").selectOption("personal");
    await act("leave-send").click();
    await expect.poll(() => leave().textContent(), SOON).toContain("事假");
    expect(await leave().textContent()).toContain("待同步");
    await picture(page, "phone-roster");
    await page.close();

    page = await context.newPage();
    const again = troubles(page);
    await page.goto(`${line.url}/caregiver`);
    await act("roster").click();
    await expect.poll(() => leave().textContent(), SOON).toContain("待同步");
    await waits(1);
    expect(kept(ME).leaves).toEqual([]);
    await line.mend(context);
    await waits(0);
    expect(kept(ME).leaves.map((l) => [l.kind, l.stage, l.span.earliest])).toEqual([["personal", "asked", "2031-03-04T00:00:00.000Z"]]);
    await expect.poll(() => leave().textContent(), SOON).not.toContain("待同步");
    expect(await leave().getAttribute("data-stage")).toBe("asked");
    expect(mine()).toEqual([`${ME} ask_leave`]);
    expect(serious(again)).toEqual([]);
  });

  test("shows what the desk decided, and takes leave back", async () => {
    const id = kept(ME).leaves[0]?.id;
    await steps(ME, { step: "decide_leave", leave: id, grant: true });
    await page.keyboard.press("Escape");
    await act("roster").click();
    await page.locator("[data-leave][data-stage=granted]").waitFor();
    await act("withdraw").click();
    await page.locator("[data-leave][data-stage=withdrawn]").waitFor();
    await waits(0);
    expect(kept(ME).leaves[0]?.stage).toBe("withdrawn");
  });

  test("offers a shift; a colleague who is not free is said so until it was read", async () => {
    await steps("c-13", { step: "set_shifts", shifts: [hours(1)], breaks: [] });
    const offer = async (to: string) => {
      await act("swap").first().click();
      await page.getByLabel("同事工号").fill(to);
      await act("swap-send").click();
    };
    await offer("c-13");
    const refused = page.locator("dialog .banner.danger");
    await expect.poll(() => refused.textContent(), SOON).toContain("请换一人");
    await refused.locator("button").click();
    await refused.waitFor({ state: "detached" });
    await offer(MATE);
    await page.locator("[data-swap][data-stage=asked]").waitFor();
    await waits(0);
    expect(kept(ME).swaps.map((s) => [s.to, s.stage])).toEqual([[MATE, "asked"]]);
    expect(await page.locator("[data-shift]").first().locator("[data-act=swap]").count()).toBe(0);
  });

  test("takes a colleague's shift without a network; once granted it is among one's own", async () => {
    await steps(MATE, { step: "offer_swap", swap: "w-mate", shift: hours(2), to: ME });
    await page.keyboard.press("Escape");
    await act("roster").click();
    await page.locator("[data-asked=w-mate][data-stage=asked]").waitFor();
    await picture(page, "phone-asked");
    await line.cut(context);
    await act("take-shift").click();
    await page.locator("[data-asked=w-mate][data-stage=agreed]").waitFor();
    await waits(1);
    expect(kept(MATE).swaps[0]?.stage).toBe("asked");
    await line.mend(context);
    await waits(0);
    expect(kept(MATE).swaps[0]?.stage).toBe("agreed");
    await steps(MATE, { step: "decide_swap", swap: "w-mate", grant: true });
    await page.keyboard.press("Escape");
    await act("roster").click();
    await expect.poll(() => page.locator("[data-shift]").count(), SOON).toBe(3);
    expect(mine().filter((step) => step.endsWith("answer_swap"))).toEqual([`${MATE} answer_swap`]);
  });

  test("raises no error in the console but what was refused", () => {
    expect(serious(found).filter((text) => !text.includes("status of 409"))).toEqual([]);
  });
});
