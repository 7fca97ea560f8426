import type { Name } from "../../src/dns/index.ts";
import { comparePositions, type Position, type ServingEntry } from "../../src/plan/index.ts";
import type { WitnessEvent } from "../design.ts";
import type { Ledger } from "../ours/ledger.ts";
import { LOST_DISK, type ZoneChange } from "../world/dnsServer.ts";
import type { EndpointState, ZoneState } from "../world/zoneState.ts";
import { type Checker, fenceSeen, isHand } from "./checker.ts";

/** A write that was decided on is there by then, or answered by nobody. */
const UNDER_WAY_MS_MAX = 1_000;
const TYPES = ["A", "AAAA"] as const;

/**
 * Never empty: a type that a name answered goes on being answered, whoever changes the zone. What a
 * hand from outside took is owed until it is back; a tombstone takes everything, and another
 * checker asks whether it was meant. A server that does not speak says nothing that could be empty.
 */
export class NeverEmpty implements Checker {
  readonly invariant = "never-empty";
  /** Endpoint and type: answered at some time, and not retired since. */
  readonly #answered = new Set<string>();
  /** Of those, what a hand took and nobody has put back. */
  readonly #owed = new Map<string, { readonly endpoint: Name; readonly type: string }>();
  /** Names that had a fence at some time: what nobody manages is its owner's. */
  readonly #managed = new Set<Name>();
  /** Tombstones that a plan store accepted, and none has planned anything above since. */
  readonly #retiring = new Map<Name, Position>();
  /** When names were planned again that were to be retired. */
  readonly #revivedAtMs = new Map<Name, number>();
  #last: ZoneState | undefined;
  readonly #plans: Pick<Ledger, "newest" | "wasReplaced"> | undefined;

  /** `plans`: what the plan store in use has; absent: of designs that tell nothing of it. */
  constructor(plans?: Pick<Ledger, "newest" | "wasReplaced">) {
    this.#plans = plans;
  }

  onWitness(event: WitnessEvent, atMs: number): undefined {
    if (event.kind !== "plan") return undefined;
    for (const entry of event.entries) {
      const { kind, endpoint } = entry;
      const tombstone = this.#retiring.get(endpoint);
      if (kind === "tombstone") this.#retiring.set(endpoint, entry);
      else if (tombstone !== undefined && comparePositions(entry, tombstone) > 0) {
        this.#retiring.delete(endpoint);
        this.#revivedAtMs.set(endpoint, atMs);
        if (kind === "serving") this.#beginAnew(entry);
      }
    }
    return undefined;
  }

