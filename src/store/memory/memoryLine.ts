import type { Name } from "../../dns/index.ts";
import type {
  AppendOutcome,
  EntryVersion,
  Generation,
  Plan,
  PlanChanges,
  PlanDelta,
  PlanEntry,
  PlanHead,
  PlanSummary,
  Position,
} from "../../plan/index.ts";
import { raisedFloor } from "../floor.ts";
import { reviewDelta } from "../reviewDelta.ts";

/** A region's line of plans, in memory. Synchronous: each call is one atomic step. */
export class MemoryLine {
  readonly #summaries: PlanSummary[] = [];
  /** Versions of each endpoint's entry, oldest first. */
  readonly #versions = new Map<Name, EntryVersion[]>();
  #head: PlanHead;

  constructor(region: string) {
    this.#head = { region, generation: 0, digest: "", floorGeneration: 0 };
  }

  get head(): PlanHead {
    return this.#head;
  }

  append(delta: PlanDelta): AppendOutcome {
    const review = reviewDelta(delta, this.#head, (endpoint) => this.#newest(endpoint)?.epoch);
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
    this.#head = { ...this.#head, generation: delta.generation, digest: delta.digest };
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

  #newest(endpoint: Name): PlanEntry | undefined {
    return this.#versions.get(endpoint)?.at(-1)?.entry;
  }

  #inOrder(): [Name, EntryVersion[]][] {
    return [...this.#versions].sort(([left], [right]) => (left < right ? -1 : 1));
  }
}
