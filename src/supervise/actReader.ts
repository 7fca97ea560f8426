import { type CancelWake, type Clock, errorText, type Log } from "../base/index.ts";
import type { StateLayout } from "../config/index.ts";
import type { ActTaker } from "../store/index.ts";
import { intakeOf } from "./actEvents.ts";
import { type OperatorAct, removeAct } from "./operatorActs.ts";
import { readActs } from "./readActs.ts";

/** How often the state folder is looked at for acts. */
export const ACTS_EVERY_MS = 5_000;
/** Problems that are not logged again; more, and all are told once more. */
const TOLD_MAX = 1_000;

/** Files left that are remembered: fifty times as many as are read at once. */
const LEFT_MAX = 100_000;

/** What a reader of acts needs. */
export interface ActReaderSetup {
  readonly layout: StateLayout;
  readonly store: ActTaker;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Brings what people did with the store away into the store: at the start, and every five seconds.
 * A file is removed only once the store has taken the act in, and the store takes each in once: a
 * crash anywhere between neither loses an act nor tells it twice.
 */
export class ActReader {
  readonly #setup: ActReaderSetup;
  readonly #told = new Set<string>();
  /** Files that could not be taken in, and stay where they are. */
  readonly #left = new Set<string>();
  #cancelWake: CancelWake = () => {};
  #reading: Promise<void> | undefined;
  #closed = false;

  /** Resolves once the acts that wait were taken in, as far as that can be. Never rejects. */
  static async start(setup: ActReaderSetup): Promise<ActReader> {
    const reader = new ActReader(setup);
    await reader.#read();
    return reader;
  }

  private constructor(setup: ActReaderSetup) {
    this.#setup = setup;
  }

  /** Stops; an act that is being taken in is waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelWake();
    await this.#reading;
  }

  async #read(): Promise<void> {
    this.#reading = this.#takeAll();
    await this.#reading;
    this.#reading = undefined;
    if (this.#closed) return;
    this.#cancelWake = this.#setup.clock.wakeAfter(ACTS_EVERY_MS, () => void this.#read());
  }

  async #takeAll(): Promise<void> {
    try {
      for (const found of await readActs(this.#setup.layout, this.#left)) {
        if (this.#closed) return;
        if (found.kind === "act") await this.#take(found.act);
        else this.#tell(`${found.file}: ${found.problem}`, found.kind);
        if (found.kind === "left") this.#leave(found.file);
      }
    } catch (error) {
      this.#tell(errorText(error), "left");
    }
  }

  async #take(act: OperatorAct): Promise<void> {
    const { store, layout, log } = this.#setup;
    try {
      const outcome = await store.takeIn(intakeOf(act));
      removeAct(layout, act.id);
      if (outcome.kind === "taken") log.info("took in an act", { act: act.id, kind: act.kind });
      const notHeld = outcome.kind === "taken" ? outcome.notHeld : undefined;
      if (notHeld !== undefined) {
        log.warn("an override is told, and not held as an order", { act: act.id, why: notHeld });
      }
    } catch (error) {
      this.#tell(`${act.id}: ${errorText(error)}`, "left");
      this.#leave(`${act.id}.json`);
    }
  }

  #leave(file: string): void {
    if (this.#left.size >= LEFT_MAX) this.#left.clear();
    this.#left.add(file);
  }

  #tell(problem: string, kind: "bad" | "left"): void {
    if (this.#told.has(problem)) return;
    if (this.#told.size >= TOLD_MAX) this.#told.clear();
    this.#told.add(problem);
    const what = kind === "bad" ? "put an act file aside as *.bad" : "cannot take in an act";
    this.#setup.log.warn(what, { problem });
  }
}
