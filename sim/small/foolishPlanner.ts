import {
  entryDigest,
  type PlanDelta,
  type PlanEntry,
  planDigest,
  type ServingEntry,
} from "../../src/plan/index.ts";
import { onceForText } from "./memo.ts";
import { REGION } from "./names.ts";
import type { Fault, Scene } from "./now.ts";
import { headOf, type LineNow, planOf } from "./planLine.ts";
import { PINNED } from "./policies.ts";

/** What a planner with a fault may do; the store is the last that can stop it for all. */
export const FOLLIES = [
  "planner-forgets-tombstone",
  "planner-retires-unasked",
  "planner-empties",
  "planner-lowers-epoch",
] as const satisfies readonly Fault[];
type Folly = (typeof FOLLIES)[number];

/** A plan that no sound planner would make; undefined where there is nothing to spoil. */
export function foolishDelta(line: LineNow, scene: Scene, folly: Folly): PlanDelta | undefined {
  const [endpoint] = scene.endpoints;
  return endpoint === undefined ? undefined : made(line, `${folly} ${endpoint}`);
}

const made = onceForText((line: LineNow, text: string): PlanDelta | undefined => {
  const [folly, endpoint] = text.split(" ");
  const held = [...planOf(line).entries.values()].find((entry) => entry.endpoint === endpoint);
  const head = headOf(line);
  const generation = head.generation + 1;
  const entry = held === undefined ? undefined : spoilt(held, generation, folly ?? "");
  if (entry === undefined) return undefined;
  return {
    region: REGION,
    generation,
    parentGeneration: head.generation,
    parentDigest: head.digest,
    digest: planDigest(REGION, head.digest, generation, [entry]),
    actor: "planner",
    cause: "a fault in a planner",
    madeAtMs: 0,
    changed: [entry],
  };
});

function spoilt(held: PlanEntry, generation: number, folly: string): PlanEntry | undefined {
  const { endpoint, zone, epoch, digest } = held;
  const base = { endpoint, zone, epoch, generation, actor: "planner", cause: "a fault" };
  const content = { answers: "all", rrsets: PINNED } as const;
  const serving: ServingEntry = {
    ...base,
    kind: "serving",
    digest: entryDigest({ endpoint, ...content }),
    ...content,
  };
  switch (folly) {
    case "planner-forgets-tombstone":
      return held.kind === "tombstone" ? serving : undefined;
    case "planner-retires-unasked":
      if (held.kind === "tombstone") return undefined;
      return { ...base, kind: "tombstone", digest, tombstoneId: "t-nobody", retiredAtMs: 0 };
    case "planner-empties":
      // The types do not allow it; what comes over a socket may be anything.
      return { ...serving, rrsets: [] as unknown as ServingEntry["rrsets"] };
    default:
      return epoch === 0 ? undefined : { ...serving, epoch: epoch - 1 };
  }
}
