/** A call comes in: whose number it is, what they may get, and an order placed for them, by key and by name. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { DevServer } from "../dev/server.ts";
import { desk, launch, picture, serious, signIn, troubles, type Browser, type Page } from "./browser.ts";
import { elsewhere, openTarget, Operator, SOON, type Target } from "./target.ts";

// Only the development server can be told that a telephone rings.
describe.skipIf(elsewhere)("a call at the desk", () => {
  let target: Target;
  let dev: DevServer;
  let browser: Browser;
  let page: Page;
  let found: string[];

  beforeAll(async () => {
    target = await openTarget();
    dev = target.dev as DevServer;
    browser = await launch();
    page = await (await browser.newContext(desk())).newPage();
    found = troubles(page);
    await signIn(page, `${target.url}/`, target.signIns.operator);
    await page.locator("[data-testid=map][data-ready]").waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await target?.close();
  });

  const ring = (id: string, ...people: string[]) => dev.district.emit({ event: "ringing", ringing: { id, at: dev.district.instant(), line: "8001", people } });
  const card = () => page.getByRole("alertdialog", { name: "来电" });

  test("brings up the caller's file with what they may get", async () => {
    const [elder] = [...dev.district.elders.values()];
    ring("call-1", elder?.profile.id as string);
    await expect.poll(() => card().textContent(), SOON).toContain(elder?.name);
    expect(await card().textContent()).toContain("8001");
    const may = card().getByRole("list", { name: "补贴资格与余额" });
    await expect.poll(() => may.getByRole("listitem").allTextContents(), SOON).toEqual([
      expect.stringContaining("服务补贴"),
      expect.stringContaining("银发积分"),
      expect.stringContaining("金额未设定"),
    ]);
    await picture(page, "desk-ringing");
  });

  test("an order is placed for whoever calls", async () => {
    const [id] = [...dev.district.elders.keys()];
    await card().getByRole("button", { name: "下单" }).press("Enter");
    await card().waitFor({ state: "detached" });
    const place = page.locator("[data-testid=place]");
    expect(await place.locator(".chosen-elder").textContent()).toContain(id);
    await place.locator("[name=service]").selectOption("comfort_visit");
    await place.locator("button.primary").click();
    const order = (await page.locator(".drawer[data-order]").getAttribute("data-order")) as string;
    const operator = await new Operator(target.url).signIn(target.signIns.operator);
    expect((await operator.order(order)).elder).toBe(id);
  });

  test("a number that nobody has is said to be unknown; the next call takes its place", async () => {
    ring("call-2");
    await expect.poll(() => card().textContent(), SOON).toContain("号码未登记");
    const [, second] = [...dev.district.elders.values()];
    ring("call-3", second?.profile.id as string);
    await expect.poll(() => card().textContent(), SOON).toContain(second?.name);
    expect(await card().count()).toBe(1);
    await card().getByRole("button", { name: "关闭" }).click();
    await card().waitFor({ state: "detached" });
  });

  test("raises no error in the console", () => expect(serious(found)).toEqual([]));
});
