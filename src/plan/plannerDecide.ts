import { assert } from "../base/index.ts";
import type { NonEmpty, PlannedRRset, ServingEntry } from "./plan.ts";
import {
  type Choice,
  chooseTargets,
  type EndpointMode,
  membersOf,
  servedBy,
} from "./plannerChoice.ts";
import type { Member, PoolStates } from "./plannerMember.ts";
import { type KeptType, nonEmpty, plannedRecords, sameRRsets } from "./plannerRecords.ts";
import {
  addServed,
  type CapacityOf,
  capacityOfAll,
  holdCapacity,
  nextReleaseMs,
  peakCapacity,
  type ServedSince,
} from "./plannerVelocity.ts";
import type { EndpointPolicy } from "./policy.ts";

/** What the planner wants one endpoint to answer, and what made it want that. */
export interface Decision {
  readonly mode: EndpointMode;
  readonly poolId: string;
  /** Targets that serve by health, floors and force. */
  readonly chosen: readonly Member[];
  /** Targets that serve only because capacity may not leave faster. */
  readonly held: readonly Member[];
  /** When held targets may leave (monotonic clock); undefined where none is held, or for ever. */
  readonly releaseAtMs: number | undefined;
  readonly keptTypes: readonly KeptType[];
  readonly rrsets: NonEmpty<PlannedRRset>;
  /** The endpoint's new part of the ledger; undefined where it stays as it is. */
  readonly served: readonly ServedSince[] | undefined;
}

/** What an endpoint's decision depends on besides its own policy. */
export interface DecisionContext {
  readonly states: PoolStates;
  readonly parent: ServingEntry | undefined;
  /** The endpoint's part of the ledger. */
  readonly items: readonly ServedSince[];
  /** Monotonic clock. */
  readonly nowMs: number;
}

/** Decides what one endpoint should answer. Never nothing: every type that it held stays. */
export function decide(endpoint: EndpointPolicy, context: DecisionContext): Decision {
  const { states, parent, items } = context;
  const choice = chooseTargets(endpoint, states, parent);
  const fast = planned(endpoint, context, choice, choice.chosen);
  const unlimited: Decision = {
    mode: choice.mode,
    poolId: choice.poolId,
    chosen: choice.chosen,
    held: [],
    releaseAtMs: undefined,
    keptTypes: fast.keptTypes,
    rrsets: fast.rrsets,
    served: undefined,
  };
  // Nothing leaves and nothing left lately: nearly every endpoint, nearly always.
  if (parent === undefined || choice.mode === "held") return unlimited;
  if (items.length === 0 && sameRRsets(parent.rrsets, fast.rrsets)) return unlimited;
  return limited(endpoint, context, choice, unlimited);
}

interface PlannedContent {
  readonly rrsets: NonEmpty<PlannedRRset>;
  readonly keptTypes: readonly KeptType[];
}

function planned(
  endpoint: EndpointPolicy,
  { states, parent }: DecisionContext,
  choice: Choice,
  members: readonly Member[],
): PlannedContent {
  if (choice.keepsParent && parent !== undefined) return { rrsets: parent.rrsets, keptTypes: [] };
  const everyone = (): readonly Member[] => {
    const all = membersOf(endpoint, states);
    const eligible = all.filter((member) => member.standing !== "forced-out");
    return eligible.length > 0 ? eligible : all;
  };
  const { rrsets, keptTypes } = plannedRecords(endpoint, members, everyone, parent);
  const some = nonEmpty(rrsets);
  assert(some !== undefined, `${endpoint.name} has an address: its policy was checked`);
  return { rrsets: some, keptTypes };
}

function limited(
  endpoint: EndpointPolicy,
  context: DecisionContext,
  choice: Choice,
  unlimited: Decision,
): Decision {
  const { states, parent, nowMs } = context;
  assert(parent !== undefined, "the first entry of an endpoint is not limited");
  const { windowMs } = endpoint.velocity;
  const eligible = membersOf(endpoint, states).filter(({ standing }) => standing !== "forced-out");
  const before = eligible.filter(({ target }) => servedBy(parent, target));
  const capacityOf = capacities(eligible);
  const items = withParent(context.items, before, nowMs);
  const chosenIds = new Set(choice.chosen.map(targetId));
  const candidates = before.filter((member) => !chosenIds.has(targetId(member)));
  const peak = peakCapacity(items, capacityOf, nowMs, windowMs);
  const { held, share } = holdCapacity(choice.chosen, candidates, peak, endpoint.velocity);
  const serving = held.length === 0 ? choice.chosen : [...choice.chosen, ...held];
  const now: ServedSince = { atMs: nowMs, targetIds: serving.map(targetId).sort(), share };
  const served = addServed(items, now, capacityOf, windowMs);
  if (held.length === 0) return { ...unlimited, served };
  return {
    ...unlimited,
    ...planned(endpoint, context, choice, serving),
    held,
    releaseAtMs: nextReleaseMs(served, windowMs),
    served,
  };
}

// The parent may be another planner's, or from before a restart: what it serves counts as well.
function withParent(
  items: readonly ServedSince[],
  before: readonly Member[],
  nowMs: number,
): readonly ServedSince[] {
  const last = items.at(-1);
  const known = new Set(last?.targetIds);
  if (last !== undefined && before.every((member) => known.has(targetId(member)))) return items;
  return [...items, { atMs: nowMs, targetIds: before.map(targetId).sort(), share: 1 }];
}

function capacities(members: readonly Member[]): CapacityOf {
  const byId = new Map(members.map((member) => [targetId(member), capacityOfAll([member])]));
  return (id) => byId.get(id) ?? 0;
}

function targetId(member: Member): string {
  return member.target.target.id;
}
