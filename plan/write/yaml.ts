import { stringify } from "yaml";

/** YAML as this program writes it: no line folding, no anchors, long texts as blocks. */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
