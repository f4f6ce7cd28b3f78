/**
 * What the phone knows and what it is about to say: the centre's world, this phone's outbox over it, and the two
 * kept on the phone, so that the page opens mid-visit without a network.
 */
import { computed, effect, signal } from "@preact/signals";

import { district, loadDistrict } from "../app/district.ts";
import { me } from "../app/session.ts";
import type { CaregiverProfile, CommandBody, District, Duty, Incident, Me, Order, OrderAction } from "../contract.ts";
import { get, Refused } from "../net/http.ts";
import { backoff } from "../net/backoff.ts";
import { Live, type Connection } from "../net/live.ts";
import { isClosed, pendingSeat, people } from "../store/order.ts";
import { EMPTY, learn, learnIncident, reduce, type World } from "../store/world.ts";
import { clockSpeed, districtNow, nowInstant, setClock, tick } from "../ui/clock.ts";
import { newId } from "../ui/id.ts";
import { forgetFixes, forgetKept, keep, kept } from "./sync/db.ts";
import { add, drain, entries, remove, type Entry, type Heard } from "./sync/outbox.ts";
import { isSettled, overlay, overlayDuty, type Shown } from "./sync/overlay.ts";
import { sendFixes, track } from "./sync/positions.ts";
import { isRosterSettled } from "./sync/roster-overlay.ts";
import { askRosters, freshen, openRosters, told } from "./sync/rosters.ts";

export const world = signal<World>(EMPTY);
export const connection = signal<Connection>("connecting");
export const outbox = signal<readonly Entry[]>([]);
/** The centre wants a new sign-in before it takes anything more. */
export const needsSignIn = signal(false);
export const openOrder = signal<string | null>(null);
export const online = signal(navigator.onLine);

const own = computed(() => me.value?.caregiver ?? "");
const mine = computed(() => outbox.value.filter((e) => e.user === me.value?.user));

export const waitingDeeds = computed(() => mine.value.filter((e) => !e.refused).length);
export const refusals = computed(() => mine.value.filter((e) => e.refused));
export const duty = computed(() => overlayDuty(world.value.presences.get(own.value), mine.value));

/** Why the centre does not take this phone's fixes, while it does not. */
export const rejection = computed(() => world.value.presences.get(own.value)?.rejected ?? null);

const shown = computed<Shown[]>(() => [...world.value.orders.values()].map((o) => overlay(o, mine.value, own.value)).filter((s) => !s.left && people(s.order).includes(own.value)));

/** What this caregiver is asked and has not answered. */
export const offers = computed(() => shown.value.filter(({ order }) => pendingSeat(order, own.value) !== null));
/** What this caregiver has taken on, the next first; a served order stays until it is confirmed. */
export const visits = computed(() =>
  shown.value
    .filter(({ order }) => (!isClosed(order) || order.stage === "done") && pendingSeat(order, own.value) === null)
    .sort((a, b) => started(a.order) - started(b.order)),
);
export const finished = computed(() => shown.value.filter(({ order }) => "finished_at" in order).length);
export const opened = computed(() => shown.value.find((s) => s.order.id === openOrder.value) ?? null);

const UNDERWAY: Partial<Record<Order["stage"], number>> = { in_service: 0, arrived: 1, en_route: 2, done: 3, accepted: 4 };
const started = (o: Order) => (UNDERWAY[o.stage] ?? 5) * 1e14 + Date.parse("start" in o ? o.start : o.window.earliest);

// ---- deeds ----------------------------------------------------------------------------------------------------

/** Records an action at the moment of the tap and sends it as soon as it can. */
export async function utter(order: string, action: OrderAction): Promise<void> {
  const user = me.value?.user;
  if (!user) return;
  const body: CommandBody = { id: newId("cmd"), occurred_at: nowInstant(), ...action };
  await add(user, { kind: "order", order, body });
  await sync();
}

export async function setDuty(to: Duty): Promise<void> {
  const user = me.value?.user;
  if (!user) return;
  await add(user, { kind: "duty", body: { id: newId("duty"), duty: to, occurred_at: nowInstant() } });
  await sync();
}

export async function dismiss(seq: number): Promise<void> {
  await remove(seq);
  outbox.value = await entries();
}

let retry: ReturnType<typeof setTimeout> | undefined;
let attempt = 0;

/** Shows what waits and sends it; tries again later by itself. */
export async function sync(): Promise<void> {
  outbox.value = await entries();
  const user = me.value?.user;
  if (!user || needsSignIn.value) return;
  clearTimeout(retry);
  const changed = async () => {
    outbox.value = await entries();
  };
  const stop = await drain({ user, heard: hear, settled, changed });
  await changed();
  if (stop === "empty") attempt = 0;
  else if (stop === "sign_in") needsSignIn.value = true;
  else retry = setTimeout(() => void sync(), backoff(attempt++, Math.random, 1000, 30_000));
}

