import { assertNever, type Chance } from "../base/index.ts";
import type { Check, Inventory, Policy } from "../plan/index.ts";
import { countFailure, countPass, fall, type Moment } from "./pairHealth.ts";
import {
  freshMs,
  newPair,
  type Pair,
  probedAddress,
  sameQuestion,
  targetHealth,
  wantedPairs,
} from "./pairs.ts";
import type { ProbeResult } from "./probe.ts";
import {
  type ChangeKind,
  PROBES_IN_FLIGHT_MAX,
  type ProberEffect,
  type ProberEvent,
  type ProberState,
} from "./proberState.ts";
import { addGap, isVoid, STALL_MS } from "./stalls.ts";
import { beginTrouble, disbelieved } from "./trouble.ts";

/** First probes are spread over this, or the check's interval if shorter: quick, not a burst. */
const FIRST_SPREAD_MS_MAX = 1_000;
/** A probe this late behind its time-out is lost: its place is given to others. */
const PROBE_LOST_MS = 5_000;
/** How often old results and lost probes are looked for. */
const SWEEP_MS = 250;

/**
 * Decides what to probe and what the results mean. Changes `state` in place, since a copy a step
 * would cost as much as all targets together; performs nothing.
 */
export function stepProber(
  state: ProberState,
  event: ProberEvent,
  now: Moment,
  chance: Chance,
): readonly ProberEffect[] {
  const step = new Step(state, now, chance);
  step.noticeStall();
  switch (event.kind) {
    case "policy":
      step.adopt(event.policy, event.known);
      break;
    case "probed":
      step.take(event.serial, event.result);
      break;
    case "woke":
      break;
    default:
      return assertNever(event);
  }
  step.endTrouble();
  step.sweep();
  step.startDue();
  state.lastStepMs = now.nowMs;
  return step.effects;
}

/** One step: the state, the moment, and the effects gathered so far. */
class Step {
  readonly effects: ProberEffect[] = [];
  readonly #state: ProberState;
  readonly #now: Moment;
  readonly #chance: Chance;

  constructor(state: ProberState, now: Moment, chance: Chance) {
    this.#state = state;
    this.#now = now;
    this.#chance = chance;
  }

  noticeStall(): void {
    const state = this.#state;
    const { nowMs } = this.#now;
    const gapMs = nowMs - state.lastStepMs;
    state.stalls = addGap(state.stalls, nowMs, gapMs);
    if (gapMs <= STALL_MS) return;
    this.effects.push({ kind: "stalled", gapMs });
    this.#doubt();
    // Nobody could probe meanwhile: what was fresh gets the same time again before it is old, and
    // what is overdue starts spread out, since a burst of all would make slow answers itself.
    for (const old of state.pairs.values()) {
      const health = { ...old.health, countedMs: old.health.countedMs + gapMs };
      const pair = { ...old, health };
      state.pairs.set(pair.key, pair);
      if (pair.serial === undefined) this.#schedule(pair, this.#firstWait(pair.check));
    }
    for (const probe of state.inFlight.values()) probe.lostAtMs += gapMs;
  }

  adopt(policy: Policy, known: Inventory): void {
    const held = this.#state.pairs;
    this.#state.pairs = new Map();
    for (const [key, { target, check }] of wantedPairs(policy)) {
      const old = held.get(key);
      if (old === undefined) {
        this.#schedule(newPair(key, target, check, known, this.#now), this.#firstWait(check));
      } else if (!sameQuestion(old, target, check)) {
        // Another question: the state is kept till there is an answer, what was counted is not.
        const health = { ...old.health, passes: 0, failures: 0 };
        const asked = { ...old, target, check, health, serial: undefined, notRun: undefined };
        this.#schedule(asked, this.#firstWait(check));
      } else if (old.serial === undefined && old.check.intervalMs !== check.intervalMs) {
        this.#schedule({ ...old, target, check }, this.#firstWait(check));
      } else {
        this.#state.pairs.set(key, { ...old, target, check });
      }
    }
  }

