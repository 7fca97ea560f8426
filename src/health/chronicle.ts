import type { CancelWake, Chance, Clock } from "../base/index.ts";
import type { Journal, NewEvent } from "../journal/index.ts";
import type { TargetHealth } from "../plan/index.ts";
import { attempt } from "./attempt.ts";
import type { ChangeKind } from "./proberState.ts";

/** Events that wait while the journal is away; above it the oldest are lost, and that is told. */
const WAITING_EVENTS_MAX = 2_000;
/** Events of one burst are recorded together. */
const GATHER_MS = 5;
/** Wait before a failed record is tried again, drawn from here to twice this. */
const RETRY_MS = 1_000;
/** Events in one call to the journal. */
const EVENTS_PER_RECORD_MAX = 500;

/** What a chronicle needs. */
export interface ChronicleParts {
  readonly vantage: string;
  readonly journal: Pick<Journal, "record">;
  readonly clock: Clock;
  readonly chance: Chance;
}

/** Writes what became of the targets into the journal, and never makes the prober wait for it. */
export class Chronicle {
  readonly #parts: ChronicleParts;
  #waiting: NewEvent[] = [];
  #lost = 0;
  #isBusy = false;
  #isClosed = false;
  #cancelWake: CancelWake = () => {};

  constructor(parts: ChronicleParts) {
    this.#parts = parts;
  }

  /** Notes a change, if it is one that people care for. */
  note(change: ChangeKind, health: TargetHealth): void {
    if (change === "confirmed") return; // the journal has it from before this process began
    if (this.#waiting.length >= WAITING_EVENTS_MAX) {
      this.#waiting.shift();
      this.#lost += 1;
    }
    this.#waiting.push(this.#event(change, health));
    this.#recordIn(GATHER_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelWake();
  }

  #event(change: ChangeKind, health: TargetHealth): NewEvent {
    const { targetId, checkId, state, detail } = health;
    const { vantage, clock } = this.#parts;
    const base = { atMs: clock.wallMs(), actor: vantage, subject: targetId };
    const facts = { check: checkId, state, detail };
    if (change === "expired") {
      const what = `cannot be probed (check ${checkId}) and counts as ${state}`;
      const text = `${targetId} ${what}: ${detail}`;
      return { ...base, kind: "target-unknown", text, facts };
    }
    const again = change === "fresh-again" ? "probed again and " : "";
    const text = `${targetId} is ${again}${state} (check ${checkId}): ${detail}`;
    return { ...base, kind: state === "down" ? "target-down" : "target-up", text, facts };
  }

  #recordIn(waitMs: number): void {
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    this.#cancelWake = this.#parts.clock.wakeAfter(waitMs, () => void this.#record());
  }

  async #record(): Promise<void> {
    const events = this.#waiting.splice(0, EVENTS_PER_RECORD_MAX);
    const lost = this.#lost;
    this.#lost = 0;
    const told = lost === 0 ? events : [this.#lostEvent(lost), ...events];
    const failure = await attempt(this.#parts.journal.record(told));
    this.#isBusy = false;
    if (failure !== undefined) {
      this.#lost += lost;
      this.#waiting = [...events, ...this.#waiting];
      const over = this.#waiting.length - WAITING_EVENTS_MAX;
      if (over > 0) this.#waiting.splice(0, over);
      this.#lost += Math.max(over, 0);
      this.#recordIn(RETRY_MS + this.#parts.chance.below(RETRY_MS));
    } else if (this.#waiting.length > 0) {
      this.#recordIn(0);
    }
  }

  #lostEvent(lost: number): NewEvent {
    const { vantage, clock } = this.#parts;
    return {
      atMs: clock.wallMs(),
      kind: "events-lost",
      actor: vantage,
      subject: vantage,
      text: `${vantage} could not record ${lost} events while the journal was away`,
      facts: { lost },
    };
  }
}
