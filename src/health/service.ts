import {
  assertNever,
  type CancelWake,
  type Chance,
  type Clock,
  CodedError,
  errorText,
  type Log,
} from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import type { Check, PlanStore, StoreHint, TargetHealth } from "../plan/index.ts";
import { Chronicle } from "./chronicle.ts";
import { targetHealth } from "./pairs.ts";
import type { Probe, ProbeResult } from "./probe.ts";
import { stepProber } from "./prober.ts";
import {
  idleProber,
  nextWakeMs,
  type ProberEffect,
  type ProberEvent,
  type ProberState,
} from "./proberState.ts";
import { Rate } from "./rate.ts";
import { Reporter } from "./reporter.ts";

/** Wait before the policy is asked for again after a failure, drawn from here to twice this. */
const POLICY_RETRY_MS = 500;

/** What a prober needs. */
export interface ProberParts {
  /** Human-readable and stable, such as `prober-use1`. */
  readonly vantage: string;
  readonly planStore: Pick<PlanStore, "policy" | "inventory" | "report" | "watch">;
  readonly journal: Pick<Journal, "record">;
  readonly probe: Probe;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
}

/** How a prober is doing. */
export interface ProberReport {
  readonly vantage: string;
  /** Revision of the policy probed by; undefined before the first was read. */
  readonly policyRevision?: number;
  /** Targets under checks, by last known state; `stale` ones are among them. */
  readonly pairs: number;
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
  readonly stale: number;
  readonly probesInFlight: number;
  readonly probesPerSecond: number;
  /** Results not believed since the start, because of trouble of our own. */
  readonly discarded: number;
  /** Wall clock of the last report that the plan store accepted. */
  readonly lastReportAcceptedMs?: number;
}

/** Probes the targets of the policy, and tells the plan store and the journal what it finds. */
export class Prober {
  readonly #parts: ProberParts;
  readonly #state: ProberState;
  readonly #waits: Chance;
  readonly #retries: Chance;
  readonly #reporter: Reporter;
  readonly #chronicle: Chronicle;
  readonly #rate: Rate;
  readonly #stopWatching: () => void;
  #cancelWake: CancelWake = () => {};
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #isReadingPolicy = false;
  #mustReadAgain = false;
  #policy: { readonly revision: number; readonly acceptedAtMs: number } | undefined;
  #discarded = 0;
  #isClosed = false;

  private constructor(parts: ProberParts) {
    this.#parts = parts;
    this.#waits = parts.chance.fork("probe waits");
    this.#retries = parts.chance.fork("prober retries");
    this.#state = idleProber(this.#now());
    this.#rate = new Rate(parts.clock.monotonicMs());
    const known = () => this.#known();
    this.#reporter = new Reporter({ ...parts, chance: this.#retries, known });
    this.#chronicle = new Chronicle({ ...parts, chance: this.#retries });
    this.#stopWatching = parts.planStore.watch((hint) => this.#hear(hint));
  }

  /** Begins at once; keeps trying where the plan store cannot be reached. */
  static start(parts: ProberParts): Prober {
    const prober = new Prober(parts);
    prober.#step({ kind: "woke" });
    void prober.#readPolicy();
    return prober;
  }

  report(): ProberReport {
    const { pairs, inFlight } = this.#state;
    const counts = { up: 0, down: 0, unknown: 0, stale: 0 };
    for (const { health } of pairs.values()) {
      counts[health.state] += 1;
      if (!health.fresh) counts.stale += 1;
    }
    const acceptedMs = this.#reporter.acceptedAtMs;
    return {
      vantage: this.#parts.vantage,
      ...(this.#policy === undefined ? {} : { policyRevision: this.#policy.revision }),
      pairs: pairs.size,
      ...counts,
      probesInFlight: inFlight.size,
      probesPerSecond: this.#rate.perSecond(this.#parts.clock.monotonicMs()),
      discarded: this.#discarded,
      ...(acceptedMs === undefined ? {} : { lastReportAcceptedMs: acceptedMs }),
    };
  }

  /** Stops probing; probes under way end unheard. */
  close(): void {
    this.#isClosed = true;
    this.#stopWatching();
    this.#cancelWake();
    this.#reporter.close();
    this.#chronicle.close();
  }

  #hear(hint: StoreHint): void {
    if (hint.topic !== "policy" && hint.topic !== "connected") return;
    void this.#readPolicy();
    // The store may have lost what it was told, or be another copy: tell it all.
    if (hint.topic === "connected") this.#reporter.offerAgain(this.#known());
  }

