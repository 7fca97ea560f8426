import assert from "node:assert/strict";
import { it } from "node:test";
import { nameOf, signMessage, type TsigKey, verifyMessage } from "../dns/index.ts";
import { withSystemMac } from "./tsigMac.ts";

const ALGORITHMS = ["hmac-sha256", "hmac-sha384", "hmac-sha512"] as const;

for (const algorithm of ALGORITHMS) {
  it(`withSystemMac() signs with ${algorithm} as our own code does, whatever the sizes`, () => {
    // A secret over the hash's block is hashed first (RFC 2104 section 2).
    for (const secretOctets of [16, 64, 65, 128, 129, 300]) {
      const secret = Uint8Array.from({ length: secretOctets }, (_, index) => index * 7 + 1);
      const key: TsigKey = { name: nameOf("k"), algorithm, secret };
      const fast = withSystemMac(key);
      for (const octets of [12, 55, 56, 64, 500, 65_000]) {
        const message = new Uint8Array(octets).fill(octets);
        const signing = { timeSeconds: 2 ** 33 + 5, requestMac: new Uint8Array(32).fill(9) };
        const slowly = signMessage(message, key, signing);
        assert.deepEqual(signMessage(message, fast, signing).bytes, slowly.bytes);
      }
    }
  });
}

it("withSystemMac() refuses what another secret signed", () => {
  const key: TsigKey = { name: nameOf("k"), algorithm: "hmac-sha256", secret: new Uint8Array(32) };
  const signed = signMessage(new Uint8Array(12), key, { timeSeconds: 1000 }).bytes;
  const check = { nowSeconds: 1000 };
  assert.equal(verifyMessage(signed, () => withSystemMac(key), check).kind, "verified");
  const other = withSystemMac({ ...key, secret: new Uint8Array(32).fill(1) });
  const verified = verifyMessage(signed, () => other, check);
  assert.equal(verified.kind === "refused" && verified.error, 16);
});
