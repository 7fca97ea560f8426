import { Worker } from "node:worker_threads";
import type { DesignName } from "../designs.ts";
import { Coverage, newOrderMap } from "./coverage.ts";
import { FAILURES_TOLD_MAX, type Failure, type ShareProgress } from "./searchSeeds.ts";

/** What is searched. */
export interface SearchOptions {
  readonly design: DesignName;
  readonly first: number;
  readonly seeds: number;
  readonly jobs: number;
  /** Seeds known to fail: they are gone past. */
  readonly open?: readonly number[];
  /** Goes on to the end, whatever fails. */
  readonly keepGoing?: boolean;
  /** Ends it where it is. */
  readonly stop?: AbortSignal;
  readonly onProgress?: (done: SearchResult) => void;
}

/** What a search found, so far or in the end. */
export interface SearchResult extends Omit<ShareProgress, "coverage"> {
  readonly coverage: Coverage;
  /** Every seed below it was run: where an ended search can be taken up again. */
  readonly next: number;
  /** Of the lowest seed that failed, of those that were run. */
  readonly failure: Failure | undefined;
}

/** What a job tells of its share. */
interface Told extends Omit<ShareProgress, "coverage"> {
  readonly coverage: Pick<Coverage, "faults" | "pairs" | "orders">;
}

/** Runs seeds on several threads; stops all of them at the first failure, if not told otherwise. */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const { design, first, seeds, jobs, open = [], keepGoing = false, stop } = options;
  const orders = newOrderMap();
  const workers: Worker[] = [];
  const told = new Map<number, Told>();
  const total = (): SearchResult => {
    return { ...totalOf([...told.values()]), next: nextOf(options, told) };
  };
  const endAll = (): void => {
    for (const worker of workers) void worker.terminate();
  };
  const ends = Array.from({ length: jobs }, (_, job) => {
    const count = Math.floor(seeds / jobs) + (job < seeds % jobs ? 1 : 0);
    return new Promise<void>((resolve, reject) => {
      const share = { first: first + job, count, step: jobs, open, keepGoing };
      const workerData = { design, ...share, orders };
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
      workers.push(worker);
      worker.on("message", (progress: Told) => {
        told.set(job, progress);
        options.onProgress?.(total());
        if (progress.failed > 0 && !keepGoing) endAll();
      });
      worker.on("error", reject);
      worker.on("exit", () => resolve());
    });
  });
  stop?.addEventListener("abort", endAll);
  await Promise.all(ends);
  stop?.removeEventListener("abort", endAll);
  return total();
}

/** The first seed that no job has told of: a job's seeds are as far apart as there are jobs. */
function nextOf(
  { first, seeds, jobs }: SearchOptions,
  told: ReadonlyMap<number, Pick<Told, "seeds">>,
): number {
  let next = first + seeds;
  for (let job = 0; job < jobs; job += 1) {
    next = Math.min(next, first + job + (told.get(job)?.seeds ?? 0) * jobs);
  }
  return next;
}

/** A coverage that only sums up needs no map of its own. */
const NO_ORDERS = new SharedArrayBuffer(4);

function totalOf(parts: readonly Told[]): Omit<SearchResult, "next"> {
  const coverage = new Coverage(NO_ORDERS);
  for (const part of parts) coverage.merge(part.coverage);
  const sum = (count: (part: Told) => number): number =>
    parts.reduce((before, part) => before + count(part), 0);
  const failures = parts
    .flatMap((part) => part.failures)
    .sort((left, right) => left.seed - right.seed);
  return {
    seeds: sum(({ seeds }) => seeds),
    steps: sum(({ steps }) => steps),
    changes: sum(({ changes }) => changes),
    convergedInMsMax: Math.max(0, ...parts.map((part) => part.convergedInMsMax)),
    stepsMin: Math.min(...parts.map((part) => part.stepsMin)),
    faultsMin: Math.min(...parts.map((part) => part.faultsMin)),
    coverage,
    openFailed: parts.flatMap((part) => part.openFailed),
    failed: sum(({ failed }) => failed),
    failures: failures.slice(0, FAILURES_TOLD_MAX),
    failure: failures[0],
  };
}
