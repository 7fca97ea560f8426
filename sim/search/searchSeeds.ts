import type { Violation } from "../checkers/checker.ts";
import type { Design } from "../design.ts";
import { runSchedule } from "../runSchedule.ts";
import { drawSchedule } from "../schedule/draw.ts";
import { Coverage } from "./coverage.ts";

/** Seeds of one share, in the order in which they are run. */
export interface SeedShare {
  readonly first: number;
  readonly count: number;
  readonly step: number;
  /** Seeds known to fail: noted, and gone past. */
  readonly open: readonly number[];
  /** Notes every seed that fails, and goes past it. */
  readonly keepGoing: boolean;
}

/** A seed that failed, and how. */
export interface Failure {
  readonly seed: number;
  readonly violation: Violation;
}

/** Failures that a share tells of; of more it says only how many. */
export const FAILURES_TOLD_MAX = 100;

/** How far a share is. Counts are of all of it so far. */
export interface ShareProgress {
  readonly seeds: number;
  readonly steps: number;
  readonly changes: number;
  readonly convergedInMsMax: number;
  /** Of the schedule that had fewest; Infinity before the first. */
  readonly stepsMin: number;
  readonly faultsMin: number;
  readonly coverage: Coverage;
  /** Of the seeds known to fail, those that did. */
  readonly openFailed: readonly number[];
  /** Seeds that failed, those known to fail aside. */
  readonly failed: number;
  /** The first {@link FAILURES_TOLD_MAX} of them. */
  readonly failures: readonly Failure[];
}

/** Seeds between two reports. */
const REPORT_EVERY = 100;

/** Runs seeds one after another, as far as it is to; tells how far it is now and then. */
export async function searchSeeds(
  design: Design,
  { first, count, step, open, keepGoing }: SeedShare,
  orders: SharedArrayBuffer,
  onProgress: (progress: ShareProgress) => void,
): Promise<ShareProgress> {
  const coverage = new Coverage(orders);
  let progress: ShareProgress = {
    seeds: 0,
    steps: 0,
    changes: 0,
    convergedInMsMax: 0,
    stepsMin: Number.POSITIVE_INFINITY,
    faultsMin: Number.POSITIVE_INFINITY,
    coverage,
    openFailed: [],
    failed: 0,
    failures: [],
  };
  for (let index = 0; index < count && (keepGoing || progress.failed === 0); index += 1) {
    const seed = first + index * step;
    const result = await runSchedule(design, drawSchedule(seed));
    coverage.take(result);
    const [violation] = result.violations;
    const isOpen = open.includes(seed);
    const isFailure = violation !== undefined && !isOpen;
    const isTold = isFailure && progress.failed < FAILURES_TOLD_MAX;
    progress = {
      seeds: progress.seeds + 1,
      steps: progress.steps + result.steps,
      changes: progress.changes + result.changes,
      convergedInMsMax: Math.max(progress.convergedInMsMax, result.convergedInMs ?? 0),
      stepsMin: Math.min(progress.stepsMin, result.steps),
      faultsMin: Math.min(progress.faultsMin, result.faults.length),
      coverage,
      openFailed: violation && isOpen ? [...progress.openFailed, seed] : progress.openFailed,
      failed: progress.failed + (isFailure ? 1 : 0),
      failures: isTold ? [...progress.failures, { seed, violation }] : progress.failures,
    };
    if (progress.seeds % REPORT_EVERY === 0) onProgress(progress);
  }
  onProgress(progress);
  return progress;
}
