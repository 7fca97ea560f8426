import type { Name } from "../../src/dns/index.ts";
import type { WitnessEvent } from "../design.ts";
import type { Ledger } from "../ours/ledger.ts";
import type { ZoneChange } from "../world/dnsServer.ts";
import { type Checker, fenceSeen } from "./checker.ts";

/** How long a planner watches a hold-down on its own monotonic clock, at most. */
const WATCH_MS_MAX = 3_600_000;

/** What befalls clocks in a world: planners judge by theirs. */
export interface ClockFaults {
  /** Some wall clock jumps. */
  readonly jump: boolean;
  /** Seconds of the fastest clock in one of the world's: 1 where none drifts ahead. */
  readonly fastest: number;
}

/**
 * Retire only on purpose: a tombstone comes only of a retirement that a person asked for, that
 * waited out its hold-down and was not taken back; and what is retired comes back only by a person
 * who asks for that very tombstone.
 */
export class RetireOnlyOnPurpose implements Checker {
  readonly invariant = "retire-only-on-purpose";
  readonly #ledger: Ledger;
  /** Planned tombstones, by id. */
  readonly #planned = new Set<string>();
  /** Tombstones that a plan has brought their names back from. */
  readonly #revived = new Set<string>();
  readonly #clocks: ClockFaults;

  constructor(ledger: Ledger, clocks: ClockFaults) {
    this.#ledger = ledger;
    this.#clocks = clocks;
  }

  onWitness(event: WitnessEvent, atMs: number): string | undefined {
    if (event.kind !== "plan") return undefined;
    for (const entry of event.entries) {
      if (entry.kind === "serving") {
        for (const id of entry.revives ?? []) this.#revived.add(id);
        continue;
      }
      const { tombstoneId, endpoint } = entry;
      if (this.#revived.has(tombstoneId)) {
        return `a plan retires ${endpoint} once more by ${tombstoneId}, which was revived`;
      }
      const isNew = !this.#planned.has(tombstoneId);
      this.#planned.add(tombstoneId);
      const problem = isNew ? this.#judge(endpoint, tombstoneId, atMs) : undefined;
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  onChange({ by, before, after }: ZoneChange): string | undefined {
    if (by.kind === "outside") return undefined;
    for (const [endpoint, now] of after.endpoints) {
      const was = before.endpoints.get(endpoint);
      if (was === now || was === undefined) continue;
      const held = fenceSeen(was.fence);
      const next = fenceSeen(now.fence);
      const markBefore = held.kind === "fence" ? held.fence.mark : undefined;
      const markAfter = next.kind === "fence" ? next.fence.mark : undefined;
      if (markAfter?.kind === "tombstone" && markBefore?.id !== markAfter.id) {
        if (!this.#planned.has(markAfter.id)) return `${endpoint} was retired by ${by.id}, unasked`;
      }
      if (markBefore?.kind === "tombstone" && markAfter?.kind !== "tombstone") {
        if (!this.#ledger.revivals.has(markBefore.id)) {
          return `${by.id} brought ${endpoint} back, and nobody asked to revive ${markBefore.id}`;
        }
      }
    }
    return undefined;
  }

  #judge(endpoint: Name, id: string, atMs: number): string | undefined {
    const asked = this.#ledger.retirements.get(id);
    if (asked === undefined) return `a plan retires ${endpoint} (${id}), and nobody asked for it`;
    if (asked.endpoint !== endpoint)
      return `${id} was asked for ${asked.endpoint}, not ${endpoint}`;
    const waitedMs = atMs - asked.atMs;
    // A wall clock that jumps may cut what is longer than the planner's own watch.
    const { jump, fastest } = this.#clocks;
    const longestMs = jump ? WATCH_MS_MAX : Number.POSITIVE_INFINITY;
    const surelyMs = Math.min(asked.holdDownMs, longestMs) / fastest;
    if (waitedMs < surelyMs) {
      return `${endpoint} was retired after ${waitedMs} ms of a hold-down of ${asked.holdDownMs}`;
    }
    if (asked.cancelledAtMs !== undefined && asked.cancelledAtMs < atMs) {
      return `${endpoint} was retired though ${id} was taken back`;
    }
    return undefined;
  }
}
