import { assert, BoundedQueue } from "../base/index.ts";
import type { Name } from "../dns/index.ts";

/** How soon work is taken: `urgent` always before `background`. */
export type Urgency = "urgent" | "background";

/** Work of one zone, taken together: a store is asked about one zone at a time. */
export interface Batch<Item> {
  readonly zone: Name;
  readonly items: readonly Item[];
}

/**
 * Items a queue of one zone may hold: each endpoint waits at most once, so this is twice the
 * 100,000 endpoints of a region, which an assertion may check.
 */
const ITEMS_MAX = 200_000;

/** Waiting work by zone; zones take turns, so that a large one does not hold up the others. */
export class WorkQueue<Item> {
  readonly #urgent = new Map<Name, BoundedQueue<Item>>();
  readonly #background = new Map<Name, BoundedQueue<Item>>();

  push(zone: Name, item: Item, urgency: Urgency): void {
    const queues = urgency === "urgent" ? this.#urgent : this.#background;
    let queue = queues.get(zone);
    if (queue === undefined) {
      queue = new BoundedQueue(ITEMS_MAX);
      queues.set(zone, queue);
    }
    const pushed = queue.push(item);
    assert(pushed === "queued", `work for ${zone} is bounded by its endpoints`);
  }

  /** Items waiting of one urgency. */
  waiting(urgency: Urgency): number {
    let sum = 0;
    const queues = urgency === "urgent" ? this.#urgent : this.#background;
    for (const queue of queues.values()) sum += queue.size;
    return sum;
  }

  /** The next batch of at most `sizeMax` items; undefined where nothing waits. */
  take(sizeMax: number): Batch<Item> | undefined {
    return takeFrom(this.#urgent, sizeMax) ?? takeFrom(this.#background, sizeMax);
  }
}

function takeFrom<Item>(
  queues: Map<Name, BoundedQueue<Item>>,
  sizeMax: number,
): Batch<Item> | undefined {
  for (const [zone, queue] of queues) {
    const items: Item[] = [];
    while (items.length < sizeMax) {
      const item = queue.shift();
      if (item === undefined) break;
      items.push(item);
    }
    queues.delete(zone);
    if (queue.size > 0) queues.set(zone, queue); // to the end of the line: zones take turns
    if (items.length > 0) return { zone, items };
  }
  return undefined;
}
