/** The courier's own rounds: the next door, its time, what is handed over and how. Works without a network. */
import { useEffect, useState } from "preact/hooks";

import { signOut } from "../app/session.ts";
import { hhmm } from "../text/format.ts";
import { t } from "../text/index.ts";
import { Toasts } from "../ui/toast.tsx";
import { depart, dismiss, handOver, noAnswer, online, refusals, rounds, start, trouble, waiting } from "./carrier.ts";
import type { Round, Stop } from "./contract.ts";
import { proofOf } from "./proof.ts";
import { canScan, Scanner } from "./scan.tsx";

export function CourierView({ courier }: { courier: string }) {
  const words = t().meals;
  useEffect(start, []);
  const [current, ...later] = rounds.value;
  return (
    <div class="phone">
      <main class="screen" data-testid="courier">
        {!online.value && <p class="badge">{words.offline}</p>}
        {waiting.value > 0 && (
          <p class="muted" data-testid="waiting">
            {words.waiting(waiting.value)}
          </p>
        )}
        {refusals.value.map((entry) => (
          <p key={entry.seq} role="alert">
            {words.problems[entry.refused?.code ?? ""] ?? t().problem.codes[entry.refused?.code ?? ""] ?? entry.refused?.detail}{" "}
            <button type="button" class="button quiet" onClick={() => void dismiss(entry.seq)}>
              {words.read}
            </button>
          </p>
        ))}
        {current ? <Current round={current} /> : <p class="empty">{words.noRounds}</p>}
        {later.map((round) => (
          <p key={round.id} class="muted">
            {words.round(courier, round.trip)} · {round.stops[0] ? hhmm(round.stops[0].eta) : ""}
          </p>
        ))}
        <div class="options two">
          <button type="button" class="button" onClick={() => void trouble({ request: "trouble", courier, what: "late", by: 600 })}>
            {words.late}
          </button>
          <button type="button" class="button danger" onClick={() => brokenDown(courier)}>
            {words.out}
          </button>
          <button type="button" class="button" onClick={() => void trouble({ request: "trouble", courier, what: "over" })}>
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
function brokenDown(courier: string): void {
  const out = (place?: { lon: number; lat: number }) => void trouble({ request: "trouble", courier, what: "out", ...(place && { place }) });
  if (!("geolocation" in navigator)) return out();
  navigator.geolocation.getCurrentPosition(({ coords }) => out({ lon: coords.longitude, lat: coords.latitude }), () => out(), { timeout: 5000 });
}

function Current({ round }: { round: Round }) {
  const words = t().meals;
  const next = round.stops.find((stop) => !stop.done_at);
  return (
    <section class="card stacked">
      <h1>
        {words.round("", round.trip)} {round.stage === "departed" && <span class="badge">{words.departed}</span>}
      </h1>
      {next && <Next key={`${next.at} ${next.elder ?? next.kitchen ?? next.courier}`} stop={next} round={round} />}
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

function Next({ stop, round }: { stop: Stop; round: Round }) {
  const words = t().meals;
  const [code, setCode] = useState("");
  const [scanning, setScanning] = useState(false);
  if (stop.at !== "door") {
    return (
      <button type="button" class="button primary huge" data-act="depart" onClick={() => void depart(round.id)}>
        {words.depart}
      </button>
    );
  }
  const read = (label: string) => {
    setScanning(false);
    setCode(label);
  };
  return (
    <form
      class="verify"
      onSubmit={(e) => {
        e.preventDefault();
        void handOver(stop.meals, proofOf(code));
      }}
    >
      {canScan() && (
        <button type="button" class="button huge" data-act="scan" onClick={() => setScanning(true)}>
          {words.scan}
        </button>
      )}
      <input class="input big" name="proof" aria-label={words.code} placeholder={words.code} value={code} autocapitalize="characters" autocomplete="off" onInput={(e) => setCode(e.currentTarget.value.trim())} required />
      <button type="submit" class="button primary huge" data-act="hand-over">
        {words.handOver}
      </button>
      <button type="button" class="button huge" data-act="no-answer" onClick={() => void noAnswer(stop.meals, words.nobody)}>
        {words.nobody}
      </button>
      {scanning && <Scanner onRead={read} onClose={() => setScanning(false)} />}
    </form>
  );
}
