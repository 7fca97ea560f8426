import type { Process } from "./process.ts";

/** Of an event that finds its process in whichever life it is. */
export const ANY_LIFE = -1;

/** Something that is going to happen in a world. */
export interface WorldEvent {
  atMs: number;
  /** Events of one time happen in the order in which they were asked for. */
  readonly order: number;
  /** Whose step it is; undefined: the world's own. */
  readonly process: Process | undefined;
  /** The only life of the process that hears of it; or {@link ANY_LIFE}. */
  readonly life: number;
  /** What kind of step: one word, for the order of steps. */
  readonly what: string;
  /** Messages come before wakes where both are late: sockets are read first. */
  readonly isMessage: boolean;
  run: (() => void) | undefined;
}

/** Events in order of time: a binary heap, since a world has thousands and pops each once. */
export class EventQueue {
  readonly #heap: WorldEvent[] = [];

  get size(): number {
    return this.#heap.length;
  }

  get first(): WorldEvent | undefined {
    return this.#heap[0];
  }

  push(event: WorldEvent): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, event)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  /** Puts some events off, all by as much. */
  putOff(byMs: number, isMeant: (event: WorldEvent) => boolean): void {
    const all = this.#heap.splice(0);
    for (const event of all) {
      if (isMeant(event)) event.atMs += byMs;
      this.push(event);
    }
  }

  pop(): WorldEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const right = heap[child + 1];
      let lower = heap[child];
      if (lower === undefined) break;
      if (right !== undefined && isBefore(right, lower)) {
        child += 1;
        lower = right;
      }
      if (isBefore(last, lower)) break;
      heap[index] = lower;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(left: WorldEvent, right: WorldEvent): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}
