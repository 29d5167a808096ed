import { stringify } from "yaml";

/**
 * YAML as this program writes it: no line folding, no anchors, long texts as blocks. Words that YAML 1.1 takes for
 * booleans ("off", "yes") are quoted: Helm, kubectl and promtool still read that version.
 */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, compat: "yaml-1.1" });
}
