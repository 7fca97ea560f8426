import type { Name } from "../dns/index.ts";
import { isPinned, planningParent } from "./content.ts";
import type { Inventory } from "./inventory.ts";
import { planDigest } from "./line.ts";
import type { Order } from "./order.ts";
import { type EndpointOrders, type OrderBook, type OrderProblem, orderBook } from "./orderBook.ts";
import { byText, cutCause } from "./orderText.ts";
import type { Plan, PlanDelta, PlanEntry, ServingEntry } from "./plan.ts";
import { entryCause, planCause } from "./plannerCause.ts";
import { type Decision, decide } from "./plannerDecide.ts";
import {
  type EntryContext,
  pinEntry,
  raisedEntry,
  rememberedEntry,
  servingEntry,
  tombstoneEntry,
  unpinCause,
  unpinnedOrphan,
} from "./plannerEntries.ts";
import { indexPolicy, type PolicyIndex } from "./plannerIndex.ts";
import { type PoolStates, poolStates } from "./plannerMember.ts";
import { notesOf, orderNotes, type PlanNote } from "./plannerNotes.ts";
import { sameRRsets } from "./plannerRecords.ts";
import { type Ruling, rule } from "./plannerRuling.ts";
import type { CapacityLedger } from "./plannerVelocity.ts";
import type { EndedOverrides, EpochSeen } from "./planStore.ts";
import type { EndpointPolicy, Policy } from "./policy.ts";
import type { Force } from "./target.ts";

/** All that a plan is made of: equal inputs give an equal plan, byte for byte. */
export interface PlannerInputs {
  readonly region: string;
  readonly policy: Policy;
  readonly inventory: Inventory;
  readonly forces: readonly Force[];
  /** What people asked for; absent: not known, and what is pinned or retired stays so. */
  readonly orders?: readonly Order[];
  /** Ids of retirements whose hold-down the planner watched to its end; absent: none is due. */
  readonly watched?: ReadonlySet<string>;
  readonly parent: Plan;
  /** See `PlanHead`; 0 where no fence was seen. */
  readonly floorGeneration: number;
  /** See `PlanHead`; absent: none. */
  readonly epochs?: readonly EpochSeen[];
  /** See `PlanHead`; absent: none. */
  readonly endedOverrides?: readonly EndedOverrides[];
  /** See `PlanHead`; absent: none. */
  readonly remembered?: readonly ServingEntry[];
  readonly served: CapacityLedger;
  /** Monotonic clock: for the velocity limit. */
  readonly nowMs: number;
  /** Wall clock: for people, and for the times that they gave. */
  readonly wallMs: number;
  readonly actor: string;
  /** What made the planner look, in a few words: `health changed`. */
  readonly trigger: string;
  /** Endpoints to decide; all of policy, orders and pins where absent. */
  readonly only?: ReadonlySet<Name>;
}

/** What the planner made of its inputs. */
export type PlanOutcome = {
  readonly notes: readonly PlanNote[];
  /** For every endpoint decided by policy and health, in order of name. */
  readonly decisions: ReadonlyMap<Name, Decision>;
  /** Endpoints looked at that people's orders have the say over, in order of name. */
  readonly pinned: readonly Name[];
  /** Orders of endpoints looked at that cannot be carried out now. */
  readonly orderProblems: readonly OrderProblem[];
} & ({ readonly kind: "nothing-to-do" } | { readonly kind: "plan"; readonly delta: PlanDelta });

/**
 * Makes the next plan: a new entry for each endpoint whose answer should change, and for no other.
 * Endpoints that are gone from the policy keep their entries, and tombstones theirs until a person
 * revives the name. A policy without endpoints is more likely a mistake than a wish: no answer
 * changes by it, only by what people ordered.
 */
export function makePlan(inputs: PlannerInputs): PlanOutcome {
  const { region, policy, parent, actor, wallMs } = inputs;
  const index = indexPolicy(policy);
  const generation = Math.max(parent.generation, inputs.floorGeneration) + 1;
  const restamps = inputs.floorGeneration > parent.generation;
  const epochs = new Map(inputs.epochs?.map(({ endpoint, epoch }) => [endpoint, epoch]));
  const endedOverrides = new Map(inputs.endedOverrides?.map((one) => [one.endpoint, one.ids]));
  const { floorGeneration } = inputs;
  const making: Making = {
    inputs,
    index,
    book: inputs.orders === undefined ? undefined : orderBook(inputs.orders),
    states: poolStates(index, inputs.inventory, inputs.forces),
    zones: new Set(policy.zones.map((zone) => zone.name)),
    remembered: new Map(inputs.remembered?.map((entry) => [entry.endpoint, entry])),
    context: { generation, actor, wallMs, floorGeneration, epochs, endedOverrides },
  };
  const made: Made = { decisions: new Map(), notes: [], pinned: [], orderProblems: [] };
  const changed: PlanEntry[] = [];
  for (const name of namesToDecide(making, restamps ? undefined : inputs.only)) {
    const entry = nextEntry(name, making, made);
    if (entry !== undefined) changed.push(entry);
  }
  if (restamps) changed.push(...restamped(making, changed));
  if (changed.length === 0) return { kind: "nothing-to-do", ...made };
  changed.sort((left, right) => (left.endpoint < right.endpoint ? -1 : 1));
  const delta: PlanDelta = {
    region,
    generation,
    parentGeneration: parent.generation,
    digest: planDigest(region, parent.digest, generation, changed),
    parentDigest: parent.digest,
    actor,
    cause: planCause(
      inputs.trigger,
      changed.map((entry) => entry.cause),
    ),
    madeAtMs: wallMs,
    changed,
  };
  return { kind: "plan", delta, ...made };
}

