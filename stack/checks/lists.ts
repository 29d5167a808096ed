import type { Finding } from "../checks.ts";
import type { Settings } from "../settings.ts";

/** No list names a thing twice: two resources would want one name, or AWS would refuse the second. */
export function checkLists(settings: Settings): Finding[] {
  return twice(settings, []);
}

function twice(value: unknown, path: Finding["path"]): Finding[] {
  if (typeof value !== "object" || value === null) return [];
  if (!Array.isArray(value)) return Object.entries(value).flatMap(([key, inner]) => twice(inner, [...path, key]));
  const texts = value.map((entry) => JSON.stringify(entry));
  return value.flatMap((entry, index) =>
    texts.indexOf(texts[index]!) === index
      ? twice(entry, [...path, index])
      : [{ path: [...path, index], allowed: "each entry of the list once" }],
  );
}
