/** What waits for somebody: applications, calls, complaints, violations, ratings, corrections, grants; overdue ones first. */
import { useState } from "preact/hooks";

import { useKnown } from "../app/known.ts";
import type { Role } from "../contract.ts";
import { t } from "../text/index.ts";
import { Due, isLate, Record } from "../ui/record.tsx";
import { amountOf, matters, stageOf, take, yuan } from "./api.ts";
import type { Matter, MatterKind, Matters, Step } from "./contract.ts";
import { Opening } from "./opening.tsx";
import { choices, surveys } from "./steps.ts";
import { Survey } from "./survey.tsx";

const KINDS: MatterKind[] = ["application", "follow_up", "complaint", "violation", "rating", "correction", "grant"];

export function MattersRoom({ role }: { role: Role }) {
  const words = t().money;
  const [kind, setKind] = useState<MatterKind | "">("");
  const [all, setAll] = useState(false);
  const { known, act } = useKnown<Matters>(() => matters({ ...(kind && { kind }), open: !all }), `${kind} ${all}`);
  const step = (matter: string, taken: Step, note: string) => act(take(matter, taken, note));
  return (
    <>
      <div class="row">
        <label class="field grow">
          <span>{words.kindOf}</span>
          <select class="input" value={kind} onChange={(e) => setKind(e.currentTarget.value as MatterKind | "")}>
            <option value="">{words.every}</option>
            {KINDS.map((k) => (
              <option key={k} value={k}>
                {words.matterKinds[k]}
              </option>
            ))}
          </select>
        </label>
        <label class="row">
          <input type="checkbox" checked={all} onChange={(e) => setAll(e.currentTarget.checked)} /> {words.closedToo}
        </label>
      </div>
      <Opening role={role} onAct={step} />
      {known?.items.length === 0 && <p class="muted">{words.nothing}</p>}
      <ul class="matters">
        {known?.items.map((m) => <One key={m.id} matter={m} today={known.today} role={role} onAct={step} />)}
      </ul>
    </>
  );
}

interface OneProps {
  matter: Matter;
  today: string;
  role: Role;
  onAct: (matter: string, step: Step, note: string) => Promise<boolean>;
}

function One({ matter, today, role, onAct }: OneProps) {
  const words = t().money;
  const [note, setNote] = useState("");
  const due = matter.open ? matter.due : undefined;
  const can = choices(matter, role);
  return (
    <li data-matter={matter.id} data-kind={matter.kind} class={isLate(due, today) ? "overdue" : undefined}>
      <h3>
        {words.matterKinds[matter.kind]} <span class="badge">{words.stages[stageOf(matter)] ?? stageOf(matter)}</span>{" "}
        <Due due={due} today={today} />
      </h3>
      <p>
        <Subject matter={matter} />
      </p>
      <Record record={matter.record} steps={words.steps} />
      {surveys(matter, role) && <Survey onSurvey={(found) => onAct(matter.id, { step: "survey", found }, note)} />}
      {can.length > 0 && (
        <div class="row">
          <input class="input grow" maxLength={500} placeholder={words.note} aria-label={words.note} value={note} onInput={(e) => setNote(e.currentTarget.value)} />
          {can.map((c) => (
            <button key={c.name} type="button" class="button small" data-act={c.name} onClick={() => void onAct(matter.id, c.step, note).then((done) => done && setNote(""))}>
              {words.choices[c.name] ?? c.name}
            </button>
          ))}
        </div>
      )}
    </li>
  );
}

function Subject({ matter: m }: { matter: Matter }) {
  const words = t().money;
  const named = [m.elder && `${t().drawer.elder} ${m.elder}`, m.organisation && `${words.organisation} ${m.organisation}`, m.order && `${t().drawer.order} ${m.order}`];
  const said = [
    m.says,
    m.year !== undefined && `${m.year}`,
    m.stars !== undefined && t().kpi.stars(String(m.stars)),
    m.change !== undefined && amountOf("service_allowance", m.change),
    m.period,
    ...(m.grants ?? []).map((g) => `${words.grants[g.grant] ?? g.grant} ${g.amount_fen === undefined ? (words.noGrant[g.refused ?? ""] ?? g.refused) : yuan(g.amount_fen)}（${g.article}）`),
  ];
  return <>{[...named, ...said].filter(Boolean).join(" · ")}</>;
}
