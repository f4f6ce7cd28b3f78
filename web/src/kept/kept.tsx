/** Organisations, facilities, rosters, care plans: each role sees the rooms that are theirs. */
import type { Role } from "../contract.ts";
import { close } from "../desk/state.ts";
import { t } from "../text/index.ts";
import { Rooms } from "../ui/rooms.tsx";
import type { About } from "./api.ts";
import { FacilitiesRoom } from "./facilities.tsx";
import { OrganisationsRoom } from "./organisations.tsx";
import { PlansRoom } from "./plans.tsx";
import { RostersRoom } from "./rosters.tsx";

const SEES: Record<About, readonly Role[]> = {
  organisations: ["operator", "supervisor", "front_desk", "bureau", "auditor", "organisation"],
  facilities: ["operator", "supervisor", "front_desk", "bureau", "auditor", "organisation"],
  rosters: ["operator", "supervisor", "organisation"],
  plans: ["operator", "supervisor", "front_desk"],
};
const rooms = (role: Role) => (Object.keys(SEES) as About[]).filter((room) => SEES[room].includes(role));

/** Whether there is something to see here for this role. */
export const seesKept = (role: Role | undefined) => role !== undefined && rooms(role).length > 0;

export function KeptPanel({ role }: { role: Role }) {
  const words = t().kept;
  const [first, ...others] = rooms(role);
  if (first === undefined) return null;
  return (
    <Rooms
      title={words.title}
      name="kept"
      rooms={[first, ...others]}
      words={words.rooms}
      contents={{
        organisations: () => <OrganisationsRoom role={role} />,
        facilities: () => <FacilitiesRoom role={role} />,
        rosters: () => <RostersRoom role={role} />,
        plans: () => <PlansRoom />,
      }}
      onClose={() => close("kept")}
    />
  );
}
