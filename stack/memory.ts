/** Reads an amount of memory as Kubernetes writes it (`512Mi`, `8Gi`) as MiB. */
export function mebibytesOf(memory: string): number {
  return Number.parseInt(memory, 10) * (memory.endsWith("Gi") ? 1024 : 1);
}
