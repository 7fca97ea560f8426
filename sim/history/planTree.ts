// The design of 2025, as its operator described it: records by reference. Each version of a plan is
// a tree of records; an alias points at the tree that is active, another at the one before.
import { assert, utf8, utf8Text } from "../../src/base/index.ts";
import {
  decodeTxt,
  encodeTxt,
  makeRRset,
  type Name,
  type Prerequisite,
  parseRdata,
  prefixName,
  RRClass,
  type RRset,
  RRType,
  rdataText,
  type Update,
  type UpdateStep,
} from "../../src/dns/index.ts";

/** One load balancer of a plan. */
export interface PlanMember {
  readonly ipv4: string;
  readonly ipv6: string;
}

/** What one endpoint answers with. */
export interface EndpointPlan {
  readonly types: readonly ("A" | "AAAA")[];
  readonly ttlSeconds: number;
  /** Never none. */
  readonly members: readonly PlanMember[];
}

/** A flat plan of the whole region, as a file. */
export interface PlanFile {
  readonly generation: number;
  readonly endpoints: ReadonlyMap<Name, EndpointPlan>;
}

/** Who writes to an endpoint's records, and until when; wall clock. */
export interface ZoneLock {
  readonly host: string;
  readonly expiresMs: number;
}

/** What an enactor reads of one endpoint. */
export interface ZoneState {
  /** The lock record as it stands: what the next batch expects. */
  readonly lock: RRset | undefined;
  /** Generation that the endpoint's alias points at, whether or not its tree is there. */
  readonly active: number | undefined;
  /** Generations whose trees are there, ascending. */
  readonly trees: readonly number[];
}

/** Trees that are looked for below a generation: as many plans as are made in more than an hour. */
const TREES_LISTED_MAX = 200;
const LOCK_TTL_SECONDS = 60;
const ADDRESS_TYPES = [RRType.A, RRType.AAAA];

/** Name of the tree of one generation. */
export function treeName(endpoint: Name, generation: number): Name {
  return below(`v${generation}`, endpoint);
}

/** The names that {@link readState} needs, for a plan of this generation. */
export function stateNames(endpoint: Name, generation: number): readonly Name[] {
  const names = [lockName(endpoint), endpoint];
  const oldest = Math.max(1, generation - TREES_LISTED_MAX);
  for (let tree = oldest; tree <= generation; tree += 1) {
    names.push(treeName(endpoint, tree));
  }
  return names;
}

/** What was found at these names. */
export function readState(endpoint: Name, found: readonly RRset[]): ZoneState {
  const trees = new Set<number>();
  let active: number | undefined;
  let lock: RRset | undefined;
  for (const rrset of found) {
    if (rrset.name === lockName(endpoint)) lock = rrset;
    else if (rrset.name === endpoint) active = activeGeneration(rrset) ?? active;
    else trees.add(generationOf(rrset.name) ?? 0);
  }
  return { lock, active, trees: [...trees].sort((left, right) => left - right) };
}

/** The generation that an endpoint's alias points at; undefined where it is no alias of ours. */
export function activeGeneration(alias: RRset | undefined): number | undefined {
  const [target] = alias?.rdata ?? [];
  if (alias?.type !== RRType.CNAME || target === undefined) return undefined;
  return generationOf(rdataText(RRType.CNAME, target));
}

/** What the lock says; undefined where there is none, or it cannot be read. */
export function lockOf({ lock }: ZoneState): ZoneLock | undefined {
  const [rdata] = lock?.rdata ?? [];
  const [text] = rdata === undefined ? [] : (decodeTxt(rdata) ?? []);
  const found = /^(\S+) (\d+)$/.exec((text && utf8Text(text)) ?? "");
  return found === null ? undefined : { host: found[1] ?? "", expiresMs: Number(found[2]) };
}

/** Part of a batch. */
export type Part = Pick<Update, "prerequisites" | "steps">;