async function hear(answer: Heard): Promise<void> {
  if (answer.kind === "order") world.value = learn(world.value, answer.order);
  else if (answer.kind === "duty") world.value = reduce(world.value, [{ event: "presence", presence: answer.presence }]);
  else if (answer.kind === "incident" && answer.incident) world.value = learnIncident(world.value, answer.incident);
  else if (answer.kind === "roster") await freshen();
  await keepWorld();
}

async function settled(entry: Entry): Promise<boolean | "later"> {
  const { deed } = entry;
  if (deed.kind !== "order" && deed.kind !== "roster") return false;
  try {
    if (deed.kind === "roster") return isRosterSettled({ caregiver: deed.caregiver, step: deed.body }, await askRosters());
    const order = await get<Order>(`/api/v1/orders/${encodeURIComponent(deed.order)}`);
    world.value = learn(world.value, order);
    return isSettled(deed.body, order, own.value);
  } catch (error) {
    // An order that is no longer this caregiver's to see is an answer; no answer is none.
    return error instanceof Refused && !error.isPassing && error.problem.status !== 401 ? false : "later";
  }
}

// ---- what is kept ---------------------------------------------------------------------------------------------

interface Kept {
  orders: Order[];
  incidents?: Incident[];
  profile?: CaregiverProfile | undefined;
  presence: World["presences"] extends ReadonlyMap<string, infer P> ? P | undefined : never;
}

const keepWorld = (): Promise<unknown> => keep("world", { orders: [...world.value.orders.values()], incidents: [...world.value.incidents.values()], profile: world.value.caregivers.get(own.value), presence: world.value.presences.get(own.value) } satisfies Kept);

/** Opens from what the phone keeps, without asking anyone; answers with whose it is. */
export async function openKept(): Promise<Me | null> {
  const [user, last, where, at] = await Promise.all([kept<Me>("me"), kept<Kept>("world"), kept<District>("district"), kept<{ base: number; world: number; speed: number }>("clock")]);
  outbox.value = await entries();
  await openRosters();
  if (!user) return null;
  if (where) district.value = where;
  if (at) setClock(new Date(at.base + (Date.now() - at.world) * at.speed).toISOString(), at.speed);
  if (last) {
    world.value = {
      ...EMPTY,
      orders: new Map(last.orders.map((o) => [o.id, o])),
      incidents: new Map((last.incidents ?? []).map((i) => [i.id, i])),
      caregivers: new Map(last.profile ? [[last.profile.id, last.profile]] : []),
      presences: new Map(last.presence ? [[last.presence.caregiver, last.presence]] : []),
    };
  }
  me.value = user;
  return user;
}

/** Forgets everything but the outbox, which waits for its owner. */
export async function forget(): Promise<void> {
  await forgetKept();
  await forgetFixes();
  world.value = EMPTY;
  told.value = null;
  openOrder.value = null;
}

// ---- running --------------------------------------------------------------------------------------------------

/** Runs the phone for whoever is signed in, until called back. */
export function start(): () => void {
  const live = new Live({
    url: "/api/v1/live",
    onEvents: (events) => {
      world.value = reduce(world.value, events);
      void keepWorld();
    },
    onState: (state) => {
      connection.value = state;
      if (state === "live" || state === "resumed") {
        void freshen();
        void sync();
      }
      if (state === "signed_out") needsSignIn.value = true;
    },
  });
  void live.run();
  void keep("me", me.value);
  const fetchDistrict = () => {
    loadDistrict().then(
      (found) => Promise.all([keep("district", found), keep("clock", { base: districtNow(), world: Date.now(), speed: clockSpeed() })]),
      () => undefined,
    );
  };
  fetchDistrict();
  const clock = setInterval(() => {
    fetchDistrict();
    void freshen();
  }, 60_000);
  const wake = () => {
    online.value = navigator.onLine;
    if (!navigator.onLine || document.hidden) return;
    live.hurry();
    attempt = 0;
    void sync();
  };
  for (const event of ["online", "offline", "focus"]) addEventListener(event, wake);
  document.addEventListener("visibilitychange", wake);
  let stopTracking: (() => void) | undefined;
  const stopDuty = effect(() => {
    const user = me.value?.user;
    const { duty: now, pending } = duty.value;
    if (user && now === "on") {
      stopTracking ??= track(user, () => !duty.peek().pending);
      if (!pending) void sendFixes(user);
    } else {
      stopTracking?.();
      stopTracking = undefined;
    }
  });
  void sync();
  return () => {
    live.stop();
    stopDuty();
    stopTracking?.();
    clearInterval(clock);
    clearTimeout(retry);
    for (const event of ["online", "offline", "focus"]) removeEventListener(event, wake);
    document.removeEventListener("visibilitychange", wake);
  };
}

/** Counts sessions; everything starts anew with each. */
export const epoch = signal(0);

/** Offers run out by the district's clock; reading this subscribes to it. */
export const leftOf = (expires: string): number => Date.parse(expires) - tick.value;
