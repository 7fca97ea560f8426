import { sha256, sha384 } from "@noble/hashes/sha2.js";
import { concatBytes } from "../base/index.ts";
import type { Name } from "./name.ts";
import { encodeName } from "./wireWriter.ts";

/** Algorithm numbers of DNSSEC in use here: ECDSA P-256 with SHA-256 (RFC 6605). */
export const ECDSA_P256_SHA256 = 13;

/** Digest types of DS records (RFC 4509, RFC 6605 section 2). */
export const DigestType = { SHA256: 2, SHA384: 4 } as const;

/** Flags of a DNSKEY: a zone key that is also a secure entry point (RFC 4034 section 2.1.1). */
export const KEY_SIGNING_FLAGS = 257;
/** Flags of a zone key that no DS points to. */
export const ZONE_SIGNING_FLAGS = 256;

const PROTOCOL = 3; // RFC 4034 section 2.1.2: nothing else is valid
const FIXED_OCTETS = 4;

/** The RDATA of a DNSKEY or CDNSKEY record (RFC 4034 section 2.1). */
export interface Dnskey {
  readonly flags: number;
  readonly algorithm: number;
  readonly publicKey: Uint8Array;
}

/** DNSKEY RDATA. */
export function encodeDnskey({ flags, algorithm, publicKey }: Dnskey): Uint8Array {
  return concatBytes([Uint8Array.of(flags >> 8, flags & 0xff, PROTOCOL, algorithm), publicKey]);
}

/** Reads DNSKEY RDATA; undefined where it is none for DNSSEC. */
export function decodeDnskey(rdata: Uint8Array): Dnskey | undefined {
  const [high = 0, low = 0, protocol, algorithm = 0] = rdata;
  if (rdata.length <= FIXED_OCTETS || protocol !== PROTOCOL) return undefined;
  return { flags: (high << 8) | low, algorithm, publicKey: rdata.slice(FIXED_OCTETS) };
}

/** The key tag of DNSKEY RDATA, 0..65535: a hint which key signed (RFC 4034 appendix B). */
export function keyTag(rdata: Uint8Array): number {
  let sum = 0;
  for (const [index, octet] of rdata.entries()) sum += index % 2 === 0 ? octet << 8 : octet;
  sum += (sum >>> 16) & 0xffff;
  return sum & 0xffff;
}

/** DS or CDS RDATA of a key: what the parent holds of it (RFC 4034 section 5.1). */
export function dsRdata(
  owner: Name,
  dnskey: Uint8Array,
  digestType: number = DigestType.SHA256,
): Uint8Array {
  const digest = digestType === DigestType.SHA384 ? sha384 : sha256;
  const tag = keyTag(dnskey);
  const fixed = Uint8Array.of(tag >> 8, tag & 0xff, dnskey[3] ?? 0, digestType);
  return concatBytes([fixed, digest(concatBytes([encodeName(owner), dnskey]))]);
}

/** CDS RDATA that asks the parent to delete all DS records (RFC 8078 section 4). */
export const CDS_DELETE: Uint8Array = Uint8Array.of(0, 0, 0, 0, 0);
/** CDNSKEY RDATA that asks the same. */
export const CDNSKEY_DELETE: Uint8Array = Uint8Array.of(0, 0, PROTOCOL, 0, 0);
