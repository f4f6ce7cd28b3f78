/** What the rooms of the registry share: a list that is asked for anew after each step, and what was done before. */
import { useKnown, type Known } from "../app/known.ts";
import { t } from "../text/index.ts";
import { Record, type Noted } from "../ui/record.tsx";
import { take, type About } from "./api.ts";
import type { KeptStep } from "./contract.ts";

interface Kept<T> extends Known<T> {
  /** Takes a step; answers whether it was taken. */
  step: (id: string, step: KeptStep, note: string) => Promise<boolean>;
}

/** A list of the registry's, and what is done about its entries. */
export function useKept<T>(load: () => Promise<T>, about: About, key?: string): Kept<T> {
  const list = useKnown(load, key);
  return { ...list, step: (id, step, note) => list.act(take(about, id, step, note)) };
}

export const Past = ({ record }: { record: Noted[] }) => (
  <details>
    <summary>{t().kept.record(record.length)}</summary>
    <Record record={record} steps={t().kept.steps} />
  </details>
);
