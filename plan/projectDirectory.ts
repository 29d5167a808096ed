import { join } from "node:path";

/** The project's own directory. Kept apart from plan.ts so that `--help` does not load the SDKs. */
export const projectDirectory = join(import.meta.dirname, "..");
