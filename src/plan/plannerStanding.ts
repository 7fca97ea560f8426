import type { Name } from "../dns/index.ts";
import type { EndpointMode } from "./plannerChoice.ts";
import type { Decision } from "./plannerDecide.ts";
import type { PlannerEvent } from "./plannerJournal.ts";
import type { PlanNote } from "./plannerNotes.ts";
import type { ServedSince } from "./plannerVelocity.ts";

/** Events of one kind told one by one for one plan; more are told in one event with a count. */
const EVENTS_PER_PLAN_MAX = 50;

type StandingEvent = Pick<PlannerEvent, "kind" | "subject" | "text" | "facts">;

/** How endpoints stand after the last decisions: modes, what is held, and the capacity ledger. */
export class PlannerStanding {
  readonly #served = new Map<Name, readonly ServedSince[]>();
  readonly #modes = new Map<Name, EndpointMode>();
  readonly #releases = new Map<Name, number>();
  readonly #holding = new Set<Name>();

  /** See `CapacityLedger`. */
  get served(): ReadonlyMap<Name, readonly ServedSince[]> {
    return this.#served;
  }

  /** Endpoints that are not served by their first pool's usable targets. */
  get modes(): ReadonlyMap<Name, EndpointMode> {
    return this.#modes;
  }

  /** Endpoints in which failed targets stay because capacity may not leave faster. */
  get holding(): ReadonlySet<Name> {
    return this.#holding;
  }

  /** When the next held target may leave (monotonic clock). */
  get nextReleaseMs(): number | undefined {
    let next: number | undefined;
    for (const atMs of this.#releases.values()) next = Math.min(next ?? atMs, atMs);
    return next;
  }

  /** Endpoints whose held targets may leave by now. */
  due(nowMs: number): ReadonlySet<Name> {
    const names = [...this.#releases].filter(([, atMs]) => atMs <= nowMs).map(([name]) => name);
    return new Set(names);
  }

  /** Takes in decisions that are in force now, and says what people should hear of. */
  take(
    decisions: ReadonlyMap<Name, Decision>,
    notes: readonly PlanNote[],
  ): readonly StandingEvent[] {
    const noteOf = new Map(notes.map((note) => [`${note.endpoint} ${note.kind}`, note.text]));
    const events: StandingEvent[] = [];
    for (const [name, decision] of decisions) {
      const wasOpen = isOpen(this.#modes.get(name));
      const wasHolding = this.#holding.has(name);
      this.#takeOne(name, decision);
      if (isOpen(decision.mode) && !wasOpen) {
        const kind = decision.mode === "held" ? "all-forced-out" : "failed-open";
        events.push(event("endpoint-failed-open", name, noteOf.get(`${name} ${kind}`)));
      }
      if (!isOpen(decision.mode) && wasOpen) {
        events.push(event("endpoint-recovered", name, `served by pool ${decision.poolId} again`));
      }
      if (this.#holding.has(name) && !wasHolding) {
        events.push(event("capacity-held", name, noteOf.get(`${name} capacity-held`)));
      }
    }
    return summarised(events);
  }

  /** Forgets endpoints that something else than policy and health has the say over now. */
  forget(names: readonly Name[]): void {
    for (const lists of [this.#served, this.#modes, this.#releases, this.#holding]) {
      for (const name of names) lists.delete(name);
    }
  }

  /** Forgets endpoints that the policy no longer has. */
  keepOnly(names: ReadonlyMap<Name, unknown>): void {
    for (const lists of [this.#served, this.#modes, this.#releases, this.#holding]) {
      for (const name of lists.keys()) if (!names.has(name)) lists.delete(name);
    }
  }

  #takeOne(name: Name, decision: Decision): void {
    const { served, releaseAtMs } = decision;
    if (served !== undefined) {
      const [only, ...others] = served;
      // One whole item says no more than the plan itself does.
      if (only !== undefined && others.length === 0 && only.share === 1) this.#served.delete(name);
      else this.#served.set(name, served);
    }
    if (decision.mode === "healthy") this.#modes.delete(name);
    else this.#modes.set(name, decision.mode);
    if (decision.held.length > 0) this.#holding.add(name);
    else this.#holding.delete(name);
    if (releaseAtMs === undefined) this.#releases.delete(name);
    else this.#releases.set(name, releaseAtMs);
  }
}

function isOpen(mode: EndpointMode | undefined): boolean {
  return mode === "fail-open" || mode === "held";
}

function event(kind: StandingEvent["kind"], name: Name, text: string | undefined): StandingEvent {
  return { kind, subject: name, text: text ?? "", facts: {} };
}

function summarised(events: readonly StandingEvent[]): readonly StandingEvent[] {
  const told: StandingEvent[] = [];
  const counts = new Map<StandingEvent["kind"], number>();
  for (const one of events) {
    const count = (counts.get(one.kind) ?? 0) + 1;
    counts.set(one.kind, count);
    if (count <= EVENTS_PER_PLAN_MAX) told.push(one);
  }
  for (const [kind, count] of counts) {
    const more = count - EVENTS_PER_PLAN_MAX;
    if (more <= 0) continue;
    told.push({ kind, subject: "planner", text: `and ${more} more endpoints`, facts: { more } });
  }
  return told;
}
