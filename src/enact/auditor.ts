import type { CancelWake, Clock } from "../base/index.ts";
import type { Name } from "../dns/index.ts";

/** Endpoints looked at in the background, a second and store: an hour would do, this is minutes. */
export const AUDIT_PER_SECOND = 200;
/** A small region is not read over and over: one pass takes at least this long. */
export const AUDIT_PASS_MS_MIN = 2_000;
/** How often the auditor wakes: each time it asks for its share of a second. */
const AUDIT_TICK_MS = 100;

const LOOKS_PER_TICK = (AUDIT_PER_SECOND * AUDIT_TICK_MS) / 1_000;

/** Walks all endpoints of a store for ever, a bounded number at a time. */
export class Auditor {
  readonly #clock: Clock;
  readonly #look: (endpoint: Name) => void;
  /** Whether there is room for more: a busy lane is left alone. */
  readonly #hasRoom: () => boolean;
  #endpoints: readonly Name[] = [];
  #next = 0;
  #passBeganMs: number;
  #cancel: CancelWake = () => {};

  constructor(clock: Clock, look: (endpoint: Name) => void, hasRoom: () => boolean) {
    this.#clock = clock;
    this.#look = look;
    this.#hasRoom = hasRoom;
    this.#passBeganMs = clock.monotonicMs();
    this.#schedule();
  }

  /** Walks these from the next pass on. */
  setEndpoints(endpoints: readonly Name[]): void {
    this.#endpoints = endpoints;
  }

  close(): void {
    this.#cancel();
  }

  #schedule(): void {
    this.#cancel = this.#clock.wakeAfter(AUDIT_TICK_MS, () => {
      this.#schedule();
      this.#tick();
    });
  }

  #tick(): void {
    if (!this.#hasRoom()) return;
    const nowMs = this.#clock.monotonicMs();
    if (this.#next >= this.#endpoints.length) {
      if (nowMs - this.#passBeganMs < AUDIT_PASS_MS_MIN) return;
      this.#next = 0;
      this.#passBeganMs = nowMs;
    }
    const end = Math.min(this.#next + LOOKS_PER_TICK, this.#endpoints.length);
    for (const endpoint of this.#endpoints.slice(this.#next, end)) this.#look(endpoint);
    this.#next = end;
  }
}
