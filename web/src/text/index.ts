/** The language in use. Chinese first; the choice is remembered on this device. */
import { computed, effect, signal } from "@preact/signals";

import { en } from "./en.ts";
import { zh, type Words } from "./zh.ts";

export type Language = "zh" | "en";

const KEY = "care.language";
const stored = typeof localStorage === "undefined" ? null : localStorage.getItem(KEY);

export const language = signal<Language>(stored === "en" ? "en" : "zh");
const words = computed<Words>(() => (language.value === "zh" ? zh : en));

/** The words of the language in use; reading it inside a component subscribes the component. */
export const t = (): Words => words.value;

export function toggleLanguage(): void {
  language.value = language.value === "zh" ? "en" : "zh";
  localStorage.setItem(KEY, language.value);
}

if (typeof document !== "undefined") {
  effect(() => {
    document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
  });
}
