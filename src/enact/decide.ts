import { assertNever } from "../base/index.ts";
import { typeText } from "../dns/index.ts";
import {
  comparePositions,
  FAR_AHEAD_MAX,
  type Fence,
  isFarAhead,
  type PlanEntry,
  type Reading,
  type ServingEntry,
} from "../plan/index.ts";
import type { Decision, DecisionFacts, ReadReading, Situation } from "./decision.ts";
import { type HighWaterMark, pinnedBy } from "./highWaterMark.ts";
import {
  answering,
  differenceOf,
  endpointRRsets,
  isForeignType,
  missingAddressType,
} from "./match.ts";
import { heldContent, pinnedContent } from "./pinned.ts";

type Override = Extract<Fence["mark"], { readonly kind: "override" }>;
type Tombstone = Extract<Fence["mark"], { readonly kind: "tombstone" }>;

/** Epochs rise only by a person's confirmed act: nobody does that a hundred times unheard. */
export const EPOCHS_AHEAD_MAX = 100;
/** Highest edition that can still rise within the fence's grammar of fifteen digits. */
export const EDITION_MAX = 999_999_999_999_998;

/**
 * The fence table of DESIGN.md: what to do about one endpoint in one zone store. Total and pure:
 * the same entry, reading, mark and facts always give the same decision.
 */
export function decide(
  entry: PlanEntry,
  reading: Reading,
  mark: HighWaterMark | undefined,
  facts: DecisionFacts,
): Decision {
  if (reading.kind === "unreadable") return { kind: "unknown", problem: reading.problem };
  const situation: Situation = { reading, mark, facts };
  const found = reading.fence;
  switch (found.kind) {
    case "malformed":
      return { kind: "quarantine", why: "malformed", problem: found.problem };
    case "none":
      return decideWithoutFence(entry, situation);
    case "fence":
      return decideWithFence(entry, found.fence, situation);
    default:
      return assertNever(found);
  }
}

function decideWithFence(entry: PlanEntry, fence: Fence, situation: Situation): Decision {
  const decision = decideByMark(entry, fence, situation);
  const isEntrys = decision.kind === "write" && decision.pinned === undefined;
  const taken = isEntrys ? takenType(entry, fence, situation) : undefined;
  return taken === undefined ? decision : wouldEmpty(taken);
}

function decideByMark(entry: PlanEntry, fence: Fence, situation: Situation): Decision {
  const ahead = farAhead(entry, fence, situation.facts);
  if (ahead !== undefined) return { kind: "quarantine", why: "far-ahead", problem: ahead };
  switch (fence.mark?.kind) {
    case "tombstone":
      return decideAtTombstone(entry, fence, fence.mark);
    case "override":
      return decideAtOverride(entry, fence, fence.mark, situation);
    case undefined:
      return decideAtPlain(entry, fence, situation);
    default:
      return assertNever(fence.mark);
  }
}

function decideAtPlain(entry: PlanEntry, fence: Fence, situation: Situation): Decision {
  const order = comparePositions(fence, entry);
  if (order > 0) return { kind: "superseded", seen: fence, by: "fence" };
  if (order < 0) return advance(entry, fence, situation);
  if (entry.kind === "tombstone" || fence.digest !== entry.digest) {
    const said = entry.kind === "tombstone" ? "that it is retired" : entry.digest;
    return {
      kind: "quarantine",
      why: "impostor",
      problem:
        `generation ${fence.generation} was issued twice: ` +
        `the zone holds digest ${fence.digest}, the plan says ${said}`,
    };
  }
  const drift = driftOf(entry, fence, situation);
  return drift === undefined ? { kind: "done" } : { kind: "write", why: "repair", drift };
}

/** The fence is older. A name that was emptied meanwhile is drift, too: it waits for no wave. */
function advance(entry: PlanEntry, fence: Fence, situation: Situation): Decision {
  if (entry.kind === "tombstone") return { kind: "write", why: "retire" };
  const held = endpointRRsets(situation.reading, entry.zone);
  if (answering(held, fence.types) === "whole") return { kind: "write", why: "advance" };
  return { kind: "write", why: "advance", drift: "records of the generation before are gone" };
}

/** Only an entry that names this tombstone brings the name back; a newer one may take its place. */
function decideAtTombstone(entry: PlanEntry, fence: Fence, tombstone: Tombstone): Decision {
  const order = comparePositions(entry, fence);
  if (entry.kind === "tombstone") {
    if (order > 0) return { kind: "write", why: "retire" };
    const isThisOne = order === 0 && entry.tombstoneId === tombstone.id;
    return isThisOne ? { kind: "done" } : { kind: "leave-alone", why: "retired" };
  }
  if (!revives(entry, tombstone)) return { kind: "leave-alone", why: "retired" };
  // Its plan came of a store that was put back: only one above the tombstone brings the name back.
  return order > 0
    ? { kind: "write", why: "revive" }
    : { kind: "superseded", seen: fence, by: "fence" };
}

