import { assert, type CancelWake, type Clock } from "../../src/base/index.ts";
import type { ProcessSpec } from "../design.ts";
import { SimDisk } from "../simDisk.ts";
import type { WorldEvent } from "./eventQueue.ts";

/** What a process needs of its world. */
export interface Timeline {
  readonly nowMs: number;
  /** Milliseconds since the Unix epoch, on the world's own wall. */
  readonly wallMs: number;
  schedule(event: Omit<WorldEvent, "order">): WorldEvent;
}

const SLACK_MS = 0.01;

/** One process: its life, its disk, its clock. Performs nothing by itself. */
export class Process {
  readonly spec: ProcessSpec;
  readonly clock: ProcessClock;
  /** Rises with every death: what belongs to an earlier life finds nobody. */
  life = 0;
  isRunning = false;
  /** For good: it is not to be started again. */
  isEnded = false;
  isStopped = false;
  /** It went on with a disk of earlier at some time: what it knows may be old. */
  hadOldDisk = false;
  /** Due while it was stopped. */
  held: WorldEvent[] = [];
  disk = new SimDisk();
  /** Copies of its disk from earlier, oldest first. */
  readonly oldDisks: SimDisk[] = [];
  /** The last copy made, and of what. */
  backedUp: { of: SimDisk; operations: number; copy: SimDisk } | undefined;
  /** Called when its disk went off in the middle of an operation: it is to be killed. */
  onMidWrite: (() => void) | undefined;
  /** What ends with this life: places where it could be reached. */
  onDeath: (() => void)[] = [];

  constructor(spec: ProcessSpec, timeline: Timeline) {
    this.spec = spec;
    this.clock = new ProcessClock(this, timeline);
  }

  get id(): string {
    return this.spec.id;
  }
}

/** A process's own clock: jumps, drifts, and wakes nobody while the process is stopped. */
export class ProcessClock implements Clock {
  readonly #process: Process;
  readonly #timeline: Timeline;
  #rate = 1;
  /** Until it drifts for the first time, its milliseconds are the world's own. */
  #isExact = true;
  #sinceMs = 0;
  #baseMs = 0;
  #wallOffsetMs = 0;

  constructor(process: Process, timeline: Timeline) {
    this.#process = process;
    this.#timeline = timeline;
  }

  monotonicMs(): number {
    return this.#baseMs + (this.#timeline.nowMs - this.#sinceMs) * this.#rate;
  }

  wallMs(): number {
    const { nowMs, wallMs } = this.#timeline;
    return Math.floor(wallMs - nowMs + this.monotonicMs() + this.#wallOffsetMs);
  }

  wakeAfter(afterMs: number, task: () => void): CancelWake {
    assert(afterMs >= 0, `a wake ${afterMs} ms away is not in the past`);
    // Never sooner than asked for, whatever division leaves: a wake that comes a hair too early
    // asks for another one right away, for ever.
    const slackMs = this.#isExact ? 0 : SLACK_MS;
    const event = this.#timeline.schedule({
      atMs: this.#timeline.nowMs + afterMs / this.#rate + slackMs,
      process: this.#process,
      life: this.#process.life,
      what: "wake",
      isMessage: false,
      run: task,
    });
    return () => {
      event.run = undefined;
    };
  }

  /** What it says is so much later (or earlier) from now on. */
  jump(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Right again: as after its time server was reached. */
  correct(): void {
    this.#wallOffsetMs += this.#timeline.wallMs - this.wallMs();
  }

  /** Seconds last `1 + perMille / 1000` seconds from now on. */
  drift(perMille: number): void {
    if (perMille === 0 && this.#isExact) return;
    this.#isExact = false;
    this.#baseMs = this.monotonicMs();
    this.#sinceMs = this.#timeline.nowMs;
    this.#rate = 1 + perMille / 1000;
  }
}
