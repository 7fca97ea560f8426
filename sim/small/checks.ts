import { assert } from "../../src/base/index.ts";
import { RRType, typeCode } from "../../src/dns/index.ts";
import { comparePositions, type Fence, parseGate } from "../../src/plan/index.ts";
import { type Held, readHeld } from "./heldZone.ts";
import type { Broken } from "./model.ts";
import { type EndpointName, wallMsAt } from "./names.ts";
import type { Circumstances, Stray } from "./now.ts";

/** One applied write, as the checkers see it. */
export interface Change {
  readonly endpoint: EndpointName;
  readonly before: Held;
  readonly after: Held;
  readonly stray: Stray;
  readonly circumstances: Circumstances;
}

const ADDRESS_TYPES = [RRType.A, RRType.AAAA];

/** The first rule that a write of the automation broke. */
export function judge(change: Change): Broken | undefined {
  const before = fenceOf(change.endpoint, change.before);
  const after = fenceOf(change.endpoint, change.after);
  assert(after !== undefined, "a write leaves a readable fence");
  return (
    judgeEmpty(change, after) ??
    judgeCondition(change) ??
    judgeOwner(change) ??
    judgePosition(change, before, after) ??
    judgeContent(change, before, after) ??
    judgeOverride(change, before, after) ??
    judgeTombstone(change, before, after)
  );
}

/** Never empty: per address type, by the answer that a resolver would get. */
function judgeEmpty({ before, after, endpoint }: Change, fence: Fence): Broken | undefined {
  if (fence.mark?.kind === "tombstone") return undefined;
  for (const type of ADDRESS_TYPES) {
    if (!answers(before, type) || answers(after, type)) continue;
    return { rule: "never-empty", problem: `${endpoint} no longer answers type ${type}` };
  }
  const missing = fence.types.find((text) => !answers(after, typeCode(text) ?? 0));
  if (missing === undefined) return undefined;
  return { rule: "never-empty", problem: `${endpoint} says that it holds ${missing}: it does not` };
}

/** Checked at the write: fence and gate were what the write says, when it was applied. */
function judgeCondition({ before, stray, circumstances, endpoint }: Change): Broken | undefined {
  const { condition } = stray.write;
  const reading = readHeld(before, endpoint);
  const fence =
    reading.kind === "read" && reading.fence.kind === "fence" ? reading.fence : undefined;
  const rule = "checked-at-the-write";
  if (condition.gate === "unchecked") return undefined; // a person's own act
  if (condition.fence !== fence?.text) {
    return { rule, problem: `the fence was "${fence?.text}", not "${String(condition.fence)}"` };
  }
  if (condition.gate !== circumstances.gate) {
    return { rule, problem: `the gate was "${circumstances.gate}", not "${condition.gate}"` };
  }
  const gate = circumstances.gate === undefined ? undefined : parseGate(circumstances.gate);
  if (gate?.kind === "gate" && gate.gate.automation === "paused") {
    return { rule, problem: "the zone was paused" };
  }
  return undefined;
}

/** Never backwards; what a hand from outside deleted, the checker remembers. */
function judgePosition(
  { before, circumstances, endpoint, stray }: Change,
  fence: Fence | undefined,
  after: Fence,
): Broken | undefined {
  const broken = (from: { epoch: number; generation: number }): Broken => {
    const now = `epoch ${after.epoch} generation ${after.generation}`;
    const then = `epoch ${from.epoch} generation ${from.generation}`;
    return { rule: "never-backwards", problem: `${endpoint} went from ${then} to ${now}` };
  };
  if (fence !== undefined) return comparePositions(after, fence) < 0 ? broken(fence) : undefined;
  if (stray.write.condition.gate === "unchecked") return undefined; // a person adopts the name
  // What the enactor itself had seen counts, whatever is gone.
  const knew = stray.knew.fence;
  if (knew !== undefined && comparePositions(after, knew) < 0) return broken(knew);
  const { past } = circumstances;
  const deleted = past.deleted[stray.place];
  if (deleted === undefined || comparePositions(after, deleted) >= 0) return undefined;
  // Rule 1 comes first: a name that lost an address type takes the newest entry known at once.
  if (ADDRESS_TYPES.some((type) => !answers(before, type))) return undefined;
  // Here the plan store's word counts (DESIGN.md, rule 3): it may have gone back itself, or a hand
  // may have deleted a second fence between the word and the write.
  if (past.storeRestored || past.fenceDeletions > 1) return undefined;
  return broken(deleted);
}

