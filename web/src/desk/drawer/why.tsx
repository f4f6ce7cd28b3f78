/** Why this person: the ranking with its terms as bars, and who was left out for what. */
import { useEffect, useState } from "preact/hooks";

import type { Decision, Order, Ranked, Term } from "../../contract.ts";
import { get } from "../../net/http.ts";
import { isEstimated } from "../../store/order.ts";
import { hhmmss, span } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { Icon } from "../../ui/glyph.tsx";
import { caregiverName } from "../names.ts";
import { Way } from "./crew.tsx";

/** The decision an order's timeline speaks of last; a new one means there is more to read. */
function latestDecision(order: Order): string {
  for (const e of [...order.timeline].reverse()) if ("decision" in e) return e.decision;
  return "";
}

export function Why({ order }: { order: Order }) {
  const [decisions, setDecisions] = useState<Decision[] | null>(null);
  const latest = latestDecision(order);
  useEffect(() => {
    const stop = new AbortController();
    get<{ items: Decision[] }>(`/api/v1/orders/${encodeURIComponent(order.id)}/decisions`, { signal: stop.signal }).then(
      ({ items }) => setDecisions([...items].sort((a, b) => b.at.localeCompare(a.at))),
      () => undefined,
    );
    return () => stop.abort();
  }, [order.id, latest]);
  const words = t().drawer;
  const [first, ...earlier] = decisions ?? [];
  return (
    <section class="why" aria-label={words.why}>
      <h3>{words.why}</h3>
      {first ? <Explained decision={first} /> : <p class="muted">{decisions ? words.whyNone : t().app.loading}</p>}
      {earlier.length > 0 && (
        <details>
          <summary>
            {words.earlier} <b>{earlier.length}</b>
          </summary>
          {earlier.map((d) => (
            <Explained key={d.id} decision={d} />
          ))}
        </details>
      )}
    </section>
  );
}

function Explained({ decision }: { decision: Decision }) {
  const words = t().drawer;
  const extent = Math.max(1, ...decision.ranked.map((r) => sum(r.terms, (c) => Math.max(0, c))));
  const kinds = [...new Set(decision.ranked.flatMap((r) => r.terms.filter((x) => x.value !== 0).map((x) => x.kind)))];
  return (
    <div class="decision" data-decision={decision.id}>
      <p class="muted line">
        <time>{hhmmss(decision.at)}</time> · {words.methodName[decision.method]} · {words.considered(decision.considered)}
        {isEstimated(decision) && <span class="badge warn">{words.estimated}</span>}
      </p>
      {decision.shortage && <p class="badge danger">{t().shortage[decision.shortage]}</p>}
      <ol class="ranking">
        {decision.ranked.map((r) => (
          <Candidate key={r.team.join()} ranked={r} extent={extent} chosen={r.team.every((c) => decision.chosen.includes(c))} />
        ))}
      </ol>
      {kinds.length > 0 && (
        <ul class="terms" title={words.scoreNote}>
          {kinds.map((kind) => (
            <li key={kind}>
              <i class={`term ${kind}`} aria-hidden="true" /> {t().term[kind]}
            </li>
          ))}
        </ul>
      )}
      {decision.reason && <p>{decision.reason}</p>}
      {decision.passed_over && (
        <p class="muted">
          {words.passedOver}：{decision.passed_over}
        </p>
      )}
      <Excluded decision={decision} />
    </div>
  );
}

const cost = (term: Term) => term.value * term.weight;
const sum = (terms: readonly Term[], of: (cost: number) => number) => terms.reduce((s, x) => s + of(cost(x)), 0);

/** A term in words: kind and its share of the cost as waiting time. */
const told = (term: Term) => `${t().term[term.kind]} ${cost(term) < 0 ? "−" : ""}${span(Math.abs(cost(term)))}`;

function Candidate({ ranked, extent, chosen }: { ranked: Ranked; extent: number; chosen: boolean }) {
  const terms = ranked.terms.filter((x) => cost(x) !== 0);
  const score = `${ranked.score < 0 ? "−" : ""}${span(Math.abs(ranked.score))}`;
  return (
    <li class={chosen ? "chosen" : ""}>
      <div class="line">
        {chosen && (
          <span class="chosen-mark" title={t().drawer.chosen}>
            <Icon name="check" />
          </span>
        )}
        <strong>{ranked.team.map(caregiverName).join("、")}</strong>
        <span class="grow">{ranked.legs[0] && <Way leg={ranked.legs[0]} />}</span>
        <span class="score" title={t().drawer.scoreNote}>
          {score}
        </span>
      </div>
      <div class="bar" role="img" aria-label={terms.map(told).join("，")}>
        {terms.map((term) => (
          <i key={term.kind} class={`term ${term.kind} ${cost(term) < 0 ? "bonus" : ""}`} title={told(term)} style={{ width: `${(Math.abs(cost(term)) / extent) * 100}%` }} />
        ))}
      </div>
    </li>
  );
}

function Excluded({ decision }: { decision: Decision }) {
  const words = t();
  if (decision.excluded.length === 0) return null;
  const most = Math.max(...decision.excluded.map((e) => e.count));
  const sorted = [...decision.excluded].sort((a, b) => b.count - a.count);
  return (
    <details class="excluded">
      <summary>
        {words.drawer.excluded} <b>{decision.excluded.reduce((n, e) => n + e.count, 0)}</b>
      </summary>
      <dl>
        {sorted.map((e) => (
          <div key={e.reason}>
            <dt>
              {words.exclusion[e.reason]} <b>{e.count}</b>
              <i class="meter" aria-hidden="true" style={{ width: `${(e.count / most) * 100}%` }} />
            </dt>
            <dd class="muted">
              {e.caregivers.map(caregiverName).join("、")}
              {e.count > e.caregivers.length && ` ${words.drawer.others(e.count)}`}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
