import type { Name } from "../../dns/index.ts";
import type {
  AppendOutcome,
  CleanUpOutcome,
  EntryVersion,
  EpochSeen,
  Generation,
  Plan,
  PlanChanges,
  PlanDelta,
  PlanEntry,
  PlanHead,
  PlanRetention,
  PlanSummary,
  Position,
  ServingEntry,
} from "../../plan/index.ts";
import { cutOf } from "../cleanUp.ts";
import { type EndedOverride, headAfterEnded, headWithoutCarried } from "../endedOverrides.ts";
import { epochsAfter, raisedEpochs } from "../epochs.ts";
import { raisedFloor } from "../floor.ts";
import { headAfterRemembered, headWithoutPlanned } from "../remembered.ts";
import { type HeldBeside, type HeldEntry, reviewDelta } from "../reviewDelta.ts";

/** A region's line of plans, in memory. Synchronous: each call is one atomic step. */
export class MemoryLine {
  readonly #retirementOf: HeldBeside["retirementOf"];
  /** Of the plans that can be read, oldest first. */
  #summaries: PlanSummary[] = [];
  /** Versions of each endpoint's entry, oldest first. */
  readonly #versions = new Map<Name, EntryVersion[]>();
  #head: PlanHead;

  constructor(region: string, retirementOf: HeldBeside["retirementOf"]) {
    this.#head = { region, generation: 0, digest: "", floorGeneration: 0, epochs: [] };
    this.#retirementOf = retirementOf;
  }

  get head(): PlanHead {
    return this.#head;
  }

  append(delta: PlanDelta): AppendOutcome {
    const review = reviewDelta(delta, this.#head, {
      newest: (endpoint) => heldEntry(this.#newest(endpoint)),
      retirementOf: this.#retirementOf,
    });
    if (review.kind === "not-a-child") return { kind: "not-a-child", head: this.#head };
    if (review.kind === "refused") return review;
    const { changed, ...rest } = delta;
    const summary = { ...rest, changedCount: changed.length };
    this.#summaries.push(summary);
    for (const entry of changed) {
      const versions = this.#versions.get(entry.endpoint) ?? [];
      versions.push({ entry, plan: summary });
      this.#versions.set(entry.endpoint, versions);
    }
    const { generation, digest } = delta;
    const epochs = epochsAfter(this.#head.epochs, changed);
    const head = headWithoutPlanned(headWithoutCarried(this.#head, changed), changed);
    this.#head = { ...head, generation, digest, epochs };
    return { kind: "accepted", head: this.#head };
  }

  read(generation: Generation): Plan | undefined {
    const summary = this.#summaries.find((plan) => plan.generation === generation);
    if (summary === undefined) return undefined;
    const entries = new Map<Name, PlanEntry>();
    for (const [endpoint, versions] of this.#inOrder()) {
      const version = versions.findLast(({ plan }) => plan.generation <= generation);
      if (version !== undefined) entries.set(endpoint, version.entry);
    }
    return { region: summary.region, generation, digest: summary.digest, entries };
  }

  changesAfter(after: Generation): PlanChanges {
    const newest = this.#inOrder().flatMap(([endpoint]) => this.#newest(endpoint) ?? []);
    const entries = newest.filter((entry) => entry.generation > after);
    return { head: this.#head, after, entries };
  }

  summaries(limit: number, before: Generation): readonly PlanSummary[] {
    const older = this.#summaries.filter((plan) => plan.generation < before);
    return older.slice(-limit).reverse();
  }

  history(endpoint: Name, limit: number): readonly EntryVersion[] {
    return (this.#versions.get(endpoint) ?? []).slice(-limit).reverse();
  }

  /** Whether the floor rose. */
  raiseFloor(seen: Position): boolean {
    const floorGeneration = raisedFloor(this.#head, seen);
    if (floorGeneration === undefined) return false;
    this.#head = { ...this.#head, floorGeneration };
    return true;
  }

  /** Whether any is new. */
  raiseEpochs(more: readonly EpochSeen[], confirmedBy: "person" | "nobody"): boolean {
    const known = {
      seen: this.#head.epochs,
      newest: (endpoint: Name) => this.#newest(endpoint)?.epoch,
    };
    const epochs = raisedEpochs(known, more, confirmedBy);
    if (epochs === undefined) return false;
    this.#head = { ...this.#head, epochs };
    return true;
  }

  /** Whether any is news. */
  remember(more: readonly ServingEntry[]): boolean {
    const head = headAfterRemembered(this.#head, more, (endpoint) => this.#versions.has(endpoint));
    if (head === undefined) return false;
    this.#head = head;
    return true;
  }

  /** Whether any is news. */
  endOverrides(more: readonly EndedOverride[]): boolean {
    const head = headAfterEnded(this.#head, more, (endpoint) => this.endsOf(endpoint));
    if (head === undefined) return false;
    this.#head = head;
    return true;
  }

  /** Overrides that the newest entry ends. */
  endsOf(endpoint: Name): readonly string[] {
    return this.#newest(endpoint)?.ends ?? [];
  }

  tombstoneOf(endpoint: Name): string | undefined {
    return heldEntry(this.#newest(endpoint))?.tombstoneId;
  }

  cleanUp(retention: PlanRetention): CleanUpOutcome {
    const stock = {
      plans: this.#summaries.length,
      entries: this.#summaries.reduce((sum, { changedCount }) => sum + changedCount, 0),
      isFileCrowded: false,
    };
    const { plans, oldestGeneration } = cutOf(this.#summaries, stock, retention);
    if (plans === 0) return { plans, entries: 0, oldestGeneration };
    this.#summaries = this.#summaries.slice(plans);
    let entries = 0;
    for (const versions of this.#versions.values()) {
      // The oldest plan that is kept needs the newest version that is not after it.
      const needed = versions.findLastIndex(({ plan }) => plan.generation <= oldestGeneration);
      if (needed > 0) entries += versions.splice(0, needed).length;
    }
    return { plans, entries, oldestGeneration };
  }

  #newest(endpoint: Name): PlanEntry | undefined {
    return this.#versions.get(endpoint)?.at(-1)?.entry;
  }

  #inOrder(): [Name, EntryVersion[]][] {
    return [...this.#versions].sort(([left], [right]) => (left < right ? -1 : 1));
  }
}

function heldEntry(entry: PlanEntry | undefined): HeldEntry | undefined {
  if (entry === undefined) return undefined;
  const tombstoneId = entry.kind === "tombstone" ? entry.tombstoneId : undefined;
  return { epoch: entry.epoch, tombstoneId };
}
