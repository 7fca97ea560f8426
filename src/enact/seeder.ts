import type { CancelWake, Clock, Log } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { WriteOutcome, ZoneStore } from "../plan/index.ts";

/** How often an unseeded zone is looked at. */
const SEED_POLL_MS = 500;
/**
 * How long the plan store must have been silent before an enactor seeds a zone by its own
 * knowledge: an enactor that was stopped for long wakes up believing it knows everything, and
 * meanwhile those that were awake have put the newest entries in place.
 */
export const SEED_UNCONFIRMED_MS = 10_000;

/**
 * How long an enactor that knows less than zones once held leaves an unseeded zone to the others:
 * of names that the configuration dropped before the plan store was lost, only their disks know.
 */
export const SEED_NEWCOMER_MS = 10_000;

/** Silence is only counted while awake: a longer gap between two questions starts it again. */
const SILENCE_GAP_MS_MAX = 5_000;

/**
 * Whether the plan known here is all that a zone should hold; `perhaps`: all that the plan store
 * knows, but others may know more; `unavailable`: nobody could be asked. Newer entries are offered
 * before it is answered.
 */
export type Wholeness = "whole" | "perhaps" | "not-yet" | "unavailable";

/** What seeding asks of the rest of the enactor. */
export interface SeedJudge {
  /** Endpoints of the zone not yet confirmed in this store. */
  missing(zone: Name): number;
  /** Endpoints of the zone that are retired, and had no fence that says so when last read. */
  unfenced(zone: Name): readonly Name[];
  /** Something is not as it was read: reads these again. */
  lookAgain(endpoints: readonly Name[]): void;
  /** Whether writes to the zone are allowed now. */
  isOpen(zone: Name): boolean;
  isWhole(zone: Name): Promise<Wholeness>;
  /** Whether any plan is known here at all. */
  knowsPlan(): boolean;
  seeded(zone: Name): void;
}

/** Marks zones of a store that needs it, once every endpoint is in place. */
export class Seeder {
  readonly #store: ZoneStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #judge: SeedJudge;
  readonly #unseeded = new Set<Name>();
  #contact = 0;
  #silence: { readonly sinceMs: number; readonly lastMs: number } | undefined;
  /** Since when each zone is whole as far as is known here, where others may know more. */
  readonly #perhapsSinceMs = new Map<Name, number>();
  #isBusy = false;
  #cancel: CancelWake = () => {};

  constructor(store: ZoneStore, clock: Clock, log: Log, judge: SeedJudge) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#judge = judge;
    this.#schedule();
  }

  /** The zones are not known to be seeded: at the start, and whenever contact was lost. */
  recheck(zones: readonly Name[]): void {
    this.#contact += 1;
    this.#unseeded.clear();
    this.#perhapsSinceMs.clear();
    for (const zone of zones) this.#unseeded.add(zone);
  }

  get unseeded(): readonly Name[] {
    return [...this.#unseeded];
  }

  close(): void {
    this.#cancel();
    this.#unseeded.clear();
  }

  #schedule(): void {
    this.#cancel = this.#clock.wakeAfter(SEED_POLL_MS, () => {
      this.#schedule();
      if (this.#isBusy) return;
      this.#isBusy = true;
      void this.#tryAll().finally(() => {
        this.#isBusy = false;
      });
    });
  }

  async #tryAll(): Promise<void> {
    for (const zone of [...this.#unseeded]) await this.#try(zone);
  }

  async #try(zone: Name): Promise<void> {
    const contact = this.#contact;
    if (this.#judge.missing(zone) > 0 || !this.#judge.isOpen(zone)) return;
    const held = await this.#store.readSeed(zone);
    if (contact !== this.#contact || held === "unknown") return;
    if (held === "seeded") {
      this.#unseeded.delete(zone);
      return;
    }
    if (!(await this.#mayJudge(zone))) return;
    // All that was confirmed must have been confirmed in this contact: a server that came back
    // without its disk knows nothing of it. The provider ties the write to the seed's reading.
    if (contact !== this.#contact || this.#judge.missing(zone) > 0) return;
    if (!this.#judge.isOpen(zone)) return;
    // An enactor with an old disk may bring a retired name back where no tombstone forbids it.
    const unfenced = this.#judge.unfenced(zone);
    const outcome = await this.#store.writeSeed(zone, unfenced);
    if (outcome.kind === "condition-failed") this.#judge.lookAgain(unfenced);
    this.#onWritten(zone, outcome);
  }

  async #mayJudge(zone: Name): Promise<boolean> {
    const answer = await this.#judge.isWhole(zone);
    const nowMs = this.#clock.monotonicMs();
    if (answer !== "unavailable") {
      this.#silence = undefined;
      if (answer !== "perhaps") return answer === "whole";
      const sinceMs = this.#perhapsSinceMs.get(zone) ?? nowMs;
      this.#perhapsSinceMs.set(zone, sinceMs);
      return nowMs - sinceMs >= SEED_NEWCOMER_MS;
    }
    const held = this.#silence;
    const goesOn = held !== undefined && nowMs - held.lastMs <= SILENCE_GAP_MS_MAX;
    const sinceMs = goesOn ? held.sinceMs : nowMs;
    this.#silence = { sinceMs, lastMs: nowMs };
    return this.#judge.knowsPlan() && nowMs - sinceMs >= SEED_UNCONFIRMED_MS;
  }

  #onWritten(zone: Name, outcome: WriteOutcome): void {
    if (outcome.kind !== "applied") {
      this.#log.warn("zone not seeded", { store: this.#store.id, zone, outcome: outcome.kind });
      return;
    }
    this.#unseeded.delete(zone);
    this.#judge.seeded(zone);
  }
}
