import { expect, test } from "vitest";

import { ahead, fitting, laidOut, overlap, weekdayOf, within } from "./pattern.ts";

test("weekdays between two days become shifts by the city's clock, with their breaks", () => {
  const { shifts, breaks } = laidOut({ first: "2026-03-16", last: "2026-03-22", weekdays: ["monday", "wednesday"], starts: "08:30", ends: "17:30", rest: { starts: "12:00", ends: "13:00" } });
  expect(shifts).toEqual([
    { earliest: "2026-03-16T00:30:00.000Z", latest: "2026-03-16T09:30:00.000Z" },
    { earliest: "2026-03-18T00:30:00.000Z", latest: "2026-03-18T09:30:00.000Z" },
  ]);
  expect(breaks[0]).toEqual({ earliest: "2026-03-16T04:00:00.000Z", latest: "2026-03-16T05:00:00.000Z" });
});

test("a night ends on the next day, over the end of a month, and its break with it", () => {
  const night = { first: "2026-02-28", last: "2026-02-28", weekdays: [weekdayOf("2026-02-28")], starts: "20:00", ends: "06:00" };
  const { shifts, breaks } = laidOut({ ...night, rest: { starts: "01:00", ends: "02:00" } });
  expect(shifts).toEqual([{ earliest: "2026-02-28T12:00:00.000Z", latest: "2026-02-28T22:00:00.000Z" }]);
  expect(breaks).toEqual([{ earliest: "2026-02-28T17:00:00.000Z", latest: "2026-02-28T18:00:00.000Z" }]);
  const across = laidOut({ ...night, rest: { starts: "23:30", ends: "00:30" } });
  expect(within(across.breaks[0] as never, across.shifts[0] as never)).toBe(true);
});

test("days the wrong way round are none", () => {
  expect(laidOut({ first: "2026-03-22", last: "2026-03-16", weekdays: ["monday"], starts: "08:00", ends: "09:00" }).shifts).toEqual([]);
});

test("shifts that meet do not overlap; those over are not ahead", () => {
  const a = { earliest: "2026-03-16T00:00:00.000Z", latest: "2026-03-16T04:00:00.000Z" };
  const b = { earliest: "2026-03-16T04:00:00.000Z", latest: "2026-03-16T08:00:00.000Z" };
  expect(overlap(a, b)).toBe(false);
  expect(overlap(a, { ...b, earliest: "2026-03-16T03:59:00.000Z" })).toBe(true);
  expect(ahead([b, a], Date.parse("2026-03-16T04:00:00Z"))).toEqual([b]);
});

test("of more shifts than a roster holds the oldest go, with their breaks", () => {
  const { shifts, breaks } = laidOut({ first: "2025-01-01", last: "2026-01-31", weekdays: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], starts: "08:00", ends: "12:00", rest: { starts: "10:00", ends: "10:15" } });
  const more = laidOut({ first: "2026-02-01", last: "2026-06-30", weekdays: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], starts: "08:00", ends: "12:00" });
  const kept = fitting([...more.shifts, ...shifts], breaks);
  expect([kept.shifts.length, kept.shifts.at(-1)]).toEqual([500, more.shifts.at(-1)]);
  expect(kept.breaks).toHaveLength(500 - more.shifts.length);
});
