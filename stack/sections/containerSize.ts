import { z } from "zod";
import { kubernetesMemory, kubernetesProcessor } from "./quantities.ts";

/** Size of a container: processor request, and memory as request and limit alike. */
export const containerSize = z.strictObject({
  /** Requested processor time; there is no limit, for throttling hurts latency. */
  cpu: kubernetesProcessor,
  /** Memory, request and limit. */
  memory: kubernetesMemory,
});

/** Size of a container as written in a stack file. */
export type ContainerSize = z.output<typeof containerSize>;
