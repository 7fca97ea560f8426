import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { concatBytes } from "../base/index.ts";
import { anyMessage } from "./arbitraries.suite.ts";
import { makeQuery, makeResponse } from "./message.ts";
import { decodeMessage } from "./messageDecode.ts";
import { encodeMessage } from "./messageEncode.ts";
import { nameOf } from "./name.ts";
import {
  signatureOctets,
  signMessage,
  unsignedTsigError,
  type VerifiedMessage,
  verifyMessage,
} from "./tsig.ts";
import { parseTsigKey, type TsigKey } from "./tsigKey.ts";

const NOW = 1_800_000_000;
const key: TsigKey = {
  name: nameOf("holdfast.key"),
  algorithm: "hmac-sha256",
  secret: new Uint8Array(32).fill(7),
};
const query = encodeMessage(makeQuery(7, nameOf("dynamodb.example"), 1));
const response = encodeMessage({ ...makeResponse(makeQuery(7, nameOf("a.example"), 1), 0) });

function check(bytes: Uint8Array, nowSeconds = NOW, requestMac?: Uint8Array): VerifiedMessage {
  const keyFor = (name: string) => (name === key.name ? key : undefined);
  return verifyMessage(bytes, keyFor, requestMac ? { nowSeconds, requestMac } : { nowSeconds });
}

for (const algorithm of ["hmac-sha256", "hmac-sha384", "hmac-sha512"] as const) {
  test(`verifyMessage() gives back what signMessage() signed with ${algorithm}`, () => {
    const signer = { ...key, algorithm };
    fc.assert(
      fc.property(anyMessage, (message) => {
        const bytes = encodeMessage(message);
        const signed = signMessage(bytes, signer, { timeSeconds: NOW });
        const verified = verifyMessage(signed.bytes, () => signer, { nowSeconds: NOW });
        const { mac } = signed;
        const want = { kind: "verified", key: signer, mac, timeSigned: NOW, message: bytes };
        assert.deepEqual(verified, want);
        const decoded = decodeMessage(signed.bytes);
        assert.deepEqual(decoded.kind === "message" && decoded.message, message);
        assert.deepEqual(decoded.kind === "message" && decoded.tsig?.mac, mac);
      }),
    );
  });
}

test("signatureOctets() is what signMessage() adds to a message", () => {
  for (const algorithm of ["hmac-sha256", "hmac-sha384", "hmac-sha512"] as const) {
    for (const name of [key.name, nameOf("."), nameOf("a\\.b.example")]) {
      const signer = { ...key, algorithm, name };
      const { bytes } = signMessage(query, signer, { timeSeconds: NOW });
      assert.equal(bytes.length - query.length, signatureOctets(signer));
    }
  }
});

// Octets sent by dig and nsupdate of BIND 9.18 for the keys named.
const foreign = [
  {
    who: "dig, hmac-sha256",
    key,
    hex:
      "12af012000010000000000020864796e616d6f6462076578616d706c6500001c000100002904d000000000000c" +
      "000a00082793bcfd22c3e95508686f6c6466617374036b65790000fa00ff00000000003d0b686d61632d736861" +
      "3235360000006b02c3d7012c0020d00aa2c517074c24a84654acc0e802ed8a7cb23600ed6276a2f89077088" +
      "65da612af00000000",
  },
  {
    who: "dig, hmac-sha512",
    key: { ...key, algorithm: "hmac-sha512", secret: new Uint8Array(64).fill(9) } as const,
    hex:
      "0cc3012000010000000000020864796e616d6f6462076578616d706c65000001000100002904d000000000000c" +
      "000a00083c3873cf1e29d2bf08686f6c6466617374036b65790000fa00ff00000000005d0b686d61632d736861" +
      "3531320000006b02c3d8012c00408607ef7617dcec065ae922491043219ab048dc97c1ae52fa582152f236544f" +
      "fd0cbdced35311d91686175f3aa03efc67c79c48a4ee9bdcc6504f7590bb8ef1a70cc300000000",
  },
  {
    who: "nsupdate, hmac-sha256",
    key,
    hex:
      "efd528000001000100020001076578616d706c650000060001095f686f6c64666173740161076578616d706c65" +
      "00001000010000000000050476312037c023000100ff000000000000c023000100010000003c0004c000020108" +
      "686f6c6466617374036b65790000fa00ff00000000003d0b686d61632d7368613235360000006b02c3da012c00" +
      "20286ff227114c49266ce29e930265191b27a681c67814a480fadb0b12de15f63aefd500000000",
  },
];

