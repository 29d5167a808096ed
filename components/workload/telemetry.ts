import type * as kubernetes from "@pulumi/kubernetes";
import type { Service } from "../../catalog/types.ts";
import { otlpGrpcAddress } from "../platform/monitoringNames.ts";
import { tradingNamespace, type WorkloadContext } from "./context.ts";

/**
 * OpenTelemetry's own environment variables. Traces go to the collector, which samples whole traces at their end, so
 * every service sends all spans; metrics go by Prometheus and logs by Alloy, so their exporters are off.
 */
export function telemetryEnvironment(
  service: Service,
  context: Pick<WorkloadContext, "environment">,
): kubernetes.types.input.core.v1.EnvVar[] {
  const attributes = {
    "service.namespace": tradingNamespace,
    "deployment.environment.name": context.environment,
    "k8s.pod.name": "$(POD_NAME)",
  };
  return [
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "OTEL_SERVICE_NAME", value: service.name },
    {
      name: "OTEL_RESOURCE_ATTRIBUTES",
      value: Object.entries(attributes)
        .map(([key, value]) => `${key}=${value}`)
        .join(","),
    },
    { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: otlpGrpcAddress },
    { name: "OTEL_EXPORTER_OTLP_PROTOCOL", value: "grpc" },
    { name: "OTEL_TRACES_EXPORTER", value: "otlp" },
    { name: "OTEL_METRICS_EXPORTER", value: "none" },
    { name: "OTEL_LOGS_EXPORTER", value: "none" },
    { name: "OTEL_TRACES_SAMPLER", value: "parentbased_always_on" },
    { name: "OTEL_PROPAGATORS", value: "tracecontext,baggage" },
  ];
}
