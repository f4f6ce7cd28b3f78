/** Calls about money, and amounts as people read them. */
import { get, post, withQuery } from "../net/http.ts";
import { newId } from "../ui/id.ts";
import type { Eligibility, Kind, LedgerEntry, Matter, Matters, PayWith, PublicList, Quality, Quote, Settlements, Step } from "./contract.ts";

const of = (elder: string) => `/api/v1/elders/${encodeURIComponent(elder)}`;

export const catalogue = () => get<PublicList>("/api/v1/catalogue");
export const quality = () => get<Quality>("/api/v1/quality");
export const eligibility = (elder: string, signal?: AbortSignal) => get<Eligibility>(`${of(elder)}/eligibility`, signal && { signal });
export const entries = (elder: string) => get<{ items: LedgerEntry[] }>(`${of(elder)}/entries`);
export const settlements = () => get<Settlements>("/api/v1/settlements");
export const draw = (period: string) => post<unknown>("/api/v1/settlements", { period });
export const approve = (period: string) => post<unknown>(`/api/v1/settlements/${encodeURIComponent(period)}/approval`, {});
export const statement = (period: string, organisation: string, format: "xlsx" | "pdf") =>
  `/api/v1/settlements/${encodeURIComponent(period)}/statements/${encodeURIComponent(organisation)}?format=${format}`;
export const matters = (query: { kind?: string; elder?: string; open?: boolean }) => get<Matters>(withQuery("/api/v1/matters", query));

export function quote(elder: string, service: string, payWith: PayWith, day: string | undefined, signal: AbortSignal): Promise<Quote> {
  const pay_with: Kind = payWith === "allowance" ? "service_allowance" : "silver_points";
  return get<Quote>(withQuery(`${of(elder)}/quote`, { service, pay_with, day }), { signal });
}

export function take(matter: string, step: Step, note: string): Promise<Matter> {
  const id = newId("step");
  return post<Matter>(`/api/v1/matters/${encodeURIComponent(matter)}/steps`, { id, note, ...step }, { idempotencyKey: id });
}

/** Fen as yuan: `60.00`. */
export const yuan = (fen: number) => (fen / 100).toFixed(2);

/** An amount of a kind: yuan, or points as they are. */
export const amountOf = (kind: Kind | null, amount: number) => (kind === "silver_points" ? String(amount) : yuan(amount));

/** The stage's word. */
export const stageOf = (matter: Matter) => (typeof matter.stage === "string" ? matter.stage : matter.stage.is);