function decideAtOverride(
  entry: PlanEntry,
  fence: Fence,
  override: Override,
  situation: Situation,
): Decision {
  const { reading, mark, facts } = situation;
  const serving = entry.kind === "serving" ? entry : undefined;
  // The plan has taken the override up: its entry says what is pinned, until when, and what after.
  if (serving?.override?.id === override.id) return decideAtPlain(entry, fence, situation);
  const isOlder = comparePositions(entry, fence) < 0;
  if (facts.wallMs >= override.untilMs) {
    if (isOlder) return { kind: "superseded", seen: fence, by: "fence" };
    return { kind: "write", why: serving === undefined ? "retire" : "override-ended" };
  }
  if (!isOlder && entry.ends?.includes(override.id) === true) {
    return { kind: "write", why: serving === undefined ? "retire" : "override-cleared" };
  }
  const leaveAlone: Decision = { kind: "leave-alone", why: "override", untilMs: override.untilMs };
  const drift = overrideDrift(entry, fence, situation);
  if (drift === undefined) return leaveAlone;
  const pinned = mark === undefined ? undefined : pinnedBy(mark, fence);
  if (pinned !== undefined) return { kind: "write", why: "override-restored", drift, pinned };
  // What was pinned is not known here. As long as every address type still answers, a person's
  // word counts; an emptied name takes the newest entry, but no tombstone: that empties nothing.
  const held = endpointRRsets(reading, entry.zone);
  if (serving === undefined || answering(held, fence.types) === "whole") return leaveAlone;
  if (isOlder) return { kind: "superseded", seen: fence, by: "fence" };
  return { kind: "write", why: "override-emptied", drift: "the override's records are gone" };
}

/** What differs from what the override pinned; undefined where nothing does. */
function overrideDrift(entry: PlanEntry, fence: Fence, situation: Situation): string | undefined {
  const { reading, facts } = situation;
  const added = endpointRRsets(reading, entry.zone).find(({ type }) => {
    return !fence.types.includes(typeText(type)) && isForeignType(type, facts.ownsWholeName);
  });
  if (added !== undefined) return `${typeText(added.type)} was added to the override's records`;
  if (pinnedContent(reading, fence) !== undefined) return undefined;
  return "records are not what the override pinned";
}

/**
 * An address type that the fence lists and the entry does not have, at a name that answers: an
 * emptied plan store may not know of it, and only a tombstone takes a type away (rule 1).
 */
function takenType(entry: PlanEntry, fence: Fence, situation: Situation): string | undefined {
  const { reading, mark } = situation;
  if (entry.kind === "tombstone" || fence.mark?.kind === "tombstone") return undefined;
  if (answering(endpointRRsets(reading, entry.zone), fence.types) === "nothing") return undefined;
  const beneath = fence.mark?.kind === "override" ? (mark?.beneath ?? []) : [];
  return missingAddressType(entry, [...fence.types, ...beneath]);
}

function wouldEmpty(type: string): Decision {
  const problem =
    `the plan has no ${type} for it, and the fence lists ${type}: only a tombstone takes that ` +
    `away; add ${type} to the endpoint in the configuration, or retire the name`;
  return { kind: "quarantine", why: "would-empty", problem };
}

function decideWithoutFence(entry: PlanEntry, situation: Situation): Decision {
  const { mark } = situation;
  if (entry.kind === "tombstone") return decideRetirementWithoutFence(entry, situation);
  const decision = decideServingWithoutFence(entry, situation);
  const isAsked = decision.kind === "write" || decision.kind === "confirm-newest";
  const taken = isAsked && mark !== undefined && takenType(entry, mark.fence, situation);
  return typeof taken === "string" ? wouldEmpty(taken) : decision;
}

/**
 * Somebody deleted the fence of a name that is to be retired. With the plan store's word the name
 * gets its fence back first, below the tombstone and with its records as they are: a tombstone is
 * written over a fence only.
 */
