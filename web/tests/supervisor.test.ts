import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { desk, launch, picture, serious, signIn, troubles, type Browser, type Page } from "./browser.ts";
import { openTarget, SOON, type Target } from "./target.ts";

// A real target's accounts are not a test's to change.
describe.skipIf(process.env["CARE_BASE_URL"])("a supervisor's desk", () => {
  let target: Target;
  let browser: Browser;
  let page: Page;
  let found: string[];

  beforeAll(async () => {
    target = await openTarget();
    browser = await launch();
    page = await (await browser.newContext(desk())).newPage();
    found = troubles(page);
    await signIn(page, `${target.url}/`, target.signIns.supervisor);
    await page.locator("[data-testid=map][data-ready]").waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await target?.close();
  });

  const row = (user: string) => page.locator(`[data-testid=accounts] tr[data-user="${user}"]`);

  test("makes an account by keyboard, shows its code once, and changes its role", async () => {
    await page.keyboard.press("u");
    await row("operator").waitFor();
    await picture(page, "desk-accounts");
    await page.locator("[data-act=new-account]").press("Enter");
    await page.locator("[data-testid=account-form] [name=user]").waitFor();
    await page.keyboard.type("li");
    await page.keyboard.press("Tab");
    await page.keyboard.type("李");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("[data-testid=code]").textContent(), SOON).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
    await page.keyboard.press("Enter");
    await row("li").waitFor();
    expect(await row("li").textContent()).toContain("未设密码");

    await row("li").locator("[data-act=edit]").click();
    await page.selectOption("[data-testid=account-form] [name=role]", "organisation");
    await page.fill("[data-testid=account-form] [name=organisation]", "org-1");
    await page.selectOption("[data-testid=account-form] [name=street]", { label: "新华街道" });
    await page.locator("[data-testid=account-form] button.primary").click();
    await expect.poll(() => row("li").textContent(), SOON).toContain("org-1");
    expect(await row("li").textContent()).toContain("新华街道");
  });

  test("disables and enables, but not itself", async () => {
    await row("li").locator("[data-act=disable]").click();
    await row("li").locator("[data-act=enable]").waitFor();
    expect(await row("supervisor").locator("[data-act=disable]").count()).toBe(0);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  });

  test("reads the audit log", async () => {
    await page.keyboard.press("y");
    await page.locator("[data-testid=audit] tr[data-action=user_created]").waitFor();
    await page.selectOption("[data-testid=audit] select", "user_changed");
    await expect.poll(() => page.locator("[data-testid=audit] tbody tr").count(), SOON).toBe(2);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  });

  test("sees to dead letters: one delivered again, one dismissed with a reason", async (context) => {
    const dev = target.dev;
    if (!dev) return context.skip();
    for (const id of [7, 8]) {
      const letter = { id, service: "dispatch", district: "jiayuguan", subject: "care.v1.jiayuguan.profile.elder.e1", sequence: id, code: "undecodable", detail: "no", payload: "{", at: dev.district.instant() };
      dev.district.letters.push(letter);
      dev.district.emit({ event: "dead_letter", letter });
    }
    await page.keyboard.press("e");
    const letter = (id: number) => page.locator(`[data-letter="${id}"]`);
    await letter(7).locator("summary").click();
    await letter(7).locator("[data-act=deliver]").click();
    await letter(7).waitFor({ state: "detached" });
    await letter(8).locator("summary").click();
    expect(await letter(8).locator("[data-act=dismiss]").isDisabled()).toBe(true);
    await letter(8).locator("[name=reason]").fill("旧应用");
    await letter(8).locator("[data-act=dismiss]").click();
    await letter(8).waitFor({ state: "detached" });
    expect(dev.district.letters.map((l) => [l.settled?.how, l.settled?.by.user])).toEqual([
      ["redelivered", "supervisor"],
      ["dismissed", "supervisor"],
    ]);
  });

  test("raises no error in the console", () => expect(serious(found)).toEqual([]));
});
