import { createHash } from "node:crypto";
import type { Name } from "../../dns/index.ts";
import {
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

/** One endpoint with the old content that it gets. */
interface RolledBack {
  readonly endpoint: Name;
  readonly zone: Name;
  /** What it answers now, overrides aside. */
  readonly before: PlannedContent;
  readonly after: PlannedContent;
}

/** What a rollback would do, worked out from two plans. */
export interface RollbackWork {
  /** In order of endpoint name. */
  readonly changes: readonly RolledBack[];
  readonly diffs: readonly EndpointDiff[];
  readonly leftAlone: readonly { readonly endpoint: Name; readonly why: string }[];
  /** Of everything that would be put in place: equal digests are equal rollbacks. */
  readonly digest: string;
}

/**
 * What bringing endpoints back to plan `old` would change in the newest. Pure. Where `names` are
 * given, each is told of; else only those that answer differently now.
 */
export function rollbackWork(
  old: Plan,
  newest: Plan,
  names: readonly Name[] | undefined,
): RollbackWork {
  const changes: RolledBack[] = [];
  const leftAlone: { endpoint: Name; why: string }[] = [];
  const wanted = names ?? [...new Set([...old.entries.keys(), ...newest.entries.keys()])];
  for (const endpoint of [...wanted].sort()) {
    const judged = judge(old.entries.get(endpoint), newest.entries.get(endpoint));
    if (typeof judged !== "string") changes.push(judged);
    else if (names !== undefined || judged !== SAME) leftAlone.push({ endpoint, why: judged });
  }
  return {
    changes,
    diffs: diffPlans(planOf(newest, changes, "before"), planOf(newest, changes, "after")).endpoints,
    leftAlone,
    digest: digestOf(old.generation, changes),
  };
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
  const after = rollbackContent(unpinned(then), before);
  const same = digestFor(endpoint, before) === digestFor(endpoint, after);
  return same ? SAME : { endpoint, zone, before, after };
}

// What an override pins is nobody's plan: what is rolled back, and back to, is beneath it.
function unpinned(entry: ServingEntry): PlannedContent {
  const { answers, rrsets, override } = entry;
  return override === undefined ? { answers, rrsets } : plannedContent(entry);
}

function digestFor(endpoint: Name, { answers, rrsets }: PlannedContent): string {
  return entryDigest({ endpoint, answers, rrsets });
}

// Only what changes, as it is and as it would be: for the difference alone, never stored.
function planOf(newest: Plan, changes: readonly RolledBack[], side: "before" | "after"): Plan {
  const { region, generation, digest } = newest;
  const entries = changes.map((change): readonly [Name, ServingEntry] => {
    const { endpoint, zone } = change;
    const content = change[side];
    const place = { endpoint, zone, epoch: 0, generation, digest: digestFor(endpoint, content) };
    return [endpoint, { kind: "serving", ...place, ...content, actor: "", cause: "" }];
  });
  return { region, generation, digest, entries: new Map(entries) };
}

function digestOf(toGeneration: number, changes: readonly RolledBack[]): string {
  const hash = createHash("sha256").update(`rollback to ${toGeneration}\n`);
  for (const { endpoint, after } of changes) {
    hash.update(`${endpoint} ${digestFor(endpoint, after)}\n`);
  }
  return hash.digest("base64url");
}
