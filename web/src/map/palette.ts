/** The map's colours, read from the design tokens, so that map and lists never disagree. */
import type { Priority } from "../contract.ts";
import type { CaregiverState } from "../store/derive.ts";
import type { RoadGroup } from "./road-group.ts";

export interface Palette {
  ground: string;
  water: string;
  casing: string;
  label: string;
  halo: string;
  text: string;
  surface: string;
  accent: string;
  danger: string;
  roads: Record<RoadGroup, string>;
  states: Record<CaregiverState, string>;
  priorities: Record<Priority, string>;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const tokens = <K extends string>(prefix: string, ...names: K[]) => Object.fromEntries(names.map((n) => [n, token(prefix + n)])) as Record<K, string>;
  return {
    ground: token("map-ground"),
    water: token("map-water"),
    casing: token("map-casing"),
    label: token("map-label"),
    halo: token("map-halo"),
    text: token("text"),
    surface: token("surface"),
    accent: token("accent"),
    danger: token("danger"),
    roads: tokens("map-", "path", "minor", "tertiary", "secondary", "primary", "major"),
    states: tokens("", "free", "offered", "en_route", "serving", "break", "stale", "lost", "off"),
    priorities: tokens("", "emergency", "urgent", "guaranteed", "ordinary"),
  };
}
