/** What a `datetime-local` field holds, read by the city's clock (UTC+8, without summer time). */
const OFFSET_MS = 8 * 3_600_000;

export const toLocal = (ms: number): string => new Date(ms + OFFSET_MS).toISOString().slice(0, 16);
export const fromLocal = (text: string): string => new Date(Date.parse(`${text}:00Z`) - OFFSET_MS).toISOString();
