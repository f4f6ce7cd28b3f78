/** Full-jitter exponential backoff: many clients that lost the same server do not come back in step. */
export function backoff(attempt: number, random: () => number, base = 500, cap = 20_000): number {
  const ceiling = Math.min(cap, base * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}
