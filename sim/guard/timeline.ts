import type { CancelWake, Clock } from "../../src/base/index.ts";
import { EventQueue, type WorldEvent } from "../world/eventQueue.ts";

/** Events of a world: it has a few thousand. */
const EVENTS_MAX = 50_000;

/** Time of a world: events in their order, and after each whatever promises it settles. */
export class Timeline {
  readonly #queue = new EventQueue();
  #order = 0;
  #count = 0;
  readonly #countMax: number;
  nowMs = 0;

  /** `countMax`: events at most; more are something that runs in circles. */
  constructor(countMax = EVENTS_MAX) {
    this.#countMax = countMax;
  }

  /** Gives what takes it back. */
  later(afterMs: number, run: () => void, isProcess = false): WorldEvent {
    this.#order += 1;
    const at = { atMs: this.nowMs + Math.max(0, afterMs), order: this.#order };
    const what = isProcess ? "wake" : "world";
    const event: WorldEvent = { ...at, process: undefined, life: 0, what, isMessage: false, run };
    this.#queue.push(event);
    return event;
  }

  /** Lets all that processes wait for come so much later. */
  putOffWakes(byMs: number): void {
    this.#queue.putOff(byMs, ({ what }) => what === "wake");
  }

  async run(untilMs: number): Promise<void> {
    await settle();
    for (;;) {
      const { first } = this.#queue;
      if (first === undefined || first.atMs > untilMs) break;
      this.#queue.pop();
      this.nowMs = Math.max(this.nowMs, first.atMs);
      if (first.run === undefined) continue;
      this.#count += 1;
      if (this.#count > this.#countMax)
        throw new Error(`it runs in circles: ${this.#count} events`);
      first.run();
      await settle();
    }
    this.nowMs = untilMs;
  }
}

/** The clocks of one machine: they drift and jump, and go on while it stands still. */
export class MachineClock implements Clock {
  readonly #timeline: Timeline;
  #rate = 1;
  #baseMs = 0;
  #baseAtMs = 0;
  #wallOffsetMs = 1_760_917_680_000;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  monotonicMs(): number {
    return this.#baseMs + (this.#timeline.nowMs - this.#baseAtMs) * this.#rate;
  }

  wallMs(): number {
    return this.#wallOffsetMs + this.#timeline.nowMs;
  }

  wakeAfter(afterMs: number, task: () => void): CancelWake {
    const event = this.#timeline.later(afterMs / this.#rate, task, true);
    return () => {
      event.run = undefined;
    };
  }

  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  drift(rate: number): void {
    this.#baseMs = this.monotonicMs();
    this.#baseAtMs = this.#timeline.nowMs;
    this.#rate = rate;
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
