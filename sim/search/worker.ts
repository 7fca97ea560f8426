// One job of a search: runs its share of seeds, and tells how far it is.
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { DESIGN_NAMES, designOf } from "../designs.ts";
import { type ShareProgress, searchSeeds } from "./searchSeeds.ts";

const given = z
  .object({
    design: z.enum(DESIGN_NAMES),
    first: z.int(),
    count: z.int(),
    step: z.int(),
    open: z.array(z.int()),
    keepGoing: z.boolean(),
    orders: z.instanceof(SharedArrayBuffer),
  })
  .parse(workerData);

// Worlds throw thousands of errors that are caught and told by their messages alone.
Error.stackTraceLimit = 0;

function tell({ coverage, ...progress }: ShareProgress): void {
  const { faults, pairs, orders } = coverage;
  parentPort?.postMessage({ ...progress, coverage: { faults, pairs, orders } });
}

await searchSeeds(await designOf(given.design), given, given.orders, tell);
