import {
  type Check,
  healthKey,
  type Inventory,
  type Policy,
  type Target,
  type TargetHealth,
} from "../plan/index.ts";
import { beginHealth, type Moment, type PairHealth } from "./pairHealth.ts";

/** Rounds a result stays fresh without a newer one: one lost round is no news, three are. */
const RESULT_FRESH_INTERVALS = 3;

/** One target under one check, probed once however many pools ask for it. */
export interface Pair {
  readonly key: string;
  readonly target: Target;
  readonly check: Check;
  readonly health: PairHealth;
  /** The probe under way; undefined between probes. */
  readonly serial: number | undefined;
  /** Matches the newest entry of the due queue: older entries are dead. */
  readonly ticket: number;
  /** Why the newest probe could not be run; undefined where it could. */
  readonly notRun: string | undefined;
}

/** The pairs that a policy asks for, by {@link healthKey}. */
export function wantedPairs(policy: Policy): Map<string, { target: Target; check: Check }> {
  const targets = new Map(policy.targets.map((target) => [target.id, target]));
  const checks = new Map(policy.checks.map((check) => [check.id, check]));
  const wanted = new Map<string, { target: Target; check: Check }>();
  for (const pool of policy.pools) {
    const check = checks.get(pool.checkId);
    for (const targetId of pool.targetIds) {
      const target = targets.get(targetId);
      if (check === undefined || target === undefined) continue; // checked when it was accepted
      wanted.set(healthKey(targetId, check.id), { target, check });
    }
  }
  return wanted;
}

/** A pair new to the policy. `known` is what was last known of it before this process began. */
export function newPair(
  key: string,
  target: Target,
  check: Check,
  known: Inventory,
  now: Moment,
): Pair {
  const health = beginHealth(known.health.get(key), now);
  return { key, target, check, health, serial: undefined, ticket: 0, notRun: undefined };
}

/** The address probed: IPv4 where the target has it. */
export function probedAddress(target: Target): string {
  return target.ipv4 ?? target.ipv6 ?? "";
}

/** Whether what is asked of a target is still the same question. */
export function sameQuestion(pair: Pair, target: Target, check: Check): boolean {
  const old = pair.check;
  return (
    probedAddress(pair.target) === probedAddress(target) &&
    old.kind === check.kind &&
    old.port === check.port &&
    old.path === check.path &&
    old.host === check.host
  );
}

/** How long a result counts as fresh. */
export function freshMs(check: Check): number {
  return RESULT_FRESH_INTERVALS * (check.intervalMs + check.jitterMs) + check.timeoutMs;
}

/** What is told of a pair. */
export function targetHealth(pair: Pair): TargetHealth {
  const { state, fresh, sinceMs, detail } = pair.health;
  const shown = fresh ? detail : `${detail}; ${staleWords(pair)}`;
  return { targetId: pair.target.id, checkId: pair.check.id, state, fresh, sinceMs, detail: shown };
}

function staleWords(pair: Pair): string {
  const why = pair.notRun === undefined ? "" : `: ${pair.notRun}`;
  return `no result for ${Math.round(freshMs(pair.check) / 1_000)} s or more${why}`;
}
