import { assert, utf8Text } from "../../base/index.ts";
import {
  isAtOrBelow,
  makeRRset,
  type Name,
  parseName,
  type RRset,
  sameRRset,
} from "../../dns/index.ts";
import { inOrder, type NameChange } from "../zone/zoneDraft.ts";

/**
 * What is written down of a change: of each name, all that it owns afterwards. So a record may be
 * read twice, or over a copy that has seen it already, and the outcome is the same. What a name
 * owned before stands there too, for transfers of what changed.
 */
export interface ZoneCommit {
  readonly zone: Name;
  readonly changes: readonly NameChange[];
}

/** One record of the state files. */
export type StateRecord =
  | { readonly kind: "commit"; readonly commit: ZoneCommit }
  /** The last record of a whole snapshot. */
  | { readonly kind: "snapshot-end"; readonly nameCount: number };

const COMMIT = 1; // by the first version: it did not say what was before
const SNAPSHOT_END = 2;
const CHANGE = 3;
/** In front of what a name owned before: not known, or RRsets that it still has, and the others. */
const UNKNOWN_BEFORE = 0;
const KNOWN_BEFORE = 1;
const FIRST_OCTETS = 4096;
/** A buffer that is kept between records: larger ones are rare, and not worth the memory. */
const SPARE_OCTETS_MAX = 2 ** 20;

/** Octets of a record. */
export function encodeStateRecord(record: StateRecord): Uint8Array {
  const out = new OctetWriter();
  if (record.kind === "snapshot-end") {
    out.number(SNAPSHOT_END, 1);
    out.number(record.nameCount, 4);
    return out.finish();
  }
  out.number(CHANGE, 1);
  out.name(record.commit.zone);
  out.number(record.commit.changes.length, 4);
  for (const { name, rrsets, before } of record.commit.changes) {
    out.name(name);
    writeRRsets(out, rrsets);
    out.number(before === undefined ? UNKNOWN_BEFORE : KNOWN_BEFORE, 1);
    if (before !== undefined) writeBefore(out, before, rrsets);
  }
  return out.finish();
}

function writeRRsets(out: OctetWriter, rrsets: readonly RRset[]): void {
  out.number(rrsets.length, 2);
  for (const { type, ttlSeconds, rdata } of rrsets) {
    out.number(type, 2);
    out.number(ttlSeconds, 4);
    out.number(rdata.length, 2);
    for (const octets of rdata) out.block(octets);
  }
}

/** What a name still owns is not written twice: numbers of those RRsets, then the others. */
function writeBefore(out: OctetWriter, before: readonly RRset[], after: readonly RRset[]): void {
  const kept: number[] = [];
  for (const [index, rrset] of after.entries()) if (holds(before, rrset)) kept.push(index);
  out.number(kept.length, 2);
  for (const index of kept) out.number(index, 2);
  const others = kept.length === 0 ? before : before.filter((rrset) => !holds(after, rrset));
  writeRRsets(out, others);
}

function readBefore(
  reader: OctetReader,
  name: Name,
  after: readonly RRset[],
): readonly RRset[] | undefined {
  if (reader.number(1) === UNKNOWN_BEFORE) return undefined;
  const kept: RRset[] = [];
  for (let count = reader.number(2); count > 0 && !reader.isBroken; count -= 1) {
    const rrset = after[reader.number(2)];
    if (rrset === undefined) reader.isBroken = true;
    else kept.push(rrset);
  }
  return inOrder([...kept, ...readRRsets(reader, name)]);
}

function holds(rrsets: readonly RRset[], rrset: RRset): boolean {
  for (const other of rrsets) {
    if (other === rrset || (other.type === rrset.type && sameRRset(other, rrset))) return true;
  }
  return false;
}

