// Of the plan store alone: plans that it must not take. In a whole world somebody else would refuse
// them as well. And of its file.
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SILENT_LOG } from "../../src/base/index.ts";
import {
  entryDigest,
  type PlanDelta,
  type PlannedRRset,
  planDigest,
} from "../../src/plan/index.ts";
import { MemoryStore, openSqliteStore } from "../../src/store/index.ts";
import { REGION } from "../ours/configuration.ts";
import { SimClock } from "../simClock.ts";
import type { Scenario, Verdict } from "./scenario.ts";
import { API, ZONE } from "./words.ts";

/** The plan that a planner makes of the empty line, by what it read before this was reported. */
async function late(report: (store: MemoryStore) => Promise<unknown>): Promise<Verdict> {
  const store = new MemoryStore({ region: REGION, clock: new SimClock() });
  const { digest: parentDigest } = await store.head();
  await report(store);
  const outcome = await store.append(firstPlan(parentDigest));
  await store.close();
  const story = [`the store says of the plan: ${outcome.kind}`];
  return { broken: outcome.kind === "accepted" ? "scenario" : undefined, story };
}

/** A plan of one endpoint, the first of its line. */
export function firstPlan(parentDigest: string): PlanDelta {
  const rrset: PlannedRRset = {
    type: "A",
    ttlSeconds: 5,
    records: [{ rdata: "192.0.2.1", weight: 1 }],
  };
  const content = { answers: "all", rrsets: [rrset] } as const;
  const digest = entryDigest({ endpoint: API, ...content });
  const by = { actor: "planner", cause: "a test" } as const;
  const place = { endpoint: API, zone: ZONE, epoch: 0, generation: 1, digest } as const;
  const changed = [{ kind: "serving", ...place, ...content, ...by }] as const;
  return {
    region: REGION,
    generation: 1,
    parentGeneration: 0,
    digest: planDigest(REGION, parentDigest, 1, changed),
    parentDigest,
    madeAtMs: 0,
    ...by,
    changed,
  };
}

/** What a store says of its floor, once its file is a copy of one that had a plan. */
async function copied(): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-copy-"));
  const options = { region: REGION, clock: new SimClock(), log: SILENT_LOG };
  const [path, copy] = [join(folder, "plans.db"), join(folder, "copy.db")];
  try {
    const first = await openSqliteStore(path, options);
    const { digest } = await first.head();
    await first.append(firstPlan(digest));
    await first.close();
    copyFileSync(path, copy);
    const store = await openSqliteStore(copy, options);
    const { generation, floorGeneration } = await store.head();
    await store.close();
    const story = [`its newest plan is ${generation}, and its floor ${floorGeneration}`];
    const isKnown = generation === 1 && floorGeneration >= generation;
    return { broken: isKnown ? undefined : "scenario", story };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const STORE_SCENARIOS: readonly Scenario[] = [
  {
    id: "a planner that missed a raised floor",
    tells: "its plan was made before a fence was heard of",
    run: () => late((store) => store.raiseFloor({ epoch: 0, generation: 5 })),
  },
  {
    id: "a planner that missed a raised epoch",
    tells: "its plan was made before a person's act was heard of",
    run: () => late((store) => store.raiseEpochs([{ endpoint: API, epoch: 1 }])),
  },
  {
    id: "a store's file put back from a copy",
    tells: "there may have been plans after its newest, and the next one must be above them",
    run: copied,
  },
];
