/** Finds an elder by name or number as one types. */
import { useEffect, useState } from "preact/hooks";

import { streetName } from "../../app/district.ts";
import type { ElderListed } from "../../contract.ts";
import { t } from "../../text/index.ts";
import { findElders } from "../names.ts";

/** The elders that match what is typed, a moment after the last key. */
export function useElders(text: string): ElderListed[] {
  const [found, setFound] = useState<ElderListed[]>([]);
  useEffect(() => {
    if (text.trim() === "") return setFound([]);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      findElders(text.trim(), stop.signal).then(setFound, () => undefined);
    }, 180);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return found;
}

interface Props {
  chosen: ElderListed | null;
  onChoose: (elder: ElderListed | null) => void;
}

export function ElderPicker({ chosen, onChoose }: Props) {
  const [text, setText] = useState("");
  const found = useElders(chosen ? "" : text);
  const words = t();
  if (chosen) {
    return (
      <div class="chosen-elder">
        <strong>{chosen.name ?? words.drawer.nameHidden}</strong> <span class="muted mono">{chosen.profile.id}</span>
        <span class="muted grow">
          {streetName(chosen.profile.street)} · {words.ability[chosen.profile.ability]}
        </span>
        <button type="button" class="button quiet" onClick={() => onChoose(null)}>
          {words.act.change}
        </button>
      </div>
    );
  }
  return (
    <div class="field">
      <label class="legend" for="elder">
        {words.act.elderSearch}
      </label>
      <input id="elder" class="input" autocomplete="off" autofocus value={text} onInput={(e) => setText(e.currentTarget.value)} />
      {found.length > 0 && (
        <ul class="results">
          {found.map((e) => (
            <li key={e.profile.id}>
              <button type="button" onClick={() => onChoose(e)} data-elder={e.profile.id}>
                <strong>{e.name ?? words.drawer.nameHidden}</strong> <span class="muted mono">{e.profile.id}</span>
                <span class="muted">{streetName(e.profile.street)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
