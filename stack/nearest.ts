import { distance } from "fastest-levenshtein";

/**
 * The candidate that `word` is most likely a misspelling of, or undefined when none is near
 * (at most a third of the longer word's letters may differ, case apart).
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const steps = distance(word.toLowerCase(), candidate.toLowerCase());
    if (steps < bestDistance) {
      best = candidate;
      bestDistance = steps;
    }
  }
  const longest = Math.max(word.length, best?.length ?? 0);
  return best !== undefined && bestDistance <= Math.max(1, Math.floor(longest / 3)) ? best : undefined;
}
