import { createHash } from "node:crypto";
import type { Name } from "../../dns/index.ts";
import {
  type Brake,
  type brakesOn,
  diffPlans,
  type EndpointDiff,
  entryDigest,
  type Plan,
  type PlanEntry,
  type PlannedContent,
  plannedContent,
  rollbackContent,
  type ServingEntry,
} from "../../plan/index.ts";

/** Entries judged in one go: some milliseconds, after which whoever else waits has a turn. */
const PART_ENTRIES = 1_000;

/** One endpoint with the old content that it gets. */
export interface RolledBack {
  readonly endpoint: Name;
  readonly zone: Name;
  /** What it answers now, overrides aside. */
  readonly before: DigestedContent;
  readonly after: DigestedContent;
}

interface DigestedContent extends PlannedContent {
  readonly digest: string;
}

/** What a rollback would do, worked out from two plans. */
export interface RollbackWork {
  /** In order of endpoint name. */
  readonly changes: readonly RolledBack[];
  /** Limits of an ordinary plan that it would not keep to, in the same order. */
  readonly brakes: readonly Brake[];
  readonly leftAlone: readonly { readonly endpoint: Name; readonly why: string }[];
  /** Of all that would be put in place, and of its brakes: equal digests are equal rollbacks. */
  readonly digest: string;
}

/** Two plans, what is known of targets, and how to let others have a turn. */
export interface RollbackInputs {
  readonly old: Plan;
  readonly newest: Plan;
  /** Where they are given, each is told of; else only those that answer differently now. */
  readonly names: readonly Name[] | undefined;
  readonly braking: ReturnType<typeof brakesOn>;
  readonly rest: () => Promise<void>;
}

/** What bringing endpoints back to plan `old` would change in the newest; in bounded parts. */
export async function rollbackWork(inputs: RollbackInputs): Promise<RollbackWork> {
  const { old, newest, names, braking, rest } = inputs;
  const changes: RolledBack[] = [];
  const brakes: Brake[] = [];
  const leftAlone: { endpoint: Name; why: string }[] = [];
  const hash = createHash("sha256").update(`rollback to ${old.generation}\n`);
  const wanted = names ?? [...new Set([...old.entries.keys(), ...newest.entries.keys()])];
  for (const [place, endpoint] of [...wanted].sort().entries()) {
    if (place % PART_ENTRIES === PART_ENTRIES - 1) await rest();
    const judged = judge(old.entries.get(endpoint), newest.entries.get(endpoint));
    if (typeof judged === "string") {
      if (names !== undefined || judged !== SAME) leftAlone.push({ endpoint, why: judged });
      continue;
    }
    changes.push(judged);
    const found = braking(judged);
    brakes.push(...found);
    // Not their texts: what a person looked at must not be another with every probe.
    hash.update(`${endpoint} ${judged.after.digest} ${found.map(({ kind }) => kind).join(" ")}\n`);
  }
  return { changes, brakes, leftAlone, digest: hash.digest("base64url") };
}

const SAME = "it answers as it did then";

function judge(then: PlanEntry | undefined, now: PlanEntry | undefined): RolledBack | string {
  if (now === undefined) return "no plan has it now";
  if (then === undefined) return "that plan did not have it yet: it stays as it is";
  if (now.kind === "tombstone") return `it is retired (${now.tombstoneId}): revive it first`;
  if (then.kind === "tombstone") return "it was retired then: a rollback never empties a name";
  const { endpoint, zone } = now;
  const plain = then.override === undefined && now.override === undefined;
  if (plain && then.digest === now.digest) return SAME; // most endpoints: cost follows change
  const before = unpinned(now);
  const old = unpinned(then);
  const content = rollbackContent(old, before);
  const after = content.rrsets === old.rrsets ? old : digested(endpoint, content);
  return before.digest === after.digest ? SAME : { endpoint, zone, before, after };
}

// What an override pins is nobody's plan: what is rolled back, and back to, is beneath it.
function unpinned(entry: ServingEntry): DigestedContent {
  const { endpoint, answers, rrsets, override, digest } = entry;
  if (override !== undefined) return digested(endpoint, plannedContent(entry));
  return { answers, rrsets, digest };
}

function digested(endpoint: Name, { answers, rrsets }: PlannedContent): DigestedContent {
  return { answers, rrsets, digest: entryDigest({ endpoint, answers, rrsets }) };
}

/** What moves, for people: as many as are shown, since each is worked out record by record. */
export function rollbackDiffs(changes: readonly RolledBack[]): readonly EndpointDiff[] {
  return diffPlans(planOf(changes, "before"), planOf(changes, "after")).endpoints;
}

// For the difference alone, never stored.
function planOf(changes: readonly RolledBack[], side: "before" | "after"): Plan {
  const entries = changes.map((change): readonly [Name, ServingEntry] => {
    const { endpoint, zone } = change;
    const place = { endpoint, zone, epoch: 0, generation: 0 };
    return [endpoint, { kind: "serving", ...place, ...change[side], actor: "", cause: "" }];
  });
  return { region: "", generation: 0, digest: "", entries: new Map(entries) };
}
