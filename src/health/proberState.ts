import type { Check, Inventory, Policy, TargetHealth } from "../plan/index.ts";
import { DueQueue } from "./dueQueue.ts";
import type { Moment } from "./pairHealth.ts";
import type { Pair } from "./pairs.ts";
import type { ProbeResult } from "./probe.ts";
import { HEARTBEAT_MS, type Stall } from "./stalls.ts";
import type { Trouble } from "./trouble.ts";

/** Probes under way at once: 1,000 targets may all be silent; each takes a descriptor. */
export const PROBES_IN_FLIGHT_MAX = 1_024;

/** What the prober is told. */
export type ProberEvent =
  /** `known` is what the plan store last held: a new pair begins with it. */
  | { readonly kind: "policy"; readonly policy: Policy; readonly known: Inventory }
  | { readonly kind: "probed"; readonly serial: number; readonly result: ProbeResult }
  | { readonly kind: "woke" };

/**
 * Why a pair's health is told: it turned over, the first result says what was known from before,
 * its newest result grew old, or it is probed again after that.
 */
export type ChangeKind = "up" | "down" | "confirmed" | "expired" | "fresh-again";

/** What the prober wants done. */
export type ProberEffect =
  | {
      readonly kind: "probe";
      readonly serial: number;
      readonly address: string;
      readonly check: Check;
    }
  | { readonly kind: "changed"; readonly change: ChangeKind; readonly health: TargetHealth }
  /** For the log: this process did not run for a while. */
  | { readonly kind: "stalled"; readonly gapMs: number }
  /** For the log: so many pairs' failures were not believed. */
  | { readonly kind: "discarded"; readonly pairs: number };

/** A probe under way. */
interface InFlight {
  readonly key: string;
  readonly startMs: number;
  lostAtMs: number;
}

/** All that the prober knows. Changed in place by {@link stepProber}; nobody else writes it. */
export interface ProberState {
  pairs: Map<string, Pair>;
  readonly due: DueQueue<{ readonly key: string; readonly ticket: number }>;
  readonly inFlight: Map<number, InFlight>;
  stalls: readonly Stall[];
  trouble: Trouble | undefined;
  /** Serials and tickets come from one counter. */
  lastNumber: number;
  lastStepMs: number;
  lastSweepMs: number;
}

/** A prober without a policy. */
export function idleProber(now: Moment): ProberState {
  return {
    pairs: new Map(),
    due: new DueQueue(),
    inFlight: new Map(),
    stalls: [],
    trouble: undefined,
    lastNumber: 0,
    lastStepMs: now.nowMs,
    lastSweepMs: now.nowMs,
  };
}

/** When to step the prober with `woke` at the latest, on the monotonic clock. */
export function nextWakeMs(state: ProberState): number {
  const heartbeatMs = state.lastStepMs + HEARTBEAT_MS;
  if (state.inFlight.size >= PROBES_IN_FLIGHT_MAX) return heartbeatMs;
  return Math.min(heartbeatMs, state.due.firstMs ?? heartbeatMs);
}
