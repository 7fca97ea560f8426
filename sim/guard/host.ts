import type { Clock } from "../../src/base/index.ts";
import type { SeededChance } from "../seededChance.ts";
import { GuardProcess } from "./machine.ts";
import type { Snapshot } from "./model.ts";
import type { Onlooker, OnlookerParts } from "./onlooker.ts";
import type { Act } from "./scene.ts";
import type { MachineClock } from "./timeline.ts";
import { Wire } from "./wire.ts";

/** A memory file, and what the model knew when it was written. */
interface Saved {
  readonly text: string;
  readonly snapshot: Snapshot;
  readonly monotonicMs: number;
  readonly wallMs: number;
}

const NOTHING_SAVED: Saved = { text: "", snapshot: new Map(), monotonicMs: 0, wallMs: 0 };
const SAVE_MS = 60_000;
const SAVED_MAX = 4;

/** The machine on which the process runs, ends and is started again. */
export class Host {
  pauses = 0;
  /** Undefined while none runs. */
  process: GuardProcess | undefined;
  readonly #parts: OnlookerParts;
  readonly #onlooker: Onlooker;
  readonly #chance: SeededChance;
  /** Lives in which not one step more is done. */
  readonly #killed = new Set<number>();
  #saved: readonly Saved[] = [];
  #asleepUntilMs = 0;
  #isSaveDue = false;

  constructor(parts: OnlookerParts, onlooker: Onlooker, chance: SeededChance) {
    this.#parts = parts;
    this.#onlooker = onlooker;
    this.#chance = chance;
    this.#saveLater();
  }

  get asleepUntilMs(): number {
    return this.#asleepUntilMs;
  }

  get isAsleep(): boolean {
    return this.#parts.timeline.nowMs < this.#asleepUntilMs;
  }

  /** Starts the process, unless it runs. */
  boot(saved: Saved = this.#saved.at(-1) ?? NOTHING_SAVED): void {
    if (this.process !== undefined) return;
    const { scene, clock, timeline, truth, model } = this.#parts;
    const on = this.#onlooker;
    const life = on.begin();
    const hears = (): boolean => on.life === life && !this.isAsleep;
    const wire = new Wire(
      timeline,
      truth,
      this.#chance.fork(`wire ${life}`),
      hears,
      (asked, values) => model.give(asked, values),
    );
    const ownClock = clockOf(clock, () => this.#killed.has(life));
    this.process = new GuardProcess(scene, ownClock, wire, this.#chance.fork(`process ${life}`), {
      asks: (server, name, type) => on.asks(life, server, name, type),
      proves: (name, addresses) => on.proves(life, name, addresses),
      attempt: (host, address) => on.attempt(life, host, address),
      network: () => truth.network,
      isNews: () => this.#saveSoon(),
    });
    const { wallMs, monotonicMs, text, snapshot } = saved;
    const ageMs = Math.max(0, clock.wallMs() - wallMs);
    model.restore(snapshot, ageMs, on.nowMs - monotonicMs, on.nowMs);
    if (text !== "") this.process.restore(text);
  }

  restart({ isOrderly, downMs, file }: Extract<Act, { readonly kind: "restarts" }>): void {
    if (this.process === undefined) return;
    if (isOrderly) this.#save();
    else this.#killed.add(this.#onlooker.life);
    this.process.end();
    this.process = undefined;
    this.#onlooker.end();
    const own = this.#saved.at(-1) ?? NOTHING_SAVED;
    const torn = { ...NOTHING_SAVED, text: own.text.slice(0, Math.floor(own.text.length / 2)) };
    const files = { own, torn, old: this.#saved[0] ?? NOTHING_SAVED, lost: NOTHING_SAVED };
    if (file === "lost" || file === "torn") this.#saved = [];
    this.#parts.timeline.later(downMs, () => this.boot(files[file]));
  }

  /** Suspended or stopped: nothing is done for so long, and time goes on. */
  pause(forMs: number): void {
    const { timeline, model } = this.#parts;
    if (this.isAsleep) return;
    this.pauses += 1;
    this.#asleepUntilMs = timeline.nowMs + forMs;
    timeline.putOffWakes(forMs);
    model.pause(forMs);
  }

  #save(): void {
    this.#isSaveDue = false;
    if (this.process === undefined || this.isAsleep) return;
    const { clock, model } = this.#parts;
    const { nowMs } = this.#onlooker;
    const times = { monotonicMs: nowMs, wallMs: clock.wallMs() };
    const saved = { text: this.process.memory(), snapshot: model.snapshot(nowMs), ...times };
    this.#saved = [...this.#saved, saved].slice(-SAVED_MAX);
  }

  #saveLater(): void {
    const { timeline, scene } = this.#parts;
    timeline.later(SAVE_MS, () => {
      this.#save();
      if (timeline.nowMs < scene.endMs) this.#saveLater();
    });
  }

  /** After the moment in which something was news. */
  #saveSoon(): void {
    if (this.#isSaveDue) return;
    this.#isSaveDue = true;
    this.#parts.timeline.later(0, () => this.#save());
  }
}

/** The clock of one life of a process: the dead do not wake. */
function clockOf(clock: MachineClock, isDead: () => boolean): Clock {
  return {
    monotonicMs: () => clock.monotonicMs(),
    wallMs: () => clock.wallMs(),
    wakeAfter: (afterMs, task) => {
      return clock.wakeAfter(afterMs, () => {
        if (!isDead()) task();
      });
    },
  };
}
