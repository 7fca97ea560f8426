import { assert } from "../base/index.ts";
import { RRClass } from "./codes.ts";
import { encodeOpt } from "./edns.ts";
import { MESSAGE_OCTETS_MAX, UDP_PAYLOAD_OCTETS } from "./message.ts";
import type { Name } from "./name.ts";
import { HEADER_OCTETS } from "./wireReader.ts";
import { encodeName, WireWriter } from "./wireWriter.ts";

/**
 * Octets after which a message of a transfer is sent: long enough that headers and signatures cost
 * nothing (RFC 5936 section 2.2), and short enough that writing one keeps nobody waiting.
 */
export const TRANSFER_OCTETS = 61_440;

const POINTER_FLAG = 0xc0;
const POINTER_OFFSET_MAX = 0x3fff; // fourteen bits: RFC 1035 section 4.1.4
/** Type, class, TTL and RDLENGTH. */
const RECORD_HEAD_OCTETS = 10;
/** For the TSIG record that may follow: two names, the longest MAC, and what is fixed. */
const TSIG_OCTETS_MAX = 16 + 2 * 255 + 64 + 10;

/** What a transfer answers. */
export interface TransferQuestion {
  readonly id: number;
  readonly zone: Name;
  /** AXFR or IXFR. */
  readonly type: number;
  readonly rd: boolean;
  /** The request had EDNS: then every message has it too (RFC 6891 section 6.1.1). */
  readonly edns?: { readonly dnssecOk: boolean };
}

/**
 * Writes the messages of a transfer, record by record, straight from wire format. Each message has
 * the question, so that every owner name ends in one pointer to it. Nothing is allocated for a
 * record: a million of them must not cost a million objects.
 */
export class TransferWriter {
  readonly #octetsMax: number;
  readonly #apexOctets: number;
  readonly #head: Uint8Array;
  readonly #opt: Uint8Array;
  #buffer: Uint8Array;
  #view: DataView;
  // Of where the last records came from: a whole zone is one memory.
  #source: Uint8Array;
  #sourceView: DataView;
  #length: number;
  #recordCount = 0;
  #owner: Uint8Array;
  #ownerStart = 0;
  #ownerLabels = 0; // octets of the owner's labels below the apex
  #ownerAt = 0; // where the owner stands in this message; 0: nowhere

  constructor(question: TransferQuestion, octetsMax = TRANSFER_OCTETS) {
    const apex = encodeName(question.zone);
    this.#octetsMax = octetsMax;
    this.#apexOctets = apex.length;
    this.#head = headOf(question, apex);
    this.#opt = optOf(question);
    this.#owner = apex;
    this.#length = this.#head.length;
    this.#buffer = this.#newBuffer(octetsMax);
    this.#view = viewOf(this.#buffer);
    this.#source = apex;
    this.#sourceView = viewOf(apex);
  }

  /** Records in the message so far. */
  get recordCount(): number {
    return this.#recordCount;
  }

