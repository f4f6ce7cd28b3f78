/** The lists: orders by where they stand, and the people. */
import type { Order } from "../contract.ts";
import type { Person, QueueTab } from "../store/derive.ts";
import { t } from "../text/index.ts";
import { VirtualList } from "../ui/virtual-list.tsx";
import { OrderRow } from "./order-row.tsx";
import { PersonRow } from "./person-row.tsx";
import { queues, selected, staff, tab } from "./state.ts";

const TABS: readonly QueueTab[] = ["queue", "underway", "scheduled", "closed"];

export function Side() {
  const words = t().queue;
  const current = tab.value;
  const onShift = staff.value.filter((p) => p.state !== "off").length;
  const follow = selected.value?.id ?? null;
  return (
    <aside class="side" aria-label={words.title}>
      <div class="tabs" role="tablist">
        {TABS.map((name) => (
          <Tab key={name} name={name} label={words.tabs[name]} count={queues.value[name].length} />
        ))}
        <Tab name="people" label={words.people} count={onShift} />
      </div>
      <div class="tab-panel" role="tabpanel">
        {current === "people" ? (
          <VirtualList<Person> items={staff.value} rowHeight={48} keyOf={(p) => p.id} label={words.people} empty={words.noPeople} follow={follow} row={(p) => <PersonRow person={p} />} />
        ) : (
          <VirtualList<Order> items={queues.value[current]} rowHeight={58} keyOf={(o) => o.id} label={words.tabs[current]} empty={words.empty} follow={follow} row={(o) => <OrderRow order={o} />} />
        )}
      </div>
    </aside>
  );
}

function Tab({ name, label, count }: { name: QueueTab | "people"; label: string; count: number }) {
  return (
    <button type="button" role="tab" aria-selected={tab.value === name} data-tab={name} onClick={() => (tab.value = name)}>
      {label} <b>{count}</b>
    </button>
  );
}
