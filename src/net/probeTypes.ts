/** What to ask of one address: the part of a policy's check that the network must know. */
export interface ProbeRequest {
  readonly kind: "http" | "https" | "tcp";
  readonly port: number;
  /** Request path for http and https. */
  readonly path: string;
  /** Host header and TLS name; the address itself where absent. */
  readonly host?: string;
  /** For the whole of connect, TLS and headers of the answer. */
  readonly timeoutMs: number;
}

/** What one probe found. */
export interface ProbeOutcome {
  /**
   * `fail`: the target said no. `no-answer`: it said nothing in time (or we were stalled).
   * `not-run`: trouble on this side, which says nothing of the target.
   */
  readonly kind: "pass" | "fail" | "no-answer" | "not-run";
  /** A few words: `HTTP 503`, `connection refused`, `no answer in 500 ms`. */
  readonly detail: string;
  /** From the start to the verdict. */
  readonly latencyMs: number;
}

/** What ended a probe: an answer, or an error. */
export type Verdict =
  | { readonly kind: "pass" | "fail"; readonly detail: string }
  | { readonly kind: "error"; readonly error: unknown };

/**
 * How a probe of one kind works: calls `settle` (the first call counts), and returns how to break
 * it off, which gives the verdict already reached, if any.
 */
export type RunProbe = (
  address: string,
  request: ProbeRequest,
  settle: (verdict: Verdict) => void,
) => () => Verdict | undefined;
