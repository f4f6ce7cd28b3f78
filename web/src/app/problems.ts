/** What went wrong, in the reader's words. */
import { Refused, Unreachable } from "../net/http.ts";
import { language, t } from "../text/index.ts";

export function explain(error: unknown): string {
  const words = t().problem;
  if (error instanceof Unreachable) return words.unreachable;
  if (!(error instanceof Refused)) return words.unknown;
  const known = words.codes[error.code] ?? (language.value === "zh" ? words.unknown : error.problem.detail);
  const wait = error.problem.retry_after;
  return wait ? `${known} · ${words.retryIn(wait)}` : known;
}
