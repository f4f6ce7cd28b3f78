/** Money and matters, for front desk, supervisor, bureau, audit and organisations: each sees the rooms that are theirs. */
import { district } from "../app/district.ts";
import type { Role } from "../contract.ts";
import { close } from "../desk/state.ts";
import { t } from "../text/index.ts";
import { Rooms } from "../ui/rooms.tsx";
import { Catalogue } from "./catalogue.tsx";
import { MattersRoom } from "./matters.tsx";
import { QualityRoom } from "./quality.tsx";
import { SettlementsRoom } from "./settlements.tsx";

const SEES: Role[] = ["operator", "supervisor", "front_desk", "bureau", "auditor", "organisation"];
const BOOKS: Role[] = ["supervisor", "bureau", "auditor", "organisation"];
/** Whether there is money to see here at all, and for this role. */
export const seesMoney = (role: Role | undefined) => district.value?.accounts === true && role !== undefined && SEES.includes(role);

export function Money({ role }: { role: Role }) {
  const words = t().money;
  return (
    <Rooms
      title={words.title}
      name="money"
      rooms={BOOKS.includes(role) ? ["matters", "settlements", "catalogue", "quality"] : ["matters", "catalogue", "quality"]}
      words={words.rooms}
      contents={{
        matters: () => <MattersRoom role={role} />,
        settlements: () => <SettlementsRoom role={role} />,
        catalogue: () => <Catalogue />,
        quality: () => <QualityRoom />,
      }}
      onClose={() => close("money")}
    />
  );
}
