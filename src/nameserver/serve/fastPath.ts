import { ExtendedErrorCode, Rcode, RRType } from "../../dns/index.ts";
import { copyWords, FastQuery, HEADER_OCTETS, type PacketMemory } from "../../packet/index.ts";
import {
  bodyOctets,
  choiceOf,
  coveredType,
  firstRRset,
  NODE_CNAME,
  NODE_CUT,
  NODE_DNAME,
  NODE_HAS_RRSIG,
  NODE_WILDCARD_CHILD,
  nextRRset,
  nodeFlags,
  RRSET_BODY,
  RRSET_CHOICE_WORDS,
  RRSET_RECORD_OCTETS,
  recordCount,
  rrsetCount,
  rrsetOf,
  rrsetType,
  type Words,
  word,
  ZONE_APEX_OCTETS,
  ZONE_FLAGS,
  ZONE_HAS_CUTS,
  ZONE_HAS_ZONES_BELOW,
  ZONE_NEGATIVE,
  ZONE_NEGATIVE_OCTETS,
  ZONE_SEEDED,
  ZONE_SIGNED,
} from "../zone/arenaLayout.ts";
import type { FastChance } from "./fastChance.ts";
import { NameSearch } from "./nameSearch.ts";
import { RecordChoice } from "./recordChoice.ts";
import { ReplyOpt } from "./replyOpt.ts";
import type { ServerCookies } from "./serverCookies.ts";

/** In place of a reply's length: the general path must answer. */
export const GENERAL = -1;

/** What kind of reply was given, for rate limits. */
export const POSITIVE = 1;
export const NO_DATA = 2;
export const NO_NAME = 3;
export const ERROR = 4;
export type ReplyKind = typeof POSITIVE | typeof NO_DATA | typeof NO_NAME | typeof ERROR;

/** Parts that the fast path is made of. */
export interface FastPathParts {
  readonly words: Words;
  readonly packets: PacketMemory;
  readonly cookies: ServerCookies;
  readonly chance: FastChance;
  /** The server's identifier, at most 64 octets; empty: none is told. */
  readonly nsid: Uint8Array;
}

// The third octet of a header. RD is copied; CD and AD are not ours to set (RFC 4035 3.1.6).
const QR = 0x80;
const AA = 0x04;
const TC = 0x02;
const RD = 0x01;
const HIDDEN_BY = NODE_CUT | NODE_DNAME;
const POINTER = 0xc000;

/**
 * Answers the usual query in the memory that it came in: header and question stay where they are,
 * encoded records are copied behind them. It makes no object, and answers exactly what
 * `answerMessage` would; what it is not sure of, it leaves to the general path.
 */
export class FastPath {
  readonly query: FastQuery;
  readonly opt: ReplyOpt;
  /** Of the last reply: its kind, and a number that stands for the name it is about. */
  kind: ReplyKind = ERROR;
  subject = 0;
  rcode = 0;
  isTruncated = false;
  /** Whether the query read last was understood, if not answered: `query` and `opt` are of it. */
  isUsual = false;
  readonly #words: Words;
  readonly #packets: PacketMemory;
  readonly #search: NameSearch;
  readonly #choice: RecordChoice;

  constructor(parts: FastPathParts) {
    const { words, packets } = parts;
    this.#words = words;
    this.#packets = packets;
    this.opt = new ReplyOpt(packets, parts.cookies, parts.nsid);
    this.query = new FastQuery(packets, this.opt);
    this.#search = new NameSearch(words, packets);
    this.#choice = new RecordChoice(words, packets.view, parts.chance);
  }

  /** Answers from this root's version from now on; the caller has pinned it. */
  use(root: number): void {
    this.#search.use(root);
  }

