/** Short notes that go by themselves; screen readers hear them. */
import { signal } from "@preact/signals";

import { explain } from "../app/problems.ts";

interface Toast {
  id: number;
  text: string;
  danger: boolean;
}
const toasts = signal<Toast[]>([]);
let next = 0;

export function toast(text: string, danger = false): void {
  const id = ++next;
  toasts.value = [...toasts.value.slice(-2), { id, text, danger }];
  setTimeout(() => {
    toasts.value = toasts.value.filter((t) => t.id !== id);
  }, danger ? 7000 : 3500);
}

export const toastProblem = (error: unknown) => toast(explain(error), true);

export const Toasts = () => (
  <div class="toasts" role="status" aria-live="polite">
    {toasts.value.map((t) => (
      <div key={t.id} class={t.danger ? "toast danger" : "toast"}>
        {t.text}
      </div>
    ))}
  </div>
);
