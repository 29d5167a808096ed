import { z } from "zod";
import { kubernetesMemory, kubernetesProcessor } from "./quantities.ts";

/** Size of a container: processor request, and memory as request and limit alike. */
export const containerSize = z.strictObject({
  /** Requested processor time; there is no limit, for throttling hurts latency. */
  cpu: kubernetesProcessor,
  /** Memory, request and limit. */
  memory: kubernetesMemory,
});
