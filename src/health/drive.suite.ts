import { SeededChance } from "../../sim/seededChance.ts";
import type { Check, Inventory, Policy, Target, TargetHealth } from "../plan/index.ts";
import type { ProbeResult } from "./probe.ts";
import { stepProber } from "./prober.ts";
import { idleProber, nextWakeMs, type ProberEffect, type ProberEvent } from "./proberState.ts";

/** A check for tests, with what differs from an ordinary one. */
export function checkOf(change: Partial<Check> = {}): Check {
  return {
    id: "http",
    kind: "http",
    port: 80,
    path: "/",
    intervalMs: 1_000,
    timeoutMs: 500,
    jitterMs: 100,
    rise: 2,
    fall: 2,
    ...change,
  };
}

/** A target for tests: the id is its IPv4 address too. */
export function targetOf(id: string, address = id): Target {
  return { id, availabilityZone: "az1", ipv4: address, capacity: 1 };
}

/** A policy of one pool for each check, all with the same targets. */
export function policyOf(targets: readonly Target[], checks: readonly Check[]): Policy {
  const targetIds = targets.map((target) => target.id);
  const pools = checks.map((check) => ({ id: `pool-${check.id}`, checkId: check.id, targetIds }));
  return { region: "r", zones: [], endpoints: [], targets, checks, pools };
}

/** Nothing known. */
const NOTHING_KNOWN: Inventory = { health: new Map() };

/** What the made-up network says to a probe; undefined: never anything. */
export type Answer = (address: string, check: Check, nowMs: number) => ProbeResult | undefined;

/** A pass, a failure and a silence as the real network would time them. */
export const PASS: ProbeResult = { kind: "pass", detail: "HTTP 200", latencyMs: 2 };
export const REFUSED: ProbeResult = { kind: "fail", detail: "connection refused", latencyMs: 1 };
export const NOT_RUN: ProbeResult = { kind: "not-run", detail: "too many files", latencyMs: 0 };
export function silence(check: Check): ProbeResult {
  const detail = `no answer in ${check.timeoutMs} ms`;
  return { kind: "no-answer", detail, latencyMs: check.timeoutMs };
}

/** A change that was told, and when. */
export interface Told {
  readonly atMs: number;
  readonly change: string;
  readonly health: TargetHealth;
}

/** Runs the prober's machine against a made-up network, in made-up time. */
export class Driver {
  readonly state = idleProber({ nowMs: 0, wallMs: 1_000_000 });
  readonly told: Told[] = [];
  readonly effects: ProberEffect[] = [];
  nowMs = 0;
  answer: Answer = () => PASS;
  probes = 0;
  readonly #chance: SeededChance;
  #underway: { readonly atMs: number; readonly event: ProberEvent }[] = [];

  constructor(seed = 1) {
    this.#chance = new SeededChance(seed);
  }

  adopt(policy: Policy, known = NOTHING_KNOWN): void {
    this.step({ kind: "policy", policy, known });
  }

  /** Lets time pass as it does for a process that runs. */
  run(forMs: number): void {
    const untilMs = this.nowMs + forMs;
    for (;;) {
      const next = this.#underway.reduce<{ atMs: number; event?: ProberEvent }>(
        (first, other) => (other.atMs < first.atMs ? other : first),
        { atMs: nextWakeMs(this.state) },
      );
      if (next.atMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.#underway = this.#underway.filter((other) => other !== next);
      this.step(next.event ?? { kind: "woke" });
    }
    this.nowMs = untilMs;
  }

  /** Lets time pass until a probe is under way. */
  runToProbe(): void {
    while (this.state.inFlight.size === 0) this.run(1);
  }

  /**
   * Lets time pass as it does for a stopped process: then everything comes at once, and every probe
   * under way has missed its deadline, or ended as `result` says.
   */
  stall(forMs: number, result: ProbeResult = silence(checkOf())): void {
    this.nowMs += forMs;
    const late = this.#underway;
    this.#underway = [];
    for (const { event } of late) {
      if (event.kind !== "probed") continue;
      this.step({ ...event, result: { ...result, latencyMs: forMs } });
    }
    this.step({ kind: "woke" });
  }

  step(event: ProberEvent): void {
    const now = { nowMs: this.nowMs, wallMs: 1_000_000 + this.nowMs };
    for (const effect of stepProber(this.state, event, now, this.#chance)) {
      this.effects.push(effect);
      if (effect.kind === "changed") {
        this.told.push({ atMs: this.nowMs, change: effect.change, health: effect.health });
      }
      if (effect.kind !== "probe") continue;
      this.probes += 1;
      const result = this.answer(effect.address, effect.check, this.nowMs);
      if (result === undefined) continue;
      const done: ProberEvent = { kind: "probed", serial: effect.serial, result };
      this.#underway.push({ atMs: this.nowMs + result.latencyMs, event: done });
    }
  }

  /** `change id` for all that was told, in order. */
  get story(): readonly string[] {
    return this.told.map(({ change, health }) => `${change} ${health.targetId}`);
  }
}
