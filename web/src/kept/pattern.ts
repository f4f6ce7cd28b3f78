/** Shifts as a desk thinks of them — these weekdays, from then to then — and as the registry keeps them. Pure; by the city's clock. */
import { fromLocal } from "../desk/dialogs/local-time.ts";
import { WEEKDAYS, type Span, type Weekday } from "./contract.ts";

export interface Pattern {
  /** The first and the last day, `2026-11-23`. */
  first: string;
  last: string;
  weekdays: readonly Weekday[];
  /** `08:30`; an end that is not later is the next day's. */
  starts: string;
  ends: string;
  /** A break inside, where there is one. */
  rest?: { starts: string; ends: string };
}

const DAY_MS = 86_400_000;
const days = (first: string, last: string): string[] => {
  const count = Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1;
  return Array.from({ length: Math.max(0, Math.min(count, 400)) }, (_, at) => new Date(Date.parse(first) + at * DAY_MS).toISOString().slice(0, 10));
};
/** A calendar day's weekday; it is a date's own, whatever the clock. */
export const weekdayOf = (day: string): Weekday => WEEKDAYS[(new Date(day).getUTCDay() + 6) % 7] as Weekday;
const next = (day: string) => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);

/** From one clock time to another, at or after the given instant of that day. */
function span(day: string, starts: string, ends: string): Span {
  return { earliest: fromLocal(`${day}T${starts}`), latest: fromLocal(`${ends > starts ? day : next(day)}T${ends}`) };
}

/** The shifts of a pattern with the breaks inside them. */
export function laidOut(pattern: Pattern): { shifts: Span[]; breaks: Span[] } {
  const on = days(pattern.first, pattern.last).filter((day) => pattern.weekdays.includes(weekdayOf(day)));
  const { rest } = pattern;
  return {
    shifts: on.map((day) => span(day, pattern.starts, pattern.ends)),
    // A night shift's break may lie after midnight.
    breaks: rest ? on.map((day) => span(rest.starts < pattern.starts ? next(day) : day, rest.starts, rest.ends)) : [],
  };
}

export const within = (inner: Span, outer: Span): boolean => outer.earliest <= inner.earliest && inner.latest <= outer.latest;
export const overlap = (a: Span, b: Span): boolean => a.earliest < b.latest && b.earliest < a.latest;
/** Shifts that are not over. */
export const ahead = (shifts: readonly Span[], now: number): Span[] => shifts.filter((shift) => Date.parse(shift.latest) > now).sort((a, b) => a.earliest.localeCompare(b.earliest));

/** So many shifts a roster holds. */
const MOST = 500;

/** What fits into a roster: where there are too many, those longest over go, and the breaks inside them. */
export function fitting(shifts: readonly Span[], breaks: readonly Span[]): { shifts: Span[]; breaks: Span[] } {
  const kept = [...shifts].sort((a, b) => a.earliest.localeCompare(b.earliest)).slice(-MOST);
  return { shifts: kept, breaks: breaks.filter((rest) => kept.some((shift) => within(rest, shift))) };
}