  take(serial: number, result: ProbeResult): void {
    const probe = this.#state.inFlight.get(serial);
    if (probe === undefined) return; // counted as lost before
    this.#state.inFlight.delete(serial);
    const pair = this.#state.pairs.get(probe.key);
    if (pair === undefined || pair.serial !== serial) return; // no longer asked
    const { check } = pair;
    const idle: Pair = { ...pair, serial: undefined };
    if (isVoid(result, probe.startMs, check.timeoutMs, this.#state.stalls)) {
      this.#schedule(idle, this.#state.trouble === undefined ? 0 : this.#firstWait(check));
      return;
    }
    const sinceStartMs = this.#now.nowMs - probe.startMs;
    if (result.kind === "not-run") {
      // Lasting trouble with one target (no route to it) is not a bad day: its beginning is.
      if (pair.notRun === undefined) this.#doubt();
      const wait = check.intervalMs + this.#jitter(check) - sinceStartMs;
      this.#schedule({ ...idle, notRun: result.detail }, wait);
      return;
    }
    const after = this.#tell(pair, {
      ...idle,
      notRun: undefined,
      health: this.#count(pair, result),
    });
    // While a failure waits for its confirmation there is no jitter, so that `down` comes within
    // interval x fall + one jitter + time-out.
    const isConfirming = after.health.state === "up" && after.health.failures > 0;
    const jitterMs = isConfirming ? 0 : this.#jitter(check);
    this.#schedule(after, check.intervalMs + jitterMs - sinceStartMs);
  }

  endTrouble(): void {
    const { trouble, pairs } = this.#state;
    if (trouble === undefined || this.#now.nowMs < trouble.untilMs) return;
    this.#state.trouble = undefined;
    const forgiven = disbelieved(trouble, pairs);
    for (const pair of forgiven) pairs.set(pair.key, pair);
    if (forgiven.length > 0) this.effects.push({ kind: "discarded", pairs: forgiven.length });
    for (const pair of pairs.values()) {
      const health = fall(pair.health, pair.check, this.#now);
      if (health !== pair.health) pairs.set(pair.key, this.#tell(pair, { ...pair, health }));
    }
  }

  sweep(): void {
    const { nowMs } = this.#now;
    if (nowMs < this.#state.lastSweepMs + SWEEP_MS) return;
    this.#state.lastSweepMs = nowMs;
    for (const [serial, probe] of this.#state.inFlight) {
      if (nowMs < probe.lostAtMs) continue;
      this.take(serial, { kind: "not-run", detail: "probe never ended", latencyMs: 0 });
    }
    for (const pair of this.#state.pairs.values()) {
      const { health } = pair;
      if (!health.fresh || nowMs < health.countedMs + freshMs(pair.check)) continue;
      const expired = { ...pair, health: { ...health, fresh: false } };
      this.#state.pairs.set(pair.key, this.#tell(pair, expired));
    }
  }

  startDue(): void {
    const state = this.#state;
    const { nowMs } = this.#now;
    while (state.inFlight.size < PROBES_IN_FLIGHT_MAX) {
      const due = state.due.takeDue(nowMs);
      if (due === undefined) return;
      const pair = state.pairs.get(due.key);
      if (pair === undefined || pair.ticket !== due.ticket) continue;
      const serial = this.#number();
      const lostAtMs = nowMs + pair.check.timeoutMs + PROBE_LOST_MS;
      state.pairs.set(pair.key, { ...pair, serial });
      state.inFlight.set(serial, { key: pair.key, startMs: nowMs, lostAtMs });
      const address = probedAddress(pair.target);
      this.effects.push({ kind: "probe", serial, address, check: pair.check });
    }
  }

  #count(pair: Pair, result: ProbeResult): Pair["health"] {
    if (result.kind === "pass") return countPass(pair.health, result, pair.check, this.#now);
    const counted = countFailure(pair.health, result, this.#now);
    return this.#state.trouble === undefined ? fall(counted, pair.check, this.#now) : counted;
  }

  #tell(before: Pair, after: Pair): Pair {
    const change = changeBetween(before.health, after.health);
    if (change !== undefined) {
      this.effects.push({ kind: "changed", change, health: targetHealth(after) });
    }
    return after;
  }

  #doubt(): void {
    this.#state.trouble ??= beginTrouble(this.#now.nowMs, this.#state.pairs.values());
  }

  #schedule(pair: Pair, waitMs: number): void {
    const ticket = this.#number();
    this.#state.pairs.set(pair.key, { ...pair, ticket });
    this.#state.due.push(this.#now.nowMs + Math.max(waitMs, 0), { key: pair.key, ticket });
  }

  #firstWait(check: Check): number {
    return this.#chance.below(Math.max(1, Math.min(check.intervalMs, FIRST_SPREAD_MS_MAX)));
  }

  #jitter(check: Check): number {
    return this.#chance.below(check.jitterMs + 1);
  }

  #number(): number {
    this.#state.lastNumber += 1;
    return this.#state.lastNumber;
  }
}

function changeBetween(before: Pair["health"], after: Pair["health"]): ChangeKind | undefined {
  if (after.state !== before.state && after.state !== "unknown") return after.state;
  if (after.fresh === before.fresh) return undefined;
  // Nothing is known and nothing was told: there is nothing to take back.
  if (after.state === "unknown") return undefined;
  if (!after.fresh) return "expired";
  return before.confirmed ? "fresh-again" : "confirmed";
}
