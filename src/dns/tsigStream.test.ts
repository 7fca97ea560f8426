import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utf8 } from "../base/index.ts";
import { makeQuery, makeResponse } from "./message.ts";
import { encodeMessage } from "./messageEncode.ts";
import { nameOf } from "./name.ts";
import { RRType } from "./rrType.ts";
import type { TsigKey } from "./tsigKey.ts";
import { TsigStreamSigner, TsigStreamVerifier } from "./tsigStream.ts";

const KEY: TsigKey = {
  name: nameOf("transfer."),
  algorithm: "hmac-sha256",
  secret: utf8("0123456789abcdef0123456789abcdef"),
};
const MAC = new Uint8Array(32).fill(7);
const NOW = 1_760_000_000;

const plain = (id: number): Uint8Array => {
  const query = makeQuery(id, nameOf("example.test."), RRType.AXFR);
  return encodeMessage(makeResponse(query, 0));
};
const signer = () => new TsigStreamSigner(KEY, MAC);
const verifier = () => new TsigStreamVerifier(KEY, MAC);

describe("TsigStreamVerifier", () => {
  it("believes what the signer signed, message by message", () => {
    const [signs, checks] = [signer(), verifier()];
    for (let id = 0; id < 5; id += 1) {
      const checked = checks.check(signs.sign(plain(id), NOW + id), NOW);
      assert.deepEqual(checked, { kind: "verified", message: plain(id) });
      assert.ok(checks.isProven);
    }
  });

  it("proves unsigned messages by the next signed one, at most 99 of them", () => {
    const checks = verifier();
    const signs = signer();
    checks.check(signs.sign(plain(0), NOW), NOW);
    assert.equal(checks.check(plain(1), NOW).kind, "unproven");
    assert.equal(checks.isProven, false);
    // The signer knows nothing of it: its next MAC does not cover the message in between.
    assert.equal(checks.check(signs.sign(plain(2), NOW), NOW).kind, "refused");
    const others = verifier();
    others.check(signer().sign(plain(0), NOW), NOW);
    for (let id = 1; id <= 99; id += 1) assert.equal(others.check(plain(id), NOW).kind, "unproven");
    assert.equal(others.check(plain(100), NOW).kind, "refused");
  });

  it("refuses a stream that begins unsigned, or is an answer to another request", () => {
    assert.equal(verifier().check(plain(0), NOW).kind, "refused");
    const other = new TsigStreamVerifier(KEY, new Uint8Array(32));
    assert.equal(other.check(signer().sign(plain(0), NOW), NOW).kind, "refused");
  });

  it("refuses messages that were left out, doubled, changed, late, or of another key", () => {
    const make = () => {
      const signs = signer();
      return [0, 1, 2].map((id) => signs.sign(plain(id), NOW));
    };
    const refuses = (messages: readonly (Uint8Array | undefined)[], now = NOW): boolean => {
      const checks = verifier();
      return messages.some((bytes) => bytes && checks.check(bytes, now).kind === "refused");
    };
    const [a, b, c] = make();
    assert.equal(refuses([a, b, c]), false);
    assert.ok(refuses([a, c]));
    assert.ok(refuses([a, b, b]));
    const changed = b?.slice() ?? assert.fail();
    changed[3] = 1;
    assert.ok(refuses([a, changed]));
    const late = new TsigStreamVerifier(KEY, MAC);
    assert.equal(late.check(a ?? assert.fail(), NOW).kind, "verified");
    assert.equal(late.check(b ?? assert.fail(), NOW + 301).kind, "refused");
    const key = { ...KEY, name: nameOf("other.") };
    const others = new TsigStreamSigner(key, MAC);
    others.sign(plain(0), NOW);
    assert.ok(refuses([a, others.sign(plain(1), NOW)]));
  });
});
