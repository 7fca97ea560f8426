import { type Chance, type Clock, sleep } from "../../src/base/index.ts";
import { type Name, Rcode, type RRset, type Update } from "../../src/dns/index.ts";
import {
  applyPart,
  batchOf,
  deletePart,
  type EndpointPlan,
  lockOf,
  type Part,
  type PlanFile,
  readState,
  stateNames,
  type ZoneState,
} from "./planTree.ts";

/** How long a lock is its holder's. Not published, nor is any other number here. */
export const LOCK_MS = 3_000;
/** Waits of an enactor that is blocked double from the first to the second of these. */
export const BACKOFF_MS_MIN = 500;
export const BACKOFF_MS_MAX = 300_000;

/** The DNS service, seen over a network. */
export interface HostedDns {
  /** Undefined: no answer. */
  read(names: readonly Name[]): Promise<readonly RRset[] | undefined>;
  /** An rcode; undefined: no answer, and it may have been applied. */
  update(batch: Update): Promise<number | undefined>;
}

/** Where plan files lie, seen over a network; undefined: no answer, or none is there. */
export interface PlanFiles {
  newest(): Promise<PlanFile | undefined>;
}

/** Which of the two designs of history. */
export interface HistoryRules {
  /**
   * The published fix: a plan and the clean-up behind it are one transaction, which never deletes
   * the active plan. That the plan is newer is checked once, before, all the same.
   */
  readonly isCleanUpAtomic: boolean;
  /**
   * A plan more than so many generations behind the one just applied is "significantly older", and
   * goes. Plans are made at a steady pace, so this is its age as well. The number is not published.
   */
  readonly significantlyOlder: number;
}

/** What an enactor of history is made of. */
export interface HistoryEnactorParts {
  readonly id: string;
  readonly zone: Name;
  readonly dns: HostedDns;
  readonly plans: PlanFiles;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly rules: HistoryRules;
  /** How often it looks for a new plan, at least; at most twice that. */
  readonly pollMs: number;
  /** How long its work at one endpoint takes, about: hundreds of records, and a slow service. */
  readonly workMs: number;
  /** What it does, in a line for people. */
  readonly tell: (line: () => string) => void;
}

/**
 * Puts plan files into DNS, as the enactors of 2025 did. Faithful, mistakes included: it checks
 * once, before it starts, that its plan is newer than the last one applied, and never again.
 */
export async function runHistoryEnactor(parts: HistoryEnactorParts): Promise<never> {
  for (;;) {
    const plan = await newPlan(parts);
    if (plan !== undefined) await applyPlan(parts, plan);
    await sleep(parts.clock, parts.pollMs + parts.chance.below(parts.pollMs));
  }
}

/** The one check: a plan newer than the last one applied, as DNS says before it starts. */
async function newPlan({ plans, dns, tell }: HistoryEnactorParts): Promise<PlanFile | undefined> {
  const plan = await plans.newest();
  if (plan === undefined) return undefined;
  let applied = 0;
  let isEverywhere = true;
  for (const endpoint of plan.endpoints.keys()) {
    const found = await dns.read([endpoint]);
    if (found === undefined) return undefined;
    const { active } = readState(endpoint, found);
    applied = Math.max(applied, active ?? 0);
    isEverywhere &&= active === plan.generation;
  }
  if (plan.generation < applied || isEverywhere) return undefined;
  tell(() => `checks once: the newest plan is ${plan.generation}, applied was ${applied}; begins`);
  return plan;
}

async function applyPlan(parts: HistoryEnactorParts, plan: PlanFile): Promise<void> {
  const { generation } = plan;
  for (const [endpoint, wanted] of plan.endpoints) {
    await untilDone(parts, endpoint, generation, (state) =>
      applyOne(parts, endpoint, { generation, wanted }, state),
    );
  }
  if (parts.rules.isCleanUpAtomic) return;
  for (const endpoint of plan.endpoints.keys()) {
    await untilDone(parts, endpoint, generation, (state) =>
      cleanUp(parts, endpoint, generation, state),
    );
  }
}

async function applyOne(
  parts: HistoryEnactorParts,
  endpoint: Name,
  { generation, wanted }: { readonly generation: number; readonly wanted: EndpointPlan },
  state: ZoneState,
): Promise<boolean> {
  const { rules, tell } = parts;
  const { active } = state;
  if (active === generation && state.trees.includes(generation)) return true;
  const changes = [applyPart(endpoint, active, generation, wanted)];
  if (rules.isCleanUpAtomic) {
    const old = oldTrees(state, generation, rules).filter((tree) => tree !== active);
    changes.push(deletePart(endpoint, old));
  }
  const rcode = await send(parts, endpoint, state, changes);
  if (rcode === Rcode.NOERROR) {
    const over = active === undefined ? "" : `, over plan ${active}`;
    tell(() => `applies plan ${generation} to ${endpoint}${over}`);
  }
  if (rcode === Rcode.NXDOMAIN) {
    tell(() => {
      const lost = `plan ${active}, which is active, has no records any more`;
      const why = `${lost}, and the rollback record must point at it`;
      return `cannot apply plan ${generation} to ${endpoint}: ${why}`;
    });
  }
  return rcode === Rcode.NOERROR;
}

/** Every plan significantly older than the one just applied: nobody asks which one is active. */
async function cleanUp(
  parts: HistoryEnactorParts,
  endpoint: Name,
  generation: number,
  state: ZoneState,
): Promise<boolean> {
  const old = oldTrees(state, generation, parts.rules);
  if (old.length === 0) return true;
  const rcode = await send(parts, endpoint, state, [deletePart(endpoint, old)]);
  if (rcode !== Rcode.NOERROR) return false;
  const which = old.length === 1 ? `plan ${old[0]}` : `plans ${old.join(", ")}`;
  parts.tell(() => `cleans up behind plan ${generation}: deletes ${which} of ${endpoint}`);
  return true;
}

/** Blocked on an endpoint, by another enactor or by a refusal, it is tried until it succeeds. */
async function untilDone(
  parts: HistoryEnactorParts,
  endpoint: Name,
  generation: number,
  attempt: (state: ZoneState) => Promise<boolean>,
): Promise<void> {
  const { dns, clock, id, tell, chance, workMs } = parts;
  for (let failures = 0; ; failures += 1) {
    const found = await dns.read(stateNames(endpoint, generation));
    const state = found === undefined ? undefined : readState(endpoint, found);
    const lock = state === undefined ? undefined : lockOf(state);
    const isTaken = lock !== undefined && lock.host !== id && lock.expiresMs > clock.wallMs();
    if (isTaken) tell(() => `is blocked on ${endpoint}: ${lock.host} holds the lock`);
    else if (state !== undefined && (await attempt(state))) break;
    const backoffMs = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(failures, 10));
    await sleep(clock, backoffMs / 2 + chance.below(backoffMs));
  }
  await sleep(clock, workMs / 2 + chance.below(workMs));
}

function send(
  { id, zone, clock, dns }: HistoryEnactorParts,
  endpoint: Name,
  state: ZoneState,
  changes: readonly Part[],
): Promise<number | undefined> {
  const taken = { host: id, expiresMs: clock.wallMs() + LOCK_MS };
  return dns.update(batchOf(zone, endpoint, state, taken, changes));
}

function oldTrees(
  { trees }: ZoneState,
  generation: number,
  { significantlyOlder }: HistoryRules,
): readonly number[] {
  return trees.filter((tree) => tree < generation - significantlyOlder);
}