for (const { who, key: signer, hex } of foreign) {
  test(`verifyMessage() accepts the signature of ${who}`, () => {
    const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
    const verified = verifyMessage(bytes, () => signer, { nowSeconds: 0x6b02c3d8 });
    assert.equal(verified.kind, "verified");
    if (verified.kind !== "verified") return;
    assert.equal(decodeMessage(verified.message).kind, "message");
  });
}

test("signMessage() computes the MAC of RFC 8945 section 4.3, request MAC first", () => {
  const requestMac = new Uint8Array(32).fill(3);
  const { mac } = signMessage(response, key, { timeSeconds: NOW, requestMac });
  const variables = Buffer.from(
    "08686f6c6466617374036b65790000ff000000000b686d61632d73686132353600" +
      `${NOW.toString(16).padStart(12, "0")}012c00000000`,
    "hex",
  );
  const parts = [Uint8Array.of(0, 32), requestMac, response, variables];
  const expected = createHmac("sha256", key.secret).update(concatBytes(parts)).digest();
  assert.deepEqual(mac, new Uint8Array(expected));
});

test("verifyMessage() does not verify a message with any octet changed", () => {
  const { bytes } = signMessage(query, key, { timeSeconds: NOW });
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Uint8Array.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x40;
    const verified = check(changed);
    // The id travels unsigned, so that forwarders may change it: the signed one is restored.
    if (at < 2) assert.deepEqual(verified.kind === "verified" && verified.message, query);
    // Names have no case, and 0x40 makes no letter another letter's capital.
    else assert.notEqual(verified.kind, "verified", `octet ${at}`);
  }
});

test("verifyMessage() tells a response by the request it answers", () => {
  const requestMac = signMessage(query, key, { timeSeconds: NOW }).mac;
  const { bytes } = signMessage(response, key, { timeSeconds: NOW, requestMac });
  assert.equal(check(bytes, NOW, requestMac).kind, "verified");
  for (const other of [undefined, new Uint8Array(32)]) {
    const refused = check(bytes, NOW, other);
    assert.equal(refused.kind === "refused" && refused.error, 16);
  }
});

test("verifyMessage() says unsigned when there is no TSIG", () => {
  assert.deepEqual(check(query), { kind: "unsigned" });
});

test("verifyMessage() refuses with BADKEY when the key or its algorithm is another", () => {
  for (const signer of [
    { ...key, name: nameOf("other.key") },
    { ...key, algorithm: "hmac-sha512" } as const,
  ]) {
    const refused = check(signMessage(query, signer, { timeSeconds: NOW }).bytes);
    assert.equal(refused.kind, "refused");
    if (refused.kind !== "refused") return;
    assert.equal(refused.error, 17);
    assert.equal(refused.keyName, signer.name);
    assert.equal(refused.key, undefined);
  }
});

test("verifyMessage() refuses with BADSIG when the secret is another, whatever the time", () => {
  const signer = { ...key, secret: new Uint8Array(32) };
  for (const timeSeconds of [NOW, 0]) {
    const refused = check(signMessage(query, signer, { timeSeconds }).bytes);
    assert.equal(refused.kind === "refused" && refused.error, 16);
    assert.equal(refused.kind === "refused" && refused.key, undefined);
  }
});

const clocks = [
  { ahead: 300, want: "verified", why: "RFC 8945 10: within the fudge" },
  { ahead: -300, want: "verified", why: "either way" },
  { ahead: 301, want: "refused", why: "beyond the fudge" },
  { ahead: -301, want: "refused", why: "either way" },
];

for (const { ahead, want, why } of clocks) {
  test(`verifyMessage() says ${want} when the signer's clock is ${ahead} s ahead: ${why}`, () => {
    const signed = signMessage(query, key, { timeSeconds: NOW + ahead });
    const verified = check(signed.bytes);
    assert.equal(verified.kind, want);
    if (verified.kind !== "refused") return;
    assert.equal(verified.error, 18);
    assert.deepEqual(verified.mac, signed.mac);
  });
}

