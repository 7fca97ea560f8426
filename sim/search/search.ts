import { Worker } from "node:worker_threads";
import type { Violation } from "../checkers/checker.ts";
import type { DesignName } from "../designs.ts";
import { Coverage, newOrderMap } from "./coverage.ts";

/** What is searched. */
export interface SearchOptions {
  readonly design: DesignName;
  readonly first: number;
  readonly seeds: number;
  readonly jobs: number;
  /** Seeds known to fail: they are gone past. */
  readonly open?: readonly number[];
  readonly onProgress?: (done: SearchResult) => void;
}

/** What a search found, so far or in the end. */
export interface SearchResult {
  readonly seeds: number;
  readonly steps: number;
  readonly changes: number;
  readonly convergedInMsMax: number;
  readonly stepsMin: number;
  readonly faultsMin: number;
  readonly coverage: Coverage;
  /** Of the seeds known to fail, those that did. */
  readonly openFailed: readonly number[];
  /** Of the lowest seed that failed, of those that were run. */
  readonly failure: { readonly seed: number; readonly violation: Violation } | undefined;
}

/** What a job tells of its share. */
interface Told extends Omit<SearchResult, "coverage"> {
  readonly coverage: Pick<Coverage, "faults" | "pairs" | "orders">;
}

/** Runs seeds on several threads; stops all of them at the first failure. */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const { design, first, seeds, jobs, open = [] } = options;
  const orders = newOrderMap();
  const workers: Worker[] = [];
  const told = new Map<number, Told>();
  const total = (): SearchResult => totalOf([...told.values()]);
  const ends = Array.from({ length: jobs }, (_, job) => {
    const count = Math.floor(seeds / jobs) + (job < seeds % jobs ? 1 : 0);
    return new Promise<void>((resolve, reject) => {
      const workerData = { design, first: first + job, count, step: jobs, open, orders };
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
      workers.push(worker);
      worker.on("message", (progress: Told) => {
        told.set(job, progress);
        options.onProgress?.(total());
        if (progress.failure !== undefined) for (const other of workers) void other.terminate();
      });
      worker.on("error", reject);
      worker.on("exit", () => resolve());
    });
  });
  await Promise.all(ends);
  return total();
}

/** A coverage that only sums up needs no map of its own. */
const NO_ORDERS = new SharedArrayBuffer(4);

function totalOf(parts: readonly Told[]): SearchResult {
  const coverage = new Coverage(NO_ORDERS);
  let sum: Omit<SearchResult, "coverage"> = {
    seeds: 0,
    steps: 0,
    changes: 0,
    convergedInMsMax: 0,
    stepsMin: Number.POSITIVE_INFINITY,
    faultsMin: Number.POSITIVE_INFINITY,
    openFailed: [],
    failure: undefined,
  };
  for (const part of parts) {
    coverage.merge(part.coverage);
    const isEarlier =
      part.failure !== undefined && part.failure.seed < (sum.failure?.seed ?? Infinity);
    sum = {
      seeds: sum.seeds + part.seeds,
      steps: sum.steps + part.steps,
      changes: sum.changes + part.changes,
      convergedInMsMax: Math.max(sum.convergedInMsMax, part.convergedInMsMax),
      stepsMin: Math.min(sum.stepsMin, part.stepsMin),
      faultsMin: Math.min(sum.faultsMin, part.faultsMin),
      openFailed: [...sum.openFailed, ...part.openFailed],
      failure: isEarlier ? part.failure : sum.failure,
    };
  }
  return { ...sum, coverage };
}
