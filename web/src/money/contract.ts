/** What the edge says about money and matters; amounts are fen, or points for `silver_points`. */
import type { ServiceKind } from "../contract.ts";
import type { Noted } from "../ui/record.tsx";

export type Kind = "service_allowance" | "silver_points" | "canteen_subsidy" | "bed_grant";
export type PayWith = "allowance" | "silver_points";

export interface Published {
  name: string;
  category: string;
  service?: ServiceKind;
  content: string;
  standard: [minutes: number, people: number] | null;
  price_fen: number | null;
  subsidy: Kind | null;
  self_pay_fen: number | null;
  rule: string;
  article: string;
}
export interface PublicList {
  city: string;
  document: string;
  items: Published[];
}
export interface Eligibility {
  assessment: {
    on: string;
    city: string;
    entitlements: ({ kind: Kind; period: string; rule: string; article: string } & ({ amount_fen: number } | { points: number }))[];
    refused: { kind: Kind; code: string; rule: string; article: string }[];
  };
  balances: { elder: string; month: string; purses: Balance[] };
}
export interface Balance {
  kind: Kind;
  granted: number;
  available: number;
  held: number;
  captured: number;
  lapsed: number;
}
export interface Quote {
  price: number;
  allowance: number;
  self_pay: number;
}
export interface Owed {
  lines: number;
  owed: Partial<Record<Kind, number>>;
  self_pay: number;
}
export interface Settlements {
  next: string | null;
  items: { period: string; cutoff: number; drawn_by: string; approved_by: string | null; organisations: Record<string, Owed> }[];
}
export interface LedgerEntry {
  seq: number;
  at: string;
  what: string;
  order: string | null;
  organisation: string | null;
  kind: Kind | null;
  month: string | null;
  service_day: string | null;
  amount: number;
  self_pay: number;
}
export interface QualityOf {
  rated: number;
  stars: number;
  poor: number;
  complaints: number;
  violations: number;
  yearly: number | null;
  stopped: boolean;
}
export interface Quality {
  since: string;
  organisations: Record<string, QualityOf>;
}

export type MatterKind = "application" | "follow_up" | "complaint" | "violation" | "rating" | "correction" | "grant";
export interface Matter {
  id: string;
  revision: number;
  kind: MatterKind;
  elder?: string;
  organisation?: string;
  order?: string;
  due?: string;
  open: boolean;
  /** A word, or a word with what belongs to it. */
  stage: string | { is: string; until?: string; from?: string; by?: string };
  record: Noted[];
  stars?: number;
  year?: number;
  change?: number;
  says?: string;
  period?: string;
  grants?: { grant: string; rule: string; article: string; amount_fen?: number; refused?: string }[];
}
export interface Matters {
  today: string;
  items: Matter[];
}
/** What someone does about a matter. */
export type Step = { step: string; [member: string]: unknown };

/** How the order is paid, as dispatch knows it; amounts in fen, or points where those pay. */
export type Funding = { pay_with?: PayWith; self_pay_up_to: number; round: number } & (
  | { state: "pending" }
  | { state: "held"; allowance: number; self_pay: number }
  | { state: "refused"; code: string }
);
