/** A button is pressed: the desk sees it, the caregiver's phone rings, somebody goes, is there, and it ends. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { ElderListed, Incident, Page as Listed } from "../src/contract.ts";
import { about, desk, launch, phone, picture, serious, signIn, troubles, type Browser, type BrowserContext, type Page } from "./browser.ts";
import { openTarget, Operator, until, type Credentials, type Target } from "./target.ts";

const SOON = { timeout: 20_000, interval: 100 };
/** The development server has no buttons. */
const real = process.env["CARE_DISTRICT"] !== undefined && process.env["CARE_BASE_URL"] === undefined;

describe.runIf(real)("an alarm", () => {
  let target: Target;
  let operator: Operator;
  let browser: Browser;
  let street: BrowserContext;
  let screen: Page;
  let hand: Page;
  let found: string[];
  let elder: ElderListed;
  let me: string;

  beforeAll(async () => {
    target = await openTarget();
    operator = await new Operator(target.url).signIn(target.signIns.operator);
    elder = await operator.elder();
    me = Object.keys(target.signIns.caregivers)[0] as string;
    await operator.onlyOnDuty();
    const device = { id: "acme-B1", class: "pendant", via: "webhook", elder: elder.profile.id, street: elder.profile.street, place: elder.profile.place };
    await operator.call("POST", "/api/v1/devices", { device, card: { name: "王奶奶", address: "新华街道 12 号", door_code: "2580#", matters: "糖尿病" } });
    browser = await launch();
    screen = await (await browser.newContext(desk())).newPage();
    street = await browser.newContext(phone(elder.profile.place));
    hand = await street.newPage();
    found = [...troubles(screen), ...troubles(hand)];
    await signIn(screen, `${target.url}/`, target.signIns.operator);
    await screen.locator("[data-testid=map]").waitFor();
    await signIn(hand, `${target.url}/caregiver`, target.signIns.caregivers[me] as Credentials);
    await hand.click(".bar-bottom [data-duty=on]");
    await hand.locator(".bar-bottom [data-duty=off]").waitFor();
    await street.setGeolocation(about(elder.profile.place));
    await until(async () => Boolean((await operator.caregivers()).find((c) => c.profile.id === me)?.position));
  });
  afterAll(async () => {
    await browser?.close();
    await target?.close();
  });

  const act = (name: string) => hand.locator(`[data-act=${name}]`);
  const open = async (): Promise<Incident[]> => (await operator.call<Listed<Incident>>("GET", "/api/v1/incidents?stage=unclosed")).items;
  const incident = (id: string) => operator.call<Incident>("GET", `/api/v1/incidents/${id}`);

  test("is seen at the desk, accepted on the phone, reached and ended there", async () => {
    await target.press?.("B1", "1");
    const row = screen.locator(".alarm[data-incident]");
    await row.waitFor(SOON);
    const id = (await row.getAttribute("data-incident")) as string;
    const ringing = hand.locator(`.alarm-screen[data-incident="${id}"]`);
    await ringing.waitFor(SOON);
    expect(await ringing.getAttribute("data-step")).toBe("asked");
    expect(await hand.locator("[data-card]").count()).toBe(0);
    await picture(hand, "phone-alarm");
    await act("alarm-accept").click();
    await expect.poll(() => hand.locator("[data-card]").textContent(), SOON).toContain("2580#");
    await row.getByText("赶赴中").waitFor(SOON);
    expect((await incident(id)).stage).toBe("responding");
    await act("alarm-arrive").click();
    await row.getByText("已到场").waitFor(SOON);
    await picture(screen, "desk-alarm");
    await act("alarm-resolve").click();
    await hand.fill("[name=note]", "扶起，无外伤");
    await act("alarm-resolved").click();
    await ringing.waitFor({ state: "detached", ...SOON });
    await row.waitFor({ state: "detached", ...SOON });
    const over = await incident(id);
    expect(over).toMatchObject({ stage: "closed", outcome: "resolved", note: "扶起，无外伤" });
    const deeds = over.timeline?.filter((e) => e.by.role === "caregiver").map((e) => e.what);
    expect(deeds).toEqual(["accepted", "arrived", "closed"]);
    expect(await open()).toEqual([]);
  });

  test("a caregiver alone holds SOS, a tap is not enough, and a drill says so", async () => {
    await act("sos").click();
    await hand.locator("[data-own-call]").waitFor({ state: "detached" });
    expect(await open()).toEqual([]);
    await hand.locator(".duty button.icon").click();
    await act("drill").click();
    await hand.keyboard.press("Escape");
    await act("sos").focus();
    await hand.keyboard.down("Enter");
    await hand.locator("[data-own-call=open]").waitFor(SOON);
    await hand.keyboard.up("Enter");
    const [own] = await open();
    expect(own).toMatchObject({ cause: "lone_worker", drill: true, subject: { whom: "caregiver", id: me } });
    await screen.locator(".alarm.drill .drill-mark").waitFor(SOON);
    await operator.call("POST", `/api/v1/incidents/${own?.id}/commands`, { id: operator.id(), action: "resolve", note: "演练结束" });
    await hand.locator("[data-own-call]").waitFor({ state: "detached", ...SOON });
  });

  test("raises no error in either console", () => expect(serious(found)).toEqual([]));
});
