/** A supervisor's accounts: who may sign in, in which capacity, how far they see; made, reset, unlocked, disabled here. */
import { useEffect, useState } from "preact/hooks";

import { district, streetName } from "../../app/district.ts";
import { me } from "../../app/session.ts";
import type { Account, AccountListed, OneTimeCode, Page, Role } from "../../contract.ts";
import { call, get, post, withQuery } from "../../net/http.ts";
import { hhmm } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { toast, toastProblem } from "../../ui/toast.tsx";
import { close } from "../state.ts";

/** Those an account may have; devices have no rooms here. */
const ROLES: readonly Role[] = ["operator", "supervisor", "front_desk", "auditor", "bureau", "organisation", "kitchen", "caregiver", "courier", "elder"];
/** What a role's account names. */
const NAMES: Partial<Record<Role, "caregiver" | "elder" | "organisation">> = { caregiver: "caregiver", courier: "caregiver", elder: "elder", organisation: "organisation", kitchen: "organisation" };

type Shown = { what: "list" } | { what: "form"; account: AccountListed | null } | { what: "code"; user: string; code: OneTimeCode };

export function Accounts() {
  const words = t().accounts;
  const [accounts, setAccounts] = useState<AccountListed[]>([]);
  const [shown, setShown] = useState<Shown>({ what: "list" });
  const [q, setQ] = useState("");
  const load = () => void all().then(setAccounts, toastProblem);
  useEffect(load, []);
  const back = () => {
    setShown({ what: "list" });
    load();
  };
  return (
    <Dialog title={words.title} class="wide" onClose={() => close("accounts")}>
      <div class="body" data-testid="accounts">
        {shown.what === "code" && <Code user={shown.user} code={shown.code} onBack={back} />}
        {shown.what === "form" && <Form account={shown.account} onBack={back} onCode={(user, code) => setShown({ what: "code", user, code })} />}
        {shown.what === "list" && (
          <>
            <div class="row">
              <input class="input grow" type="search" aria-label={words.find} placeholder={words.find} value={q} onInput={(e) => setQ(e.currentTarget.value)} />
              <button type="button" class="button primary" data-act="new-account" onClick={() => setShown({ what: "form", account: null })}>
                {words.create}
              </button>
            </div>
            <table class="table">
              <thead>
                <tr>
                  {[words.user, words.name, words.role, words.scope, words.state].map((h) => (
                    <th key={h} scope="col">
                      {h}
                    </th>
                  ))}
                  <th scope="col">
                    <span class="visually-hidden">{t().act.title}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {accounts
                  .filter((a) => matches(a, q.trim()))
                  .map((a) => (
                    <Row key={a.user} account={a} onEdit={() => setShown({ what: "form", account: a })} onChanged={load} onCode={(code) => setShown({ what: "code", user: a.user, code })} />
                  ))}
              </tbody>
            </table>
          </>
        )}
      </div>
    </Dialog>
  );
}

/** `autofocus` works only while the dialog opens. */
const focus = (element: HTMLElement | null) => element?.focus();

