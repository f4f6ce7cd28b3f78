/** A panel with several rooms, one open at a time: tabs that a keyboard walks with the arrows and a screen reader counts. */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

import { Dialog } from "./dialog.tsx";

interface Props<R extends string> {
  title: string;
  /** Its name for tests. */
  name: string;
  rooms: readonly [R, ...R[]];
  words: Record<R, string>;
  /** What every room shares, above the tabs. */
  above?: ComponentChildren;
  contents: Record<R, () => ComponentChildren>;
  onClose: () => void;
}

export function Rooms<R extends string>({ title, name, rooms, words, above, contents, onClose }: Props<R>) {
  const id = useId();
  const [room, setRoom] = useState<R>(rooms[0]);
  const walk = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = rooms[(rooms.indexOf(room) + by + rooms.length) % rooms.length];
    if (by === 0 || next === undefined) return;
    event.preventDefault();
    setRoom(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <Dialog title={title} class="wide" onClose={onClose}>
      <div class="body" data-testid={name}>
        {above}
        <div class="choices" role="tablist" aria-label={title} onKeyDown={walk}>
          {rooms.map((r) => (
            <button
              key={r}
              id={`${id}-${r}`}
              type="button"
              role="tab"
              class="button"
              aria-selected={room === r}
              aria-controls={`${id}-panel`}
              tabIndex={room === r ? 0 : -1}
              data-room={r}
              onClick={() => setRoom(r)}
            >
              {words[r]}
            </button>
          ))}
        </div>
        <section id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${room}`}>
          {contents[room]()}
        </section>
      </div>
    </Dialog>
  );
}
