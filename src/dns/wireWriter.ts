import { readEscape } from "./escape.ts";
import { type Name, ROOT } from "./name.ts";
import { labelEnd } from "./nameTree.ts";
import { copyOctets } from "./wireReader.ts";

const FIRST_OCTETS = 512; // most messages fit: RFC 1035 section 4.2.1
const POINTER_OFFSET_MAX = 0x3fff; // fourteen bits: RFC 1035 section 4.1.4
const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** A buffer that is kept between messages: larger ones are rare, and not worth the memory. */
const SPARE_OCTETS_MAX = 65_536;
const ENDED = new Uint8Array(0);
// Making a zeroed buffer costs more than writing a small message into it. Whoever writes, alone
// has it, until `finish`; a second writer meanwhile makes its own.
let spare: Uint8Array | undefined;

/** Writes wire format into one buffer that grows. Numbers are written in network order. */
export class WireWriter {
  #bytes: Uint8Array;
  #length = 0;
  // Where a name, or the tail of one, was written: RFC 1035 section 4.1.4.
  #offsets: Map<string, number> | undefined;

  constructor() {
    this.#bytes = spare ?? new Uint8Array(FIRST_OCTETS);
    spare = undefined;
  }

  /** Octets written so far. */
  get length(): number {
    return this.#length;
  }

  /** A copy of all that was written. Ends the writer: its buffer serves the next one. */
  finish(): Uint8Array {
    const whole = copyOctets(this.#bytes, 0, this.#length);
    if (this.#bytes.length <= SPARE_OCTETS_MAX) spare = this.#bytes;
    this.#bytes = ENDED;
    return whole;
  }

  /** Forgets everything behind `length`; names written there must not be pointed to any more. */
  cut(length: number): void {
    this.#length = length;
    for (const [name, offset] of this.#offsets ?? []) {
      if (offset >= length) this.#offsets?.delete(name);
    }
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  u16(value: number): void {
    this.#reserve(2);
    this.#bytes[this.#length] = value >>> 8;
    this.#bytes[this.#length + 1] = value;
    this.#length += 2;
  }

  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value & 0xffff);
  }

  /** Forty-eight bits: the time in a TSIG (RFC 8945 section 4.2). */
  u48(value: number): void {
    this.u16(Math.floor(value / 0x1_0000_0000));
    this.u32(value % 0x1_0000_0000);
  }

  /** Writes over sixteen bits at an earlier place: lengths and counts known only later. */
  u16At(offset: number, value: number): void {
    this.#bytes[offset] = value >>> 8;
    this.#bytes[offset + 1] = value;
  }

  octets(octets: Uint8Array): void {
    this.#reserve(octets.length);
    this.#bytes.set(octets, this.#length);
    this.#length += octets.length;
  }

  /** Writes a name in full. */
  name(name: Name): void {
    for (let start = 0; start < name.length && name !== ROOT; ) {
      start = this.#label(name, start, labelEnd(name, start));
    }
    this.u8(0);
  }

  /** Writes a name, ending in a pointer to where its longest known tail stands. */
  compressedName(name: Name): void {
    let tail: string = name;
    this.#offsets ??= new Map();
    while (tail !== ROOT && tail !== "") {
      const known = this.#offsets.get(tail);
      if (known !== undefined) {
        this.u16(0xc000 | known);
        return;
      }
      if (this.#length <= POINTER_OFFSET_MAX) this.#offsets.set(tail, this.#length);
      tail = tail.slice(this.#label(tail as Name, 0, labelEnd(tail as Name, 0)));
    }
    this.u8(0);
  }

  /**
   * Says that `name` stands uncompressed at `offset`, written by {@link octets}. The answer is
   * the offset behind it.
   */
  noteName(name: Name, offset: number): number {
    let at = offset;
    this.#offsets ??= new Map();
    for (let start = 0; start < name.length && name !== ROOT; ) {
      if (at <= POINTER_OFFSET_MAX) this.#offsets.set(name.slice(start), at);
      const end = labelEnd(name, start);
      at += 1 + labelLength(name, start, end);
      start = end + 1;
    }
    return at + 1;
  }

  /** Writes the label in `name[start, end)`; the answer is where the next one starts. */
  #label(name: string, start: number, end: number): number {
    this.#reserve(1 + end - start);
    const bytes = this.#bytes;
    let at = this.#length + 1;
    for (let index = start; index < end; ) {
      const code = name.charCodeAt(index);
      if (code !== BACKSLASH) {
        bytes[at] = code;
        index += 1;
      } else {
        const read = readEscape(name, index);
        if (typeof read === "string") break; // never in a Name
        bytes[at] = read.octet;
        index += read.characters;
      }
      at += 1;
    }
    bytes[this.#length] = at - this.#length - 1;
    this.#length = at;
    return end + 1;
  }

  #reserve(octets: number): void {
    const needed = this.#length + octets;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function labelLength(name: Name, start: number, end: number): number {
  let octets = 0;
  for (let index = start; index < end; octets += 1) {
    if (name.charCodeAt(index) !== BACKSLASH) index += 1;
    else {
      const next = name.charCodeAt(index + 1);
      index += next >= 0x30 && next <= 0x39 ? 4 : 2;
    }
  }
  return octets;
}

/** The wire format of a name, uncompressed, in lower case (RFC 4034 section 6.2). */
export function encodeName(name: Name): Uint8Array {
  if (name.includes("\\")) {
    const writer = new WireWriter();
    writer.name(name);
    return writer.finish();
  }
  // Without escapes every character is one octet: each dot becomes the length of what is before.
  if (name === ROOT) return new Uint8Array(1);
  const wire = new Uint8Array(name.length + 1);
  let lengthAt = 0;
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    if (code === DOT) {
      wire[lengthAt] = index - lengthAt;
      lengthAt = index + 1;
    } else {
      wire[index + 1] = code;
    }
  }
  return wire;
}