/** What every endpoint's entry is made from. */
interface Making {
  readonly inputs: PlannerInputs;
  readonly index: PolicyIndex;
  /** Undefined where nothing is known of orders. */
  readonly book: OrderBook | undefined;
  readonly states: PoolStates;
  readonly zones: ReadonlySet<Name>;
  /** What enactors hold and no plan has, by endpoint. */
  readonly remembered: ReadonlyMap<Name, ServingEntry>;
  readonly context: EntryContext;
}

/** What is said of the endpoints beside their entries. */
interface Made {
  readonly decisions: Map<Name, Decision>;
  readonly notes: PlanNote[];
  readonly pinned: Name[];
  readonly orderProblems: OrderProblem[];
}

function namesToDecide(
  { inputs, index, book, context, remembered }: Making,
  only: ReadonlySet<Name> | undefined,
): readonly Name[] {
  const more = new Set([...context.epochs.keys(), ...remembered.keys()]);
  if (only !== undefined) return [...new Set([...more, ...only])].sort();
  for (const name of book?.byEndpoint.keys() ?? []) more.add(name);
  for (const name of context.endedOverrides.keys()) more.add(name);
  for (const entry of inputs.parent.entries.values()) {
    if (entry.kind === "serving" && isPinned(entry)) more.add(entry.endpoint);
  }
  for (const name of more) if (index.endpoints.has(name)) more.delete(name);
  return more.size === 0 ? index.endpointNames : [...index.endpointNames, ...more].sort();
}

const NO_ORDERS: EndpointOrders = {};
const NONE_WATCHED: ReadonlySet<string> = new Set();

function nextEntry(name: Name, making: Making, made: Made): PlanEntry | undefined {
  const { inputs, index, book, zones, context } = making;
  const held = inputs.parent.entries.get(name);
  const endpoint = index.endpoints.get(name);
  const known = making.remembered.get(name);
  if (held === undefined && endpoint === undefined && known !== undefined) {
    return rememberedEntry(known, context);
  }
  const orders = book === undefined ? undefined : (book.byEndpoint.get(name) ?? NO_ORDERS);
  const inPolicy = endpoint !== undefined;
  const { wallMs, watched = NONE_WATCHED } = inputs;
  const ruled = rule(held, orders, { inPolicy, zones, wallMs, watched });
  const { ruling } = ruled;
  made.orderProblems.push(...ruled.problems);
  made.notes.push(...orderNotes(name, ruled, held, inPolicy));
  if (ruling.kind !== "plan") made.pinned.push(name);
  switch (ruling.kind) {
    case "keep":
      return raisedEntry(held, context);
    case "retire":
      return tombstoneEntry(ruling, context);
    case "pin": {
      const zone = ruling.held?.zone ?? endpoint?.zone ?? ruling.pin.zone;
      return pinEntry(ruling, zone, context) ?? raisedEntry(held, context);
    }
    case "plan":
      break;
  }
  const entry =
    endpoint === undefined
      ? ruling.held && unpinnedOrphan(ruling.held, orders, context)
      : plannedEntry(endpoint, ruling, held, orders, making, made);
  return entry ?? raisedEntry(held, context);
}

function plannedEntry(
  endpoint: EndpointPolicy,
  { held, revival }: Extract<Ruling, { readonly kind: "plan" }>,
  parentEntry: PlanEntry | undefined,
  orders: EndpointOrders | undefined,
  { inputs, states, context }: Making,
  made: Made,
): ServingEntry | undefined {
  const { name, zone, answers } = endpoint;
  const parent = held === undefined ? undefined : planningParent(held);
  const items = inputs.served.get(name) ?? [];
  const decision = decide(endpoint, { states, parent, items, nowMs: inputs.nowMs });
  made.decisions.set(name, decision);
  made.notes.push(...notesOf(endpoint, decision));
  const { rrsets } = decision;
  if (
    held !== undefined &&
    !isPinned(held) &&
    revival === undefined &&
    held.zone === zone &&
    held.answers === answers &&
    sameRRsets(held.rrsets, rrsets)
  ) {
    return undefined;
  }
  const cause =
    revival === undefined
      ? (unpinCause(held, orders) ?? entryCause(endpoint, decision, states, parent))
      : cutCause(`revived ${byText(revival)}`);
  const actor = revival === undefined ? context.actor : revival.actor;
  const content = { answers, rrsets };
  const epochBefore = parentEntry?.epoch ?? 0;
  const revivedId = revival?.tombstoneId;
  const carried = { endsBefore: parentEntry?.ends, revivesBefore: parentEntry?.revives };
  const draft = { endpoint: name, zone, content, held, epochBefore, actor, cause };
  return servingEntry({ ...draft, ...carried, revivedId }, context);
}

// Zones hold generations above the parent's (its store was lost or restored): what did not change
// must be written again above them, or no enactor could. Tombstones stay as they are: a name that
// a zone revived since is not retired once more by an old copy.
function restamped(
  { inputs, context }: Making,
  changed: readonly PlanEntry[],
): readonly PlanEntry[] {
  const done = new Set(changed.map((entry) => entry.endpoint));
  const { generation, actor } = context;
  const cause = `zones hold generation ${inputs.floorGeneration}, above that of the newest plan`;
  return [...inputs.parent.entries.values()]
    .filter((entry) => entry.kind === "serving" && !done.has(entry.endpoint))
    .map((entry) => ({ ...entry, generation, actor, cause }));
}

/** Endpoints that go on answering although the policy no longer has them, in order of name. */
export function endpointsOutsidePolicy(plan: Plan, policy: Policy): readonly Name[] {
  const { endpoints } = indexPolicy(policy);
  return [...plan.entries.values()]
    .filter((entry) => entry.kind === "serving" && !endpoints.has(entry.endpoint))
    .map((entry) => entry.endpoint)
    .sort();
}
