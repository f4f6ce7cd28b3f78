/** A list that draws only the rows in view; thousands of rows cost what a screenful costs. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props<T> {
  items: readonly T[];
  rowHeight: number;
  keyOf: (item: T) => string;
  row: (item: T) => ComponentChildren;
  label: string;
  empty: string;
  /** The row that is kept in view when it changes. */
  follow?: string | null;
}

const SPARE = 6;

export function VirtualList<T>({ items, rowHeight, keyOf, row, label, empty, follow }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const read = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const watch = new ResizeObserver(read);
    watch.observe(element);
    element.addEventListener("scroll", read, { passive: true });
    return () => {
      watch.disconnect();
      element.removeEventListener("scroll", read);
    };
  }, []);
  useEffect(() => {
    const element = box.current;
    const index = follow ? items.findIndex((i) => keyOf(i) === follow) : -1;
    if (!element || index < 0) return;
    const top = index * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + rowHeight - element.clientHeight;
  }, [follow]);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - SPARE);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + SPARE);
  return (
    <div ref={box} class="list" role="list" aria-label={label} tabIndex={-1}>
      {items.length === 0 && <p class="empty">{empty}</p>}
      <div class="list-body" style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(first, last).map((item, i) => (
          <div
            key={keyOf(item)}
            role="listitem"
            aria-setsize={items.length}
            aria-posinset={first + i + 1}
            class="list-row"
            style={{ transform: `translateY(${(first + i) * rowHeight}px)`, height: `${rowHeight}px` }}
          >
            {row(item)}
          </div>
        ))}
      </div>
    </div>
  );
}