test("a client with a wrong clock learns the server's time from a BADTIME response", () => {
  const clientTime = NOW - 100_000;
  const request = signMessage(query, key, { timeSeconds: clientTime });
  const refused = check(request.bytes);
  assert.equal(refused.kind, "refused");
  if (refused.kind !== "refused" || refused.key === undefined || refused.mac === undefined) return;
  const badTime = signMessage(response, refused.key, {
    timeSeconds: refused.timeSigned,
    requestMac: refused.mac,
    error: refused.error,
    otherTimeSeconds: NOW,
  });
  const told = check(badTime.bytes, clientTime, request.mac);
  assert.equal(told.kind, "refused");
  if (told.kind !== "refused") return;
  assert.equal(told.error, 18);
  assert.equal(told.serverTimeSeconds, NOW);
  assert.equal(check(signMessage(query, key, { timeSeconds: NOW }).bytes).kind, "verified");
});

test("a BADTIME response that is forged moves nobody's clock", () => {
  const forger = { ...key, secret: new Uint8Array(32) };
  const forged = signMessage(response, forger, {
    timeSeconds: NOW,
    error: 18,
    otherTimeSeconds: 1,
  });
  const told = check(forged.bytes);
  assert.equal(told.kind === "refused" && told.error, 16);
  assert.equal(told.kind === "refused" && told.serverTimeSeconds, undefined);
});

test("unsignedTsigError() says BADKEY without a MAC, and proves nothing", () => {
  const bytes = unsignedTsigError(response, key.name, key.algorithm, 17, NOW);
  assert.deepEqual(check(bytes, NOW, new Uint8Array(32)), {
    kind: "refused",
    error: 17,
    keyName: key.name,
    algorithm: nameOf("hmac-sha256"),
    timeSigned: NOW,
  });
});

/** The signed query with its MAC cut to `octets`. */
function truncated(octets: number): Uint8Array {
  const { bytes } = signMessage(query, key, { timeSeconds: NOW });
  const macAt = bytes.length - 6 - 32;
  const cut = concatBytes([bytes.subarray(0, macAt + octets), bytes.subarray(macAt + 32)]);
  cut[macAt - 1] = octets;
  const rdlengthAt = query.length + 14 + 8;
  cut[rdlengthAt + 1] = (cut[rdlengthAt + 1] ?? 0) - (32 - octets);
  return cut;
}

test("verifyMessage() refuses a truncated MAC with BADTRUNC, a shorter one as malformed", () => {
  const cut = check(truncated(16));
  assert.equal(cut.kind === "refused" && cut.error, 22);
  assert.deepEqual(cut.kind === "refused" && cut.key, key);
  for (const octets of [0, 9, 15]) assert.equal(check(truncated(octets)).kind, "malformed");
});

test("verifyMessage() calls a message malformed when its TSIG is not the last record", () => {
  const signed = signMessage(query, key, { timeSeconds: NOW }).bytes;
  const twice = signMessage(signed, key, { timeSeconds: NOW }).bytes;
  assert.equal(check(twice).kind, "malformed");
  assert.equal(decodeMessage(twice).kind, "malformed");
  const behind = concatBytes([signed, Uint8Array.of(0)]);
  assert.equal(check(behind).kind, "malformed");
});

test("verifyMessage() calls a message malformed when a label has a reserved type", () => {
  const bytes = Uint8Array.from(query);
  bytes[12] = 0x48;
  // Without the check the rest of the question would be read as something else: still malformed.
  const checked = check(bytes);
  assert.match(checked.kind === "malformed" ? checked.problem : "", /reserved type/);
});

const SECRET = Buffer.alloc(16, 1).toString("base64");
const keys = [
  { name: "k.", algorithm: "HMAC-SHA256", secret: SECRET, want: "parsed", why: "case is folded" },
  { name: "k", algorithm: "hmac-sha512.", secret: SECRET, want: "parsed", why: "its wire name" },
  { name: "k", algorithm: "hmac-md5", secret: SECRET, want: "malformed", why: "MD5 is broken" },
  { name: "k", algorithm: "constructor", secret: SECRET, want: "malformed", why: "no algorithm" },
  { name: "a..b", algorithm: "hmac-sha256", secret: SECRET, want: "malformed", why: "no name" },
  { name: "k", algorithm: "hmac-sha256", secret: "AAA", want: "malformed", why: "no base64" },
  { name: "k", algorithm: "hmac-sha256", secret: "AAAA", want: "malformed", why: "too short" },
];

for (const { want, why, ...text } of keys) {
  test(`parseTsigKey() says ${want} for ${text.name} ${text.algorithm}: ${why}`, () => {
    const parsed = parseTsigKey(text);
    assert.equal(parsed.kind, want);
    if (parsed.kind === "malformed") assert.equal(parsed.problem.includes(text.secret), false);
  });
}