/** A batch: the lock that is expected goes and the new one comes, then everything else. */
export function batchOf(
  zone: Name,
  endpoint: Name,
  { lock }: ZoneState,
  taken: ZoneLock,
  parts: readonly Part[],
): Update {
  const name = lockName(endpoint);
  const text = encodeTxt([utf8(`${taken.host} ${Math.round(taken.expiresMs)}`)]);
  const expected: Prerequisite =
    lock === undefined
      ? { kind: "rrset-absent", name, type: RRType.TXT }
      : { kind: "rrset-is", rrset: lock };
  const steps: readonly UpdateStep[] = [
    { kind: "delete-rrset", name, type: RRType.TXT },
    ...addAll(makeRRset(name, RRType.TXT, LOCK_TTL_SECONDS, [text])),
  ];
  return {
    zone,
    prerequisites: [expected, ...parts.flatMap((part) => part.prerequisites)],
    steps: [...steps, ...parts.flatMap((part) => part.steps)],
  };
}

/**
 * One endpoint's transaction: the tree of the plan, the alias to it, and the rollback record, which
 * is rewritten to point at the plan that was active before. An alias needs something to point at.
 */
export function applyPart(
  endpoint: Name,
  active: number | undefined,
  generation: number,
  plan: EndpointPlan,
): Part {
  const tree = treeName(endpoint, generation);
  const steps: UpdateStep[] = ADDRESS_TYPES.flatMap((type): readonly UpdateStep[] => [
    { kind: "delete-rrset", name: tree, type },
    { kind: "delete-rrset", name: endpoint, type }, // what was there before this design was
  ]);
  for (const type of plan.types) steps.push(...addAll(addresses(tree, type, plan)));
  steps.push(...aliasSteps(endpoint, tree, plan.ttlSeconds));
  if (active === undefined) return { prerequisites: [], steps };
  const before = treeName(endpoint, active);
  steps.push(...aliasSteps(below("rollback", endpoint), before, plan.ttlSeconds));
  const isThere: Prerequisite = { kind: "name-in-use", name: before };
  return { prerequisites: active === generation ? [] : [isThere], steps };
}

/** Deletes whole trees, records included. */
export function deletePart(endpoint: Name, generations: Iterable<number>): Part {
  const steps = [...generations].flatMap((generation) =>
    ADDRESS_TYPES.map((type): UpdateStep => {
      return { kind: "delete-rrset", name: treeName(endpoint, generation), type };
    }),
  );
  return { prerequisites: [], steps };
}

function addresses(tree: Name, type: "A" | "AAAA", plan: EndpointPlan): RRset {
  const code = type === "A" ? RRType.A : RRType.AAAA;
  const rdata = plan.members.map((member) => {
    const text = type === "A" ? member.ipv4 : member.ipv6;
    const parsed = parseRdata(code, text);
    assert(parsed.kind === "parsed", `${text} is an address`);
    return parsed.rdata;
  });
  return makeRRset(tree, code, plan.ttlSeconds, rdata);
}

function aliasSteps(name: Name, target: Name, ttlSeconds: number): readonly UpdateStep[] {
  const parsed = parseRdata(RRType.CNAME, target);
  assert(parsed.kind === "parsed", `${target} is a name`);
  const alias = makeRRset(name, RRType.CNAME, ttlSeconds, [parsed.rdata]);
  return [{ kind: "delete-rrset", name, type: RRType.CNAME }, ...addAll(alias)];
}

function addAll({ name, type, ttlSeconds, rdata }: RRset): readonly UpdateStep[] {
  return rdata.map((octets): UpdateStep => {
    const record = { name, type, class: RRClass.IN, ttlSeconds, rdata: octets };
    return { kind: "add", record };
  });
}

function lockName(endpoint: Name): Name {
  return below("lock", endpoint);
}

function below(label: string, name: Name): Name {
  const parsed = prefixName(label, name);
  assert(parsed.kind !== "malformed", `${label}.${name} is a name`);
  return parsed.name;
}

function generationOf(name: string): number | undefined {
  const found = /^v(\d+)\./.exec(name);
  return found === null ? undefined : Number(found[1]);
}
