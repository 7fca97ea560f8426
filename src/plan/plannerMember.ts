import { assert, assertNever } from "../base/index.ts";
import { healthKey, type Inventory, type TargetHealth } from "./inventory.ts";
import type { IndexedTarget, PolicyIndex } from "./plannerIndex.ts";
import type { Force } from "./target.ts";

/** Whether a target may serve, going by its checks and by what operators want. */
type Standing = "usable" | "failed" | "forced-out";

/** A target as it stands in one pool now. */
export interface Member {
  readonly target: IndexedTarget;
  readonly poolId: string;
  readonly standing: Standing;
  /** Nothing was ever confirmed of it, and nobody forced it. */
  readonly unknown: boolean;
  /** In a few words for people. */
  readonly why: string;
  /** Wall clock when it came to stand so; undefined where nothing was ever confirmed. */
  readonly sinceMs: number | undefined;
}

/** All targets of a pool as they stand now. */
export interface PoolState {
  readonly poolId: string;
  /** In order of target id. */
  readonly members: readonly Member[];
  readonly usable: readonly Member[];
  /** Everything but what operators took out; never fewer than `usable`. */
  readonly eligible: readonly Member[];
}

/** Looks pools up as they stand; each is worked out once, however many endpoints share it. */
export type PoolStates = (poolId: string) => PoolState;

/** How the pools of a policy stand, going by what was seen of their targets and forced on them. */
export function poolStates(
  index: PolicyIndex,
  inventory: Inventory,
  forces: readonly Force[],
): PoolStates {
  const forceByTarget = new Map(forces.map((force) => [force.targetId, force]));
  const known = new Map<string, PoolState>();
  return (poolId) => {
    const before = known.get(poolId);
    if (before !== undefined) return before;
    const indexed = index.pools.get(poolId);
    assert(indexed !== undefined, `pool ${poolId} is in the policy`);
    const members = indexed.targets.map((target): Member => {
      const force = forceByTarget.get(target.target.id);
      if (force !== undefined) return forcedMember(target, poolId, force);
      const key = healthKey(target.target.id, indexed.pool.checkId);
      return checkedMember(target, poolId, inventory.health.get(key));
    });
    const state: PoolState = {
      poolId,
      members,
      usable: members.filter((member) => member.standing === "usable"),
      eligible: members.filter((member) => member.standing !== "forced-out"),
    };
    known.set(poolId, state);
    return state;
  };
}

function forcedMember(target: IndexedTarget, poolId: string, force: Force): Member {
  const standing = force.state === "up" ? "usable" : "forced-out";
  const reason = force.reason === "" ? "" : `: ${force.reason}`;
  const why = `${forceText(force)} by ${force.actor}${reason}`;
  return { target, poolId, standing, unknown: false, why, sinceMs: force.sinceMs };
}

function forceText(force: Force): string {
  switch (force.state) {
    case "drain":
      return "drained";
    case "up":
      return "forced up";
    case "down":
      return "forced down";
    default:
      return assertNever(force.state);
  }
}

function checkedMember(
  target: IndexedTarget,
  poolId: string,
  health: TargetHealth | undefined,
): Member {
  if (health === undefined || health.state === "unknown") {
    // Unknown is not down (DESIGN.md, rule 7).
    const why = "not probed yet";
    return { target, poolId, standing: "usable", unknown: true, why, sinceMs: undefined };
  }
  const standing = health.state === "up" ? "usable" : "failed";
  const why = health.fresh
    ? `${health.state}, ${health.detail}`
    : `${health.state} when last probed (${health.detail}): nobody can probe it now`;
  return { target, poolId, standing, unknown: false, why, sinceMs: health.sinceMs };
}
