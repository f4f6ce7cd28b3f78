/**
 * What a courier's phone knows: their rounds as the centre said last, kept on the phone, and the outbox over them. A tap
 * is written down at once and sent as soon as there is a network; the stream says when rounds change.
 */
import { computed, signal } from "@preact/signals";

import { ended, me } from "../app/session.ts";
import { keep, kept } from "../caregiver/sync/db.ts";
import { add, drain, entries, remove, type Deed, type Entry } from "../caregiver/sync/outbox.ts";
import { toLocal } from "../desk/dialogs/local-time.ts";
import { backoff } from "../net/backoff.ts";
import { Unreachable } from "../net/http.ts";
import { Live } from "../net/live.ts";
import { toastProblem } from "../ui/toast.tsx";
import { nowInstant } from "../ui/clock.ts";
import { newId } from "../ui/id.ts";
import { rounds as askRounds } from "./api.ts";
import type { Proof, Round, RoundBody, Slot } from "./contract.ts";
import { overlayRounds } from "./overlay.ts";

const SLOTS: Slot[] = ["breakfast", "lunch", "dinner"];
const KEPT = "rounds";
/** However often something changes, it is asked for again no sooner. */
const PAUSE_MS = 500;
/** And so often in any case. */
const ANYWAY_MS = 20_000;

interface Kept {
  user: string;
  rounds: Round[];
}

const told = signal<Round[]>([]);
const outbox = signal<readonly Entry[]>([]);
export const online = signal(navigator.onLine);

const mine = computed(() => outbox.value.filter((e) => e.user === me.value?.user && (e.deed.kind === "meal" || e.deed.kind === "round")));
export const waiting = computed(() => mine.value.filter((e) => !e.refused).length);
export const refusals = computed(() => mine.value.filter((e) => e.refused));
/** Open rounds, the one under way first, what was tapped already done. */
export const rounds = computed(() => overlayRounds(told.value, mine.value));

type Loose<T> = T extends unknown ? Omit<T, "id"> : never;

async function record(deed: Deed): Promise<void> {
  const user = me.peek()?.user;
  if (!user) return;
  await add(user, deed);
  await sync();
}

export const depart = (round: string) => record({ kind: "round", body: { id: newId("meal"), request: "depart", round } });
export const trouble = (body: Loose<Extract<RoundBody, { request: "trouble" }>>) => record({ kind: "round", body: { id: newId("meal"), ...body } });

/** All boxes of one door. */
export async function handOver(meals: string[], proof: Proof): Promise<void> {
  for (const meal of meals) await record({ kind: "meal", meal, body: { id: newId("meal"), occurred_at: nowInstant(), action: "deliver", ...proof } });
}

export async function noAnswer(meals: string[], seen: string): Promise<void> {
  for (const meal of meals) await record({ kind: "meal", meal, body: { id: newId("meal"), occurred_at: nowInstant(), action: "no_answer", seen } });
}

export async function dismiss(seq: number): Promise<void> {
  await remove(seq);
  outbox.value = await entries();
}

let retry: ReturnType<typeof setTimeout> | undefined;
let attempt = 0;

/** Shows what waits and sends it; tries again later by itself. */
async function sync(): Promise<void> {
  const changed = async () => {
    outbox.value = await entries();
  };
  await changed();
  const user = me.peek()?.user;
  if (!user) return;
  clearTimeout(retry);
  const stop = await drain({ user, heard: () => load(), settled: () => Promise.resolve(false), changed });
  await changed();
  if (stop === "empty") attempt = 0;
  else if (stop === "sign_in") ended();
  else retry = setTimeout(() => void sync(), backoff(attempt++, Math.random, 1000, 30_000));
}

/** The centre's word; what is kept stays where it cannot be had. */
async function load(): Promise<void> {
  const user = me.peek()?.user;
  if (!user) return;
  const day = toLocal(Date.now()).slice(0, 10);
  try {
    told.value = (await Promise.all(SLOTS.map((slot) => askRounds(day, slot)))).flat();
    await keep(KEPT, { user, rounds: told.value } satisfies Kept);
  } catch (error) {
    if (!(error instanceof Unreachable)) toastProblem(error);
  }
}

/** Runs the phone until called back. */
export function start(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void load();
    }, PAUSE_MS);
  };
  const anyway = setInterval(again, ANYWAY_MS);
  const live = new Live({
    url: "/api/v1/live",
    onEvents: (events) => {
      if (events.some((event) => event.event === "meals")) again();
    },
    onState: (state) => {
      if (state === "live" || state === "resumed") {
        again();
        void sync();
      }
      if (state === "signed_out") ended();
    },
  });
  void kept<Kept>(KEPT).then((last) => {
    if (last && last.user === me.peek()?.user && told.peek().length === 0) told.value = last.rounds;
  });
  void keep("me", me.peek());
  void live.run();
  void sync();
  const wake = () => {
    online.value = navigator.onLine;
    if (!navigator.onLine || document.hidden) return;
    live.hurry();
    attempt = 0;
    void sync();
  };
  for (const event of ["online", "offline", "focus"]) addEventListener(event, wake);
  return () => {
    live.stop();
    clearInterval(anyway);
    clearTimeout(timer);
    clearTimeout(retry);
    for (const event of ["online", "offline", "focus"]) removeEventListener(event, wake);
  };
}