/** Every change explained: what a generation says stays what it said. */
function judgeContent(
  { stray, endpoint }: Change,
  fence: Fence | undefined,
  after: Fence,
): Broken | undefined {
  if (stray.write.condition.gate === "unchecked" || fence === undefined) return undefined;
  const isSame = comparePositions(after, fence) === 0 && fence.mark === undefined;
  if (!isSame || after.mark !== undefined || after.digest === fence.digest) return undefined;
  const problem = `generation ${after.generation} of ${endpoint} says something else than before`;
  return { rule: "every-change-explained", problem };
}

/** Names that are not ours are left alone. */
function judgeOwner({ before, stray, endpoint, circumstances }: Change): Broken | undefined {
  if (stray.write.condition.gate === "unchecked" || before.fence !== undefined) return undefined;
  const isForeign = before.records.length > 0 && stray.knew.fence === undefined;
  if (!isForeign || circumstances.past.deleted[stray.place] !== undefined) return undefined;
  return { rule: "others-left-alone", problem: `${endpoint} was somebody else's` };
}

/** Override respected: until it expires or a person ends it, its records stay. */
function judgeOverride(
  { before, circumstances, endpoint, stray }: Change,
  fence: Fence | undefined,
  after: Fence,
): Broken | undefined {
  if (fence?.mark?.kind !== "override" || stray.write.condition.gate === "unchecked") {
    return undefined;
  }
  const { id, untilMs } = fence.mark;
  if (wallMsAt(circumstances.hour) >= untilMs) return undefined;
  if (circumstances.past.endedOverrides.includes(id)) return undefined;
  // Empty is worse than overruled, where nobody knows what was pinned.
  const isWhole = fence.types.every((type) => answers(before, typeCode(type) ?? 0));
  if (!isWhole && stray.knew.sawWhole !== id) return undefined;
  const isKept = after.mark?.kind === "override" && after.mark.id === id;
  if (isKept && after.digest === fence.digest) return undefined;
  return { rule: "override-respected", problem: `${endpoint} lost override ${id} before its time` };
}

/** Retire only on purpose, and revive only on purpose. */
function judgeTombstone(
  { circumstances, endpoint, stray }: Change,
  fence: Fence | undefined,
  after: Fence,
): Broken | undefined {
  const rule = "retire-only-on-purpose";
  // Where a hand deleted the fence of a tombstone, only those can know of it who had seen it.
  const mark = fence === undefined ? stray.knew.fence?.mark : fence.mark;
  const tombstone = mark?.kind === "tombstone" ? mark.id : undefined;
  if (after.mark?.kind === "tombstone") {
    const { retired } = circumstances.past;
    if (after.mark.id === tombstone || retired.includes(after.mark.id)) return undefined;
    return { rule, problem: `${endpoint} was retired by ${after.mark.id}, which nobody confirmed` };
  }
  if (tombstone === undefined || circumstances.past.revived.includes(tombstone)) return undefined;
  return {
    rule,
    problem: `${endpoint} was brought back from ${tombstone}, which nobody asked for`,
  };
}

/** Whether a name that holds these records answers a type. */
export function answers(held: Held, type: number): boolean {
  return held.records.some((rrset) => rrset.type === type || rrset.type === RRType.CNAME);
}

/** The fence that a zone holds, where it can be read. */
export function fenceOf(endpoint: EndpointName, held: Held): Fence | undefined {
  const reading = readHeld(held, endpoint);
  if (reading.kind !== "read" || reading.fence.kind !== "fence") return undefined;
  return reading.fence.fence;
}
