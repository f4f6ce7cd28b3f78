/** How a roster stands: which shifts are somebody's to work or to give away, and how a span is said. Pure. */
import type { CaregiverProfile } from "../contract.ts";
import { day, fullDate, hhmm } from "../text/format.ts";
import type { Answer, Roster, Span } from "./contract.ts";
import { ahead } from "./pattern.ts";

/** `11月24日 周二 08:30–17:30`, with both days where they differ. */
export const said = (span: Span): string =>
  fullDate(span.earliest) === fullDate(span.latest) ? `${day(span.earliest)} ${hhmm(span.earliest)}–${hhmm(span.latest)}` : `${day(span.earliest)} ${hhmm(span.earliest)} – ${day(span.latest)} ${hhmm(span.latest)}`;

const same = (a: Span, b: Span) => a.earliest === b.earliest && a.latest === b.latest;
const RUNS: readonly Answer[] = ["asked", "agreed", "granted"];

/** Shifts ahead, own and taken over, without those that were given away. */
export function working(roster: Roster, now: number): Span[] {
  const taken = roster.taken.map((it) => it.shift);
  const given = roster.swaps.filter((swap) => swap.stage === "granted").map((swap) => swap.shift);
  const own = roster.shifts.filter((shift) => !given.some((it) => same(it, shift)));
  return ahead([...own, ...taken.filter((shift) => !own.some((it) => same(it, shift)))], now);
}

/** Of those, the ones that nobody has been asked to take. */
export const givable = (roster: Roster, now: number): Span[] => working(roster, now).filter((shift) => !roster.swaps.some((swap) => RUNS.includes(swap.stage) && same(swap.shift, shift)));

/** The roster of somebody for whom none was entered: the shifts that stand in their profile. */
export const blank = (profile: CaregiverProfile): Roster => ({
  caregiver: profile.id,
  organisation: profile.organisation,
  revision: 0,
  shifts: profile.shifts,
  breaks: profile.breaks,
  leaves: [],
  swaps: [],
  taken: [],
  open: false,
  record: [],
});
