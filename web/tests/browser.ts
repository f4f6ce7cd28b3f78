/** A real browser, and the habits the tests share: no console errors, screenshots on wish. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";

import type { Place } from "../src/contract.ts";
import type { Credentials } from "./target.ts";

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env["CARE_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      // A camera that shows a moving pattern, and nobody to ask whether it may.
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
    ],
  });

export const desk = (theme: "light" | "dark" = "light"): BrowserContextOptions => ({ viewport: { width: 1600, height: 960 }, colorScheme: theme, locale: "zh-CN" });

/** A phone about a kilometre from a place. */
export const phone = (near: Place): BrowserContextOptions => ({
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  locale: "zh-CN",
  permissions: ["geolocation"],
  geolocation: about(near),
});

/** A browser's made-up position is as old as its setting; setting it again is the fix of a phone that moves. */
export const about = (near: Place) => ({ longitude: near.lon + 0.01, latitude: near.lat + 0.003, accuracy: 10 });

/** What went wrong in a page: script errors, refused resources, policy violations. */
export function troubles(page: Page): string[] {
  const found: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") found.push(message.text());
  });
  page.on("pageerror", (error) => found.push(String(error)));
  return found;
}

/** A network that the test cut is reported by the browser itself; everything else is ours. */
export const serious = (found: readonly string[]): string[] => found.filter((text) => !/net::ERR_(INTERNET_DISCONNECTED|INCOMPLETE_CHUNKED_ENCODING)/.test(text));

export async function signIn(page: Page, url: string, who: Credentials): Promise<void> {
  await page.goto(url);
  await page.fill("[name=user]", who.user);
  await page.fill("[name=password]", who.password);
  await page.click("form .primary");
}

/** Saves a picture into the folder that `CARE_SCREENSHOTS` names, if it does. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env["CARE_SCREENSHOTS"];
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

export type { Browser, BrowserContext, Page };
