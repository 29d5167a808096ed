import { parse } from "yaml";
import { archetypes } from "../catalog/archetypes.ts";
import { loadCatalog } from "../catalog/load.ts";
import type { Service } from "../catalog/types.ts";
import { planStack, projectName } from "../plan/plan.ts";
import { listStacks, noSuchStack, readStackFile, type StackFile } from "../stack/file.ts";
import { didYouMean } from "../stack/nearest.ts";
import { type PlanDifference, planDifference } from "./difference.ts";
import { readImages, writeImages } from "./edit.ts";
import { type ImageVersion, sameImage, showImage } from "./image.ts";

/** Something that the person who typed the command can mend. */
export class ReleaseError extends Error {}

/** A change of what runs, worked out and checked but not yet written. */
export interface PreparedRelease {
  stack: string;
  /** File to write, relative to the project. */
  file: string;
  /** Its new text. */
  text: string;
  from?: ImageVersion;
  to: ImageVersion;
  /** What the change means for the plan. */
  difference: PlanDifference;
}

/** What is needed to prepare a release. */
export interface ReleaseRequest {
  directory: string;
  stack: string;
  service: string;
}

/**
 * Works out a release: the new stack file, checked as the program itself would, and the difference of the plans.
 *
 * @throws ReleaseError for an unknown stack or service, and when the image runs already
 * @throws ProblemsError when the stack does not take the image, for example a tag where a digest is required
 */
export async function prepareRelease(request: ReleaseRequest, image: ImageVersion): Promise<PreparedRelease> {
  const { stackFile, project } = await findService(request);
  const { image: running } = readImages(stackFile.text, project, request.service);
  if (sameImage(running, image))
    throw new ReleaseError(`${request.service} runs ${showImage(image)} in ${request.stack} already.`);
  return prepare(request, stackFile, project, { image, previousImage: running });
}

/**
 * Works out the way back to the image that ran before; what runs now becomes the one before, so that the way back has a
 * way back.
 *
 * @throws ReleaseError when there is no image before
 */
export async function prepareRollback(request: ReleaseRequest): Promise<PreparedRelease> {
  const { stackFile, project } = await findService(request);
  const { image, previousImage } = readImages(stackFile.text, project, request.service);
  if (image === undefined || previousImage === undefined) {
    throw new ReleaseError(
      `${request.service} has no image before the present one in ${stackFile.file}. Release one by name: npm run release -- ${request.service} <tag|digest> --stack ${request.stack}`,
    );
  }
  return prepare(request, stackFile, project, { image: previousImage, previousImage: image });
}

/**
 * Stacks in which a service can be rolled back.
 *
 * @throws ReleaseError for an unknown service
 */
export async function stacksWithPrevious(directory: string, service: string): Promise<string[]> {
  await findCatalogued(service);
  const project = projectName(directory);
  return listStacks(directory).filter(
    (stack) => readImages(readStackFile(directory, stack)!.text, project, service).previousImage !== undefined,
  );
}

async function findService({ directory, stack, service }: ReleaseRequest) {
  const stackFile = readStackFile(directory, stack);
  if (stackFile === undefined) throw new ReleaseError(noSuchStack(directory, stack));
  const found = await findCatalogued(service);
  if (!archetypes[found.kind].inCluster) {
    throw new ReleaseError(
      `${service} runs on EC2: set tradingBot.imageTag in ${stackFile.file}. Its instance is replaced, no canary is possible.`,
    );
  }
  return { stackFile, project: projectName(directory) };
}

async function findCatalogued(service: string): Promise<Service> {
  const { services } = await loadCatalog();
  const found = services.find(({ name }) => name === service);
  if (found !== undefined) return found;
  const names = services.map(({ name }) => name);
  throw new ReleaseError(
    `There is no service "${service}".${didYouMean(service, names)} Services: ${names.join(", ")}.`,
  );
}

async function prepare(
  { directory, stack, service }: ReleaseRequest,
  before: StackFile,
  project: string,
  images: { image: ImageVersion; previousImage?: ImageVersion },
): Promise<PreparedRelease> {
  const text = writeImages(before.text, project, service, images);
  const config = (parse(text) as { config: Record<string, unknown> }).config;
  const after: StackFile = { ...before, text, config: { ...before.config, ...servicesOf(config, project) } };
  // The new file first: what is wrong with it is said without planning the old one.
  const second = await planStack({ stack, directory, file: after });
  const first = await planStack({ stack, directory, file: before });
  return {
    stack,
    file: before.file,
    text,
    from: images.previousImage,
    to: images.image,
    difference: planDifference(first, second),
  };
}

/** Only the section that was edited: encrypted values of the others stay as the stack file's reader left them. */
function servicesOf(config: Record<string, unknown>, project: string): Record<string, unknown> {
  return { [`${project}:services`]: config[`${project}:services`] };
}
