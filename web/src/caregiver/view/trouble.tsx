/** What else can happen at a visit: nobody opens, something is wrong, a change is needed. */
import { useState } from "preact/hooks";

import { district } from "../../app/district.ts";
import type { Change, Order, ServiceKind, VisitProblem } from "../../contract.ts";
import { t } from "../../text/index.ts";
import { openOrder, utter } from "../state.ts";
import { Sheet } from "./sheet.tsx";

const PROBLEMS: readonly VisitProblem[] = ["elder_unwell", "caregiver_unwell", "breakdown", "wrong_address", "unsafe", "missing_equipment", "other"];
type Page = "menu" | "no_show" | "report" | "apply";

export function Trouble({ order, onClose }: { order: Order; onClose: () => void }) {
  const [page, setPage] = useState<Page>("menu");
  const words = t().phone;
  switch (page) {
    case "menu":
      return (
        <Sheet title={words.more} onClose={onClose}>
          <div class="options">
            {order.stage === "arrived" && (
              <button type="button" class="button huge danger" data-act="no_show" onClick={() => setPage("no_show")}>
                {words.noShow}
              </button>
            )}
            <button type="button" class="button huge" data-act="report" onClick={() => setPage("report")}>
              {words.report}
            </button>
            <button type="button" class="button huge" data-act="apply" onClick={() => setPage("apply")}>
              {words.apply}
            </button>
          </div>
        </Sheet>
      );
    case "no_show":
      return (
        <Sheet title={words.noShow} onClose={onClose}>
          <p>{words.noShowSure}</p>
          <button
            type="button"
            class="button huge danger"
            data-act="no_show_sure"
            onClick={() => {
              onClose();
              openOrder.value = null;
              void utter(order.id, { action: "no_show" });
            }}
          >
            {words.noShow}
          </button>
        </Sheet>
      );
    case "report":
      return <Report order={order} onClose={onClose} />;
    case "apply":
      return <Apply order={order} onClose={onClose} />;
  }
}

function Report({ order, onClose }: { order: Order; onClose: () => void }) {
  const [problem, setProblem] = useState<VisitProblem | null>(null);
  const words = t();
  const send = (can_continue: boolean) => {
    if (!problem) return;
    onClose();
    if (!can_continue) openOrder.value = null;
    void utter(order.id, { action: "report_problem", problem, can_continue });
  };
  return (
    <Sheet title={words.phone.report} onClose={onClose}>
      <div class="options two">
        {PROBLEMS.map((p) => (
          <button key={p} type="button" class="button huge" data-problem={p} aria-pressed={problem === p} onClick={() => setProblem(p)}>
            {words.visitProblem[p]}
          </button>
        ))}
      </div>
      <div class="options two">
        <button type="button" class="button huge" data-act="can_continue" disabled={!problem} onClick={() => send(true)}>
          {words.phone.canContinue}
        </button>
        <button type="button" class="button huge danger" data-act="cannot_continue" disabled={!problem} onClick={() => send(false)}>
          {words.phone.cannotContinue}
        </button>
      </div>
    </Sheet>
  );
}

const CHANGES = ["add", "reduce", "service", "cancel"] as const;

function Apply({ order, onClose }: { order: Order; onClose: () => void }) {
  const [kind, setKind] = useState<(typeof CHANGES)[number]>("add");
  const [minutes, setMinutes] = useState(15);
  const [service, setService] = useState<ServiceKind>(order.service);
  const [reason, setReason] = useState("");
  const words = t();
  const change = (): Change => {
    if (kind === "service") return { change: "service", service };
    return kind === "cancel" ? { change: "cancel" } : { change: kind, minutes };
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onClose();
    void utter(order.id, { action: "apply", change: change(), reason: reason.trim() });
  };
  return (
    <Sheet title={words.phone.apply} onClose={onClose}>
      <form class="verify" onSubmit={submit}>
        <p class="muted">{words.phone.applyNote}</p>
        <div class="options two">
          {CHANGES.map((k) => (
            <button key={k} type="button" class="button huge" data-change={k} aria-pressed={kind === k} onClick={() => setKind(k)}>
              {words.phone.applyKinds[k]}
            </button>
          ))}
        </div>
        {(kind === "add" || kind === "reduce") && (
          <div class="stepper" role="group" aria-label={words.act.minutes}>
            <button type="button" class="button huge" aria-label="−5" onClick={() => setMinutes(Math.max(5, minutes - 5))}>
              −
            </button>
            <strong>{words.drawer.minutes(minutes)}</strong>
            <button type="button" class="button huge" aria-label="+5" onClick={() => setMinutes(Math.min(240, minutes + 5))}>
              +
            </button>
          </div>
        )}
        {kind === "service" && (
          <select class="input big" aria-label={words.act.service} value={service} onChange={(e) => setService(e.currentTarget.value as ServiceKind)}>
            {(district.value?.services ?? []).map((s) => (
              <option key={s.kind} value={s.kind}>
                {words.service[s.kind]}
              </option>
            ))}
          </select>
        )}
        <label class="field">
          <span>
            {words.act.reason}（{words.act.reasonHint}）
          </span>
          <input class="input big" name="reason" required maxLength={500} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
        </label>
        <button class="button primary huge" data-act="apply_send">
          {words.phone.apply}
        </button>
      </form>
    </Sheet>
  );
}
