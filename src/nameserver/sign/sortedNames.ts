import { compareNames, type Name } from "../../dns/index.ts";
import type { OrderedNames } from "../zone/zoneView.ts";

/** Names in canonical order, in one sorted array: for drafts and small zones. */
export class SortedNames implements OrderedNames {
  readonly #names: readonly Name[];

  constructor(names: Iterable<Name>) {
    this.#names = [...names].sort(compareNames);
  }

  before(name: Name): Name | undefined {
    return this.#names[this.#firstFrom(name) - 1];
  }

  after(name: Name): Name | undefined {
    const at = this.#firstFrom(name);
    return this.#names[at] === name ? this.#names[at + 1] : this.#names[at];
  }

  /** Index of the first name that is not before `name`. */
  #firstFrom(name: Name): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#names[middle];
      if (other !== undefined && compareNames(other, name) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