  /**
   * Answers the message of `length` octets at octet `at`, a multiple of four, whose sender's
   * address is at word `addressAt`. Returns the reply's octets, or {@link GENERAL}.
   */
  answer(at: number, length: number, addressAt: number): number {
    const query = this.query;
    this.isUsual = query.read(at, length, addressAt);
    if (!this.isUsual || query.isSpecial) return GENERAL;
    const search = this.#search;
    search.find((at + HEADER_OCTETS) >> 2, query.nameOctets);
    this.isTruncated = false;
    this.subject = search.hash;
    const { node, zone } = search;
    if (node === 0) return this.#noName();
    const zoneFlags = word(this.#words, zone + ZONE_FLAGS);
    if ((zoneFlags & ZONE_SEEDED) === 0) return GENERAL;
    if ((zoneFlags & (ZONE_HAS_CUTS | ZONE_HAS_ZONES_BELOW)) !== 0) {
      if (search.isHidden(query.nameAt, query.nameOctets, zone, true)) return GENERAL;
    }
    const flags = nodeFlags(this.#words, node);
    if ((flags & NODE_CUT) !== 0) return GENERAL;
    if ((flags & NODE_CNAME) !== 0 && query.type !== RRType.CNAME) return GENERAL;
    const rrset = rrsetOf(this.#words, node, query.type);
    if (rrset === 0) {
      this.kind = NO_DATA;
      return this.#negative(zone, zoneFlags, Rcode.NOERROR);
    }
    return this.#positive(node, flags, rrset, zoneFlags);
  }

  /** Makes an empty reply of the query read last: with TC, or with an RCODE. Its octets. */
  empty(rcode: number, isTruncated: boolean): number {
    this.isTruncated = isTruncated;
    return this.#finish(this.query.questionEnd, rcode, isTruncated ? TC | AA : 0, 0, 0);
  }

  #positive(node: number, flags: number, rrset: number, zoneFlags: number): number {
    const words = this.#words;
    const query = this.query;
    this.kind = POSITIVE;
    const isSigned = (zoneFlags & ZONE_SIGNED) !== 0 && query.dnssecOk;
    const signature = isSigned ? this.#signatureOf(node, query.type) : 0;
    if (isSigned && signature === 0) return GENERAL;
    const records = recordCount(words, rrset);
    const body = rrset + RRSET_BODY;
    const isAddress = query.type === RRType.A || query.type === RRType.AAAA;
    const size = word(words, rrset + RRSET_RECORD_OCTETS);
    let count = records;
    let octets = bodyOctets(words, rrset);
    let weights = 0;
    if (isAddress && size !== 0 && word(words, rrset + RRSET_CHOICE_WORDS) > 0) {
      // A signature is over a whole RRset: of a signed one, no part can be chosen.
      if ((flags & NODE_HAS_RRSIG) === 0) {
        const choice = choiceOf(words, rrset);
        weights = choice + 1;
        count = Math.min(word(words, choice), records);
        octets = count * size;
      }
    }
    const signatureOctets = signature === 0 ? 0 : bodyOctets(words, signature);
    if (!this.#fits(octets + signatureOctets)) {
      if (!isAddress || signature !== 0) return GENERAL; // with compression it may fit
      return this.empty(Rcode.NOERROR, true);
    }
    let at = query.questionEnd;
    if (isAddress && size !== 0) {
      if (weights === 0 || records < 2) at = this.#choice.rotate(at, body, records, size);
      else if (!this.#choice.canDraw(records, count)) return GENERAL;
      else at = this.#choice.draw(at, body, records, size, weights, count);
    } else {
      copyWords(this.#packets.view, at, words, body, octets);
      at += octets;
    }
    if (signature !== 0) {
      copyWords(this.#packets.view, at, words, signature + RRSET_BODY, signatureOctets);
      at += signatureOctets;
      count += recordCount(words, signature);
    }
    return this.#finish(at, Rcode.NOERROR, AA, count, 0);
  }

  /** The RRSIGs over a type; 0 where the node has none. */
  #signatureOf(node: number, type: number): number {
    const words = this.#words;
    let rrset = firstRRset(words, node);
    for (let left = rrsetCount(words, node); left > 0; left -= 1) {
      if (rrsetType(words, rrset) === RRType.RRSIG && coveredType(words, rrset) === type) {
        return rrset;
      }
      rrset = nextRRset(words, rrset);
    }
    return 0;
  }

  /** The name is not there: NXDOMAIN, or not ours at all. */
  #noName(): number {
    const search = this.#search;
    const query = this.query;
    search.findEncloser(query.nameAt, query.nameOctets);
    const { node, zone } = search;
    if (node === 0) return this.#refuse();
    const zoneFlags = word(this.#words, zone + ZONE_FLAGS);
    if ((zoneFlags & ZONE_SEEDED) === 0) return GENERAL;
    if ((nodeFlags(this.#words, node) & (NODE_WILDCARD_CHILD | HIDDEN_BY)) !== 0) return GENERAL;
    if ((zoneFlags & (ZONE_HAS_CUTS | ZONE_HAS_ZONES_BELOW)) !== 0) {
      const octets = search.encloserOctets;
      const at = query.nameAt + query.nameOctets - octets;
      if (search.isHidden(at, octets, zone, false)) return GENERAL;
    }
    this.kind = NO_NAME;
    this.subject = zone; // whatever the name: random ones are one flood
    return this.#negative(zone, zoneFlags, Rcode.NXDOMAIN);
  }

  #refuse(): number {
    this.kind = ERROR;
    this.subject = 0;
    if (this.query.hasEdns) this.opt.addError(ExtendedErrorCode.NOT_AUTHORITATIVE);
    return this.#finish(this.query.questionEnd, Rcode.REFUSED, 0, 0, 0);
  }

  /** The SOA of the zone, its owner a pointer into the question (RFC 2308 section 3). */
  #negative(zone: number, zoneFlags: number, rcode: number): number {
    const query = this.query;
    if ((zoneFlags & ZONE_SIGNED) !== 0 && query.dnssecOk) return GENERAL;
    const octets = word(this.#words, zone + ZONE_NEGATIVE_OCTETS);
    const apexOctets = word(this.#words, zone + ZONE_APEX_OCTETS);
    if (octets === 0 || apexOctets < 2 || !this.#fits(2 + octets)) return GENERAL;
    const at = query.questionEnd;
    const { view } = this.#packets;
    view.setUint16(at, POINTER | (HEADER_OCTETS + query.nameOctets - apexOctets));
    copyWords(view, at + 2, this.#words, zone + ZONE_NEGATIVE, octets);
    return this.#finish(at + 2 + octets, rcode, AA, 0, 1);
  }

  /** Whether so many octets fit between the question and the OPT record. */
  #fits(octets: number): boolean {
    const query = this.query;
    const optOctets = query.hasEdns ? this.opt.octets : 0;
    return query.questionEnd - query.at + octets + optOctets <= query.octetsMax;
  }

  /** Writes the header's flags and counts, and the OPT record at `end`. The reply's octets. */
  #finish(end: number, rcode: number, flags: number, answers: number, authorities: number): number {
    const query = this.query;
    const { words } = this.#packets;
    const start = query.at >> 2;
    const first = words[start] as number;
    const upper = (first & (RD << 16)) | ((QR | flags) << 16);
    words[start] = (first & 0xffff) | upper | ((rcode & 0xf) << 24);
    words[start + 1] = 0x100 | ((answers >> 8) << 16) | ((answers & 0xff) << 24);
    words[start + 2] = (authorities << 8) | (query.hasEdns ? 0x0100_0000 : 0);
    this.rcode = rcode;
    if (!query.hasEdns) return end - query.at;
    return this.opt.write(end, rcode) - query.at;
  }
}
