import type { Name } from "../../src/dns/index.ts";
import type { WitnessEvent } from "../design.ts";
import type { ZoneChange } from "../world/dnsServer.ts";
import type { EndpointState, ZoneState } from "../world/zoneState.ts";
import { type Checker, fenceSeen } from "./checker.ts";

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
  /** Names whose newest entry is a tombstone: where a hand empties them first, nobody refills. */
  readonly #retiring = new Set<Name>();
  /** Types of the newest entry, where plans are told of. */
  readonly #planned = new Map<Name, ReadonlySet<string>>();
  #last: ZoneState | undefined;

  readonly #isKnown: (endpoint: Name) => boolean;

  /** `isKnown`: whether the plan store in use knows the endpoint; where nobody says, it does. */
  constructor(isKnown: (endpoint: Name) => boolean = () => true) {
    this.#isKnown = isKnown;
  }

  onWitness(event: WitnessEvent): undefined {
    if (event.kind !== "plan") return undefined;
    for (const entry of event.entries) {
      const { endpoint } = entry;
      if (entry.kind === "tombstone") {
        this.#retiring.add(endpoint);
        continue;
      }
      this.#retiring.delete(endpoint);
      this.#planned.set(endpoint, new Set(entry.rrsets.map(({ type }) => type)));
    }
    return undefined;
  }

  onChange(change: ZoneChange): string | undefined {
    const { before, after } = change;
    this.#last = after;
    let problem: string | undefined;
    for (const [endpoint, now] of after.endpoints) {
      const was = before.endpoints.get(endpoint);
      if (was === now && before.speaks === after.speaks) continue;
      problem ??= this.#look(endpoint, was, now, change);
    }
    return problem;
  }

  atEnd(): string | undefined {
    for (const [key, { endpoint, type }] of this.#owed) {
      if (this.#retiring.has(endpoint) || this.#isUnplanned(endpoint, type)) continue;
      if (this.#last?.speaks === true) return `${key} was taken by a hand, and never came back`;
    }
    return undefined;
  }

  /** Zone and plan store both lost it, and nobody wants the type: nobody knows that it was. */
  #isUnplanned(endpoint: Name, type: string): boolean {
    return this.#planned.get(endpoint)?.has(type) === false;
  }

  #look(
    endpoint: Name,
    was: EndpointState | undefined,
    now: EndpointState,
    { by, before, after }: ZoneChange,
  ): string | undefined {
    const fence = fenceSeen(now.fence);
    if (fence.kind !== "none") this.#managed.add(endpoint);
    else if (!this.#managed.has(endpoint)) return takenFromOthers(endpoint, was, now, by);
    const isRetired = fence.kind === "fence" && fence.fence.mark?.kind === "tombstone";
    for (const type of TYPES) {
      const key = `${endpoint} ${type}`;
      if (now.answers[type] !== "") {
        if (after.speaks) this.#answered.add(key);
        this.#owed.delete(key);
        continue;
      }
      if (isRetired) {
        this.#answered.delete(key);
        this.#owed.delete(key);
        continue;
      }
      const answered = was !== undefined && was.answers[type] !== "";
      if (by.kind === "outside") {
        // A lost disk takes everything, and with it the server's word for anything.
        if (answered && after.speaks) this.#owed.set(key, { endpoint, type });
        continue;
      }
      if (answered) return `${by.id} left ${endpoint} without ${type}`;
      // What a person pinned to a name that had lost everything is all that they wanted there.
      const isPinned = fence.kind === "fence" && fence.fence.mark?.kind === "override";
      const isForgotten = !this.#isKnown(endpoint) || this.#isUnplanned(endpoint, type);
      const isMeant = isPinned || isForgotten || this.#retiring.has(endpoint);
      const begins = after.speaks && !before.speaks && !isMeant;
      if (begins && this.#answered.has(key) && !this.#owed.has(key)) {
        return `the server speaks again, by ${by.id}, and ${endpoint} has no ${type}`;
      }
    }
    return undefined;
  }
}

/** A name that nobody manages is its owner's: automation must not take anything of it. */
function takenFromOthers(
  endpoint: Name,
  was: EndpointState | undefined,
  now: EndpointState,
  by: ZoneChange["by"],
): string | undefined {
  if (by.kind !== "automation" || was === undefined) return undefined;
  const taken = TYPES.find((type) => was.answers[type] !== "" && now.answers[type] === "");
  return taken && `${by.id} left ${endpoint}, which is not ours, without ${taken}`;
}
