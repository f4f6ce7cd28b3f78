/** Who may enter, and which of the two faces is shown. */
import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { districtName } from "../app/district.ts";
import { ended, keepAlive, me, resume, signOut } from "../app/session.ts";
import { t } from "../text/index.ts";
import { SignIn } from "../ui/sign-in.tsx";
import { Toasts } from "../ui/toast.tsx";
import { listenForTrouble } from "./bell.ts";
import { Desk } from "./desk.tsx";
import { listenForKeys } from "./keys.ts";
import { start, wall } from "./state.ts";
import { Wall } from "./wall.tsx";

export function App() {
  useEffect(() => {
    void resume().catch(() => {
      me.value = null;
    });
  }, []);
  useSignalEffect(() => {
    document.title = `${districtName()} ${t().app.desk}`.trim();
  });
  if (me.value === undefined) return <p class="centered">{t().app.loading}</p>;
  if (me.value === null) {
    return (
      <>
        <SignIn title={t().app.desk} />
        <Toasts />
      </>
    );
  }
  if (me.value.role === "caregiver" || me.value.role === "courier") {
    return (
      <main class="centered">
        <p>{t().signIn.wrongRole}</p>
        <a class="button primary" href="/caregiver">
          {t().signIn.toPhone}
        </a>
        <button type="button" class="button" onClick={() => void signOut()}>
          {t().app.signOut}
        </button>
      </main>
    );
  }
  return <Signed />;
}

function Signed() {
  useEffect(() => {
    const stops = [start(), keepAlive(ended), listenForKeys(), listenForTrouble()];
    return () => stops.forEach((stop) => stop());
  }, []);
  return (
    <>
      {wall.value ? <Wall /> : <Desk />}
      <Toasts />
    </>
  );
}
