import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

/** The tokens of one theme; the dark theme stands on the light one. */
function tokens(css: string, selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(selector)).split("}")[0] ?? "";
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1], m[2]]));
}

/** Relative luminance of sRGB, as WCAG 2 defines it. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
const light = tokens(css, ":root {");
const themes = { light, dark: { ...light, ...tokens(css, ':root[data-theme="dark"]') } };

describe.each(Object.entries(themes))("in the %s theme", (_, theme) => {
  const of = (name: string) => theme[name] as string;

  test.each(["text", "text-2", "accent", "danger", "warn", "good", "emergency", "urgent", "guaranteed", "ordinary", "free", "offered", "en_route", "serving", "break", "stale", "lost"])("%s reads on every surface (AA)", (name) => {
    for (const ground of ["surface", "raised"]) expect(contrast(of(name), of(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test.each([
    ["on-accent", "accent"],
    ["accent", "accent-soft"],
    ["danger", "danger-soft"],
    ["warn", "warn-soft"],
    ["text", "bg"],
    ["text-2", "bg"],
    ["map-label", "map-ground"],
  ])("%s reads on %s (AA)", (name, ground) => expect(contrast(of(name), of(ground))).toBeGreaterThanOrEqual(4.5));

  test.each(["response", "tardiness", "detour", "displacement", "idle", "workload", "continuity", "rating", "staleness"])("the term %s shows on the surface", (name) => {
    expect(contrast(of(`term-${name}`), of("surface"))).toBeGreaterThanOrEqual(3);
  });
});
