import type { CancelWake, Chance, Clock, Log } from "../base/index.ts";
import { healthKey, type PlanStore, type TargetHealth } from "../plan/index.ts";
import { attempt, type Failure } from "./attempt.ts";

/** Changes of one burst of probes travel together; short beside any check's interval. */
const GATHER_MS = 5;
/** A vantage that says nothing for several of these is not believed any more (VANTAGE_FRESH_MS). */
const SIGN_OF_LIFE_MS = 2_000;
/** Wait before a failed report is sent again, drawn from here to twice this. */
const RETRY_MS = 500;
/**
 * The least number of results told once more every {@link SIGN_OF_LIFE_MS}, changed or not. A
 * report that was late on its way may have put old results in the place of newer ones.
 */
export const RETOLD_MIN = 100;
/** All have been told once more within so many signs of life: 20 s, with up to 20,000 results. */
const RETOLD_ROUNDS = 10;
/** Results in one report: well below the message limit of any transport. */
const RESULTS_PER_REPORT_MAX = 2_000;

/** What a reporter needs. */
export interface ReporterParts {
  readonly vantage: string;
  readonly planStore: Pick<PlanStore, "report">;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
  /** All that is known now, in an order that stays. */
  known(): Iterable<TargetHealth>;
}

/**
 * Tells the plan store what changed: at once, a sign of life where nothing did, and after lost
 * contact the newest of each pair, however long it lasted. Beside that it goes through all that is
 * known, a little at a time, for ever.
 */
export class Reporter {
  readonly #parts: ReporterParts;
  /** Newest per pair, not yet accepted: bounded by the number of pairs. */
  readonly #pending = new Map<string, TargetHealth>();
  #isSending = false;
  #isClosed = false;
  #isReachable = true;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #cancelWake: CancelWake = () => {};
  #acceptedAtMs: number | undefined;
  #retoldAtMs: number;
  /** Of all that is known, how many were told once more in this round. */
  #retoldCount = 0;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
    this.#retoldAtMs = parts.clock.monotonicMs();
    this.#wakeIn(SIGN_OF_LIFE_MS);
  }

  /** Wall clock of the last report that the store accepted; undefined before the first. */
  get acceptedAtMs(): number | undefined {
    return this.#acceptedAtMs;
  }

  /** Offers results to be reported; a newer one of the same pair replaces an older. */
  offer(results: Iterable<TargetHealth>): void {
    for (const result of results) {
      this.#pending.set(healthKey(result.targetId, result.checkId), result);
    }
    if (this.#pending.size > 0) this.#wakeIn(this.#isReachable ? GATHER_MS : RETRY_MS);
  }

  /** Contact is back: offers all that is known, without waiting for the next try. */
  offerAgain(results: Iterable<TargetHealth>): void {
    this.offer(results);
    this.#wakeIn(GATHER_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelWake();
  }

  /** Wakes after `waitMs` at the latest. */
  #wakeIn(waitMs: number): void {
    if (this.#isClosed || this.#isSending) return; // a send under way looks again at its end
    const atMs = this.#parts.clock.monotonicMs() + waitMs;
    if (atMs >= this.#wakeAtMs) return;
    this.#cancelWake();
    this.#wakeAtMs = atMs;
    this.#cancelWake = this.#parts.clock.wakeAfter(waitMs, () => {
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    const sent = [...this.#pending].slice(0, RESULTS_PER_REPORT_MAX);
    const { planStore, vantage } = this.#parts;
    const changed = [...sent.map(([, result]) => result), ...this.#retold()];
    const failure = await attempt(planStore.report({ vantage, changed }));
    this.#isSending = false;
    if (this.#isClosed) return;
    this.#noteContact(failure);
    if (failure !== undefined) {
      this.#wakeIn(RETRY_MS + this.#parts.chance.below(RETRY_MS));
      return;
    }
    this.#acceptedAtMs = this.#parts.clock.wallMs();
    for (const [key, result] of sent) {
      if (this.#pending.get(key) === result) this.#pending.delete(key);
    }
    this.#wakeIn(this.#pending.size > 0 ? 0 : SIGN_OF_LIFE_MS);
  }

  #retold(): readonly TargetHealth[] {
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs - this.#retoldAtMs < SIGN_OF_LIFE_MS) return [];
    this.#retoldAtMs = nowMs;
    const all = [...this.#parts.known()];
    const wanted = Math.max(RETOLD_MIN, Math.ceil(all.length / RETOLD_ROUNDS));
    const count = Math.min(wanted, RESULTS_PER_REPORT_MAX);
    const next = all.slice(this.#retoldCount, this.#retoldCount + count);
    this.#retoldCount = next.length < count ? 0 : this.#retoldCount + count;
    return next.filter(({ targetId, checkId }) => !this.#pending.has(healthKey(targetId, checkId)));
  }

  #noteContact(failure: Failure | undefined): void {
    const isReachable = failure === undefined;
    if (isReachable === this.#isReachable) return;
    this.#isReachable = isReachable;
    if (isReachable) this.#parts.log.info("plan store takes reports again");
    else this.#parts.log.warn("plan store takes no reports", { why: failure.message });
  }
}