function decideRetirementWithoutFence(entry: PlanEntry, situation: Situation): Decision {
  const { reading, mark, facts } = situation;
  const held = endpointRRsets(reading, entry.zone);
  const isOurs = mark !== undefined && mark.fence.mark?.kind !== "tombstone";
  if (!isOurs || held.length === 0) return { kind: "leave-alone", why: "retiring" };
  if (comparePositions(entry, mark) < 0) return { kind: "superseded", seen: mark, by: "mark" };
  if (facts.newest !== "confirmed") return { kind: "confirm-newest" };
  const { ownsWholeName } = facts;
  const kept = held.filter(({ type }) => {
    return isForeignType(type, ownsWholeName) || mark.fence.types.includes(typeText(type));
  });
  const pinned = heldContent({ ...reading, rrsets: kept });
  if (pinned === undefined) return { kind: "leave-alone", why: "retiring" };
  return { kind: "write", why: "refence", drift: "the fence is gone", pinned };
}

function decideServingWithoutFence(entry: ServingEntry, situation: Situation): Decision {
  const { reading, mark, facts } = situation;
  const held = endpointRRsets(reading, entry.zone);
  if (mark === undefined) {
    if (held.length === 0) return { kind: "write", why: "create" };
    return { kind: "not-ours", problem: "it has records, but never had a fence of ours" };
  }
  if (mark.fence.mark?.kind === "tombstone") {
    const isRevival = revives(entry, mark.fence.mark) && held.length === 0;
    if (!isRevival) return { kind: "leave-alone", why: "retired" };
    return comparePositions(entry, mark) > 0
      ? { kind: "write", why: "revive" }
      : { kind: "superseded", seen: mark, by: "mark" };
  }
  const left = answering(held, mark.fence.types);
  // The plan store may have gone back in time (restored from a copy): the mark is the lower bound.
  if (comparePositions(entry, mark) < 0) {
    const isGone = left === "nothing" && sameRecords(entry, mark.fence);
    return isGone ? putBack(entry) : { kind: "superseded", seen: mark, by: "mark" };
  }
  if (left === "nothing") {
    return { kind: "write", why: "recreate", drift: "fence and records are gone" };
  }
  if (facts.newest === "confirmed") {
    return { kind: "write", why: "refence", drift: "the fence is gone" };
  }
  // A type without addresses is empty (rule 1), and nobody is there to be asked: do not wait.
  if (left === "lacking" && facts.newest === "unavailable") {
    return { kind: "write", why: "recreate", drift: "the fence and an address type are gone" };
  }
  return { kind: "confirm-newest" };
}

/** A person who raised its epoch left the records as they were: they are known here. */
function sameRecords(entry: ServingEntry, { mark, digest }: Fence): boolean {
  return mark === undefined && digest === entry.digest;
}

/** In the place of what is gone, not in the entry's own, which is older. */
function putBack({ answers, rrsets }: ServingEntry): Decision {
  const drift = "fence and records are gone";
  return { kind: "write", why: "recreate", drift, pinned: { answers, rrsets } };
}

function revives(entry: ServingEntry, tombstone: Tombstone): boolean {
  return entry.revives?.includes(tombstone.id) === true;
}

function driftOf(entry: ServingEntry, fence: Fence, situation: Situation): string | undefined {
  const { reading, facts } = situation;
  const wanted = entry.rrsets.map((rrset) => rrset.type);
  if (fence.types.join() !== wanted.join()) return `the fence lists types ${fence.types.join()}`;
  if (entry.override !== undefined && fence.mark === undefined) {
    return `the fence does not name the override ${entry.override.id}`;
  }
  return differenceOf(entry, reading, facts.ownsWholeName);
}

function farAhead(entry: PlanEntry, fence: Fence, facts: DecisionFacts): string | undefined {
  if (fence.epoch - entry.epoch > EPOCHS_AHEAD_MAX) {
    return `its epoch ${fence.epoch} is over ${EPOCHS_AHEAD_MAX} ahead of ${entry.epoch}`;
  }
  if (fence.edition > EDITION_MAX) return `its edition ${fence.edition} cannot rise`;
  // Of an older epoch any generation is older: a person confirmed the epoch that comes after it.
  if (fence.epoch < entry.epoch || !isFarAhead(fence.generation, facts.newestGeneration)) {
    return undefined;
  }
  return `its generation ${fence.generation} is over ${FAR_AHEAD_MAX} ahead of the newest plan`;
}

/**
 * The fence read, where it is believed and remembered: neither malformed nor implausibly far ahead.
 * Its generation is judged in an older epoch, too: what is remembered raises the next plan's.
 */
export function plausibleFence(
  entry: PlanEntry,
  reading: ReadReading,
  facts: DecisionFacts,
): Fence | undefined {
  if (reading.fence.kind !== "fence") return undefined;
  const { fence } = reading.fence;
  if (isFarAhead(fence.generation, facts.newestGeneration)) return undefined;
  return farAhead(entry, fence, facts) === undefined ? fence : undefined;
}
