import { dump } from "js-yaml";

/** YAML as this program writes it: no line folding, no anchors, long texts as blocks, quotes where YAML 1.1 needs them. */
export function toYaml(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true });
}
