/** What came of a scenario. */
export interface Verdict {
  /** Names of the invariants that were broken, each once; empty where all held. */
  readonly broken: readonly string[];
  /** How it went, for people: the shortest way to the first of them. */
  readonly story: readonly string[];
  /** States of a small world that were visited until then, where it is one. */
  readonly states?: number;
}

/** A schedule in which one safeguard alone saves the run. */
export interface Scenario {
  /** Human-readable and unique. */
  readonly id: string;
  /** What happens in it, in one line. */
  readonly tells: string;
  run(): Verdict | Promise<Verdict>;
}
