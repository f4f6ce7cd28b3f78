/** The audit log: who did what to whom, newest first; older pages on request. */
import { useEffect, useState } from "preact/hooks";

import type { AuditEntry, Page } from "../../contract.ts";
import { get, withQuery } from "../../net/http.ts";
import { day, hhmmss } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { toastProblem } from "../../ui/toast.tsx";
import { close } from "../state.ts";

export function Audit() {
  const words = t().audit;
  const [entries, setEntries] = useState<AuditEntry[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [action, setAction] = useState("");
  const more = (cursor?: string) =>
    void get<Page<AuditEntry>>(withQuery("/api/v1/audit", { limit: 100, cursor })).then((page) => {
      setEntries((known) => (cursor === undefined ? page.items : [...known, ...page.items]));
      setNext(page.next);
    }, toastProblem);
  useEffect(() => more(), []);
  const shown = action === "" ? entries : entries.filter((e) => e.action === action);
  return (
    <Dialog title={words.title} class="wide" onClose={() => close("audit")}>
      <div class="body" data-testid="audit">
        <label class="field">
          <span>{words.only}</span>
          <select class="input" value={action} onChange={(e) => setAction(e.currentTarget.value)}>
            <option value="">{words.all}</option>
            {Object.entries(words.actions).map(([name, label]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <table class="table">
          <thead>
            <tr>
              {[words.at, words.who, words.what, words.subject, words.detail].map((h) => (
                <th key={h} scope="col">
                  {h}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((e) => (
              <tr key={e.id} data-action={e.action}>
                <td class="mono">
                  {day(e.at)} {hhmmss(e.at)}
                </td>
                <td>
                  {e.user ?? t().role.system} {e.role && e.user && <span class="muted">{t().role[e.role]}</span>}
                </td>
                <td>{words.actions[e.action] ?? e.action}</td>
                <td class="mono">{e.subject}</td>
                <td class="mono muted">{detail(e.detail)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p class="muted">{words.empty}</p>}
        {next && (
          <button type="button" class="button" onClick={() => more(next)}>
            {words.older}
          </button>
        )}
      </div>
    </Dialog>
  );
}

/** `role: front_desk · unlock: true`, leaving out what says nothing. */
function detail(of: unknown): string {
  if (typeof of !== "object" || of === null) return "";
  const said = Object.entries(of).filter(([, v]) => v !== null && v !== false && !(Array.isArray(v) && v.length === 0));
  return said.map(([k, v]) => `${k}: ${typeof v === "object" ? JSON.stringify(v) : String(v)}`).join(" · ");
}
