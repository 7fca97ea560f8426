import { RRType, type TransferWriter } from "../../dns/index.ts";
import type { ArenaMemory } from "../zone/arenaDecode.ts";
import {
  firstRRset,
  NODE_OWNER,
  nextRRset,
  ownerOctets,
  RRSET_BODY,
  RRSET_RECORD_OCTETS,
  recordCount,
  rrsetCount,
  rrsetType,
  word,
} from "../zone/arenaLayout.ts";
import { NodesAhead } from "./nodesAhead.ts";
import type { RecordSource } from "./recordSource.ts";

/** The pointer to the question's name in front of each record of a body. */
const POINTER_OCTETS = 2;
/** Type, class and TTL; then come two octets of RDLENGTH. */
const BEFORE_LENGTH_OCTETS = 8;
const RECORD_HEAD_OCTETS = 10;

/**
 * All records of one zone but its SOA, in the version of a root that is held, straight from the
 * arena: nothing is allocated for a name or a record.
 */
export class ArenaRecords implements RecordSource {
  readonly #memory: ArenaMemory;
  readonly #walk: NodesAhead;
  #node = 0;
  #rrset = 0;
  #rrsetsLeft = 0;
  #recordAt = 0; // octet of the next record's pointer
  #recordsLeft = 0;
  #recordOctets = 0; // of each record of the RRset; 0 where they differ

  constructor(memory: ArenaMemory, root: number, zone: number) {
    this.#memory = memory;
    this.#walk = new NodesAhead(memory, root, zone);
  }

  fill(writer: TransferWriter): "done" | "full" | "impossible" {
    const { octets } = this.#memory;
    if (this.#node !== 0) this.#setOwner(writer);
    for (;;) {
      while (this.#recordsLeft > 0) {
        const length = this.#lengthOfRecord();
        const outcome = writer.add(octets, this.#recordAt + POINTER_OCTETS, length);
        if (outcome !== "added") return outcome;
        this.#recordAt += POINTER_OCTETS + length;
        this.#recordsLeft -= 1;
      }
      if (this.#nextRRset()) continue;
      if (!this.#nextNode()) return "done";
      this.#setOwner(writer);
    }
  }

  #setOwner(writer: TransferWriter): void {
    const { words, octets } = this.#memory;
    const node = this.#node;
    writer.setNewOwner(octets, (node + NODE_OWNER) * 4, ownerOctets(words, node));
  }

  #lengthOfRecord(): number {
    if (this.#recordOctets !== 0) return this.#recordOctets - POINTER_OCTETS;
    const { octets } = this.#memory;
    const at = this.#recordAt + POINTER_OCTETS + BEFORE_LENGTH_OCTETS;
    return RECORD_HEAD_OCTETS + (((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0));
  }

  /** Goes to the next RRset of the node; says whether there is one. */
  #nextRRset(): boolean {
    const { words } = this.#memory;
    while (this.#rrsetsLeft > 0) {
      const rrset = this.#rrset;
      this.#rrsetsLeft -= 1;
      if (this.#rrsetsLeft > 0) this.#rrset = nextRRset(words, rrset);
      if (rrsetType(words, rrset) === RRType.SOA) continue; // first and last, not in between
      this.#recordAt = (rrset + RRSET_BODY) * 4;
      this.#recordsLeft = recordCount(words, rrset);
      this.#recordOctets = word(words, rrset + RRSET_RECORD_OCTETS);
      return true;
    }
    return false;
  }

  /** Goes to the next name of the zone; says whether there is one. */
  #nextNode(): boolean {
    const { words } = this.#memory;
    const node = this.#walk.next();
    this.#node = node;
    if (node === 0) return false;
    this.#rrset = firstRRset(words, node);
    this.#rrsetsLeft = rrsetCount(words, node);
    return true;
  }
}
