// Steps of a look-up machine as tests write them.
import { type Entry, NEW_ENTRY } from "./entry.ts";
import type { Outcome, ProofOutcome, TombstoneOutcome } from "./outcome.ts";
import { DEFAULT_POLICY, type GuardPolicy } from "./policy.ts";
import { afterOutcome, afterProof, afterTombstone } from "./transitions.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

export const TTL_SECONDS = 60;
export const OLD = ["192.0.2.1", "192.0.2.2"] as const;
export const NEW = ["198.51.100.7"] as const;

export function answer(values: readonly string[] = OLD, ttlSeconds = TTL_SECONDS): Outcome {
  return { kind: "answer", values, ttlSeconds, aliases: [] };
}

export function denial(
  what: { readonly isAuthenticated?: boolean; readonly isFiltered?: boolean } = {},
): Outcome {
  const { isAuthenticated = false, isFiltered = false } = what;
  return { kind: "denial", denial: "nodata", ttlSeconds: 5, isAuthenticated, isFiltered };
}

export function failure(): Outcome {
  return { kind: "failure", failure: "timeout" };
}

/** A machine and its clock. */
export class Machine {
  readonly policy: GuardPolicy;
  entry: Entry = NEW_ENTRY;
  nowMs = 1000;

  constructor(policy: Partial<GuardPolicy> = {}) {
    this.policy = { ...DEFAULT_POLICY, ...policy };
  }

  outcome(outcome: Outcome): this {
    this.entry = afterOutcome(this.entry, outcome, this.policy, this.nowMs);
    return this;
  }

  tombstone(found: TombstoneOutcome["found"], isAuthenticated = false): this {
    this.entry = afterTombstone(this.entry, { found, isAuthenticated }, this.policy, this.nowMs);
    return this;
  }

  /** By one address, of those held the first unless said otherwise. */
  proof(outcome: "proven" | "disproven" | "unknown", address: string = OLD[0]): this {
    const addresses = [address];
    this.proofOf({
      proven: outcome === "proven" ? addresses : [],
      disproven: outcome === "disproven" ? addresses : [],
    });
    return this;
  }

  proofOf(outcome: ProofOutcome): this {
    this.entry = afterProof(this.entry, outcome, this.policy, this.nowMs);
    return this;
  }

  after(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** Answers with these values so often, and over such a time, that they may be held on to. */
  confirmed(values: readonly string[] = OLD): this {
    return this.outcome(answer(values)).after(this.policy.minAgeMs).outcome(answer(values));
  }

  get verdict(): Verdict {
    return verdictOf(this.entry, this.policy, this.nowMs);
  }
}
