import { assert } from "../../src/base/index.ts";
import { MOVE_KINDS, type MoveKind } from "./model.ts";
import { NumberList, StateTable } from "./stateTable.ts";

/** A move as values that have numbers of their own. */
export interface NumberedMove {
  readonly kind: MoveKind;
  /** What is around the enactors afterwards. */
  readonly around: number;
  /** What the enactor knows afterwards, if one moved; negative: none did. */
  readonly own: number;
  readonly isBroken: boolean;
  /** The last fault has happened: what an enactor knows is to be settled. */
  readonly settles: boolean;
}

const KIND_BITS = 3;
const BROKEN_BIT = 4;
const SETTLES_BIT = 8;

/**
 * The moves that depend on two numbers only, each pair worked out once. A block of moves is a place
 * in one long list of numbers.
 */
export class MoveMemo {
  readonly #pairs = new StateTable(2);
  readonly #starts = new NumberList();
  readonly #numbers = new NumberList();
  readonly #key = new Int32Array(2);

  /** The pair's block. `make` may throw: then nothing is kept. */
  of(left: number, right: number, make: () => readonly NumberedMove[]): number {
    const key = this.#key;
    key[0] = left;
    key[1] = right;
    const known = this.#pairs.find(key);
    if (known >= 0) return this.#starts.at(known);
    const moves = make();
    const start = this.#numbers.size;
    this.#numbers.push(moves.length);
    for (const { kind, around, own, isBroken, settles } of moves) {
      const flags = (isBroken ? BROKEN_BIT : 0) | (settles ? SETTLES_BIT : 0);
      this.#numbers.push(MOVE_KINDS.indexOf(kind) | flags);
      this.#numbers.push(around);
      this.#numbers.push(own);
    }
    const index = this.#pairs.add([left, right]);
    assert(index === this.#starts.size, "a pair is worked out once");
    this.#starts.push(start);
    return start;
  }

  /** Pairs worked out. */
  get size(): number {
    return this.#pairs.size;
  }

  count(block: number): number {
    return this.#numbers.at(block);
  }

  kind(block: number, move: number): number {
    return this.#numbers.at(block + 1 + move * 3) & KIND_BITS;
  }

  isBroken(block: number, move: number): boolean {
    return (this.#numbers.at(block + 1 + move * 3) & BROKEN_BIT) !== 0;
  }

  settles(block: number, move: number): boolean {
    return (this.#numbers.at(block + 1 + move * 3) & SETTLES_BIT) !== 0;
  }

  around(block: number, move: number): number {
    return this.#numbers.at(block + 2 + move * 3);
  }

  own(block: number, move: number): number {
    return this.#numbers.at(block + 3 + move * 3);
  }
}
