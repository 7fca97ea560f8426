import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { base64Bytes, concatBytes, hexText } from "../base/index.ts";
import { NodeDnssecCrypto } from "../net/index.ts";
import {
  CDS_DELETE,
  decodeDnskey,
  dsRdata,
  ECDSA_P256_SHA256,
  encodeDnskey,
  KEY_SIGNING_FLAGS,
  keyTag,
} from "./dnskey.ts";
import { nameOf } from "./name.ts";
import { compareNames } from "./nameTree.ts";
import { decodeNsec, decodeTypeBitmap, encodeNsec, encodeTypeBitmap, nsecCovers } from "./nsec.ts";
import { makeRRset, type RRset } from "./rrset.ts";
import {
  coveredType,
  decodeRrsig,
  encodeRrsig,
  makeRrsig,
  type Rrsig,
  signedLabels,
  verifyRrsig,
  zoneKey,
} from "./rrsig.ts";
import { RRType } from "./rrType.ts";

const crypto = new NodeDnssecCrypto();

function base64(text: string): Uint8Array {
  return base64Bytes(text.replaceAll(/\s/g, "")) ?? new Uint8Array(0);
}

// RFC 6605 section 6.1.
const PUBLIC = base64(`GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edb
  krSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==`);
const PRIVATE = base64("GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=");
const SIGNATURE = base64(`qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXA
  yGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==`);
const APEX = nameOf("example.net.");
const DNSKEY = encodeDnskey({
  flags: KEY_SIGNING_FLAGS,
  algorithm: ECDSA_P256_SHA256,
  publicKey: PUBLIC,
});
const INCEPTION = Date.UTC(2010, 7, 12, 10, 4, 39) / 1000;
const EXPIRATION = Date.UTC(2010, 8, 9, 10, 4, 39) / 1000;
const A = makeRRset(nameOf("www.example.net."), RRType.A, 3600, [Uint8Array.of(192, 0, 2, 1)]);
const RRSIG: Rrsig = {
  typeCovered: RRType.A,
  algorithm: ECDSA_P256_SHA256,
  labels: 3,
  originalTtlSeconds: 3600,
  expiration: EXPIRATION,
  inception: INCEPTION,
  keyTag: 55648,
  signer: APEX,
  signature: SIGNATURE,
};
const NOW = INCEPTION + 60;
const KEY = zoneKey({ publicKey: PUBLIC, privateKey: PRIVATE }, DNSKEY);

function check(rrset: RRset, rrsig: Rrsig = RRSIG, nowSeconds = NOW): string {
  return verifyRrsig(crypto, rrset, rrsig, DNSKEY, nowSeconds);
}

describe("keys", () => {
  it("a key's tag and DS are those of RFC 6605", () => {
    assert.equal(keyTag(DNSKEY), 55648);
    const digest = "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17";
    assert.equal(hexText(dsRdata(APEX, DNSKEY)), `d9600d02${digest}`);
  });

  it("the key tag of RFC 4034 section 5.4 is found", () => {
    const publicKey = base64(`AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxe
      YCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmAD
      jFDc2w/rljwvFw==`);
    assert.equal(keyTag(encodeDnskey({ flags: 256, algorithm: 5, publicKey })), 60485);
  });

  it("decodeDnskey() takes back what encodeDnskey() wrote, and no other protocol", () => {
    assert.deepEqual(decodeDnskey(DNSKEY), { flags: 257, algorithm: 13, publicKey: PUBLIC });
    assert.equal(decodeDnskey(Uint8Array.of(1, 1, 2, 13, 1)), undefined);
    assert.equal(decodeDnskey(CDS_DELETE), undefined);
  });
});

