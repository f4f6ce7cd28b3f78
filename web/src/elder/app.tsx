/** Who may enter, and the one screen there is: help above all else, then what is to come, then what was. */
import { useEffect, useState } from "preact/hooks";

import { keepAlive, me, resume, signOut, ended } from "../app/session.ts";
import type { Me } from "../contract.ts";
import { t, toggleLanguage } from "../text/index.ts";
import { SignIn } from "../ui/sign-in.tsx";
import { Toasts, toastProblem } from "../ui/toast.tsx";
import { connection, current, past, start } from "./state.ts";
import { Help } from "./view/help.tsx";
import { Ordering } from "./view/ordering.tsx";
import { Visit } from "./view/visit.tsx";

export function App() {
  const words = t();
  useEffect(() => {
    document.title = t().elder.title;
    resume().catch((error) => {
      me.value = null;
      toastProblem(error);
    });
  }, []);
  const user = me.value;
  if (user === undefined) return <p class="centered">{words.app.loading}</p>;
  if (user === null) return <SignIn title={words.elder.title} />;
  if (user.role !== "elder") {
    return (
      <main class="centered">
        <p>{words.signIn.wrongRole}</p>
        <button type="button" class="button" onClick={() => void signOut()}>
          {words.app.signOut}
        </button>
      </main>
    );
  }
  return <Home key={user.user} user={user} />;
}

function Home({ user }: { user: Me }) {
  const words = t();
  const [ordering, setOrdering] = useState(false);
  useEffect(start, []);
  useEffect(() => keepAlive(ended), []);
  const live = connection.value === "live" || connection.value === "resumed";
  return (
    <div class="elder">
      <header>
        <h1>{words.phone.hello(user.display_name)}</h1>
        {!live && (
          <p class="badge warn" role="status">
            {words.connection[connection.value]}
          </p>
        )}
      </header>
      <Help />
      <main>
        <h2>{words.elder.current}</h2>
        {current.value.length === 0 && <p class="empty">{words.elder.nothing}</p>}
        {current.value.map((order) => (
          <Visit key={order.id} order={order} />
        ))}
        <button type="button" class="button primary huge" data-act="order" onClick={() => setOrdering(true)}>
          {words.elder.order}
        </button>
        {past.value.length > 0 && <h2>{words.elder.past}</h2>}
        {past.value.map((order) => (
          <Visit key={order.id} order={order} />
        ))}
      </main>
      <footer>
        <button type="button" class="button quiet" onClick={toggleLanguage}>
          {words.app.language}
        </button>
        <button type="button" class="button quiet" onClick={() => void signOut()}>
          {words.app.signOut}
        </button>
      </footer>
      {ordering && user.elder && <Ordering elder={user.elder} onClose={() => setOrdering(false)} />}
      <Toasts />
    </div>
  );
}
