/** Something that is due at a time. */
interface Due<Item> {
  readonly atMs: number;
  readonly item: Item;
}

/** Items in the order of their times: a binary heap, so that each costs by the log of how many. */
export class DueQueue<Item> {
  readonly #heap: Due<Item>[] = [];

  /** When the first item is due; undefined where there is none. */
  get firstMs(): number | undefined {
    return this.#heap[0]?.atMs;
  }

  push(atMs: number, item: Item): void {
    const heap = this.#heap;
    const due = { atMs, item };
    let index = heap.length;
    heap.push(due);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || parent.atMs <= atMs) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = due;
  }

  /** Takes the first item, if it is due by `nowMs`. */
  takeDue(nowMs: number): Item | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.atMs > nowMs) return undefined;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sinkFromTop(last);
    return first.item;
  }

  #sinkFromTop(due: Due<Item>): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      const right = heap[childIndex + 1];
      let child = heap[childIndex];
      if (child !== undefined && right !== undefined && right.atMs < child.atMs) {
        child = right;
        childIndex += 1;
      }
      if (child === undefined || child.atMs >= due.atMs) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = due;
  }
}
