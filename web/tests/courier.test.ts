/** The courier's door: the box's label by camera where the browser reads barcodes, typed elsewhere, and a wrong one said so. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { LABEL } from "../dev/meals.ts";
import type { DevServer } from "../dev/server.ts";
import { launch, phone, picture, serious, signIn, troubles, type Browser, type Page } from "./browser.ts";
import { elsewhere, openTarget, SOON, type Target } from "./target.ts";

// The development server's courier always has a round with a door to come.
describe.skipIf(elsewhere)("a courier at the door", () => {
  let target: Target;
  let dev: DevServer;
  let browser: Browser;

  beforeAll(async () => {
    target = await openTarget();
    dev = target.dev as DevServer;
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await target?.close();
  });

  /** A phone whose browser reads barcodes, one after another, or does not. */
  async function courier(reads: string[] | null): Promise<Page> {
    const context = await browser.newContext({ ...phone({ lon: 98.29, lat: 39.77 }), permissions: ["geolocation", "camera"] });
    await context.addInitScript((seen: string[] | null) => {
      class Reader {
        detect = () => Promise.resolve(seen && seen.length > 0 ? [{ rawValue: seen.shift() }] : []);
      }
      if (seen) Object.assign(globalThis, { BarcodeDetector: Reader });
      else Reflect.deleteProperty(globalThis, "BarcodeDetector");
    }, reads);
    const page = await context.newPage();
    await signIn(page, `${target.url}/caregiver`, { user: "courier", password: "courier" });
    await page.locator("[data-act=hand-over]").waitFor();
    return page;
  }

  test("types the label where nothing reads it; a wrong one is said so", async () => {
    const page = await courier(null);
    expect(await page.locator("[data-act=scan]").count()).toBe(0);
    await page.getByLabel("取餐码或标签").fill("ZZZZZZZZZZ");
    await page.locator("[data-act=hand-over]").click();
    await expect.poll(() => page.getByRole("alert").textContent(), SOON).toContain("取餐码或标签不符");
    expect(dev.meals.taken).toEqual([]);
    await page.context().close();
  });

  test("scans the box, whatever else the camera sees, and hands it over once", async () => {
    const page = await courier(["6901234567892", LABEL.toLowerCase()]);
    const found = troubles(page);
    await page.locator("[data-act=scan]").click();
    const proof = page.getByLabel("取餐码或标签");
    await expect.poll(() => proof.inputValue(), SOON).toBe(LABEL.toLowerCase());
    await page.locator("dialog").waitFor({ state: "detached" });
    await picture(page, "phone-courier");
    await page.locator("[data-act=hand-over]").click();
    await page.locator("[data-act=hand-over]").waitFor({ state: "detached" });
    await expect.poll(() => dev.meals.taken.map((taken) => taken.body), SOON).toEqual([expect.objectContaining({ action: "deliver", proof: "scan", label: LABEL })]);
    expect(serious(found)).toEqual([]);
    await page.context().close();
  });
});
