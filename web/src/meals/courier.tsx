/** The courier's own rounds: the next door, its time, what is handed over and how. */
import { useEffect, useState } from "preact/hooks";

import { signOut } from "../app/session.ts";
import { toLocal } from "../desk/dialogs/local-time.ts";
import { hhmm } from "../text/format.ts";
import { t } from "../text/index.ts";
import { toastProblem, Toasts } from "../ui/toast.tsx";
import { act, deed, rounds as allRounds } from "./api.ts";
import type { Round, Slot, Stop } from "./contract.ts";

const SLOTS: Slot[] = ["breakfast", "lunch", "dinner"];
const AGAIN_MS = 5000;

const load = async (): Promise<Round[]> => {
  const day = toLocal(Date.now()).slice(0, 10);
  const all = await Promise.all(SLOTS.map((slot) => allRounds(day, slot)));
  const open = all.flat().filter((round) => round.stage === "planned" || round.stage === "departed");
  return open.sort((a, b) => Number(b.stage === "departed") - Number(a.stage === "departed") || a.trip - b.trip);
};

export function CourierView({ courier }: { courier: string }) {
  const words = t().meals;
  const [rounds, setRounds] = useState<Round[]>([]);
  const refresh = () => void load().then(setRounds, toastProblem);
  useEffect(() => {
    refresh();
    const again = setInterval(refresh, AGAIN_MS);
    return () => clearInterval(again);
  }, []);
  const trouble = (what: object) => void deed({ request: "trouble", courier, ...what }).then(refresh, toastProblem);
  const current = rounds[0];
  return (
    <div class="phone">
      <main class="screen" data-testid="courier">
        {current ? <Current round={current} onDone={refresh} /> : <p class="empty">{words.noRounds}</p>}
        {rounds.slice(1).map((round) => (
          <p key={round.id} class="muted">
            {words.round(courier, round.trip)} · {round.stops[0] ? hhmm(round.stops[0].eta) : ""}
          </p>
        ))}
        <div class="row">
          <button type="button" class="button" onClick={() => trouble({ what: "late", by: 600 })}>
            {words.late}
          </button>
          <button type="button" class="button danger" onClick={() => brokenDown(trouble)}>
            {words.out}
          </button>
          <button type="button" class="button" onClick={() => trouble({ what: "over" })}>
            {words.over}
          </button>
          <button type="button" class="button quiet" onClick={() => void signOut()}>
            {t().app.signOut}
          </button>
        </div>
      </main>
      <Toasts />
    </div>
  );
}

/** Where the phone is, if it knows: others fetch what is on board from there. */
function brokenDown(trouble: (what: object) => void): void {
  const without = () => trouble({ what: "out" });
  if (!("geolocation" in navigator)) return without();
  navigator.geolocation.getCurrentPosition(({ coords }) => trouble({ what: "out", place: { lon: coords.longitude, lat: coords.latitude } }), without, { timeout: 5000 });
}

function Current({ round, onDone }: { round: Round; onDone: () => void }) {
  const words = t().meals;
  const next = round.stops.find((stop) => !stop.done_at);
  return (
    <section class="card">
      <h1>
        {words.round("", round.trip)} {round.stage === "departed" && <span class="badge">{words.departed}</span>}
      </h1>
      {next && <Next key={`${next.at} ${next.elder ?? next.kitchen ?? next.courier}`} stop={next} round={round} onDone={onDone} />}
      <ol>
        {round.stops.map((stop) => (
          <li key={`${stop.at} ${stop.elder ?? stop.kitchen ?? stop.courier}`} class={stop.done_at ? "muted" : ""}>
            {hhmm(stop.done_at ?? stop.eta)} {stop.elder ?? stop.kitchen ?? stop.courier} × {stop.meals.length}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Next({ stop, round, onDone }: { stop: Stop; round: Round; onDone: () => void }) {
  const words = t().meals;
  const [code, setCode] = useState("");
  const each = (action: object) => void Promise.all(stop.meals.map((meal) => act(meal, action))).then(onDone, toastProblem);
  if (stop.at !== "door") {
    return (
      <button type="button" class="button primary" onClick={() => void deed({ request: "depart", round: round.id }).then(onDone, toastProblem)}>
        {words.depart}
      </button>
    );
  }
  /** Four digits are the elder's code, anything longer the box's label. */
  const proof = /^\d{4}$/.test(code) ? { proof: "code", code } : { proof: "scan", label: code };
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        each({ action: "deliver", ...proof });
      }}
    >
      <input class="input" aria-label={words.code} placeholder={words.code} value={code} onInput={(e) => setCode(e.currentTarget.value.trim())} required />
      <button type="submit" class="button primary">
        {words.handOver}
      </button>
      <button type="button" class="button" onClick={() => each({ action: "no_answer", seen: words.nobody })}>
        {words.nobody}
      </button>
    </form>
  );
}
