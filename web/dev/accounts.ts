/** Accounts and their audit log, as far as the development server has them: in memory, with no passwords of their own. */
import type { Account, AccountListed, AuditEntry, Me } from "../src/contract.ts";
import { Refusal } from "./apply.ts";

const SERVED = ["operator", "supervisor", "front_desk", "auditor", "bureau", "organisation", "caregiver", "elder"];

export class Accounts {
  readonly #accounts = new Map<string, AccountListed>();
  readonly audit: AuditEntry[] = [];

  constructor(caregivers: Iterable<[id: string, name: string]>) {
    for (const role of ["operator", "supervisor", "auditor"] as const) this.#accounts.set(role, listed({ user: role, role, display_name: role }));
    for (const [id, name] of caregivers) this.#accounts.set(id, listed({ user: id, role: "caregiver", caregiver: id, display_name: name }));
  }

  list(): AccountListed[] {
    return [...this.#accounts.values()].sort((a, b) => (a.user < b.user ? -1 : 1));
  }

  create(by: Me, given: Partial<Account>): { user: Account; code: string; expires_at: string } {
    const account = listed({ ...given, disabled: false });
    if (!SERVED.includes(account.role)) throw new Refusal(422, "role_not_served", "that role is not in use");
    if (this.#accounts.has(account.user)) throw new Refusal(409, "user_exists", "there is such an account");
    this.#accounts.set(account.user, { ...account, password_set: false });
    this.note(by, "user_created", account.user, { role: account.role });
    return { user: account, ...code() };
  }

  change(by: Me, user: string, change: Partial<Account> & { unlock?: boolean }): Account {
    const known = this.#known(user);
    if (user === by.user && (change.disabled || change.role)) throw new Refusal(409, "not_yourself", "not your own");
    const { unlock, ...rest } = change;
    const next = { ...known, ...rest, ...(unlock ? { locked_until: null } : {}) };
    this.#accounts.set(user, next);
    this.note(by, "user_changed", user, change);
    return next;
  }

  reset(by: Me, user: string) {
    this.#known(user);
    this.note(by, "code_issued", user, {});
    return code();
  }

  note(by: Me, action: string, subject: string | null, detail: unknown): void {
    this.audit.unshift({ id: this.audit.length + 1, at: new Date().toISOString(), user: by.user, role: by.role, action, subject, detail });
  }

  #known(user: string): AccountListed {
    const known = this.#accounts.get(user);
    if (!known) throw new Refusal(404, "unknown_user", `there is no account ${user}`);
    return known;
  }
}

const code = () => ({ code: "7H2K-M9QD-0XWV-3RTA", expires_at: new Date(Date.now() + 86_400_000).toISOString() });

const listed = (given: Partial<Account>): AccountListed => ({
  user: "",
  role: "operator",
  scope: { street: null, community: null },
  caregiver: null,
  elder: null,
  organisation: null,
  display_name: "",
  disabled: false,
  password_set: true,
  locked_until: null,
  ...given,
});
