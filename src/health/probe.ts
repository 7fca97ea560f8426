import type { Check } from "../plan/index.ts";

/** What one probe found. */
export interface ProbeResult {
  /**
   * `fail`: the target said no. `no-answer`: nothing came in time, which counts as a failure unless
   * we were stalled ourselves. `not-run`: trouble on our side; never counts.
   */
  readonly kind: "pass" | "fail" | "no-answer" | "not-run";
  /** A few words: `HTTP 503`, `connection refused`, `no answer in 500 ms`. */
  readonly detail: string;
  readonly latencyMs: number;
}

/** Asks a target once how it is. */
export interface Probe {
  /** Ends within `check.timeoutMs`. A rejection is taken as `not-run`. */
  check(address: string, check: Check): Promise<ProbeResult>;
}
