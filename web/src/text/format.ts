/** Times, spans and lengths as people read them; days and hours by the city's clock. */
import { language, t } from "./index.ts";

const ZONE = "Asia/Shanghai";
const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = language.value === "zh" ? "zh-CN" : "en-GB";
  const key = locale + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale, { timeZone: ZONE, hourCycle: "h23", ...options })));
  return found;
}

type When = string | number;
const date = (at: When) => new Date(at);

export const hhmm = (at: When) => format({ hour: "2-digit", minute: "2-digit" }).format(date(at));
export const hhmmss = (at: When) => format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(date(at));
export const day = (at: When) => format({ month: "short", day: "numeric", weekday: "short" }).format(date(at));
export const fullDate = (at: When) => format({ year: "numeric", month: "short", day: "numeric" }).format(date(at));

/** `14:05–15:00`, with the day in front unless it is today. */
export function window(w: { earliest: string; latest: string }, now: number): string {
  const from = fullDate(w.earliest) === fullDate(now) ? "" : `${day(w.earliest)} `;
  return `${from}${hhmm(w.earliest)}–${hhmm(w.latest)}`;
}

/** A span, at most two units. */
export function span(ms: number): string {
  const words = t().time;
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return words.s(s);
  const m = Math.floor(s / 60);
  if (m < 10 && s % 60 > 0) return words.ms(m, s % 60);
  if (m < 60) return words.m(m);
  const h = Math.floor(m / 60);
  return h < 48 ? words.h(h, m % 60) : words.d(Math.round(h / 24));
}

/** A span as a stopwatch shows it: `4:05`, `1:12:30`. */
export function stopwatch(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  return h > 0 ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/** Milliseconds as a figure of the wall: `38 ms`, `4.2 s`, `3:20`. */
export function latency(ms: number | null): string {
  if (ms === null) return t().app.none;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return stopwatch(ms);
}

export function metres(m: number): string {
  return m < 1000 ? `${Math.round(m / 10) * 10} m` : `${(m / 1000).toFixed(1)} km`;
}

export const percent = (share: number | null) => (share === null ? t().app.none : `${Math.round(share * 100)}%`);

/** The end of an id, enough to tell two apart at a glance. */
export const shortId = (id: string) => (id.length > 8 ? `…${id.slice(-6)}` : id);
