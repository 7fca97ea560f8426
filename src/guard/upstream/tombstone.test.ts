import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { utf8 } from "../../base/index.ts";
import { emptyMessage, encodeTxt, type Message, nameOf, Rcode, RRType } from "../../dns/index.ts";
import { fenceName, readTombstone } from "./tombstone.ts";

interface Vectors {
  readonly fences: {
    readonly valid: readonly { readonly text: string; readonly fence: object }[];
    readonly malformed: readonly (string | { readonly text: string })[];
  };
}

const FENCE = nameOf("_holdfast.api.example");
const VECTORS = JSON.parse(
  readFileSync(new URL("../../../docs/fence-vectors.json", import.meta.url), "utf8"),
) as Vectors;

function message(texts: readonly string[], parts: Partial<Message> = {}): Message {
  const answer = texts.map((text) => {
    return {
      ...{ name: FENCE, type: RRType.TXT, class: 1, ttlSeconds: 5 },
      rdata: encodeTxt([utf8(text)]),
    };
  });
  return { ...emptyMessage(1), qr: true, ra: true, answer, ...parts };
}

test("of the protocol's vectors, exactly the tombstones are tombstones", () => {
  let tombstones = 0;
  for (const { text, fence } of VECTORS.fences.valid) {
    const want = "tombstone" in fence ? "tombstone" : "none";
    assert.equal(readTombstone(message([text]), FENCE, false).found, want, text);
    if (want === "tombstone") tombstones += 1;
  }
  assert.ok(tombstones > 0, "there is one to find");
  for (const row of VECTORS.fences.malformed) {
    const text = typeof row === "string" ? row : row.text;
    // One character-string is 255 octets; a calendar is the writer's business.
    if (text.length > 255 || /2026-(02-30|13)/.test(text)) continue;
    assert.equal(readTombstone(message([text]), FENCE, false).found, "none", text);
  }
});

test("several fences, another name's, and errors are no tombstone", () => {
  const [text = ""] = VECTORS.fences.valid.flatMap((row) =>
    "tombstone" in row.fence ? [row.text] : [],
  );
  assert.equal(readTombstone(message([text, text]), FENCE, false).found, "none");
  const other = nameOf("_holdfast.other.example");
  assert.equal(readTombstone(message([text]), other, false).found, "none");
  const failed = message([text], { rcode: Rcode.SERVFAIL, ad: true });
  assert.deepEqual(readTombstone(failed, FENCE, true), {
    found: "unknown",
    isAuthenticated: false,
  });
  const signed = message([text], { ad: true });
  assert.equal(readTombstone(signed, FENCE, true).isAuthenticated, true);
  assert.equal(readTombstone(signed, FENCE, false).isAuthenticated, false);
});

test("a name that leaves no room for a fence has none", () => {
  const label = "a".repeat(61);
  const long = nameOf([label, label, label, label].join("."));
  assert.equal(fenceName(long), undefined);
  assert.equal(fenceName(nameOf("api.example")), FENCE);
});

test("a referral says nothing of a tombstone: it takes none back", () => {
  const ns = { name: nameOf("example"), type: RRType.NS, class: 1, ttlSeconds: 5 };
  const authority = [{ ...ns, rdata: Uint8Array.of(1, 0x61, 0) }];
  assert.equal(readTombstone(message([], { ra: false, authority }), FENCE, true).found, "unknown");
  assert.equal(readTombstone(message([], { ra: true, authority }), FENCE, true).found, "none");
});
