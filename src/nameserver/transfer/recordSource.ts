import { assert } from "../../base/index.ts";
import type { TransferWriter } from "../../dns/index.ts";

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

/** Writes packed records; see {@link PackedRecords}. */
export class RecordPacker {
  #bytes = new Uint8Array(512);
  #length = 0;
  recordCount = 0;

  /** Adds one record: its owner in wire format, and all from its type on. */
  add(owner: Uint8Array, record: Uint8Array): void {
    assert(owner.length <= 255 && record.length <= 0xffff, "a record has the lengths of DNS");
    const end = this.#length + 1 + owner.length + 2 + record.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    const lengthAt = this.#length + 1 + owner.length;
    this.#bytes[this.#length] = owner.length;
    this.#bytes.set(owner, this.#length + 1);
    this.#bytes[lengthAt] = record.length >> 8;
    this.#bytes[lengthAt + 1] = record.length;
    this.#bytes.set(record, lengthAt + 2);
    this.#length = end;
    this.recordCount += 1;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
