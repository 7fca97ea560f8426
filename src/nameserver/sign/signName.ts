import { assert, type DnssecCrypto } from "../../base/index.ts";
import {
  compareSerials,
  decodeNsec,
  decodeRrsig,
  decodeSoa,
  encodeNsec,
  makeRRset,
  makeRrsig,
  type Name,
  type RRset,
  RRType,
  type Rrsig,
  sameRRset,
  type Validity,
  type ZoneKey,
} from "../../dns/index.ts";
import { rrsetOfType, type ZoneNode } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import { dataOf, hiddenBy, isCut, isMember, KEY_TYPES } from "./members.ts";

/** What a zone is to be signed with, at one moment. */
export interface Signing {
  readonly apex: Name;
  /** Signs everything but keys. */
  readonly active: ZoneKey;
  /** All sign the keys' own RRsets. */
  readonly apexKeys: readonly ZoneKey[];
  /** DNSKEY, CDS and CDNSKEY as they must be at the apex. */
  readonly keyRRsets: readonly RRset[];
  /** Of the next signature that is made. */
  readonly validity: () => Validity;
  /**
   * Signatures that end before this are made anew; undefined: the time is not known, and none is.
   */
  readonly endsAfterSeconds: number | undefined;
  /**
   * Signatures that begin later are made anew, where the time is known: a clock that was ahead made
   * them, and they do not hold yet.
   */
  readonly begunBySeconds: number;
  readonly crypto: DnssecCrypto;
}

/** Who comes behind a name in the NSEC chain; undefined: there is no chain yet. */
export type NextName = ((name: Name) => Name) | undefined;

/**
 * What a name owns once it is signed, its signatures included. Signatures of `held`, the name as it
 * is committed, are kept where they are right and last.
 */
export function signedRRsets(
  signing: Signing,
  view: ZoneView,
  held: ZoneNode | undefined,
  name: Name,
  next: NextName,
): readonly RRset[] {
  const data = withKeys(signing, name, dataOf(view.node(name)));
  if (data.length === 0 || hiddenBy(view, name) !== undefined) return data;
  const isAtCut = isCut(view, name);
  const nsec = next === undefined ? [] : [nsecOf(view, name, data, next(name), isAtCut)];
  const signed = [...data, ...nsec]
    .filter(({ type }) => !isAtCut || type === RRType.DS || type === RRType.NSEC)
    .sort((left, right) => left.type - right.type);
  const signatures = signed.map((rrset) => signatureOf(signing, held, rrset));
  return [...data, ...nsec, ...signatures];
}

/** Whether {@link signedRRsets} would make a new NSEC or signature for a committed name. */
export function needsSigning(
  signing: Signing,
  view: ZoneView,
  name: Name,
  next: NextName,
): boolean {
  const node = view.node(name);
  const data = withKeys(signing, name, dataOf(node));
  if (!isMember(view, name)) return hasSignatures(node);
  const isAtCut = isCut(view, name);
  const nsec = next === undefined ? [] : [nsecOf(view, name, data, next(name), isAtCut)];
  return [...data, ...nsec].some((rrset) => {
    if (isAtCut && rrset.type !== RRType.DS && rrset.type !== RRType.NSEC) return false;
    return keptSignatures(signing, node, rrset) === undefined;
  });
}

/** Whether a name owns anything that signing made. */
export function hasSignatures(node: ZoneNode | undefined): boolean {
  return node?.rrsets.some(({ type }) => type === RRType.RRSIG || type === RRType.NSEC) ?? false;
}

function withKeys({ apex, keyRRsets }: Signing, name: Name, data: readonly RRset[]) {
  if (name !== apex) return data;
  return [...data.filter(({ type }) => !KEY_TYPES.has(type)), ...keyRRsets];
}

