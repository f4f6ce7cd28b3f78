/** Dark or light: the system's wish until someone chooses; the choice is remembered on this device. */
import { effect, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const KEY = "care.theme";

function initial(): Theme {
  const stored = localStorage.getItem(KEY);
  if (stored === "light" || stored === "dark") return stored;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export const theme = signal<Theme>(initial());

export function toggleTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, theme.value);
}

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});
