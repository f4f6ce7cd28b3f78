// Draws the PNG icons from public/icon.svg with the Chromium that the browser tests use. Run after changing the SVG.
import { readFile } from "node:fs/promises";

import { chromium } from "playwright-core";

const folder = new URL("../public/", import.meta.url).pathname;
const svg = await readFile(`${folder}icon.svg`, "utf8");
const browser = await chromium.launch({ executablePath: process.env.CARE_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** `bleed` fills the square to its edges and keeps the drawing inside the safe zone of a maskable icon. */
async function draw(size, name, bleed) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const inner = bleed ? Math.round(size * 0.8) : size;
  await page.setContent(`<style>*{margin:0}body{width:${size}px;height:${size}px;display:grid;place-content:center;background:${bleed ? "#0b6e63" : "transparent"}}svg{width:${inner}px;height:${inner}px}</style>${svg}`);
  await page.screenshot({ path: `${folder}${name}`, omitBackground: true });
  await page.close();
}

await draw(192, "icon-192.png", false);
await draw(512, "icon-512.png", false);
await draw(512, "icon-maskable-512.png", true);
await browser.close();
