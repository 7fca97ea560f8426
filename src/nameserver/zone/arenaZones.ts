import { assert } from "../../base/index.ts";
import { type Name, parentOf } from "../../dns/index.ts";
import { NameKey } from "../../packet/index.ts";
import { type ArenaMemory, decodeNode } from "./arenaDecode.ts";
import {
  ARENA_MAGIC,
  HEADER_LAYOUT,
  HEADER_MAGIC,
  LAYOUT_VERSION,
  NODE_ZONE_FLAGS,
  type Octets,
  type Words,
  word,
  ZONE_FLAGS,
  ZONE_ORDER,
  ZONE_SEEDED,
  zoneOfNode,
} from "./arenaLayout.ts";
import { findNode, findServedApex } from "./arenaReader.ts";
import { ZoneNames } from "./zoneNames.ts";
import type { ZoneNode } from "./zoneNode.ts";
import type { OrderedNames, ServedZone, ZonesView } from "./zoneView.ts";

const key = new NameKey();

/** The zones of an arena that another thread writes, as one version of it shows them. */
export class ArenaZones implements ZonesView, ArenaMemory {
  readonly words: Words;
  readonly octets: Octets;
  /** The version that is read: what `pin` answered. It must be held whenever this is asked. */
  root = 0;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
    this.octets = new Uint8Array(memory);
    assert(this.words[HEADER_MAGIC] === ARENA_MAGIC, "the memory is an arena");
    assert(this.words[HEADER_LAYOUT] === LAYOUT_VERSION, "its layout is the one known here");
  }

  zoneFor(name: Name): ServedZone | undefined {
    for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) {
      if (!key.set(at)) continue;
      const node = findServedApex(this.words, this.root, key.hash, key.words, key.octets);
      if (node !== 0) return new ArenaZone(this, this.root, node, at);
    }
    return undefined;
  }
}

/** One zone in one version of an arena, read by a thread that does not write. */
class ArenaZone implements ServedZone {
  readonly apex: Name;
  readonly #memory: ArenaMemory;
  readonly #root: number;
  readonly #record: number;
  readonly #number: number;

  constructor(memory: ArenaMemory, root: number, apexNode: number, apex: Name) {
    this.apex = apex;
    this.#memory = memory;
    this.#root = root;
    this.#record = zoneOfNode(memory.words, root, apexNode);
    this.#number = word(memory.words, apexNode + NODE_ZONE_FLAGS) & 0xffff;
  }

  get isSeeded(): boolean {
    return (word(this.#memory.words, this.#record + ZONE_FLAGS) & ZONE_SEEDED) !== 0;
  }

  get order(): OrderedNames | undefined {
    const order = word(this.#memory.words, this.#record + ZONE_ORDER);
    return order === 0 ? undefined : new ZoneNames(this.#memory, this.#root, order);
  }

  node(name: Name): ZoneNode | undefined {
    if (!key.set(name)) return undefined;
    const { words } = this.#memory;
    const { hash, octets } = key;
    const node = findNode(words, this.#root, hash, key.words, 0, octets, this.#number);
    return node === 0 ? undefined : decodeNode(this.#memory, node, name);
  }

  // Only rules ask who points to a name, and they are asked by the thread that writes.
  aliasesTo(): Iterable<Name> {
    return [];
  }

  aliasTargets(): Iterable<Name> {
    return [];
  }
}
