/** What an elder may get and has left, at a glance, and how a price would be shared: before an order is placed. */
import { useEffect, useState } from "preact/hooks";

import type { ServiceKind } from "../contract.ts";
import { Refused } from "../net/http.ts";
import { t } from "../text/index.ts";
import { amountOf, eligibility, quote, yuan } from "./api.ts";
import type { Eligibility, PayWith, Quote } from "./contract.ts";

export function Glance({ elder }: { elder: string }) {
  const words = t().money;
  const [known, setKnown] = useState<Eligibility | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    setKnown(null);
    eligibility(elder, stop.signal).then(setKnown, () => undefined);
    return () => stop.abort();
  }, [elder]);
  if (!known) return null;
  const left = new Map(known.balances.purses.map((p) => [p.kind, p.available]));
  return (
    <ul class="glance" data-testid="eligibility" aria-label={words.eligibility}>
      {known.assessment.entitlements.map((e) => {
        const whole = "points" in e ? e.points : e.amount_fen;
        return (
          <li key={e.kind}>
            <span class="badge accent">{words.kinds[e.kind]}</span> {words.monthly(amountOf(e.kind, whole))} · {words.left(amountOf(e.kind, left.get(e.kind) ?? whole))}{" "}
            <span class="muted">
              {e.rule} {e.article}
            </span>
          </li>
        );
      })}
      {known.assessment.refused.map((r) => (
        <li key={r.kind} class="muted">
          <span class="badge">{words.kinds[r.kind]}</span> {words.refusals[r.code] ?? r.code} · {r.rule} {r.article}
        </li>
      ))}
    </ul>
  );
}

interface Split {
  elder: string;
  service: ServiceKind;
  payWith: PayWith;
  day: string | undefined;
  /** What the elder would have to agree to; null while nobody knows. */
  onSelfPay: (fen: number | null) => void;
}

export function PriceSplit({ elder, service, payWith, day, onSelfPay }: Split) {
  const words = t().money;
  const [split, setSplit] = useState<Quote | string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    setSplit(null);
    onSelfPay(null);
    quote(elder, service, payWith, day, stop.signal).then(
      (q) => {
        setSplit(q);
        onSelfPay(q.self_pay);
      },
      (error) => {
        if (!stop.signal.aborted) setSplit(error instanceof Refused ? error.code : "unavailable");
      },
    );
    return () => stop.abort();
  }, [elder, service, payWith, day]);
  if (split === null) return null;
  if (typeof split === "string") {
    return (
      <p class="muted" data-testid="no-price">
        {words.noPrice} · {words.refusals[split] ?? t().problem.codes[split] ?? split}
      </p>
    );
  }
  const kind = payWith === "allowance" ? "service_allowance" : "silver_points";
  return (
    <p class="split" data-testid="price">
      {words.price} <strong>{yuan(split.price)}</strong> = {words.kinds[kind]} <strong>{amountOf(kind, split.allowance)}</strong> + {words.selfPay}{" "}
      <strong>{yuan(split.self_pay)}</strong>
    </p>
  );
}
