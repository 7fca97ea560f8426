/**
 * Keys with one due time each, earliest first. Setting a key again replaces its time; the old place
 * in the heap is skipped when it comes up. Holds at most one live place for each key.
 */
export class DueQueue<Key> {
  readonly #dueByKey = new Map<Key, number>();
  #heap: { readonly key: Key; readonly dueMs: number }[] = [];

  get size(): number {
    return this.#dueByKey.size;
  }

  set(key: Key, dueMs: number): void {
    this.#dueByKey.set(key, dueMs);
    this.#heap.push({ key, dueMs });
    this.#rise(this.#heap.length - 1);
    // Dead places would pile up where keys are set far more often than they come due.
    if (this.#heap.length > 64 && this.#heap.length > 4 * this.#dueByKey.size) this.#rebuild();
  }

  delete(key: Key): void {
    this.#dueByKey.delete(key);
  }

  /** When the next key is due; undefined where none is left. */
  nextDueMs(): number | undefined {
    this.#dropDead();
    return this.#heap[0]?.dueMs;
  }

  /** Takes one key that is due at `nowMs`. */
  takeDue(nowMs: number): Key | undefined {
    this.#dropDead();
    const first = this.#heap[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    this.#pop();
    this.#dueByKey.delete(first.key);
    return first.key;
  }

  #dropDead(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#dueByKey.get(first.key) === first.dueMs) return;
      this.#pop();
    }
  }

  #rebuild(): void {
    this.#heap = [...this.#dueByKey]
      .map(([key, dueMs]) => ({ key, dueMs }))
      .sort((left, right) => left.dueMs - right.dueMs);
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  #sink(from: number): void {
    for (let index = from; ; ) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child = this.#dueAt(right) < this.#dueAt(left) ? right : left;
      if (!this.#swapIfEarlier(child, index)) return;
      index = child;
    }
  }

  #dueAt(index: number): number {
    return this.#heap[index]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const lower = this.#heap[child];
    const upper = this.#heap[parent];
    if (lower === undefined || upper === undefined || lower.dueMs >= upper.dueMs) return false;
    this.#heap[child] = upper;
    this.#heap[parent] = lower;
    return true;
  }
}
