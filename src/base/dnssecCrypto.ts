/** A key pair on the curve P-256, in the forms that DNSSEC uses (RFC 6605 section 4). */
export interface P256KeyPair {
  /** The point Q without its prefix: x then y, 32 octets each. */
  readonly publicKey: Uint8Array;
  /** The secret number d, 32 octets. Never logged, never in an error. */
  readonly privateKey: Uint8Array;
}

/** ECDSA with P-256 and SHA-256: algorithm 13 of DNSSEC (RFC 6605). */
export interface DnssecCrypto {
  /** Makes a new pair. */
  generate(): P256KeyPair;
  /** The signature over `data`: r then s, 32 octets each. */
  sign(key: P256KeyPair, data: Uint8Array): Uint8Array;
  /** Whether `signature` over `data` is right; false for whatever is malformed. */
  verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean;
}
