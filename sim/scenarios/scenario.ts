import type { Invariant } from "../checkers/checker.ts";

/**
 * Who says that something does not hold: a checker of the simulator, by its invariant; or, for what
 * none of them asks, the scenario itself.
 */
export type Judge = Invariant | "scenario";

/** What came of a scenario. */
export interface Verdict {
  /** Who said first that something does not hold; undefined: everything held. */
  readonly broken: Judge | undefined;
  /** How it went, for people. */
  readonly story: readonly string[];
}

/** A run in which one safeguard alone saves an invariant. */
export interface Scenario {
  /** Human-readable and unique. */
  readonly id: string;
  /** What happens in it, in one line. */
  readonly tells: string;
  run(): Verdict | Promise<Verdict>;
}
