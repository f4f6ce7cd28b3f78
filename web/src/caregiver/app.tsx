/** Who may enter, and which screen is shown: an emergency above all else, the offer before the visit before the list. */
import { useEffect, useState } from "preact/hooks";

import { expired, me, resume, signOut } from "../app/session.ts";
import type { Me } from "../contract.ts";
import { CourierView } from "../meals/courier.tsx";
import { Unreachable } from "../net/http.ts";
import { t } from "../text/index.ts";
import { SignIn } from "../ui/sign-in.tsx";
import { Toasts } from "../ui/toast.tsx";
import { epoch, forget, needsSignIn, offers, opened, openKept, start } from "./state.ts";
import { alarm, ownCall, raise, drill } from "./alarms.ts";
import { Alarm, OwnCall } from "./view/alarm.tsx";
import { Home } from "./view/home.tsx";
import { Offer } from "./view/offer.tsx";
import { Status } from "./view/status.tsx";
import { VisitScreen } from "./view/visit.tsx";

export function App() {
  const [signing, setSigning] = useState(false);
  useEffect(() => {
    document.title = t().app.phone;
    void open();
  }, []);
  const user = me.value;
  if (user === undefined) return <p class="centered">{t().app.loading}</p>;
  if (user === null || signing) return <SignIn title={t().app.phone} />;
  if (user.role === "courier") return <CourierView courier={user.caregiver ?? user.user} />;
  if (user.role !== "caregiver") {
    return (
      <main class="centered">
        <p>{t().signIn.wrongRole}</p>
        <a class="button primary" href="/">
          {t().signIn.toDesk}
        </a>
        <button type="button" class="button" onClick={() => void signOut()}>
          {t().app.signOut}
        </button>
      </main>
    );
  }
  return <Signed key={`${user.user} ${epoch.value}`} user={user} signingState={setSigning} />;
}

/** From the phone first; the centre's word when it can be had. */
async function open(): Promise<void> {
  const known = await openKept().catch(() => null);
  if (known) return;
  try {
    await resume();
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    me.value = null;
  }
}

function Signed({ user, signingState }: { user: Me; signingState: (on: boolean) => void }) {
  useEffect(start, []);
  const called = alarm.value;
  const own = ownCall.value;
  const offer = offers.value[0];
  const visit = opened.value;
  const signInAgain = () => {
    expired.value = true;
    signingState(true);
    const wait = me.subscribe((now) => {
      if (now === user || !now) return;
      queueMicrotask(() => wait());
      needsSignIn.value = false;
      signingState(false);
      if (now.user !== user.user) void forget();
      epoch.value += 1;
    });
  };
  return (
    <div class="phone">
      <Status onSignIn={signInAgain} drill={drill.value} onRaise={() => void raise()} />
      {own && <OwnCall incident={own} />}
      {called ? <Alarm key={called.incident.id} called={called} /> : offer ? <Offer key={offer.order.id} shown={offer} /> : visit ? <VisitScreen key={visit.order.id} shown={visit} /> : <Home user={user} />}
      <Toasts />
    </div>
  );
}
