import { NAME_OCTETS_MAX, type Name, OCTET_TEXT, ROOT } from "./name.ts";

/** First octet behind the header: no name can begin before it (RFC 1035 section 4.1.1). */
export const HEADER_OCTETS = 12;

// A label each hop is the most that an honest compressor makes; pointers to pointers beyond that
// would make the work for one name grow with the message.
const POINTER_HOPS_MAX = 127;
const POINTER_FLAG = 0xc0;

const LOOP_OCTETS_MAX = 48;

/** A copy that shares no memory: `slice` of a Node Buffer would. */
export function copyOctets(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  // Most are a few octets: a loop beats making a view first.
  if (copy.length <= LOOP_OCTETS_MAX) {
    for (let index = 0; index < copy.length; index += 1) copy[index] = bytes[start + index] ?? 0;
  } else {
    copy.set(bytes.subarray(start, end));
  }
  return copy;
}

interface ReadName {
  readonly name: Name;
  /** Of its wire form. */
  readonly octets: number;
}

/** Where a label or pointer stood, and how much of the name being read was before it. */
interface PassedLabel {
  readonly at: number;
  readonly characters: number;
  readonly octets: number;
}

/**
 * Reads wire format from the left. Reading past `end` or something malformed sets `problem` and
 * goes on with zeros, so that whoever reads checks once, not at every octet; it never throws.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  offset: number;
  /** Where reading must stop: the end of the message, or of the RDATA being read. */
  end: number;
  problem: string | undefined = undefined;
  // RDATA by itself has no earlier names: its octets are not a message to point into.
  readonly #isMessage: boolean;
  // Names by where they begin: no label is read twice, however many pointers lead to it.
  #names: Map<number, ReadName> | undefined;

  constructor(bytes: Uint8Array, holding: "message" | "rdata") {
    this.bytes = bytes;
    this.offset = 0;
    this.end = bytes.length;
    this.#isMessage = holding === "message";
  }

  /** Octets not yet read. */
  get left(): number {
    return this.end - this.offset;
  }

  /** Notes the first problem and skips to the end. */
  fail(problem: string): void {
    this.problem ??= `${problem} at octet ${this.offset}`;
    this.offset = this.end;
  }

  /** Moves over `octets`; says whether they were there. */
  skip(octets: number): boolean {
    if (octets > this.end - this.offset) {
      this.fail("data ends early");
      return false;
    }
    this.offset += octets;
    return true;
  }

  u8(): number {
    return this.skip(1) ? (this.bytes[this.offset - 1] ?? 0) : 0;
  }

  u16(): number {
    if (!this.skip(2)) return 0;
    const { bytes, offset } = this;
    return ((bytes[offset - 2] ?? 0) << 8) | (bytes[offset - 1] ?? 0);
  }

  u32(): number {
    const high = this.u16();
    return high * 0x1_0000 + this.u16();
  }

  u48(): number {
    const high = this.u16();
    return high * 0x1_0000_0000 + this.u32();
  }

  /** A copy of the next `octets`; empty where they are not there. */
  octets(octets: number): Uint8Array {
    if (!this.skip(octets)) return new Uint8Array(0);
    return copyOctets(this.bytes, this.offset - octets, this.offset);
  }

  /** Moves over a name without reading what it points to. */
  skipName(): void {
    while (this.problem === undefined) {
      const length = this.u8();
      if (length >= POINTER_FLAG) this.skip(1);
      else if (length >= 0x40) this.fail("label has a reserved type");
      if (length === 0 || length >= 0x40) return;
      this.skip(length);
    }
  }

  /**
   * Reads a name (RFC 1035 section 4.1.4); the root where it is malformed. Compression pointers
   * must point backwards, to before everything of the name read so far, so that each name ends.
   */
  name(pointers: "follow" | "refuse"): Name {
    const { bytes, offset: start } = this;
    if (pointers === "follow" && this.#isMessage) {
      const known = this.#pointedTo(start);
      if (known !== undefined) return known;
    }
    const names = this.#names ?? new Map<number, ReadName>();
    this.#names = names;
    const passed: PassedLabel[] = []; // behind a pointer: others may lead there, too
    let at = start;
    let lowest = start;
    let behind = -1; // offset behind the first pointer: where reading goes on
    let octets = 1;
    let hops = 0;
    let text = "";
    for (;;) {
      const length = at < this.end ? (bytes[at] ?? 0) : -1;
      if (length === 0) break;
      if (length < 0) return this.#malformed("name is cut off");
      if (behind >= 0) passed.push({ at, characters: text.length, octets });
      if (length >= POINTER_FLAG) {
        if (pointers === "refuse" || !this.#isMessage) {
          return this.#malformed("name must not be compressed");
        }
        if (at + 1 >= this.end) return this.#malformed("name is cut off");
        const target = ((length & 0x3f) << 8) | (bytes[at + 1] ?? 0);
        hops += 1;
        if (target >= lowest || target < HEADER_OCTETS || hops > POINTER_HOPS_MAX) {
          return this.#malformed("compression pointer does not point to an earlier name");
        }
        if (behind < 0) behind = at + 2;
        const known = names.get(target);
        if (known !== undefined) {
          octets += known.octets - 1;
          if (octets > NAME_OCTETS_MAX) return this.#malformed("name is longer than 255 octets");
          if (text === "") text = known.name;
          else if (known.name !== ROOT) text += known.name;
          break;
        }
        lowest = target;
        at = target;
        continue;
      }
      if (length >= 0x40) return this.#malformed("label has a reserved type");
      octets += 1 + length;
      if (octets > NAME_OCTETS_MAX) return this.#malformed("name is longer than 255 octets");
      const labelEnd = at + 1 + length;
      if (labelEnd > this.end) return this.#malformed("name is cut off");
      for (at += 1; at < labelEnd; at += 1) text += OCTET_TEXT[bytes[at] ?? 0];
      text += ".";
    }
    const name = text === "" ? ROOT : (text as Name);
    for (const { at: offset, characters, octets: before } of passed) {
      const tail = characters < text.length ? (text.slice(characters) as Name) : ROOT;
      names.set(offset, { name: tail, octets: octets - before + 1 });
    }
    this.offset = behind < 0 ? at + 1 : behind;
    names.set(start, { name, octets });
    return name;
  }

  /**
   * The name of a bare pointer to one that is known, as nearly all behind the first are; undefined
   * for anything else. Nothing is noted of it: whoever points here makes one hop more.
   */
  #pointedTo(start: number): Name | undefined {
    const { bytes } = this;
    const length = bytes[start] ?? 0;
    if (length < POINTER_FLAG || start + 1 >= this.end || this.#names === undefined)
      return undefined;
    const target = ((length & 0x3f) << 8) | (bytes[start + 1] ?? 0);
    const known = target < start ? this.#names.get(target) : undefined;
    if (known !== undefined) this.offset = start + 2;
    return known?.name;
  }

  #malformed(problem: string): Name {
    this.fail(problem);
    return ROOT;
  }
}
