import type { Name } from "../dns/index.ts";
import type { Plan, PlanEntry, PlannedRRset, ServingEntry } from "./plan.ts";

/** A value before and after. */
export interface Moved<Value> {
  readonly before: Value;
  readonly after: Value;
}

/** How one RRset of an endpoint moved. */
export interface RRsetDiff {
  readonly type: string;
  /** RDATA, in canonical order. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly weights: readonly (Moved<number> & { readonly rdata: string })[];
  readonly ttlSeconds?: Moved<number>;
}

/** How one endpoint's entry moved from plan `a` to plan `b`. */
export interface EndpointDiff {
  readonly endpoint: Name;
  /** `absent`: plan `b`, an older one, does not have it yet. */
  readonly kind: "created" | "changed" | "retired" | "revived" | "absent";
  readonly rrsets: readonly RRsetDiff[];
  readonly answers?: Moved<number | "all">;
  /** Ids of the overrides that pin it, where that moved; null: none. */
  readonly override?: Moved<string | null>;
  /** Why, as the entry of `b` says; empty text for `absent`. */
  readonly cause: string;
}

/** What differs between two plans: only endpoints that answer differently, or by other orders. */
export interface PlanDiff {
  readonly fromGeneration: number;
  readonly toGeneration: number;
  /** In order of endpoint name (code unit). */
  readonly endpoints: readonly EndpointDiff[];
}

/** What plan `b` answers differently from plan `a`. */
export function diffPlans(a: Plan, b: Plan): PlanDiff {
  const names = [...new Set([...a.entries.keys(), ...b.entries.keys()])].sort();
  const endpoints = names.flatMap((name) => {
    return diffEntries(a.entries.get(name), b.entries.get(name)) ?? [];
  });
  return { fromGeneration: a.generation, toGeneration: b.generation, endpoints };
}

function diffEntries(
  before: PlanEntry | undefined,
  after: PlanEntry | undefined,
): EndpointDiff | undefined {
  if (before === after || isAlike(before, after)) return undefined;
  const endpoint = after?.endpoint ?? before?.endpoint;
  if (endpoint === undefined) return undefined;
  const left = before?.kind === "serving" ? before : undefined;
  const right = after?.kind === "serving" ? after : undefined;
  const answersMoved =
    left !== undefined && right !== undefined && left.answers !== right.answers
      ? { answers: { before: left.answers, after: right.answers } }
      : {};
  return {
    endpoint,
    kind: kindOf(before, after),
    rrsets: diffRRsets(left, right),
    ...answersMoved,
    ...overrideMoved(left, right),
    cause: after?.cause ?? "",
  };
}

// A tombstone has the digest of what it took the place of.
function isAlike(before: PlanEntry | undefined, after: PlanEntry | undefined): boolean {
  return (
    before?.digest === after?.digest &&
    before?.kind === after?.kind &&
    overrideId(before) === overrideId(after)
  );
}

function overrideId(entry: PlanEntry | undefined): string | null {
  return entry?.kind === "serving" ? (entry.override?.id ?? null) : null;
}

function overrideMoved(
  left: ServingEntry | undefined,
  right: ServingEntry | undefined,
): Pick<EndpointDiff, "override"> {
  const before = overrideId(left);
  const after = overrideId(right);
  return before === after ? {} : { override: { before, after } };
}

function kindOf(before: PlanEntry | undefined, after: PlanEntry | undefined): EndpointDiff["kind"] {
  if (after === undefined) return "absent";
  if (after.kind === "tombstone") return "retired";
  if (before === undefined) return "created";
  return before.kind === "tombstone" ? "revived" : "changed";
}

function diffRRsets(
  left: ServingEntry | undefined,
  right: ServingEntry | undefined,
): readonly RRsetDiff[] {
  const types = new Set([...rrsetsIn(left), ...rrsetsIn(right)].map((rrset) => rrset.type));
  return [...types].flatMap((type) => {
    const before = rrsetsIn(left).find((rrset) => rrset.type === type);
    const after = rrsetsIn(right).find((rrset) => rrset.type === type);
    return diffRRset(type, before, after) ?? [];
  });
}

function rrsetsIn(entry: ServingEntry | undefined): readonly PlannedRRset[] {
  return entry?.rrsets ?? [];
}

function diffRRset(
  type: string,
  before: PlannedRRset | undefined,
  after: PlannedRRset | undefined,
): RRsetDiff | undefined {
  const old = weightsByRdata(before);
  const fresh = weightsByRdata(after);
  const added = [...fresh.keys()].filter((rdata) => !old.has(rdata));
  const removed = [...old.keys()].filter((rdata) => !fresh.has(rdata));
  const weights = [...fresh].flatMap(([rdata, weight]) => {
    const was = old.get(rdata);
    return was === undefined || was === weight ? [] : [{ rdata, before: was, after: weight }];
  });
  const ttlMoved =
    before !== undefined && after !== undefined && before.ttlSeconds !== after.ttlSeconds
      ? { ttlSeconds: { before: before.ttlSeconds, after: after.ttlSeconds } }
      : {};
  const moved = added.length + removed.length + weights.length + Object.keys(ttlMoved).length;
  return moved === 0 ? undefined : { type, added, removed, weights, ...ttlMoved };
}

function weightsByRdata(rrset: PlannedRRset | undefined): ReadonlyMap<string, number> {
  return new Map(rrset?.records.map((record) => [record.rdata, record.weight]));
}
