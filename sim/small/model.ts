import { AssertionError } from "../../src/base/index.ts";

/**
 * What kind of thing a move is. To show that nothing is ever stuck, only `step`s count (what the
 * machines and the network do by themselves), and a `person`'s acts where something waits for one.
 */
export const MOVE_KINDS = ["step", "wish", "fault", "person"] as const;
export type MoveKind = (typeof MOVE_KINDS)[number];

/** A rule that a move broke. */
export interface Broken {
  /** Name of the invariant: `never-empty`. */
  readonly rule: string;
  readonly problem: string;
}

/** One thing that may happen next. */
export interface Move {
  readonly kind: MoveKind;
  readonly state: readonly number[];
  /** What happens, in plain words; made only for a story. `names`: of the enactors, in order. */
  readonly tell: (names: readonly string[]) => string;
  /** The two enactors stand in each other's place in the new state: they are alike. */
  readonly swaps?: boolean;
  readonly broken?: Broken | undefined;
}

/** A world as a graph; a state is `width` whole numbers. */
export interface Model {
  /** Numbers per state. */
  readonly width: number;
  readonly initial: readonly number[];
  /** Puts all that may happen next into `into`, which is empty. */
  expand(state: Int32Array, into: Successors): void;
  /** The same, with what is told of it. */
  moves(state: Int32Array): readonly Move[];
  /** Everything is as the newest plan says. */
  isGoal(state: Int32Array): boolean;
  /** Of the enactors, in the order in which the initial state has them. */
  readonly names: readonly string[];
  /** How a state looks, for the end of a story. */
  describe(state: Int32Array, names: readonly string[]): readonly string[];
}

/** The states that may follow one, without a word about them. Used again for each state. */
export class Successors {
  readonly width: number;
  /** `width` numbers for each. */
  rows: Int32Array;
  /** Index into `MOVE_KINDS` of each. */
  kinds: Uint8Array;
  /** Whether the move breaks a rule: 1, else 0. */
  broken: Uint8Array;
  size = 0;

  constructor(width: number) {
    this.width = width;
    this.rows = new Int32Array(64 * width);
    this.kinds = new Uint8Array(64);
    this.broken = new Uint8Array(64);
  }

  /** Room for one more; the answer is where its row begins in {@link rows}. */
  add(kind: number, isBroken: boolean): number {
    const at = this.size;
    if (at === this.kinds.length) this.#grow();
    this.kinds[at] = kind;
    this.broken[at] = isBroken ? 1 : 0;
    this.size = at + 1;
    return at * this.width;
  }

  #grow(): void {
    const { rows, kinds, broken } = this;
    this.rows = new Int32Array(rows.length * 2);
    this.rows.set(rows);
    this.kinds = new Uint8Array(kinds.length * 2);
    this.kinds.set(kinds);
    this.broken = new Uint8Array(broken.length * 2);
    this.broken.set(broken);
  }
}

/** Expands a state; a machine that finds one of its own claims broken stops there: its error. */
export function expandInto(
  model: Model,
  state: Int32Array,
  into: Successors,
): AssertionError | undefined {
  into.size = 0;
  try {
    model.expand(state, into);
    return undefined;
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    into.size = 0;
    return error;
  }
}