async function all(): Promise<AccountListed[]> {
  const found: AccountListed[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<AccountListed> = await get(withQuery("/api/v1/users", { limit: 500, cursor }));
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found;
}

const matches = (a: AccountListed, q: string) => [a.user, a.display_name, a.caregiver ?? "", a.organisation ?? "", t().role[a.role]].some((text) => text.includes(q));
const change = (user: string, what: object) => call<Account>("PATCH", `/api/v1/users/${encodeURIComponent(user)}`, what);
const scopeOf = (a: Account) => [a.scope.street && streetName(a.scope.street), a.scope.community].filter(Boolean).join(" · ") || t().accounts.whole;

function Row({ account: a, onEdit, onChanged, onCode }: { account: AccountListed; onEdit: () => void; onChanged: () => void; onCode: (code: OneTimeCode) => void }) {
  const words = t().accounts;
  const mine = a.user === me.value?.user;
  const act = (what: object) => () => void change(a.user, what).then(onChanged, toastProblem);
  const reset = () => void post<OneTimeCode>(`/api/v1/users/${encodeURIComponent(a.user)}/reset`, {}).then(onCode, toastProblem);
  const names = a.caregiver ?? a.elder ?? a.organisation;
  return (
    <tr data-user={a.user} class={a.disabled ? "muted" : undefined}>
      <td class="mono">{a.user}</td>
      <td>{a.display_name}</td>
      <td>
        {t().role[a.role]} {names && <span class="muted mono">{names}</span>}
      </td>
      <td>{scopeOf(a)}</td>
      <td>
        {a.disabled && <span class="badge danger">{words.disabled}</span>} {a.locked_until && <span class="badge warn">{words.lockedUntil(hhmm(a.locked_until))}</span>}{" "}
        {!a.password_set && !a.disabled && <span class="badge">{words.noPassword}</span>}
      </td>
      <td class="row-acts">
        <button type="button" class="button small" data-act="edit" onClick={onEdit}>
          {t().act.change}
        </button>
        <button type="button" class="button small" data-act="reset" onClick={reset}>
          {words.reset}
        </button>
        {a.locked_until && (
          <button type="button" class="button small" data-act="unlock" onClick={act({ unlock: true })}>
            {words.unlock}
          </button>
        )}
        {!mine && (
          <button type="button" class="button small" data-act={a.disabled ? "enable" : "disable"} onClick={act({ disabled: !a.disabled })}>
            {a.disabled ? words.enable : words.disable}
          </button>
        )}
      </td>
    </tr>
  );
}

/** Shown once: the code is kept nowhere in the clear. */
function Code({ user, code, onBack }: { user: string; code: OneTimeCode; onBack: () => void }) {
  const words = t().accounts;
  return (
    <section class="one-time" role="status">
      <p>{words.codeFor(user, hhmm(code.expires_at))}</p>
      <output class="mono" data-testid="code">
        {code.code}
      </output>
      <p class="muted">{words.codeNote}</p>
      <button type="button" class="button primary" ref={focus} onClick={onBack}>
        {t().app.confirm}
      </button>
    </section>
  );
}

function Form({ account, onBack, onCode }: { account: AccountListed | null; onBack: () => void; onCode: (user: string, code: OneTimeCode) => void }) {
  const words = t().accounts;
  const mine = account !== null && account.user === me.value?.user;
  const [role, setRole] = useState<Role>(account?.role ?? "operator");
  const [street, setStreet] = useState(account?.scope.street ?? me.value?.scope.street ?? "");
  const names = NAMES[role];
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const of = (name: "caregiver" | "elder" | "organisation") => (names === name ? text(name) : null);
    const scope = { street: street || null, community: (street && text("community")) || null };
    const wanted = { role, scope, caregiver: of("caregiver"), elder: of("elder"), organisation: of("organisation"), display_name: text("display_name") };
    try {
      if (account) {
        await change(account.user, mine ? { display_name: wanted.display_name } : wanted);
        toast(t().act.sent);
        onBack();
      } else {
        const user = text("user");
        onCode(user, await post<OneTimeCode>("/api/v1/users", { user, ...wanted }));
      }
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <form onSubmit={submit} data-testid="account-form">
      <label class="field">
        <span>{words.user}</span>
        <input class="input" name="user" required pattern="[A-Za-z0-9_\-]{1,64}" autocomplete="off" ref={account ? null : focus} disabled={account !== null} defaultValue={account?.user ?? ""} />
      </label>
      <label class="field">
        <span>{words.name}</span>
        <input class="input" name="display_name" required maxLength={64} autocomplete="off" ref={account ? focus : null} defaultValue={account?.display_name ?? ""} />
      </label>
      <label class="field">
        <span>{words.role}</span>
        <select class="input" name="role" disabled={mine} value={role} onChange={(e) => setRole(e.currentTarget.value as Role)}>
          {ROLES.map((r) => (
            <option key={r} value={r}>
              {t().role[r]}
            </option>
          ))}
        </select>
      </label>
      {names && (
        <label class="field">
          <span>{words.names[names]}</span>
          <input class="input" name={names} required defaultValue={account?.[names] ?? ""} />
        </label>
      )}
      <label class="field">
        <span>{words.street}</span>
        <select class="input" name="street" disabled={mine} value={street} onChange={(e) => setStreet(e.currentTarget.value)}>
          {me.value?.scope.street == null && <option value="">{words.whole}</option>}
          {(district.value?.streets ?? []).map((s) => (
            <option key={s.id} value={s.id}>
              {s.name}
            </option>
          ))}
        </select>
      </label>
      {street && (
        <label class="field">
          <span>{words.community}</span>
          <input class="input" name="community" disabled={mine} defaultValue={account?.scope.community ?? me.value?.scope.community ?? ""} />
        </label>
      )}
      {account && !mine && <p class="muted">{words.changeNote}</p>}
      <footer>
        <button type="button" class="button" onClick={onBack}>
          {t().app.cancel}
        </button>
        <button class="button primary">{account ? words.save : words.create}</button>
      </footer>
    </form>
  );
}
