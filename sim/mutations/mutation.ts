import type { Judge } from "../scenarios/index.ts";

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
  /** Where it stands in more than one place, or a claim beside it would stop the process: all. */
  readonly edits: readonly [Edit, ...Edit[]];
  /**
   * What else would save the run, in its scenario: taken out with it, so that it is on its own. The
   * scenario must hold with these alone taken out.
   */
  readonly standIns?: readonly Edit[];
  /** The scenario in which it alone saves the run. */
  readonly scenario: string;
  /** Whose invariant it serves: who must say so there, before anybody else. */
  readonly caughtBy: Judge;
}

/** A mutation of one edit or several, in few words. */
export function one(
  id: string,
  safeguard: string,
  scenario: string,
  caughtBy: Judge,
  edit: Edit,
  ...more: readonly Edit[]
): Mutation {
  return { id, safeguard, scenario, caughtBy, edits: [edit, ...more] };
}

/** The same, with all that would stand in for it in its scenario taken out. */
export function alone(standIns: readonly Edit[], mutation: Mutation): Mutation {
  return { ...mutation, standIns };
}

/** The edits of one of these mutations, where another needs them as well. */
export function editsIn(mutations: readonly Mutation[], id: string): readonly Edit[] {
  const found = mutations.find((mutation) => mutation.id === id);
  if (found === undefined) throw new Error(`Cannot take out "${id}" as no mutation has that name`);
  return found.edits;
}
