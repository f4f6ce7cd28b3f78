/** The menu of one kitchen and meal: dishes edited in place, or taken from a spreadsheet with its errors row by row. */
import { useState } from "preact/hooks";

import { t } from "../text/index.ts";
import { toastProblem } from "../ui/toast.tsx";
import { deed, upload } from "./api.ts";
import type { Dish, Imported, Sitting, Slot } from "./contract.ts";

interface Draft {
  id: string;
  name: string;
  price: string;
  capacity: string;
  contains: string;
  kept: Partial<Dish>;
}

const draft = (dish?: Dish): Draft => ({
  id: dish?.id ?? "",
  name: dish?.name ?? "",
  price: dish?.prices["regular"] === undefined ? "" : (dish.prices["regular"] / 100).toFixed(2),
  capacity: String(dish?.capacity ?? 50),
  contains: dish?.contains.join(", ") ?? "",
  kept: dish ?? {},
});

/** Yuan as fen, without a float in between; `null` is no amount. */
export function fen(text: string): number | null {
  const [, yuan, cents] = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(text.trim()) ?? [];
  return yuan === undefined ? null : Number(yuan) * 100 + Number((cents ?? "").padEnd(2, "0"));
}

const dishOf = (d: Draft) => ({
  ...d.kept,
  id: d.id,
  name: d.name,
  prices: { ...d.kept.prices, regular: fen(d.price) ?? -1 },
  capacity: Number(d.capacity),
  contains: d.contains.split(/[,，、\s]+/).filter(Boolean),
});

export function MenuEditor({ kitchens, day, slot, sittings, onChange }: { kitchens: string[]; day: string; slot: Slot; sittings: Sitting[]; onChange: () => void }) {
  const words = t().meals;
  const [kitchen, setKitchen] = useState(kitchens[0] ?? "");
  const known = sittings.find((sitting) => sitting.kitchen === kitchen);
  const [drafts, setDrafts] = useState<Draft[] | null>(null);
  const [imported, setImported] = useState<Imported | null>(null);
  const rows = drafts ?? [...(known?.dishes ?? []).map(draft), draft()];
  const change = (at: number, part: Partial<Draft>) => setDrafts(rows.map((row, i) => (i === at ? { ...row, ...part } : row)));
  const save = () =>
    void deed({ request: "put_menu", sitting: { day, slot, kitchen }, dishes: rows.filter((row) => row.id !== "").map(dishOf) }).then(() => {
      setDrafts(null);
      onChange();
    }, toastProblem);
  const take = (file: File | undefined) => {
    if (!file) return;
    void upload("menus", file).then((came) => {
      setImported(came);
      onChange();
    }, toastProblem);
  };
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        save();
      }}
    >
      <div class="row">
        <select
          class="input"
          aria-label={words.kitchen}
          value={kitchen}
          onChange={(e) => {
            setKitchen(e.currentTarget.value);
            setDrafts(null);
          }}
        >
          {kitchens.map((k) => (
            <option key={k}>{k}</option>
          ))}
        </select>
        <label class="button">
          {words.fromFile}
          <input type="file" accept=".csv,.xlsx" hidden onChange={(e) => take(e.currentTarget.files?.[0])} />
        </label>
      </div>
      <table class="table">
        <thead>
          <tr>
            {[words.number, words.dish, words.price, words.capacity, words.contains].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {(["id", "name", "price", "capacity", "contains"] as const).map((field) => (
                <td key={field}>
                  <input class="input" aria-label={`${field} ${at + 1}`} value={row[field]} onInput={(e) => change(at, { [field]: e.currentTarget.value })} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div class="row">
        <button type="button" class="button" onClick={() => setDrafts([...rows, draft()])}>
          {words.addDish}
        </button>
        <button type="submit" class="button primary" disabled={kitchen === "" || rows.some((row) => row.id !== "" && fen(row.price) === null)}>
          {words.publish}
        </button>
      </div>
      {imported && (
        <div data-testid="imported">
          <p>{words.imported(imported.accepted, imported.rejected.length)}</p>
          <ul>
            {imported.rejected.map((r) => (
              <li key={`${r.row} ${r.detail}`}>{words.rowFault(r.row, r.detail)}</li>
            ))}
          </ul>
        </div>
      )}
    </form>
  );
}
