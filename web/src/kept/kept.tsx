/** Organisations, facilities, rosters, care plans: each role sees the rooms that are theirs. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import type { Role } from "../contract.ts";
import { close } from "../desk/state.ts";
import { t } from "../text/index.ts";
import { Dialog } from "../ui/dialog.tsx";
import { FacilitiesRoom, OrganisationsRoom } from "./entries.tsx";
import { PlansRoom, RostersRoom } from "./rosters.tsx";

type Room = "organisations" | "facilities" | "rosters" | "plans";
const SEES: Record<Room, readonly Role[]> = {
  organisations: ["operator", "supervisor", "front_desk", "bureau", "auditor", "organisation"],
  facilities: ["operator", "supervisor", "front_desk", "bureau", "auditor", "organisation"],
  rosters: ["operator", "supervisor", "organisation"],
  plans: ["operator", "supervisor", "front_desk"],
};
const rooms = (role: Role) => (Object.keys(SEES) as Room[]).filter((room) => SEES[room].includes(role));

/** Whether there is something to see here for this role. */
export const seesKept = (role: Role | undefined) => role !== undefined && rooms(role).length > 0;

export function KeptPanel({ role }: { role: Role }) {
  const words = t().kept;
  const [room, setRoom] = useState<Room>("organisations");
  const contents: Record<Room, ComponentChildren> = {
    organisations: <OrganisationsRoom role={role} />,
    facilities: <FacilitiesRoom role={role} />,
    rosters: <RostersRoom role={role} />,
    plans: <PlansRoom />,
  };
  return (
    <Dialog title={words.title} class="wide" onClose={() => close("kept")}>
      <div class="body" data-testid="kept">
        <div class="choices" role="tablist" aria-label={words.title}>
          {rooms(role).map((r) => (
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
