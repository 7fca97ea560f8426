import type { Name } from "../../dns/index.ts";

/** Queries that wait for an upstream; more are dropped, and their clients ask again. */
const WAITING_MAX = 4096;
/** Of one name: that its servers are silent is no reason to drop what is asked of others. */
const PER_NAME_MAX = 512;

/** Counts the queries that wait. */
export class WaitingRoom {
  readonly #names = new Map<Name, number>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Counts one more; false where there is no room for it. */
  begin(name: Name): boolean {
    const own = this.#names.get(name) ?? 0;
    if (this.#size >= WAITING_MAX || own >= PER_NAME_MAX) return false;
    this.#names.set(name, own + 1);
    this.#size += 1;
    return true;
  }

  /** Counts one less. */
  end(name: Name): void {
    const left = (this.#names.get(name) ?? 0) - 1;
    if (left > 0) this.#names.set(name, left);
    else this.#names.delete(name);
    this.#size -= 1;
  }
}
