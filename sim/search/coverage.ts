import type { RunResult } from "../runSchedule.ts";
import { FAULT_KINDS } from "../schedule/act.ts";

/** Bits of the map of orders: 2^27 take 16 MiB, and some ten million orders still fit well. */
const ORDER_BITS = 27;
const KINDS: readonly string[] = FAULT_KINDS;

/** Memory that every job of a search shares. */
export function newOrderMap(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 ** (ORDER_BITS - 3));
}

/** What a search has seen so far: faults, pairs of them, and orders of steps. */
export class Coverage {
  readonly #orders: Int32Array;
  /** Times that each kind of fault was in a schedule. */
  readonly faults = new Map<string, number>();
  /** Pairs of kinds that were in one schedule. */
  readonly pairs = new Set<string>();
  /** Different orders of steps seen here and not before by any other; a few share one bit. */
  orders = 0;

  constructor(orders: SharedArrayBuffer) {
    this.#orders = new Int32Array(orders);
  }

  take({ faults, orders }: Pick<RunResult, "faults" | "orders">): void {
    for (const fault of faults) this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    faults.forEach((left, index) => {
      for (const right of faults.slice(index + 1)) this.pairs.add(pairOf(left, right));
    });
    for (const order of orders) this.#takeOrder(order);
  }

  /** Adds what another job saw. */
  merge(other: {
    readonly faults: ReadonlyMap<string, number>;
    readonly pairs: ReadonlySet<string>;
    readonly orders: number;
  }): void {
    for (const [fault, count] of other.faults) {
      this.faults.set(fault, (this.faults.get(fault) ?? 0) + count);
    }
    for (const pair of other.pairs) this.pairs.add(pair);
    this.orders += other.orders;
  }

  #takeOrder(order: number): void {
    const bit = (Math.imul(order, 0x9e3779b1) >>> (32 - ORDER_BITS)) >>> 0;
    const word = bit >>> 5;
    const mask = 1 << (bit & 31);
    if (((this.#orders[word] ?? 0) & mask) !== 0) return;
    if ((Atomics.or(this.#orders, word, mask) & mask) === 0) this.orders += 1;
  }
}

function pairOf(left: string, right: string): string {
  return KINDS.indexOf(left) <= KINDS.indexOf(right) ? `${left}+${right}` : `${right}+${left}`;
}