function nsecOf(
  view: ZoneView,
  name: Name,
  data: readonly RRset[],
  next: Name,
  isAtCut: boolean,
): RRset {
  const held = data.map(({ type }) => type);
  // RFC 4035 section 2.3: of a cut, only what the parent itself answers for.
  const shown = isAtCut ? held.filter((type) => type === RRType.NS || type === RRType.DS) : held;
  const types = [...shown, RRType.RRSIG, RRType.NSEC].sort((left, right) => left - right);
  return makeRRset(name, RRType.NSEC, denialSeconds(view), [encodeNsec({ next, types })]);
}

/** TTL of NSEC records: as long as the SOA lets denials be believed (RFC 9077 section 3). */
function denialSeconds(view: ZoneView): number {
  const soa = rrsetOfType(view.node(view.apex), RRType.SOA);
  const [rdata] = soa?.rdata ?? [];
  if (soa === undefined || rdata === undefined) return 0;
  return Math.min(soa.ttlSeconds, decodeSoa(rdata).minimumSeconds);
}

function signatureOf(signing: Signing, held: ZoneNode | undefined, rrset: RRset): RRset {
  const kept = keptSignatures(signing, held, rrset);
  const { crypto, apex } = signing;
  const rdata =
    kept ??
    keysFor(signing, rrset.type).map((key) => {
      return makeRrsig(crypto, key, apex, rrset, signing.validity());
    });
  assert(rdata.length > 0, "an RRset is signed by at least one key");
  return makeRRset(rrset.name, RRType.RRSIG, rrset.ttlSeconds, rdata);
}

function keysFor({ active, apexKeys }: Signing, type: number): readonly ZoneKey[] {
  return KEY_TYPES.has(type) ? apexKeys : [active];
}

/** The signatures of an RRset that did not change, one by each key; undefined: one is missing. */
function keptSignatures(
  signing: Signing,
  held: ZoneNode | undefined,
  rrset: RRset,
): readonly Uint8Array[] | undefined {
  const before = rrsetOfType(held, rrset.type);
  if (before === undefined || !sameRRset(before, rrset)) return undefined;
  const rrsigs = signaturesOf(held, rrset.type);
  const kept: Uint8Array[] = [];
  for (const key of keysFor(signing, rrset.type)) {
    const found = rrsigs.find(({ rrsig }) => isGood(signing, rrsig, rrset, key));
    if (found === undefined) return undefined;
    kept.push(found.rdata);
  }
  return kept;
}

interface HeldSignature {
  readonly rdata: Uint8Array;
  readonly rrsig: Rrsig;
}

/** The signatures that a node holds over one of its RRsets. */
export function signaturesOf(
  node: ZoneNode | undefined,
  typeCovered: number,
): readonly HeldSignature[] {
  const found: HeldSignature[] = [];
  for (const { type, rdata } of node?.rrsets ?? []) {
    if (type !== RRType.RRSIG) continue;
    for (const octets of rdata) {
      const rrsig = decodeRrsig(octets);
      if (rrsig?.typeCovered === typeCovered) found.push({ rdata: octets, rrsig });
    }
  }
  return found;
}

function isGood(
  { apex, endsAfterSeconds, begunBySeconds }: Signing,
  rrsig: Rrsig,
  rrset: RRset,
  key: ZoneKey,
): boolean {
  if (rrsig.keyTag !== key.tag || rrsig.signer !== apex) return false;
  if (rrsig.originalTtlSeconds !== rrset.ttlSeconds) return false;
  if (endsAfterSeconds === undefined) return true;
  if (compareSerials(rrsig.inception, begunBySeconds >>> 0) === "greater") return false;
  return compareSerials(rrsig.expiration, endsAfterSeconds >>> 0) === "greater";
}

/** The name behind `name` as its committed NSEC says; undefined where it has none. */
export function nextOf(node: ZoneNode | undefined): Name | undefined {
  const [rdata] = rrsetOfType(node, RRType.NSEC)?.rdata ?? [];
  return rdata === undefined ? undefined : decodeNsec(rdata)?.next;
}