  /** A retirement ended all that a name answered; what brings it back may want fewer types. */
  #beginAnew({ endpoint, rrsets }: ServingEntry): void {
    const wanted = new Set(rrsets.map(({ type }) => type));
    if (wanted.has("CNAME")) return;
    for (const type of TYPES) {
      if (wanted.has(type)) continue;
      this.#answered.delete(`${endpoint} ${type}`);
      this.#owed.delete(`${endpoint} ${type}`);
    }
  }

  onChange(change: ZoneChange): string | undefined {
    const { before, after, by } = change;
    this.#last = after;
    let problem: string | undefined;
    if (before.speaks && !after.speaks && !isHand(by)) problem = `${by.id} made the server silent`;
    for (const [endpoint, now] of after.endpoints) {
      const was = before.endpoints.get(endpoint);
      if (was === now && before.speaks === after.speaks) continue;
      problem ??= this.#look(endpoint, was, now, change);
    }
    return problem;
  }

  atEnd(): string | undefined {
    for (const [key, { endpoint, type }] of this.#owed) {
      const isMeant = this.#isRetired(endpoint) || this.#retiring.has(endpoint);
      if (isMeant || this.#isForgotten(endpoint, type) || this.#isSpoilt(endpoint)) continue;
      if (this.#last?.speaks === true) return `${key} was taken by a hand, and never came back`;
    }
    return undefined;
  }

  /** Its newest entry is a tombstone: where a hand empties it first, nobody refills it. */
  #isRetired(endpoint: Name): boolean {
    return this.#plans?.newest.get(endpoint)?.kind === "tombstone";
  }

  /** Zone and plan store both lost it, and nobody wants the type: nobody knows that it was. */
  #isForgotten(endpoint: Name, type: string): boolean {
    if (this.#plans?.wasReplaced !== true) return false;
    const entry = this.#plans.newest.get(endpoint);
    return entry?.kind === "serving" && !entry.rrsets.some((rrset) => rrset.type === type);
  }

  /** No plan knows it any more, and nobody may write over what a hand put in its fence's place. */
  #isSpoilt(endpoint: Name): boolean {
    if (this.#plans?.wasReplaced !== true || this.#plans.newest.has(endpoint)) return false;
    return fenceSeen(this.#last?.endpoints.get(endpoint)?.fence).kind === "malformed";
  }

  #look(
    endpoint: Name,
    was: EndpointState | undefined,
    now: EndpointState,
    { by, before, after, atMs }: ZoneChange,
  ): string | undefined {
    const fence = fenceSeen(now.fence);
    const isOthers = !this.#managed.has(endpoint);
    if (fence.kind !== "none") this.#managed.add(endpoint);
    const isChanged = was !== undefined && was !== now && was.records.length > 0;
    // A design without fences has none to tell its own names by: there, nothing may be taken.
    const isTouched = this.#plans !== undefined || (isChanged && isLess(was, now));
    if (isOthers && isChanged && isTouched && by.kind === "automation") {
      return `${by.id} changed ${endpoint}, which is not ours`;
    }
    if (isOthers && fence.kind === "none") return undefined;
    const isRetired = fence.kind === "fence" && fence.fence.mark?.kind === "tombstone";
    for (const type of TYPES) {
      const key = `${endpoint} ${type}`;
      // What a hand gives a retired name is owed to nobody.
      if (isRetired) {
        this.#answered.delete(key);
        this.#owed.delete(key);
        continue;
      }
      if (now.answers[type] !== "") {
        if (after.speaks) this.#answered.add(key);
        this.#owed.delete(key);
        continue;
      }
      const answered = was !== undefined && was.answers[type] !== "";
      if (isHand(by) || isUnheld(by, was)) {
        // A lost disk takes everything, and with it the server's word for anything.
        const isTaken = after.speaks || by.id !== LOST_DISK;
        if (answered && isTaken) this.#owed.set(key, { endpoint, type });
        continue;
      }
      if (answered) return `${by.id} left ${endpoint} without ${type}`;
      // A plan store that was lost or put back since knows no tombstone; enactors do.
      const isRetiring = this.#isRetired(endpoint) || this.#retiring.has(endpoint);
      const isMeant = isRetiring || this.#isForgotten(endpoint, type);
      const begins = after.speaks && !before.speaks && !isMeant;
      if (!begins || !this.#answered.has(key) || this.#owed.has(key)) continue;
      // Where a hand spoilt the fence, nobody may write: one such name does not hold up a zone. Nor
      // does a name that was retired still when the mark that makes the server speak was sent.
      const revivedAtMs = this.#revivedAtMs.get(endpoint) ?? -Infinity;
      const isJustRevived = atMs - revivedAtMs <= UNDER_WAY_MS_MAX;
      if (fence.kind === "malformed" || isJustRevived) this.#owed.set(key, { endpoint, type });
      else {
        return `the server speaks again, by ${by.id}, and ${endpoint} has no ${type}`;
      }
    }
    return undefined;
  }
}

/** A hand's UPDATE of a name whose fence is gone: the nameserver cannot know that it is managed. */
function isUnheld(by: ZoneChange["by"], was: EndpointState | undefined): boolean {
  return by.id === "hand" && fenceSeen(was?.fence).kind === "none";
}

function isLess(was: EndpointState, now: EndpointState): boolean {
  return TYPES.some((type) => was.answers[type] !== "" && now.answers[type] === "");
}