describe("signatures", () => {
  it("the signature of RFC 6605 is verified over the canonical form", () => {
    assert.equal(check(A), "verified");
  });

  it("a changed RRset, owner, TTL, time or key is not verified", () => {
    const other = makeRRset(A.name, RRType.A, 3600, [Uint8Array.of(192, 0, 2, 2)]);
    assert.equal(check(other), "wrong-signature");
    assert.equal(check({ ...A, name: nameOf("ftp.example.net.") }), "wrong-signature");
    assert.equal(check(A, { ...RRSIG, originalTtlSeconds: 60 }), "wrong-signature");
    assert.equal(check(A, { ...RRSIG, keyTag: 1 }), "other-key");
    assert.equal(check(A, { ...RRSIG, typeCovered: RRType.AAAA }), "other-rrset");
    assert.equal(check(A, { ...RRSIG, labels: 4 }), "other-rrset");
    assert.equal(check(A, RRSIG, INCEPTION - 1), "not-yet-valid");
    assert.equal(check(A, RRSIG, EXPIRATION + 1), "expired");
  });

  it("the TTL of a cached RRset does not matter: the original one was signed", () => {
    assert.equal(check({ ...A, ttlSeconds: 17 }), "verified");
  });

  it("makeRrsig() makes what verifies, and with the key of the RFC only there", () => {
    const validity = { inceptionSeconds: INCEPTION, expirationSeconds: EXPIRATION };
    const rdata = makeRrsig(crypto, KEY, APEX, A, validity);
    assert.equal(coveredType(rdata), RRType.A);
    const rrsig = decodeRrsig(rdata);
    assert.ok(rrsig !== undefined);
    assert.equal(check(A, rrsig), "verified");
    assert.deepEqual(encodeRrsig(rrsig), rdata);
    const pair = crypto.generate();
    const others = encodeDnskey({ flags: 257, algorithm: 13, publicKey: pair.publicKey });
    const forged = decodeRrsig(makeRrsig(crypto, zoneKey(pair, others), APEX, A, validity));
    assert.ok(forged !== undefined);
    assert.equal(check(A, { ...forged, keyTag: KEY.tag }), "wrong-signature");
  });

  it("a wildcard's signature holds for the names made of it, and for none beside it", () => {
    const validity = { inceptionSeconds: INCEPTION, expirationSeconds: EXPIRATION };
    const wildcard = { ...A, name: nameOf("*.w.example.net.") };
    assert.equal(signedLabels(wildcard.name), 3);
    const rrsig = decodeRrsig(makeRrsig(crypto, KEY, APEX, wildcard, validity));
    assert.ok(rrsig !== undefined);
    assert.equal(check(wildcard, rrsig), "verified");
    assert.equal(check({ ...A, name: nameOf("a.b.w.example.net.") }, rrsig), "verified");
    assert.equal(check({ ...A, name: nameOf("a.x.example.net.") }, rrsig), "wrong-signature");
  });

  it("a point that is not on the curve verifies nothing", () => {
    assert.equal(crypto.verify(new Uint8Array(64).fill(7), PUBLIC, SIGNATURE), false);
    assert.equal(crypto.verify(new Uint8Array(3), PUBLIC, SIGNATURE), false);
  });

  it("decodeRrsig() refuses what is cut off", () => {
    assert.equal(decodeRrsig(encodeRrsig(RRSIG).subarray(0, 20)), undefined);
  });
});

describe("NSEC", () => {
  it("the bitmap of RFC 4034 section 4.3 is written and read", () => {
    const types = [RRType.A, RRType.MX, RRType.RRSIG, RRType.NSEC, 1234];
    const rdata = encodeNsec({ next: nameOf("host.example.com."), types });
    const name = "04686f7374076578616d706c6503636f6d00";
    assert.equal(hexText(rdata), `${name}0006400100000003041b${"00".repeat(26)}20`);
    assert.deepEqual(decodeNsec(rdata), { next: "host.example.com.", types });
  });

  it("any set of types survives the bitmap", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 65535 })), (types) => {
        const sorted = types.toSorted((left, right) => left - right);
        assert.deepEqual(decodeTypeBitmap(encodeTypeBitmap(types)), sorted);
      }),
    );
  });

  it("windows out of order, empty or cut off are refused", () => {
    const window = encodeTypeBitmap([RRType.A]);
    assert.equal(decodeTypeBitmap(concatBytes([window, window])), undefined);
    assert.equal(decodeTypeBitmap(Uint8Array.of(0, 0)), undefined);
    assert.equal(decodeTypeBitmap(Uint8Array.of(0, 2, 1)), undefined);
    assert.equal(decodeTypeBitmap(Uint8Array.of(0, 33, ...new Uint8Array(33))), undefined);
  });

  it("in a ring of names each name is one of them or covered by exactly one NSEC", () => {
    const label = fc.constantFrom("a", "b", "c", "_x", "*", "z");
    const names = fc
      .array(label, { maxLength: 3 })
      .map((labels) => nameOf([...labels, "example."].join(".")));
    fc.assert(
      fc.property(fc.array(names), names, (ring, name) => {
        const sorted = [...new Set([nameOf("example."), ...ring])].sort(compareNames);
        const covering = sorted.filter((owner, index) => {
          return nsecCovers(owner, sorted[index + 1] ?? nameOf("example."), name);
        });
        assert.equal(covering.length, sorted.includes(name) ? 0 : 1);
      }),
    );
  });
});
