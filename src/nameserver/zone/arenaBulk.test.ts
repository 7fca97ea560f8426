import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { RRset } from "../../dns/index.ts";
import { Arena } from "./arena.ts";
import { ArenaBulk } from "./arenaBulk.ts";
import { decodeOwner } from "./arenaDecode.ts";
import { NODE_SIZE, NODE_ZONE_FLAGS, word, ZONE_NEGATIVE_OCTETS } from "./arenaLayout.ts";
import { APEX, at, rrsetsOf } from "./exampleZone.suite.ts";
import { NodeWalk } from "./nodeWalk.ts";
import { OrderWalk } from "./orderWalk.ts";
import { ZoneData } from "./zoneData.ts";
import { ZoneDraft } from "./zoneDraft.ts";
import { readZone } from "./zoneRecord.ts";

const OTHER = at("other.test.");
const KEY = "DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+";
const DIGEST = "0123456789abcdef";
const FENCE = `TXT "holdfast=1 epoch=0 generation=1 edition=1 types=A digest=${DIGEST}"`;
const OWNERS = [
  "@",
  "a",
  "c.a",
  "e.f.g.h",
  "*.b",
  "x.*.d",
  "*",
  "x\\.y",
  "_holdfast",
  "_holdfast.a",
]
  .concat(["_holdfast.c.a", "_weights._holdfast.a", "_weights._holdfast", "_seed._holdfast"])
  .concat(["_weights._holdfast.c.a", "_weights._holdfast.not.there"]);
const CONTENTS: readonly (readonly string[])[] = [
  ["A 192.0.2.1"],
  ["A 192.0.2.1", "A 192.0.2.2", "A 192.0.2.3"],
  ["AAAA 2001:db8::1", "AAAA 2001:db8::2"],
  ['TXT "holdfast-weights=1 answers=1 A=1,2,3"'],
  ['TXT "holdfast-weights=1 answers=all A=1,2,3"'],
  [FENCE],
  ['TXT "holdfast-seed=1"'],
  ["NS ns.example.org."],
  ["CNAME a.example.test."],
  ["DNAME example.org."],
  [`RRSIG A 13 2 60 20300101000000 20290101000000 1 example.test. AAAA`],
  [`RRSIG TXT 13 2 60 20300101000000 20290101000000 1 example.test. AAAA`],
];

const someRRsets = fc
  .uniqueArray(
    fc.record({ owner: fc.constantFrom(...OWNERS), content: fc.nat(CONTENTS.length - 1) }),
    { selector: ({ owner, content }) => `${owner} ${CONTENTS[content]?.[0]?.slice(0, 8)}` },
  )
  .map((chosen) => chosen.map(({ owner, content }) => ({ owner, lines: CONTENTS[content] ?? [] })));
const someZone = fc.record({ rrsets: someRRsets, isSigned: fc.boolean(), hasSoa: fc.boolean() });

function rrsetsIn(
  apex: typeof APEX,
  zone: typeof someZone extends fc.Arbitrary<infer Z> ? Z : never,
) {
  const apexLines = zone.hasSoa
    ? [`@ 60 SOA ns1.example.test. hostmaster.example.test. 4294967290 300 60 2419200 5`]
    : [];
  if (zone.isSigned) apexLines.push(`@ 60 ${KEY}`);
  const others = zone.rrsets.map(({ owner, lines }) => lines.map((line) => `${owner} 60 ${line}`));
  return [apexLines, ...others].flatMap((lines) => rrsetsOf(lines, apex));
}

/** All that an arena says of a zone, without references. */
function contentOf(arena: Arena, zone: ZoneData | undefined): unknown {
  assert.ok(zone);
  const { words, octets } = arena;
  const record = arena.zoneRecord(zone.number);
  const { apexNode, order, ...facts } = readZone(words, record);
  const nodes = new Map<string, readonly number[]>();
  const walk = new NodeWalk(arena, arena.root, zone.number);
  for (let node = walk.next(); node !== 0; node = walk.next()) {
    const end = node + word(words, node + NODE_SIZE);
    nodes.set(decodeOwner(arena, node), [...words.subarray(node + NODE_ZONE_FLAGS, end)]);
  }
  const ordered: string[] = [];
  const names = new OrderWalk(arena, arena.root, order);
  for (let node = order && names.next(); node !== 0; node = names.next()) {
    ordered.push(decodeOwner(arena, node));
  }
  const negativeAt = (record + ZONE_NEGATIVE_OCTETS) * 4;
  const negative = [...octets.subarray(negativeAt, negativeAt + 4)];
  const apex = decodeOwner(arena, apexNode);
  return { apex, facts, negative, ordered, nodes: new Map([...nodes].sort()) };
}

function byDrafts(arena: Arena, apex: typeof APEX, rrsets: readonly RRset[]): ZoneData {
  const zone = new ZoneData(apex, arena);
  const draft = new ZoneDraft(zone);
  draft.set(apex, []); // an empty zone is one, too
  for (const rrset of rrsets) {
    draft.set(rrset.name, [...(draft.node(rrset.name)?.rrsets ?? []), rrset]);
  }
  zone.apply(draft);
  return zone;
}

describe("ArenaBulk", () => {
  it("makes of RRsets in any order what drafts make of them: nodes, counts, order, zones", () => {
    fc.assert(
      fc.property(someZone, someZone, (first, second) => {
        const zones = [APEX, OTHER].map((apex, index) => {
          return { apex, rrsets: rrsetsIn(apex, index === 0 ? first : second) };
        });
        const [expected, arena] = [new Arena(2 ** 18), new Arena(2 ** 18)];
        const bulk = new ArenaBulk(arena);
        const drafted = zones.map(({ apex, rrsets }) => byDrafts(expected, apex, rrsets));
        for (const { apex, rrsets } of zones) bulk.add(apex, rrsets);
        const filled = bulk.finish();
        for (const zone of drafted) {
          const made = filled.get(zone.apex);
          assert.deepEqual(contentOf(arena, made), contentOf(expected, zone));
          for (const target of zone.aliasTargets()) {
            const owners = [...(made?.aliasesTo(target) ?? [])].sort();
            assert.deepEqual(owners, [...zone.aliasesTo(target)].sort());
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it("grows its name table as names come, and takes changes afterwards", () => {
    const lines = Array.from({ length: 3000 }, (_, index) => `n${index}.x 60 A 192.0.2.1`);
    const arena = new Arena(2 ** 20);
    const bulk = new ArenaBulk(arena);
    bulk.add(APEX, rrsetsOf([`@ 60 ${KEY}`, ...lines]));
    const zone = bulk.finish().get(APEX) ?? assert.fail();
    assert.deepEqual([zone.nameCount, zone.node(at("x"))?.childCount], [3001, 3000]);
    const draft = new ZoneDraft(zone);
    draft.set(at("n7.x"), []);
    draft.set(at("n7a.x"), rrsetsOf(["n7a.x 60 A 192.0.2.9"]));
    zone.apply(draft);
    assert.deepEqual([zone.nameCount, zone.node(at("x"))?.childCount], [3001, 3000]);
    assert.equal(zone.order?.after(at("n7.x")), at("n70.x"));
    assert.equal(zone.order?.before(at("n7b.x")), at("n7a.x"));
  });

  it("says that the memory is full, where it is", () => {
    const lines = Array.from({ length: 3000 }, (_, index) => `n${index}.x 60 A 192.0.2.1`);
    const bulk = new ArenaBulk(new Arena(2 ** 16));
    assert.throws(() => bulk.add(APEX, rrsetsOf(lines)), {
      fault: { code: "memory-full", octets: 2 ** 16 },
    });
  });
});
