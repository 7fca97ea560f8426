import type { Name } from "../../src/dns/index.ts";
import type { NewEvent } from "../../src/journal/index.ts";
import type { Fence, PlanEntry, PlannedContent, Position } from "../../src/plan/index.ts";

/** An entry that a plan store accepted, and when. */
export interface IssuedEntry {
  readonly entry: PlanEntry;
  readonly atMs: number;
}

/** A retirement that a person asked for. */
export interface AskedRetirement {
  readonly endpoint: Name;
  readonly atMs: number;
  readonly holdDownMs: number;
  /** The store said that it is taken back. */
  cancelledAtMs: number | undefined;
}

/** An act straight at the DNS server, as it was sent. */
export interface DirectAct {
  readonly endpoint: Name;
  readonly what: "override" | "clear" | "adopt" | "epoch-raise";
  readonly content: PlannedContent;
  readonly position: Position;
}

/**
 * All that people asked for and stores accepted, kept outside of everything that can fail: what
 * checkers explain changes by.
 */
export class Ledger {
  readonly #issued = new Map<string, IssuedEntry[]>();
  /** Newest entry of each endpoint that the store in use has. */
  readonly newest = new Map<Name, PlanEntry>();
  readonly retirements = new Map<string, AskedRetirement>();
  /** Tombstones that a person wants revived. */
  readonly revivals = new Set<string>();
  /** Overrides asked for, by id, with the end that was asked for. */
  readonly overrides = new Map<string, { readonly endpoint: Name; readonly untilMs: number }>();
  /** Of those, the ones that a person took back, or put another in the place of. */
  readonly overridesEnded = new Set<string>();
  /** Of those, the ones that a person took back. */
  readonly overridesCleared = new Set<string>();
  /** Overrides over before a store was told of them, by its clock: they last as fences say. */
  readonly overridesToldLate = new Set<string>();
  readonly acts: DirectAct[] = [];
  /** The last fence of each name that could be read, whatever became of it. */
  readonly lastFences = new Map<Name, Fence>();
  /** The store was lost, or put back to an old copy, at some time. */
  wasReplaced = false;
  /** Times at which the store began anew. */
  readonly storeStarts: number[] = [];
  readonly events: NewEvent[] = [];

  accept(entries: readonly PlanEntry[], atMs: number): void {
    for (const entry of entries) {
      const key = keyOf(entry.endpoint, entry);
      const issued = this.#issued.get(key) ?? [];
      issued.push({ entry, atMs });
      this.#issued.set(key, issued);
      this.newest.set(entry.endpoint, entry);
    }
  }

  /** A person pins something. Of two at one name, whichever comes last takes the other's place. */
  pin(id: string, endpoint: Name, untilMs: number): void {
    const others = [...this.overrides].filter(([, asked]) => asked.endpoint === endpoint);
    if (others.length > 0) this.overridesEnded.add(id);
    for (const [other] of others) this.overridesEnded.add(other);
    this.overrides.set(id, { endpoint, untilMs });
  }

  clear(id: string): void {
    this.overridesEnded.add(id);
    this.overridesCleared.add(id);
  }

  /** What the store in use has, after it started. */
  beginWith(entries: readonly PlanEntry[], atMs: number): void {
    this.storeStarts.push(atMs);
    this.newest.clear();
    for (const entry of entries) this.newest.set(entry.endpoint, entry);
  }

  /** What was journalled; kept whatever becomes of the journal. */
  record(events: readonly NewEvent[]): void {
    for (const event of events) this.events.push(event);
  }

  /** Every entry of an endpoint ever accepted at a position: several where a store was lost. */
  issuedAt(endpoint: Name, position: Position): readonly IssuedEntry[] {
    return this.#issued.get(keyOf(endpoint, position)) ?? [];
  }
}

function keyOf(endpoint: Name, { epoch, generation }: Position): string {
  return `${endpoint} ${epoch}/${generation}`;
}
