import { hashWords, type PacketMemory, packetMemory } from "../../packet/index.ts";
import {
  NODE_APEX,
  NODE_CUT,
  NODE_DNAME,
  NODE_GONE,
  NODE_ZONE_FLAGS,
  nameEquals,
  nodeAt,
  nodeFlags,
  ROOT_TABLE,
  ROOT_TABLE_MASK,
  ROOT_VERSION,
  ROOT_ZONES,
  SLOT_HASH,
  SLOT_NODE,
  SLOT_WORDS,
  type Words,
  word,
  ZONE_APEX_OCTETS,
  ZONE_FLAGS,
  ZONE_HAS_ZONES_BELOW,
  ZONE_SERVED,
} from "../zone/arenaLayout.ts";

const NAME_WORDS_MAX = 64; // 255 octets

/**
 * Finds names that stand in packets in the zones of one version of the arena. Makes no object:
 * what was found last stays in the fields.
 */
export class NameSearch {
  /** The node found; 0: the name is in no served zone, or what is there was deleted. */
  node = 0;
  /** ZONE record of the node found. */
  zone = 0;
  /** Hash of the name last looked for, in any letter case the same. */
  hash = 0;
  /** Octets of the ancestor that {@link findEncloser} found. */
  encloserOctets = 0;
  readonly #words: Words;
  readonly #packets: PacketMemory;
  /** An ancestor's name, moved to where words begin. */
  readonly #moved = packetMemory(new ArrayBuffer(NAME_WORDS_MAX * 4)).words;
  #table = 0;
  #mask = 0;
  #version = 0;
  #zones = 0;

  constructor(words: Words, packets: PacketMemory) {
    this.#words = words;
    this.#packets = packets;
  }

  /** Looks at this version from now on; the caller has pinned it. */
  use(root: number): void {
    const words = this.#words;
    this.#table = word(words, root + ROOT_TABLE);
    this.#mask = word(words, root + ROOT_TABLE_MASK);
    this.#version = word(words, root + ROOT_VERSION);
    this.#zones = word(words, root + ROOT_ZONES);
  }

  /** Finds the name of `octets` octets at word `at` of the packets. */
  find(at: number, octets: number): void {
    this.hash = hashWords(this.#packets.words, at, octets);
    this.#search(this.#packets.words, at, octets, this.hash);
  }

  /**
   * Finds the longest ancestor that exists of the name at octet `nameAt`, which does not exist
   * itself (RFC 4592 section 3.3.1). Node 0 where not even a zone is at or above it.
   */
  findEncloser(nameAt: number, octets: number): void {
    const end = nameAt + octets;
    let at = nameAt;
    this.node = 0;
    while (at < end - 1) {
      at += 1 + (this.#packets.octets[at] as number);
      this.#findMoved(at, end - at);
      this.encloserOctets = end - at;
      if (this.node !== 0) return;
    }
  }

  /**
   * Whether something at or above a name, down from its zone's apex, may hide what the zone holds
   * there: a cut, a DNAME, or the apex of another served zone. `isAsked`: it is the name asked
   * for, not an ancestor of it.
   */
  isHidden(nameAt: number, octets: number, zone: number, isAsked: boolean): boolean {
    const end = nameAt + octets;
    const apexOctets = word(this.#words, zone + ZONE_APEX_OCTETS);
    for (let at = nameAt; end - at >= apexOctets; ) {
      if (this.#hides(at, end - at, zone, isAsked && at === nameAt)) return true;
      at += 1 + (this.#packets.octets[at] as number);
    }
    return false;
  }

  #search(asked: Int32Array, at: number, octets: number, hash: number): void {
    const words = this.#words;
    const mask = this.#mask;
    this.node = 0;
    this.zone = 0;
    for (let index = hash & mask; ; index = (index + 1) & mask) {
      const slot = this.#table + index * SLOT_WORDS;
      const found = word(words, slot + SLOT_HASH);
      const newest = word(words, slot + SLOT_NODE);
      if (found === 0 && newest === 0) return;
      if (found !== hash || newest <= 1) continue;
      if (!nameEquals(words, newest, asked, at, octets)) continue;
      const node = nodeAt(words, newest, this.#version);
      if (node === 0 || (nodeFlags(words, node) & NODE_GONE) !== 0) continue;
      const zone = this.#zoneOf(node);
      if (zone === 0) continue;
      const flags = word(words, zone + ZONE_FLAGS);
      if ((flags & ZONE_SERVED) === 0 || !this.#isDeeper(zone)) continue;
      this.node = node;
      this.zone = zone;
      if ((flags & ZONE_HAS_ZONES_BELOW) === 0) return; // the right one, whatever else holds it
    }
  }

  #findMoved(at: number, octets: number): void {
    const { view } = this.#packets;
    const moved = this.#moved;
    for (let done = 0; done < octets; done += 4) moved[done >> 2] = view.getInt32(at + done, true);
    this.#search(moved, 0, octets, hashWords(moved, 0, octets));
  }

  #hides(at: number, octets: number, zone: number, isAsked: boolean): boolean {
    this.#findMoved(at, octets);
    if (this.node === 0) return false;
    const flags = nodeFlags(this.#words, this.node);
    if (this.zone !== zone) return (flags & NODE_APEX) !== 0;
    // A DNAME says nothing of its own name (RFC 6672 section 2.3).
    return (flags & (isAsked ? NODE_CUT : NODE_CUT | NODE_DNAME)) !== 0;
  }

  #zoneOf(node: number): number {
    const number = word(this.#words, node + NODE_ZONE_FLAGS) & 0xffff;
    return word(this.#words, this.#zones + number);
  }

  #isDeeper(zone: number): boolean {
    if (this.zone === 0) return true;
    const octets = word(this.#words, zone + ZONE_APEX_OCTETS);
    return octets > word(this.#words, this.zone + ZONE_APEX_OCTETS);
  }
}
