import { assert } from "./assert.ts";

/** A first-in first-out queue that says no when full, so that pressure reaches the producer. */
export class BoundedQueue<Item> {
  #items: Item[] = [];
  #head = 0;
  readonly #sizeMax: number;

  constructor(sizeMax: number) {
    assert(Number.isInteger(sizeMax) && sizeMax > 0, `queue size ${sizeMax} is a positive integer`);
    this.#sizeMax = sizeMax;
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: Item): "queued" | "full" {
    if (this.size === this.#sizeMax) return "full";
    this.#items.push(item);
    return "queued";
  }

  shift(): Item | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    // Amortised: the dead front is dropped once it is at least half of the array.
    if (this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