  /** Octets of the message so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * The owner of the records to come: a name at or below the apex in wire format, lower case, at
   * `octets[start, start + length)`, which must stay as it is until the next owner.
   */
  setOwner(octets: Uint8Array, start: number, length: number): void {
    assert(length >= this.#apexOctets, "an owner is at or below the apex");
    const labels = length - this.#apexOctets;
    // The same owner again goes on pointing to where it stands.
    const isSame = labels === this.#ownerLabels && this.#isOwner(octets, start, labels);
    this.#owner = octets;
    this.#ownerStart = start;
    this.#ownerLabels = labels;
    if (labels === 0) this.#ownerAt = HEADER_OCTETS;
    else if (!isSame) this.#ownerAt = 0;
  }

  /** The same, where it is known that this owner was not set before: without looking. */
  setNewOwner(octets: Uint8Array, start: number, length: number): void {
    assert(length >= this.#apexOctets, "an owner is at or below the apex");
    this.#owner = octets;
    this.#ownerStart = start;
    this.#ownerLabels = length - this.#apexOctets;
    this.#ownerAt = this.#ownerLabels === 0 ? HEADER_OCTETS : 0;
  }

  /**
   * Adds a record of the owner: from its type to the end of its RDATA, uncompressed, at
   * `octets[start, start + length)`. "full": the message must be taken first, nothing was added.
   * "impossible": no message can carry it.
   */
  add(octets: Uint8Array, start: number, length: number): "added" | "full" | "impossible" {
    const ownerOctets = this.#ownerAt === 0 ? this.#ownerLabels + 2 : 2;
    const end = this.#length + ownerOctets + length;
    const whole = end + this.#opt.length;
    if (whole > this.#octetsMax) {
      if (this.#recordCount > 0) return "full";
      if (whole > MESSAGE_OCTETS_MAX - TSIG_OCTETS_MAX) return "impossible";
    }
    assert(length >= RECORD_HEAD_OCTETS, "a record has type, class, TTL and RDLENGTH");
    if (whole > this.#buffer.length) this.#useBuffer(whole);
    this.#writeOwner();
    copy(this.#viewFor(octets), start, this.#view, this.#length, length);
    this.#length = end;
    this.#recordCount += 1;
    return "added";
  }

  /** The message written so far, in memory of its own; begins the next one. */
  take(): Uint8Array {
    assert(this.#recordCount < 0x1_0000, "ANCOUNT has sixteen bits");
    this.#buffer[6] = this.#recordCount >> 8;
    this.#buffer[7] = this.#recordCount;
    this.#buffer.set(this.#opt, this.#length);
    const message = this.#buffer.subarray(0, this.#length + this.#opt.length);
    this.#length = this.#head.length;
    this.#useBuffer(this.#octetsMax);
    this.#recordCount = 0;
    if (this.#ownerLabels > 0) this.#ownerAt = 0;
    return message;
  }

  #viewFor(octets: Uint8Array): DataView {
    if (octets !== this.#source) {
      this.#source = octets;
      this.#sourceView = viewOf(octets);
    }
    return this.#sourceView;
  }

  #useBuffer(octets: number): void {
    this.#buffer = this.#newBuffer(octets);
    this.#view = viewOf(this.#buffer);
  }

  #newBuffer(octets: number): Uint8Array {
    const buffer = new Uint8Array(octets);
    buffer.set(this.#head);
    return buffer;
  }

  #isOwner(octets: Uint8Array, start: number, labels: number): boolean {
    for (let index = 0; index < labels; index += 1) {
      if (octets[start + index] !== this.#owner[this.#ownerStart + index]) return false;
    }
    return true;
  }

  #writeOwner(): void {
    const buffer = this.#buffer;
    let at = this.#length;
    let pointer = this.#ownerAt;
    if (pointer === 0) {
      if (at <= POINTER_OFFSET_MAX) this.#ownerAt = at;
      copy(this.#viewFor(this.#owner), this.#ownerStart, this.#view, at, this.#ownerLabels);
      at += this.#ownerLabels;
      pointer = HEADER_OCTETS;
    }
    buffer[at] = POINTER_FLAG | (pointer >> 8);
    buffer[at + 1] = pointer;
    this.#length = at + 2;
  }
}

function optOf({ edns }: TransferQuestion): Uint8Array {
  if (edns === undefined) return new Uint8Array(0);
  const out = new WireWriter();
  const { dnssecOk } = edns;
  encodeOpt(out, { udpPayloadSize: UDP_PAYLOAD_OCTETS, version: 0, dnssecOk, options: [] }, 0);
  return out.finish();
}

/** Header and question; the count of answers is written when a message is taken. */
function headOf({ id, type, rd, edns }: TransferQuestion, apex: Uint8Array): Uint8Array {
  const head = new Uint8Array(HEADER_OCTETS + apex.length + 4);
  head[0] = id >> 8;
  head[1] = id;
  head[2] = 0x84 | (rd ? 1 : 0); // a response, authoritative
  head[5] = 1;
  head[11] = edns === undefined ? 0 : 1;
  head.set(apex, HEADER_OCTETS);
  const at = HEADER_OCTETS + apex.length;
  head[at] = type >> 8;
  head[at + 1] = type;
  head[at + 3] = RRClass.IN;
  return head;
}

/** Copies four octets at a time: a view for each record, as `set` needs one, costs more. */
function copy(from: DataView, start: number, to: DataView, at: number, length: number): void {
  let done = 0;
  for (; done + 4 <= length; done += 4) {
    to.setInt32(at + done, from.getInt32(start + done, true), true);
  }
  for (; done < length; done += 1) to.setUint8(at + done, from.getUint8(start + done));
}

function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}
