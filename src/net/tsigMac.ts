import { hash } from "node:crypto";

/** Where a hash works: its name here, the octets of its block and of its digest. */
interface HashFacts {
  readonly name: string;
  readonly blockOctets: number;
  readonly digestOctets: number;
}

/** The part of a TSIG key that its MACs are made of. */
interface MacKey {
  readonly algorithm: "hmac-sha256" | "hmac-sha384" | "hmac-sha512";
  readonly secret: Uint8Array;
}

const HASHES: Readonly<Record<MacKey["algorithm"], HashFacts>> = {
  "hmac-sha256": { name: "sha256", blockOctets: 64, digestOctets: 32 },
  "hmac-sha384": { name: "sha384", blockOctets: 128, digestOctets: 48 },
  "hmac-sha512": { name: "sha512", blockOctets: 128, digestOctets: 64 },
};

/** Most that is signed at once: a message, the MAC before it and the TSIG variables. */
const SIGNED_OCTETS_MAX = 2 * 65_536;
// What is hashed has to be in one piece. In use only while one MAC is computed.
const signed = Buffer.alloc(128 + SIGNED_OCTETS_MAX);

const INNER = 0x36;
const OUTER = 0x5c;

/**
 * The key, with the system's hash for its MACs: HMAC as RFC 2104 builds it, of two hashes. A third
 * of the time that `createHmac` and our own code take, since no object is made for it.
 */
export function withSystemMac<Key extends MacKey>(
  key: Key,
): Key & { readonly mac: (parts: readonly Uint8Array[]) => Uint8Array } {
  const { name, blockOctets, digestOctets } = HASHES[key.algorithm];
  const secret = key.secret.length > blockOctets ? hash(name, key.secret, "buffer") : key.secret;
  const inner = Buffer.alloc(blockOctets);
  const outer = Buffer.alloc(blockOctets + digestOctets);
  for (let index = 0; index < blockOctets; index += 1) {
    inner[index] = (secret[index] ?? 0) ^ INNER;
    outer[index] = (secret[index] ?? 0) ^ OUTER;
  }
  const mac = (parts: readonly Uint8Array[]): Uint8Array => {
    signed.set(inner);
    let octets = blockOctets;
    for (const part of parts) {
      signed.set(part, octets);
      octets += part.length;
    }
    outer.set(hash(name, signed.subarray(0, octets), "buffer"), blockOctets);
    return hash(name, outer, "buffer");
  };
  return { ...key, mac };
}
