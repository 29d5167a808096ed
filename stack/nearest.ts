import { distance } from "fastest-levenshtein";

/**
 * The candidate that `word` is most likely a misspelling or the beginning of, or undefined when none is near
 * (at most a third of the longer word's letters may differ, case and order apart).
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const steps = stepsBetween(word.toLowerCase(), candidate.toLowerCase());
    if (steps < bestDistance) {
      best = candidate;
      bestDistance = steps;
    }
  }
  const longest = Math.max(word.length, best?.length ?? 0);
  return best !== undefined && bestDistance <= Math.max(1, Math.floor(longest / 3)) ? best : undefined;
}

/** `nearest` as the end of a message, with a space in front; empty when nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

/** Letters to change; one where only their order differs, or where somebody wrote the beginning alone. */
function stepsBetween(word: string, candidate: string): number {
  const sorted = (text: string) => [...text].sort().join("");
  const begins = word.length >= 3 && candidate.startsWith(word);
  const steps = distance(word, candidate);
  return steps > 1 && (begins || sorted(word) === sorted(candidate)) ? 1 : steps;
}
