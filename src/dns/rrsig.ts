import { assert, concatBytes, type DnssecCrypto, type P256KeyPair } from "../base/index.ts";
import { decodeDnskey, ECDSA_P256_SHA256, keyTag } from "./dnskey.ts";
import { type Name, ROOT } from "./name.ts";
import { labelsOf } from "./nameTree.ts";
import type { RRset } from "./rrset.ts";
import { RRType } from "./rrType.ts";
import { compareSerials } from "./serial.ts";
import { WireReader } from "./wireReader.ts";
import { encodeName, WireWriter } from "./wireWriter.ts";

/** The RDATA of an RRSIG record (RFC 4034 section 3.1). */
export interface Rrsig {
  readonly typeCovered: number;
  readonly algorithm: number;
  /** Labels of the owner name, without the root and a leftmost `*` (section 3.1.3). */
  readonly labels: number;
  readonly originalTtlSeconds: number;
  /** Seconds since the Unix epoch modulo 2^32, compared by RFC 1982; so is `inception`. */
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  /** Apex of the zone that holds the key. */
  readonly signer: Name;
  readonly signature: Uint8Array;
}

/** Between when and when a signature holds, in seconds since the Unix epoch. */
export interface Validity {
  readonly inceptionSeconds: number;
  readonly expirationSeconds: number;
}

/** A key with what its DNSKEY record says. */
export interface ZoneKey {
  readonly pair: P256KeyPair;
  /** RDATA of its DNSKEY. */
  readonly dnskey: Uint8Array;
  readonly tag: number;
}

/** RRSIG RDATA. */
export function encodeRrsig(rrsig: Rrsig): Uint8Array {
  return concatBytes([encodeFields(rrsig), rrsig.signature]);
}

// All RDATA fields but the signature: what is signed begins with them (section 3.1.8.1).
function encodeFields(rrsig: Omit<Rrsig, "signature">): Uint8Array {
  const out = new WireWriter();
  out.u16(rrsig.typeCovered);
  out.u8(rrsig.algorithm);
  out.u8(rrsig.labels);
  out.u32(rrsig.originalTtlSeconds);
  out.u32(rrsig.expiration);
  out.u32(rrsig.inception);
  out.u16(rrsig.keyTag);
  out.name(rrsig.signer);
  return out.finish();
}

/** Reads RRSIG RDATA; undefined where it is malformed. */
export function decodeRrsig(rdata: Uint8Array): Rrsig | undefined {
  const reader = new WireReader(rdata, "rdata");
  const fields = {
    typeCovered: reader.u16(),
    algorithm: reader.u8(),
    labels: reader.u8(),
    originalTtlSeconds: reader.u32(),
    expiration: reader.u32(),
    inception: reader.u32(),
    keyTag: reader.u16(),
    signer: reader.name("refuse"),
  };
  const signature = reader.octets(reader.left);
  return reader.problem === undefined ? { ...fields, signature } : undefined;
}

/** The type that RRSIG RDATA covers, without reading the rest. */
export function coveredType(rdata: Uint8Array): number {
  const [high = 0, low = 0] = rdata;
  return (high << 8) | low;
}

/** Labels of a name as RRSIGs count them: without the root and a leftmost `*`. */
export function signedLabels(name: Name): number {
  const labels = labelsOf(name);
  return labels[0] === "*" ? labels.length - 1 : labels.length;
}

/** The octets that a signature is over (RFC 4034 section 3.1.8.1). */
export function signingInput(rrsig: Omit<Rrsig, "signature">, rrset: RRset): Uint8Array {
  const owner = encodeName(signedOwner(rrset.name, rrsig.labels));
  const octets = rrset.rdata.reduce((sum, rdata) => sum + owner.length + 10 + rdata.length, 0);
  const fields = encodeFields(rrsig);
  const input = new Uint8Array(fields.length + octets);
  input.set(fields);
  const view = new DataView(input.buffer);
  let at = fields.length;
  // RDATA of an RRset is in canonical form and order already (RFC 4034 section 6.2, 6.3).
  for (const rdata of rrset.rdata) {
    input.set(owner, at);
    at += owner.length;
    view.setUint16(at, rrset.type);
    view.setUint16(at + 2, 1); // class IN
    view.setUint32(at + 4, rrsig.originalTtlSeconds);
    view.setUint16(at + 8, rdata.length);
    input.set(rdata, at + 10);
    at += 10 + rdata.length;
  }
  return input;
}

/** The name that was signed: with fewer labels than the owner, the wildcard it was made of. */
function signedOwner(name: Name, labels: number): Name {
  const parts = labelsOf(name);
  if (labels >= signedLabels(name)) return name;
  const rest = parts.slice(parts.length - labels);
  return (labels === 0 ? "*." : `*.${rest.join(".")}.`) as Name;
}

/** Signs an RRset; the answer is the RRSIG's RDATA. */
export function makeRrsig(
  crypto: DnssecCrypto,
  key: ZoneKey,
  signer: Name,
  rrset: RRset,
  { inceptionSeconds, expirationSeconds }: Validity,
): Uint8Array {
  assert(rrset.type !== RRType.RRSIG, "signatures are not signed");
  const fields = {
    typeCovered: rrset.type,
    algorithm: ECDSA_P256_SHA256,
    labels: signedLabels(rrset.name),
    originalTtlSeconds: rrset.ttlSeconds,
    expiration: expirationSeconds >>> 0,
    inception: inceptionSeconds >>> 0,
    keyTag: key.tag,
    signer,
  };
  return encodeRrsig({ ...fields, signature: crypto.sign(key.pair, signingInput(fields, rrset)) });
}

/** Why a signature proves nothing; `verified` where it proves the RRset. */
export type RrsigCheck =
  | "verified"
  | "other-rrset"
  | "other-key"
  | "not-yet-valid"
  | "expired"
  | "wrong-signature";

/** Checks one RRSIG of an RRset against one DNSKEY (RFC 4035 section 5.3). */
export function verifyRrsig(
  crypto: DnssecCrypto,
  rrset: RRset,
  rrsig: Rrsig,
  dnskey: Uint8Array,
  nowSeconds: number,
): RrsigCheck {
  const key = decodeDnskey(dnskey);
  const isZoneKey = key !== undefined && (key.flags & 0x100) !== 0;
  if (rrsig.typeCovered !== rrset.type || rrsig.labels > signedLabels(rrset.name)) {
    return "other-rrset";
  }
  if (!isZoneKey || rrsig.algorithm !== key.algorithm || rrsig.keyTag !== keyTag(dnskey)) {
    return "other-key";
  }
  if (key.algorithm !== ECDSA_P256_SHA256) return "other-key";
  const now = nowSeconds >>> 0;
  if (compareSerials(now, rrsig.inception) === "less") return "not-yet-valid";
  if (compareSerials(now, rrsig.expiration) === "greater") return "expired";
  const isRight = crypto.verify(key.publicKey, signingInput(rrsig, rrset), rrsig.signature);
  return isRight ? "verified" : "wrong-signature";
}

/** Makes a key ready to sign: its DNSKEY RDATA is that of `flags`. */
export function zoneKey(pair: P256KeyPair, dnskey: Uint8Array): ZoneKey {
  return { pair, dnskey, tag: keyTag(dnskey) };
}

/** Whether a name is a wildcard: its leftmost label is `*` (RFC 4592 section 2.1.1). */
export function isWildcard(name: Name): boolean {
  return name !== ROOT && name.startsWith("*.");
}
