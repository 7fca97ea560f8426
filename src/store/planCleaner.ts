import { type CancelWake, type Clock, errorText, type Log } from "../base/index.ts";
import type { PlanRetention, PlanStore } from "../plan/index.ts";

/** How much of the past is kept. */
export interface PlanKeep {
  /** Plans kept whatever their age, as long as there is room: see ENTRIES_CROWDED. */
  readonly plansMin: number;
  /** Plans kept at most. */
  readonly plansMax: number;
  /** Plans younger than this are kept, up to `plansMax`; milliseconds of the wall clock. */
  readonly ageMs: number;
}

/**
 * What is kept where nobody says otherwise. At least a thousand plans: a region that rarely changes
 * can be looked at, and taken back to, over months. Thirty days: an incident is reviewed within
 * them. At most twenty thousand: with ten changed endpoints each, some 200 MB of disk.
 */
export const PLAN_KEEP_DEFAULT: PlanKeep = {
  plansMin: 1_000,
  plansMax: 20_000,
  ageMs: 30 * 86_400_000,
};

/** How often age is looked at. */
export const CLEAN_EVERY_MS = 3_600_000;
/** New plans after which count is looked at, whatever the time. */
export const PLANS_BETWEEN = 500;
/** The same for their entries: one plan of a full cell is as much as some months of others. */
export const ENTRIES_BETWEEN = 100_000;
/** Plans asked about at once: `summaries` gives no more. */
const SUMMARIES_MAX = 1_000;
/** First look after a start: what is more urgent comes first. */
const FIRST_AFTER_MS = 30_000;
/** Between two steps everybody else is served. */
const STEP_PAUSE_MS = 20;

/**
 * What a cleaner is given: a plan store's clean-up and no more. It cannot reach DNS, as it knows no
 * way there (DESIGN.md, rule 5), nor could it drop an answer if it did: DNS holds addresses, not
 * plans.
 */
export interface PlanCleanerSetup {
  readonly store: Pick<PlanStore, "cleanUp" | "summaries" | "watch">;
  readonly clock: Clock;
  readonly log: Log;
  /** PLAN_KEEP_DEFAULT where absent. */
  readonly keep?: PlanKeep;
}

/** Drops old plans every hour and after so many new plans or entries, in small steps. */
export class PlanCleaner {
  readonly #setup: PlanCleanerSetup;
  readonly #unwatch: () => void;
  #cancelWake: CancelWake = () => {};
  #cleaning: Promise<void> | undefined;
  /** Generation at the last clean-up; undefined before the first hint. */
  #cleanedAt: number | undefined;
  #newest = 0;
  /** Newest plan whose entries were counted, and how many there were since the last clean-up. */
  #countedAt: number | undefined;
  #entries = 0;
  #counting: Promise<void> | undefined;
  #closed = false;

  /** Starts cleaning; returns at once. */
  static start(setup: PlanCleanerSetup): PlanCleaner {
    return new PlanCleaner(setup);
  }

  private constructor(setup: PlanCleanerSetup) {
    this.#setup = setup;
    this.#unwatch = setup.store.watch(({ generation }) => this.#hear(generation));
    this.#wakeAfter(FIRST_AFTER_MS);
  }

  /** Stops; a step under way is waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    this.#cancelWake();
    await this.#counting;
    await this.#cleaning;
  }

  #hear(generation: number | undefined): void {
    if (generation === undefined) return;
    this.#newest = Math.max(this.#newest, generation);
    this.#cleanedAt ??= generation;
    this.#countedAt ??= generation - 1;
    if (this.#newest - this.#cleanedAt >= PLANS_BETWEEN) this.#clean();
    else this.#counting ??= this.#count();
  }

  async #count(): Promise<void> {
    try {
      while (!this.#closed && this.#newest > (this.#countedAt ?? 0)) {
        const from = this.#countedAt ?? 0;
        const plans = Math.min(SUMMARIES_MAX, this.#newest - from);
        this.#countedAt = this.#newest;
        for (const plan of await this.#setup.store.summaries(plans)) {
          if (plan.generation > from) this.#entries += plan.changedCount;
        }
      }
      if (this.#entries >= ENTRIES_BETWEEN) this.#clean();
    } catch (error) {
      this.#setup.log.warn("cannot count new entries", { problem: errorText(error) });
    } finally {
      this.#counting = undefined;
    }
  }

  #wakeAfter(afterMs: number): void {
    this.#cancelWake();
    if (this.#closed) return;
    this.#cancelWake = this.#setup.clock.wakeAfter(afterMs, () => this.#clean());
  }

  #clean(): void {
    if (this.#closed || this.#cleaning !== undefined) return;
    this.#cleanedAt = this.#newest;
    this.#entries = 0;
    this.#cleaning = this.#step().then((isDone) => {
      this.#cleaning = undefined;
      this.#wakeAfter(isDone ? CLEAN_EVERY_MS : STEP_PAUSE_MS);
    });
  }

  /** One step; true where nothing is left to drop, or nothing can be dropped now. */
  async #step(): Promise<boolean> {
    const { store, log } = this.#setup;
    try {
      const { plans } = await store.cleanUp(this.#retention());
      return plans === 0;
    } catch (error) {
      // Old plans do no harm; and what cannot be dropped now is tried again in an hour.
      log.warn("cannot drop old plans", { problem: errorText(error) });
      return true;
    }
  }

  #retention(): PlanRetention {
    const { clock, keep = PLAN_KEEP_DEFAULT } = this.#setup;
    const { plansMin, plansMax, ageMs } = keep;
    return { plansMin, plansMax, madeAfterMs: clock.wallMs() - ageMs };
  }
}
