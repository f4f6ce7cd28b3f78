/** Money and matters, for front desk, supervisor, bureau, audit and organisations: each sees the rooms that are theirs. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { district } from "../app/district.ts";
import type { Role } from "../contract.ts";
import { close } from "../desk/state.ts";
import { t } from "../text/index.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Catalogue } from "./catalogue.tsx";
import { MattersRoom } from "./matters.tsx";
import { QualityRoom } from "./quality.tsx";
import { SettlementsRoom } from "./settlements.tsx";

const SEES: Role[] = ["operator", "supervisor", "front_desk", "bureau", "auditor", "organisation"];
const BOOKS: Role[] = ["supervisor", "bureau", "auditor", "organisation"];
/** Whether there is money to see here at all, and for this role. */
export const seesMoney = (role: Role | undefined) => district.value?.accounts === true && role !== undefined && SEES.includes(role);

type Room = "matters" | "settlements" | "catalogue" | "quality";

export function Money({ role }: { role: Role }) {
  const words = t().money;
  const rooms: Room[] = BOOKS.includes(role) ? ["matters", "settlements", "catalogue", "quality"] : ["matters", "catalogue", "quality"];
  const [room, setRoom] = useState<Room>("matters");
  const contents: Record<Room, ComponentChildren> = {
    matters: <MattersRoom role={role} />,
    settlements: <SettlementsRoom role={role} />,
    catalogue: <Catalogue />,
    quality: <QualityRoom />,
  };
  return (
    <Dialog title={words.title} class="wide" onClose={() => close("money")}>
      <div class="body" data-testid="money">
        <div class="choices" role="tablist" aria-label={words.title}>
          {rooms.map((r) => (
            <button key={r} type="button" role="tab" class="button" aria-selected={room === r} aria-pressed={room === r} data-room={r} onClick={() => setRoom(r)}>
              {words.rooms[r]}
            </button>
          ))}
        </div>
        <section role="tabpanel" aria-label={words.rooms[room]}>
          {contents[room]}
        </section>
      </div>
    </Dialog>
  );
}
