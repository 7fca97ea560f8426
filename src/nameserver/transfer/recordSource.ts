import { assert } from "../../base/index.ts";
import type { RRset, TransferWriter } from "../../dns/index.ts";
import { RECORD_HEAD_OCTETS, writeRecord } from "../zone/arenaEncode.ts";

/** Records for a transfer, written as far as a message has room, and then further. */
export interface RecordSource {
  /**
   * Adds records until none is left ("done") or the message is full. "impossible": a record fits
   * no message, and the transfer cannot be finished.
   */
  fill(writer: TransferWriter): "done" | "full" | "impossible";
}

/** One record of the apex: from its type to the end of its RDATA. */
export class ApexRecord implements RecordSource {
  readonly #apex: Uint8Array;
  readonly #record: Uint8Array;

  /** `apex` in wire format. */
  constructor(apex: Uint8Array, record: Uint8Array) {
    this.#apex = apex;
    this.#record = record;
  }

  fill(writer: TransferWriter): "done" | "full" | "impossible" {
    writer.setOwner(this.#apex, 0, this.#apex.length);
    const outcome = writer.add(this.#record, 0, this.#record.length);
    return outcome === "added" ? "done" : outcome;
  }
}

/**
 * Records one after another as they are kept of a change: the octets of the owner (one octet), the
 * owner in wire format, the octets of the record (two octets), the record from its type on.
 */
export class PackedRecords implements RecordSource {
  readonly #packed: Uint8Array;
  #at = 0;

  constructor(packed: Uint8Array) {
    this.#packed = packed;
  }

  fill(writer: TransferWriter): "done" | "full" | "impossible" {
    const packed = this.#packed;
    while (this.#at < packed.length) {
      const ownerOctets = packed[this.#at] ?? 0;
      const lengthAt = this.#at + 1 + ownerOctets;
      const octets = ((packed[lengthAt] ?? 0) << 8) | (packed[lengthAt + 1] ?? 0);
      writer.setOwner(packed, this.#at + 1, ownerOctets);
      const outcome = writer.add(packed, lengthAt + 2, octets);
      if (outcome !== "added") return outcome;
      this.#at = lengthAt + 2 + octets;
    }
    return "done";
  }
}

const FIRST_OCTETS = 4096;
/** A buffer that is kept between changes: larger ones are rare, and not worth the memory. */
const SPARE_OCTETS_MAX = 2 ** 20;
const SPARES_MAX = 2; // what a change removes, and what it adds
const NOTHING = new Uint8Array(0);
// Making a zeroed buffer costs more than writing most changes into it.
const spares: Uint8Array[] = [];

/** Writes packed records; see {@link PackedRecords}. */
export class RecordPacker {
  #bytes = spares.pop() ?? new Uint8Array(FIRST_OCTETS);
  #length = 0;
  recordCount = 0;

  /** Adds one record of an RRset; its owner in wire format. */
  add(owner: Uint8Array, rrset: Pick<RRset, "type" | "ttlSeconds">, rdata: Uint8Array): void {
    const octets = RECORD_HEAD_OCTETS - 2 + rdata.length;
    assert(owner.length <= 255 && octets <= 0xffff, "a record has the lengths of DNS");
    const lengthAt = this.#length + 1 + owner.length;
    const end = lengthAt + 2 + octets;
    if (end > this.#bytes.length) this.#grow(end);
    const bytes = this.#bytes;
    bytes[this.#length] = owner.length;
    bytes.set(owner, this.#length + 1);
    bytes[lengthAt] = octets >> 8;
    bytes[lengthAt + 1] = octets;
    writeRecord(bytes, lengthAt + 2, rrset.type, rrset.ttlSeconds, rdata);
    this.#length = end;
    this.recordCount += 1;
  }

  /** A copy of all that was written. Ends the packer: its buffer serves the next one. */
  finish(): Uint8Array {
    const whole = this.#bytes.slice(0, this.#length);
    const isKept = this.#bytes.length <= SPARE_OCTETS_MAX && spares.length < SPARES_MAX;
    if (isKept) spares.push(this.#bytes);
    this.#bytes = NOTHING;
    return whole;
  }

  #grow(octets: number): void {
    const grown = new Uint8Array(Math.max(octets, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
