import type { Name } from "../../dns/index.ts";
import { NameKey } from "../../packet/index.ts";
import { type ArenaMemory, decodeOwner } from "./arenaDecode.ts";
import {
  atOrBefore,
  nodeOfSlot,
  type OrderPlace,
  placeAfter,
  placeBefore,
  slotAt,
} from "./arenaOrder.ts";
import type { OrderedNames } from "./zoneView.ts";

const key = new NameKey();

/** The ordered index of a signed zone in one version of an arena. Only while that is held. */
export class ZoneNames implements OrderedNames {
  readonly #memory: ArenaMemory;
  readonly #root: number;
  readonly #order: number;

  constructor(memory: ArenaMemory, root: number, order: number) {
    this.#memory = memory;
    this.#root = root;
    this.#order = order;
  }

  before(name: Name): Name | undefined {
    if (!key.set(name)) return undefined;
    const at = atOrBefore(this.#memory, this.#root, this.#order, key.bytes, 0);
    if (at === undefined) return undefined;
    const found = this.#nameAt(at);
    return found === name ? this.#nameAt(placeBefore(this.#memory, this.#order, at)) : found;
  }

  after(name: Name): Name | undefined {
    if (!key.set(name)) return undefined;
    const at = atOrBefore(this.#memory, this.#root, this.#order, key.bytes, 0);
    if (at === undefined) return this.#nameAt({ chunk: 0, entry: 0 });
    return this.#nameAt(placeAfter(this.#memory, this.#order, at));
  }

  #nameAt(place: OrderPlace | undefined): Name | undefined {
    return place === undefined ? undefined : decodeOwner(this.#memory, this.#nodeAt(place));
  }

  #nodeAt(place: OrderPlace): number {
    return nodeOfSlot(this.#memory, this.#root, slotAt(this.#memory, this.#order, place));
  }
}
