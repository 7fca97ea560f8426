import type { Outcome, ProofOutcome, TombstoneOutcome } from "./outcome.ts";

/** Who is asked. Neither question may throw: what goes wrong is an outcome. */
export interface Upstream {
  /**
   * The network and the servers that are asked now: what is known by one is not used with another
   * (split horizon). May change at any time.
   */
  readonly identity: string;
  /**
   * `name` as a `Name` of src/dns; `type` as in a question (1: A, 28: AAAA). `isDenialDoubted`:
   * where one server denies it, the others are asked as well; a good answer of one is the outcome.
   */
  ask(name: string, type: number, isDenialDoubted: boolean): Promise<Outcome>;
  /** Looks for the tombstone of a managed endpoint at any of these names. */
  findTombstone(names: readonly string[]): Promise<TombstoneOutcome>;
}

/** Who finds out whether addresses are still the service of a name. May not throw. */
export interface Prover {
  /**
   * `addresses` in the order of their turn; `began`: called when it is this name's turn, says
   * whether it is still to be tried.
   */
  prove(name: string, addresses: readonly string[], began: () => boolean): Promise<ProofOutcome>;
}