/** Reads a record; undefined where it is not one that {@link encodeStateRecord} writes. */
export function decodeStateRecord(bytes: Uint8Array): StateRecord | undefined {
  const reader = new OctetReader(bytes);
  const kind = reader.number(1);
  if (kind === SNAPSHOT_END) {
    const nameCount = reader.number(4);
    return reader.isDone ? { kind: "snapshot-end", nameCount } : undefined;
  }
  if (kind !== COMMIT && kind !== CHANGE) return undefined;
  const zone = reader.name();
  const changes: NameChange[] = [];
  for (let count = reader.number(4); count > 0 && !reader.isBroken; count -= 1) {
    const name = reader.name();
    if (name === undefined) break;
    const rrsets = readRRsets(reader, name);
    const before = kind === CHANGE ? readBefore(reader, name, rrsets) : undefined;
    changes.push(before === undefined ? { name, rrsets } : { name, rrsets, before });
  }
  if (!reader.isDone || zone === undefined) return undefined;
  if (!changes.every(({ name }) => isAtOrBelow(name, zone))) return undefined;
  return { kind: "commit", commit: { zone, changes } };
}

function readRRsets(reader: OctetReader, name: Name): readonly RRset[] {
  const rrsets: RRset[] = [];
  for (let count = reader.number(2); count > 0 && !reader.isBroken; count -= 1) {
    const type = reader.number(2);
    const ttlSeconds = reader.number(4);
    const rdata: Uint8Array[] = [];
    for (let left = reader.number(2); left > 0 && !reader.isBroken; left -= 1) {
      rdata.push(reader.block());
    }
    if (rdata.length === 0) reader.isBroken = true;
    if (!reader.isBroken) rrsets.push(makeRRset(name, type, ttlSeconds, rdata));
  }
  return rrsets;
}

// Making a zeroed buffer costs more than writing a commit into it. Records are encoded one after
// another, each in one step; a second writer meanwhile would make its own.
let spare: Uint8Array | undefined;
const ENDED = new Uint8Array(0);

class OctetWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor() {
    this.#bytes = spare ?? new Uint8Array(FIRST_OCTETS);
    spare = undefined;
  }

  /** Writes a whole number in `octets` octets, in network order. */
  number(value: number, octets: 1 | 2 | 4): void {
    const isIn = value >= 0 && value <= (octets === 4 ? 0xffff_ffff : (1 << (octets * 8)) - 1);
    if (!isIn) assert(false, `${value} fits ${octets} octets`);
    this.#reserve(octets);
    for (let shift = (octets - 1) * 8; shift >= 0; shift -= 8) {
      this.#bytes[this.#length] = value >>> shift;
      this.#length += 1;
    }
  }

  /** Writes octets behind their count. */
  block(octets: Uint8Array): void {
    this.number(octets.length, 2);
    this.#reserve(octets.length);
    this.#bytes.set(octets, this.#length);
    this.#length += octets.length;
  }

  /** Writes the text of a name, which is ASCII, behind its length. */
  name(name: Name): void {
    this.number(name.length, 2);
    this.#reserve(name.length);
    for (let index = 0; index < name.length; index += 1) {
      this.#bytes[this.#length + index] = name.charCodeAt(index);
    }
    this.#length += name.length;
  }

  /** A copy of all that was written. Ends the writer: its buffer serves the next one. */
  finish(): Uint8Array {
    const whole = this.#bytes.slice(0, this.#length);
    if (this.#bytes.length <= SPARE_OCTETS_MAX) spare = this.#bytes;
    this.#bytes = ENDED;
    return whole;
  }

  #reserve(octets: number): void {
    if (this.#length + octets <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#length + octets, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

class OctetReader {
  readonly #bytes: Uint8Array;
  #offset = 0;
  isBroken = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Everything was read, and all of it was there. */
  get isDone(): boolean {
    return !this.isBroken && this.#offset === this.#bytes.length;
  }

  number(octets: 1 | 2 | 4): number {
    let value = 0;
    for (const octet of this.#take(octets)) value = value * 256 + octet;
    return value;
  }

  /** A copy: a view would keep the whole file in memory. */
  block(): Uint8Array {
    return this.#take(this.number(2)).slice();
  }

  name(): Name | undefined {
    const parsed = parseName(utf8Text(this.#take(this.number(2))) ?? "");
    if (parsed.kind === "parsed") return parsed.name;
    this.isBroken = true;
    return undefined;
  }

  #take(octets: number): Uint8Array {
    const end = this.#offset + octets;
    if (this.isBroken || end > this.#bytes.length) {
      this.isBroken = true;
      return new Uint8Array(0);
    }
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }
}
