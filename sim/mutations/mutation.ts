/** One text of the shipped source in place of another. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  /** Exactly as it stands there, once. */
  readonly find: string;
  readonly replace: string;
}

/** A safeguard taken out: what the simulator must not be blind to. */
export interface Mutation {
  /** Human-readable and unique. */
  readonly id: string;
  /** What is taken out, in words. */
  readonly safeguard: string;
  /**
   * One edit takes the safeguard out; more of them also take out what stands in for it, so that
   * it is on its own in its scenario.
   */
  readonly edits: readonly [Edit, ...Edit[]];
  /** The scenario in which it alone saves the run. */
  readonly scenario: string;
  /** The checker that must catch it there: the one whose invariant it serves. */
  readonly caughtBy: string;
}
