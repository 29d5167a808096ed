/** The check of Helm values and custom resources against the charts' own values, schemas and CRDs, in one place. */
export { checkValues } from "./chartValues.ts";
export { type CheckOptions, checkCustomResource } from "./customResources.ts";
export { needReference } from "./reference.ts";
