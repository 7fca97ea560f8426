import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concatBytes, hexText } from "../../base/index.ts";
import { encodeName, makeRRset, type RRset, RRType } from "../../dns/index.ts";
import { APEX, at, rrsetsOf } from "../zone/exampleZone.suite.ts";
import { coveredBy } from "../zone/zoneDraft.ts";
import { type ZoneDelta, zoneDeltaOf } from "./zoneDelta.ts";

const SOA = "ns1.example.test. hostmaster.example.test.";
const HOST = at("host");

function apexChange() {
  const soa = (serial: number) => rrsetsOf([`@ 60 SOA ${SOA} ${serial} 1 1 1 30`]);
  return { name: APEX, rrsets: soa(8), before: soa(7) };
}

/** Type, TTL and RDATA of packed records, as a set: their order says nothing. */
function packedSet(packed: Uint8Array): ReadonlySet<string> {
  const found = new Set<string>();
  const owner = hexText(encodeName(HOST));
  for (let offset = 0; offset < packed.length; ) {
    const recordAt = offset + 1 + (packed[offset] ?? 0);
    assert.equal(hexText(packed.subarray(offset + 1, recordAt)), owner);
    const octets = ((packed[recordAt] ?? 0) << 8) | (packed[recordAt + 1] ?? 0);
    offset = recordAt + 2 + octets;
    const record = hexText(packed.subarray(recordAt + 2, offset));
    assert.ok(!found.has(record), "no record is packed twice");
    found.add(record);
  }
  return found;
}

function recordSet(rrsets: readonly RRset[]): ReadonlySet<string> {
  return new Set(
    rrsets.flatMap(({ type, ttlSeconds, rdata }) =>
      rdata.map((octets) => {
        const head = new Uint8Array(10);
        const view = new DataView(head.buffer);
        view.setUint16(0, type);
        view.setUint16(2, 1);
        view.setUint32(4, ttlSeconds);
        view.setUint16(8, octets.length);
        return hexText(concatBytes([head, octets]));
      }),
    ),
  );
}

function without(all: ReadonlySet<string>, some: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...all].filter((one) => !some.has(one)));
}

function sameKind(rrset: RRset): (other: RRset) => boolean {
  return (other) => other.type === rrset.type && coveredBy(other) === coveredBy(rrset);
}

function deltaOf(before: readonly RRset[], rrsets: readonly RRset[]): ZoneDelta {
  const changes = [{ name: HOST, rrsets, before }, apexChange()];
  return zoneDeltaOf({ zone: APEX, changes }) ?? assert.fail("there is a delta");
}

/** RRSIGs of two covered types, so that two RRsets have one type. */
const anyRRsets = fc
  .tuple(
    ...[
      [RRType.A, []],
      [RRType.TXT, []],
      [RRType.RRSIG, [0, RRType.A]],
      [RRType.RRSIG, [0, RRType.TXT]],
    ].map(([type, head]) =>
      fc.record({
        ttlSeconds: fc.constantFrom(30, 60),
        rdata: fc
          .array(fc.array(fc.nat(2), { minLength: 1, maxLength: 2 }), { maxLength: 5 })
          .map((all) => all.map((octets) => Uint8Array.from([...(head as number[]), ...octets]))),
        type: fc.constant(type as number),
      }),
    ),
  )
  .map((all) =>
    all
      .filter(({ rdata }) => rdata.length > 0)
      .map(({ type, ttlSeconds, rdata }) => makeRRset(HOST, type, ttlSeconds, rdata)),
  );

test("zoneDeltaOf() has exactly the records that are gone and those that are new", () => {
  fc.assert(
    fc.property(anyRRsets, anyRRsets, fc.boolean(), (before, others, isKept) => {
      // A node has one RRset of a kind; those that do not change are the same objects.
      const after = isKept ? others.map((rrset) => before.find(sameKind(rrset)) ?? rrset) : others;
      const { removed, added, recordCount } = deltaOf(before, after);
      const [old, next] = [recordSet(before), recordSet(after)];
      assert.deepEqual(packedSet(removed), without(old, next));
      assert.deepEqual(packedSet(added), without(next, old));
      assert.equal(recordCount, packedSet(removed).size + packedSet(added).size);
    }),
  );
});

test("zoneDeltaOf() has a record in both lists where only its TTL changes", () => {
  const [before, after] = [rrsetsOf(["host 60 A 192.0.2.1"]), rrsetsOf(["host 30 A 192.0.2.1"])];
  const { removed, added } = deltaOf(before, after);
  assert.equal(packedSet(removed).size, 1);
  assert.equal(packedSet(added).size, 1);
});

test("zoneDeltaOf() is none where a commit does not say what was before", () => {
  const changes = [{ name: HOST, rrsets: [] }, apexChange()];
  assert.equal(zoneDeltaOf({ zone: APEX, changes }), undefined);
  assert.equal(
    zoneDeltaOf({ zone: APEX, changes: [{ name: HOST, rrsets: [], before: [] }] }),
    undefined,
  );
});

test("zoneDeltaOf() packs more than its first buffer holds, time after time", () => {
  const lines = Array.from(
    { length: 300 },
    (_, index) => `host 60 TXT "${index} ${"x".repeat(90)}"`,
  );
  for (let round = 0; round < 3; round += 1) {
    const { removed, added } = deltaOf([], rrsetsOf(lines));
    assert.equal(removed.length, 0);
    assert.deepEqual(packedSet(added), recordSet(rrsetsOf(lines)));
  }
});
