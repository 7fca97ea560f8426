import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { assert, base64UrlText, type DnssecCrypto, type P256KeyPair } from "../base/index.ts";

const COORDINATE_OCTETS = 32;
const CURVE = { kty: "EC", crv: "P-256" } as const;

/** {@link DnssecCrypto} by OpenSSL. */
export class NodeDnssecCrypto implements DnssecCrypto {
  // Reading a key costs more than signing with it.
  readonly #privateKeys = new WeakMap<P256KeyPair, KeyObject>();

  generate(): P256KeyPair {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x, y, d } = privateKey.export({ format: "jwk" });
    const publicKey = new Uint8Array(2 * COORDINATE_OCTETS);
    publicKey.set(coordinate(x));
    publicKey.set(coordinate(y), COORDINATE_OCTETS);
    return { publicKey, privateKey: coordinate(d) };
  }

  sign(key: P256KeyPair, data: Uint8Array): Uint8Array {
    let privateKey = this.#privateKeys.get(key);
    if (privateKey === undefined) {
      const jwk = { ...publicJwk(key.publicKey), d: base64UrlText(key.privateKey) };
      privateKey = createPrivateKey({ key: jwk, format: "jwk" });
      this.#privateKeys.set(key, privateKey);
    }
    const signature = sign("sha256", data, { key: privateKey, dsaEncoding: "ieee-p1363" });
    return new Uint8Array(signature);
  }

  verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
    if (publicKey.length !== 2 * COORDINATE_OCTETS) return false;
    try {
      const key = createPublicKey({ key: publicJwk(publicKey), format: "jwk" });
      return verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature);
    } catch {
      return false; // the point is not on the curve
    }
  }
}

function publicJwk(publicKey: Uint8Array) {
  const x = base64UrlText(publicKey.subarray(0, COORDINATE_OCTETS));
  const y = base64UrlText(publicKey.subarray(COORDINATE_OCTETS));
  return { ...CURVE, x, y };
}

function coordinate(base64Url: string | undefined): Uint8Array {
  const octets = new Uint8Array(Buffer.from(base64Url ?? "", "base64url"));
  assert(octets.length === COORDINATE_OCTETS, "a coordinate of P-256 has 32 octets");
  return octets;
}
