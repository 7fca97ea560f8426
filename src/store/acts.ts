import type { EventKind, NewEvent } from "../journal/index.ts";
import type {
  CleanUpOutcome,
  Force,
  Order,
  OrderKind,
  PlannedRRset,
  PolicyRevision,
  Retirement,
} from "../plan/index.ts";
import type { EndedOverride } from "./endedOverrides.ts";

// What people change in the store is journalled by the store, in the same atomic step: nobody can
// change what is wanted without leaving a trace, and no caller has to remember to.

/** The event of an accepted policy. */
export function policyAccepted(revision: PolicyRevision): NewEvent {
  const { policy, actor } = revision;
  const endpoints = policy.endpoints.length;
  const targets = policy.targets.length;
  return {
    atMs: revision.acceptedAtMs,
    kind: "policy-accepted",
    actor,
    subject: policy.region,
    text: `policy ${revision.revision} accepted: ${endpoints} endpoints, ${targets} targets`,
    facts: { revision: revision.revision, endpoints, targets },
  };
}

/** The event of a forced target. */
export function targetForced(force: Force): NewEvent {
  const { targetId, state, actor, reason, sinceMs } = force;
  return {
    atMs: sinceMs,
    kind: "target-forced",
    actor,
    subject: targetId,
    text: `${state === "drain" ? "drained" : `forced ${state}`} by ${actor}: ${reason}`,
    facts: { state, reason },
  };
}

/** The event of a released target. */
export function targetReleased(force: Force, actor: string, atMs: number): NewEvent {
  const was = force.state === "drain" ? "drained" : `forced ${force.state}`;
  return {
    atMs,
    kind: "target-released",
    actor,
    subject: force.targetId,
    text: `released by ${actor}: was ${was} by ${force.actor}`,
    facts: { was: force.state, forcedBy: force.actor },
  };
}

const ASKED_KINDS = {
  override: "override-set",
  retirement: "retirement-asked",
  revival: "revival-asked",
  rollback: "rollback-asked",
} as const satisfies Record<OrderKind, EventKind>;

/**
 * The event of an order that is taken.
 *
 * @param replaced the order that makes room for it.
 */
export function orderTaken(order: Order, replaced: Order | undefined): NewEvent {
  const { id, kind, endpoint, actor, reason, atMs } = order;
  const besides = replaced === undefined ? {} : { replaces: replaced.id };
  const inPlace = replaced === undefined ? "" : ` (in place of ${replaced.id})`;
  return {
    atMs,
    kind: ASKED_KINDS[kind],
    actor,
    subject: endpoint,
    text: `${askedText(order)}${inPlace} by ${actor}: ${reason}`,
    facts: { order: id, reason, ...askedFacts(order), ...besides },
  };
}

function askedText(order: Order): string {
  switch (order.kind) {
    case "override":
      return `pinned to ${recordsText(order.rrsets)} until ${timeText(order.untilMs)}`;
    case "retirement":
      return `shall be retired after ${timeText(order.atMs + order.holdDownMs)}`;
    case "revival":
      return `shall answer again (tombstone ${order.tombstoneId})`;
    case "rollback":
      return `taken back to what it answered in plan ${order.toGeneration}`;
  }
}

function askedFacts(order: Order): NewEvent["facts"] {
  switch (order.kind) {
    case "override":
      return { untilMs: order.untilMs, direct: order.direct };
    case "retirement":
      return { holdDownMs: order.holdDownMs };
    case "revival":
      return { tombstone: order.tombstoneId };
    case "rollback":
      return { toGeneration: order.toGeneration };
  }
}

/** The event of an order that is held no more. */
export function orderEnded(order: Order, actor: string, why: string, atMs: number): NewEvent {
  const { id, kind, endpoint } = order;
  return {
    atMs,
    kind: endedKind(kind, isPerson(actor)),
    actor,
    subject: endpoint,
    text: `${kind} ${id} ended by ${actor}: ${why}`,
    facts: { order: id, why, askedBy: order.actor },
  };
}

function endedKind(kind: OrderKind, byPerson: boolean): EventKind {
  if (kind === "override") return "override-ended";
  if (kind === "retirement" && byPerson) return "retirement-cancelled";
  return kind === "rollback" && byPerson ? "rollback-released" : "order-done";
}

/** The event of an order that another took the place of, where that is not told with the other. */
export function orderReplaced(order: Order, by: Order, atMs: number): NewEvent {
  return orderEnded(order, by.actor, `${by.id} took its place`, atMs);
}

/** The event of an override that only fences know, and that shall no longer hold. */
export function overrideTakenBack(
  { endpoint, id }: EndedOverride,
  actor: string,
  why: string,
  atMs: number,
): NewEvent {
  return {
    atMs,
    kind: "override-ended",
    actor,
    subject: endpoint,
    text: `override ${id}, found in DNS, ended by ${actor}: ${why}`,
    facts: { order: id, why },
  };
}

/** Whether the end of an order comes too late: the newest entry carries it out already. */
export function isCarriedOut(
  order: Order,
  actor: string,
  tombstoneId: string | undefined,
): boolean {
  return order.kind === "retirement" && isPerson(actor) && order.id === tombstoneId;
}

function isPerson(actor: string): boolean {
  return actor.startsWith("operator:");
}

/** Who forgets waiting retirements where the store learns that it is an old copy. */
const STORE_ACTOR = "plan-store";

/** The event of a retirement that an old copy of the store must not carry out. */
export function retirementForgotten({ id, endpoint, actor }: Retirement, atMs: number): NewEvent {
  return {
    atMs,
    kind: "retirement-cancelled",
    actor: STORE_ACTOR,
    subject: endpoint,
    text:
      `retirement ${id} forgotten: the plan store is an old copy, and ${actor} may have taken it ` +
      "back since; ask again for what is still wanted",
    facts: { order: id, askedBy: actor },
  };
}

/** The event of a clean-up's step. */
export function plansDropped(region: string, outcome: CleanUpOutcome, atMs: number): NewEvent {
  const { plans, entries, oldestGeneration } = outcome;
  return {
    atMs,
    kind: "plans-dropped",
    actor: STORE_ACTOR,
    subject: region,
    text: `${plans} old plans dropped: the oldest is now plan ${oldestGeneration}`,
    facts: { plans, entries, oldestGeneration },
  };
}

/** Records named in one line of the journal; more are counted. */
const RECORDS_TOLD_MAX = 4;
const RDATA_CHARACTERS_TOLD_MAX = 80;

function recordsText(rrsets: readonly PlannedRRset[]): string {
  const all = rrsets.flatMap(({ type, records }) => {
    return records.map(({ rdata }) => `${type} ${rdata.slice(0, RDATA_CHARACTERS_TOLD_MAX)}`);
  });
  const more = all.length - RECORDS_TOLD_MAX;
  const told = all.slice(0, RECORDS_TOLD_MAX).join(", ");
  return more > 0 ? `${told} and ${more} more` : told;
}

// `Date` only converts here: nothing asks it what time it is.
function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
