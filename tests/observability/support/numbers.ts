/** The numbers of an expression, in order: limits, factors and ranges, without those in names and label values. */
export function numbersIn(expr: string): string {
  const bare = expr.replace(/"[^"]*"/g, "").replace(/\b(\d+) \* 86400\b/g, "$1d");
  const found = bare.match(/(?<![\w.:])-?\d+(?:\.\d+)?(?:[smhdw](?::\w+)?)?(?![\w.:])/g) ?? [];
  return found.map((text) => text.replace(/^-?\d+\.\d+$/, (number) => String(Number(number)))).join(" ");
}