  *#known(): Generator<TargetHealth> {
    for (const pair of this.#state.pairs.values()) {
      if (pair.health.state !== "unknown") yield targetHealth(pair);
    }
  }

  async #readPolicy(): Promise<void> {
    this.#mustReadAgain = true;
    if (this.#isReadingPolicy) return;
    this.#isReadingPolicy = true;
    while (this.#mustReadAgain && !this.#isClosed) {
      this.#mustReadAgain = false;
      const event = await this.#fetchPolicy();
      if (event !== undefined && !this.#isClosed) this.#step(event);
    }
    this.#isReadingPolicy = false;
  }

  async #fetchPolicy(): Promise<ProberEvent | undefined> {
    const { planStore, clock, log } = this.#parts;
    try {
      const found = await planStore.policy();
      if (found === undefined) return undefined;
      const { revision, acceptedAtMs } = found;
      const isHeld =
        this.#policy?.revision === revision && this.#policy.acceptedAtMs === acceptedAtMs;
      if (isHeld) return undefined;
      const known = await planStore.inventory();
      this.#policy = { revision, acceptedAtMs };
      log.info("probing by a policy", { revision });
      return { kind: "policy", policy: found.policy, known };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error; // a bug: let it stop the process
      const waitMs = POLICY_RETRY_MS + this.#retries.below(POLICY_RETRY_MS);
      clock.wakeAfter(waitMs, () => {
        if (!this.#isClosed) void this.#readPolicy();
      });
      return undefined;
    }
  }

  #step(event: ProberEvent): void {
    const effects = stepProber(this.#state, event, this.#now(), this.#waits);
    for (const effect of effects) this.#perform(effect);
    this.#armWake();
  }

  #perform(effect: ProberEffect): void {
    switch (effect.kind) {
      case "probe":
        this.#rate.count(this.#parts.clock.monotonicMs());
        void this.#probe(effect.serial, effect.address, effect.check);
        return;
      case "changed":
        this.#reporter.offer([effect.health]);
        this.#chronicle.note(effect.change, effect.health);
        return;
      case "stalled":
        this.#parts.log.warn("this process did not run for a while: failures seen then are void", {
          gapMs: Math.round(effect.gapMs),
        });
        return;
      case "discarded":
        this.#discarded += effect.pairs;
        this.#parts.log.warn("most targets failed while the prober itself was in trouble: void", {
          targets: effect.pairs,
        });
        return;
      default:
        assertNever(effect);
    }
  }

  async #probe(serial: number, address: string, check: Check): Promise<void> {
    const result = await this.#ask(address, check);
    if (!this.#isClosed) this.#step({ kind: "probed", serial, result });
  }

  async #ask(address: string, check: Check): Promise<ProbeResult> {
    try {
      return await this.#parts.probe.check(address, check);
    } catch (error) {
      return { kind: "not-run", detail: errorText(error), latencyMs: 0 };
    }
  }

  #armWake(): void {
    const atMs = nextWakeMs(this.#state);
    // Waking too early is harmless, so a later time alone is no reason to set the clock anew.
    if (this.#isClosed || atMs >= this.#wakeAtMs) return;
    this.#cancelWake();
    this.#wakeAtMs = atMs;
    const waitMs = Math.max(0, atMs - this.#parts.clock.monotonicMs());
    this.#cancelWake = this.#parts.clock.wakeAfter(waitMs, () => {
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      this.#step({ kind: "woke" });
    });
  }

  #now(): { nowMs: number; wallMs: number } {
    const { clock } = this.#parts;
    return { nowMs: clock.monotonicMs(), wallMs: clock.wallMs() };
  }
}
