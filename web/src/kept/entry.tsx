/** What the rooms of the registry share: a list that is asked for anew after each step, and what was done before. */
import type { ComponentChildren } from "preact";

import { useKnown, type Known } from "../app/known.ts";
import { t } from "../text/index.ts";
import { Due, isLate, Record, type Noted } from "../ui/record.tsx";
import { Acting } from "./acting.tsx";
import { take, type About } from "./api.ts";
import type { Dated, KeptStep } from "./contract.ts";
import type { Choice } from "./steps.ts";

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

/** What every entry has that stands somewhere and waits for a next step by some day. */
interface Standing {
  id: string;
  due?: string;
  record: Noted[];
}

interface EntriesProps<T> {
  known: Dated<T> | null;
  /** `data-…`, by which a page's tests find an entry. */
  kind: "facility" | "organisation";
  head: (it: T) => ComponentChildren;
  facts: (it: T) => (string | false | null | undefined)[];
  choices: (it: T) => Choice[];
  onAct: (id: string, step: KeptStep, note: string) => Promise<boolean>;
}

/** The entries of a room: how each stands, what is due by when, what was done, what may be done next. */
export const Entries = <T extends Standing>({ known, kind, head, facts, choices, onAct }: EntriesProps<T>) => (
  <>
    {known?.items.length === 0 && <p class="muted">{t().money.nothing}</p>}
    <ul class="matters">
      {known?.items.map((it) => (
        <li key={it.id} {...{ [`data-${kind}`]: it.id }} class={isLate(it.due, known.today) ? "overdue" : undefined}>
          <h3>
            {head(it)} <Due due={it.due} today={known.today} />
          </h3>
          <p>{facts(it).filter(Boolean).join(" · ")}</p>
          <Past record={it.record} />
          <Acting choices={choices(it)} onAct={(step, note) => onAct(it.id, step, note)} />
        </li>
      ))}
    </ul>
  </>
);
