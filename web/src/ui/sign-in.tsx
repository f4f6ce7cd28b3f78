/** Signing in, and setting a password with a one-time code; the same page for both apps. */
import { useState } from "preact/hooks";

import { explain } from "../app/problems.ts";
import { expired, setPassword, signIn } from "../app/session.ts";
import { t, toggleLanguage } from "../text/index.ts";

export function SignIn({ title }: { title: string }) {
  const [problem, setProblem] = useState("");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [reset, setReset] = useState(false);
  const words = t().signIn;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "");
    setBusy(true);
    setProblem("");
    try {
      if (reset) {
        await setPassword(text("user"), text("code"), text("password"));
        setReset(false);
        setNote(words.changed);
      } else {
        await signIn(text("user"), text("password"));
      }
    } catch (error) {
      setProblem(explain(error));
    }
    setBusy(false);
  };
  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <div class="brand">
          <img src="/icon.svg" alt="" />
          <h1 class="brand">{title}</h1>
        </div>
        {expired.value && <p class="badge warn">{words.expired}</p>}
        {note && <p class="badge accent">{note}</p>}
        <label class="field">
          <span>{words.user}</span>
          <input class="input" name="user" autocomplete="username" autocapitalize="none" required autofocus />
        </label>
        {reset && (
          <label class="field">
            <span>{words.code}</span>
            <input class="input" name="code" autocomplete="one-time-code" required />
          </label>
        )}
        <label class="field">
          <span>{reset ? words.newPassword : words.password}</span>
          <input class="input" name="password" type="password" autocomplete={reset ? "new-password" : "current-password"} required />
        </label>
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <button class="button primary" disabled={busy}>
          {reset ? t().app.confirm : words.enter}
        </button>
        <div class="row">
          <button type="button" class="button quiet" onClick={() => setReset(!reset)}>
            {reset ? words.back : words.forgot}
          </button>
          <span class="grow" />
          <button type="button" class="button quiet" onClick={toggleLanguage}>
            {t().app.language}
          </button>
        </div>
      </form>
    </main>
  );
}
