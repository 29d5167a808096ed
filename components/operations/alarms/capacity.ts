/** Memory of an instance class of RDS in GiB: its family fixes the GiB of an xlarge, its size the multiple of that. */
export function memoryGibibytes(instanceClass: string): number {
  const [, family = "", size = ""] = /^db\.([a-z]+)\d[a-z0-9]*\.(\w+)$/.exec(instanceClass) ?? [];
  const perXlarge = { t: 16, m: 16, r: 32, x: 64 }[family];
  const fractions: Record<string, number> = { micro: 1 / 16, small: 1 / 8, medium: 1 / 4, large: 1 / 2, xlarge: 1 };
  const multiple = fractions[size] ?? Number(/^(\d+)xlarge$/.exec(size)?.[1]);
  if (perXlarge === undefined || Number.isNaN(multiple)) {
    throw new Error(
      `The memory of the instance class "${instanceClass}" is not known: known are the families t, m, r, x and the sizes micro to xlarge and 2xlarge upwards. Add the family in components/operations/alarms/capacity.ts.`,
    );
  }
  return perXlarge * multiple;
}

/** Connections that PostgreSQL on RDS accepts by default: `LEAST(DBInstanceClassMemory / 9531392, 5000)`. */
export function maximumConnections(instanceClass: string): number {
  return Math.min(5000, Math.floor((memoryGibibytes(instanceClass) * 1024 ** 3) / 9_531_392));
}
