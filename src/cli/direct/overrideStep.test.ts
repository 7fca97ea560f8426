import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pin } from "../../api/index.ts";
import { nameOf, RRType } from "../../dns/index.ts";
import { contentOf, EDITION_MAX } from "../../enact/index.ts";
import { entryDigest, type NonEmpty } from "../../plan/index.ts";
import { type OverrideWish, overrideStep } from "./overrideStep.ts";
import {
  applied,
  fenceIn,
  fenceOf,
  NAME,
  NOW_MS,
  readName,
  rrset,
  rrsetAt,
  storeWith,
  ZONE,
} from "./zone.suite.ts";

const UNTIL_MS = NOW_MS + 3_600_000;
const PINNED: NonEmpty<Pin> = [{ type: "A", records: ["192.0.2.99"] }];

const V6: Pin = { type: "AAAA", records: ["2001:db8::9"] };

function wish(change: Partial<OverrideWish> = {}): OverrideWish {
  return {
    ...{ id: "o-signin-20251009-0853-abcd", untilMs: UNTIL_MS, pins: PINNED, zone: ZONE },
    ...{
      ttlSeconds: undefined,
      ownsWholeName: true,
      mayCreate: true,
      wantedTypes: [],
      nowMs: NOW_MS,
      ...change,
    },
  };
}

test("overrideStep() pins one type, keeps the others, and stays in its place", async () => {
  const held = [rrset("A", "192.0.2.1"), rrset("AAAA", "2001:db8::1", "2001:db8::2")];
  const store = storeWith(fenceOf({ types: ["A", "AAAA"] }), ...held);
  const after = await applied(store, overrideStep(await readName(store), wish()));
  const fence = fenceIn(after);
  const { id } = wish();
  assert.deepEqual(fence.mark, { kind: "override", id, untilMs: UNTIL_MS });
  assert.deepEqual([fence.epoch, fence.generation, fence.edition], [0, 42, 8]);
  assert.deepEqual(fence.types, ["A", "AAAA"]);
  assert.deepEqual(after.rrsets, [rrset("A", "192.0.2.99"), held[1]]);
  const content = contentOf(after.rrsets, after.weights);
  assert.ok(content !== undefined);
  assert.equal(fence.digest, entryDigest({ endpoint: NAME, ...content }));
});

test("overrideStep() writes on condition of the fence as read, and of no gate", async () => {
  const store = storeWith(fenceOf(), rrset("A", "192.0.2.1"));
  const reading = await readName(store);
  const step = overrideStep(reading, wish());
  assert.ok(step.kind === "write" && reading.fence.kind === "fence");
  const { condition } = step.write;
  assert.deepEqual(condition, {
    fence: reading.fence.text,
    gate: "unchecked",
    nameNotInUse: false,
  });
});

test("overrideStep() takes away an alias that came since, and would swallow it", async () => {
  const store = storeWith(fenceOf({ types: ["A"] }), rrset("A", "192.0.2.1"));
  const step = overrideStep(await readName(store), wish());
  store.records.remove(NAME, RRType.A);
  store.putRRset(rrset("CNAME", "elsewhere.example."));
  assert.deepEqual((await applied(store, step)).rrsets, [rrset("A", "192.0.2.99")]);
});

test("overrideStep() lets no alias of a hand answer for a type that the fence lists", async () => {
  const store = storeWith(fenceOf({ types: ["A", "AAAA"] }), rrset("CNAME", "elsewhere.example."));
  const step = overrideStep(await readName(store), wish());
  assert.match(step.kind === "refused" ? step.problem : "", /without AAAA.*pin AAAA as well/);
  const both = overrideStep(await readName(store), wish({ pins: [...PINNED, V6] }));
  assert.equal((await applied(store, both)).rrsets.length, 2);
});

test("overrideStep() is done where this very override is there", async () => {
  const store = storeWith(fenceOf(), rrset("A", "192.0.2.1"));
  const after = await applied(store, overrideStep(await readName(store), wish()));
  assert.equal(overrideStep(after, wish()).kind, "done");
  assert.equal(overrideStep(after, wish({ id: "o-another" })).kind, "write");
});

test("overrideStep() puts a CNAME in place of all, and addresses in its place", async () => {
  const store = storeWith(
    fenceOf({ types: ["A", "AAAA"] }),
    ...[rrset("A", "192.0.2.1"), rrset("AAAA", "2001:db8::1")],
  );
  const pins: NonEmpty<Pin> = [{ type: "CNAME", records: ["spare.holdfast.example."] }];
  const alias = await applied(store, overrideStep(await readName(store), wish({ pins })));
  assert.deepEqual(
    alias.rrsets.map(({ type }) => type),
    [RRType.CNAME],
  );
  const back = await applied(store, overrideStep(alias, wish({ id: "o-back" })));
  assert.deepEqual(back.rrsets, [{ ...rrset("A", "192.0.2.99"), ttlSeconds: 30 }]);
});

const ALIAS: NonEmpty<Pin> = [{ type: "CNAME", records: ["spare.holdfast.example."] }];
const A1 = rrset("A", "192.0.2.1");
const V6_1 = rrset("AAAA", "2001:db8::1");
const SPF = rrset("TXT", '"v=spf1"');

const REFUSALS: readonly (readonly [
  why: string,
  fence: Parameters<typeof storeWith>[0],
  held: readonly ReturnType<typeof rrset>[],
  change: Partial<OverrideWish>,
  says: RegExp,
])[] = [
  [
    "a tombstone",
    fenceOf({ types: [], mark: { kind: "tombstone", id: "t-1", atMs: NOW_MS } }),
    [],
    {},
    /retired \(t-1\).*revive/,
  ],
  ["records of a name that is not configured", undefined, [A1], {}, /does not know it.*nsupdate/],
  ["a CNAME in place of such records", undefined, [A1], { pins: ALIAS }, /does not know it/],
  ["an edition that cannot rise", fenceOf({ edition: EDITION_MAX + 1 }), [A1], {}, /epoch raise/],
  ["what the plan takes away", undefined, [A1, SPF], { wantedTypes: ["A"] }, /TXT away.*nsupdate/],
  ["a type that the plan lacks", undefined, [A1, V6_1], { wantedTypes: ["A"] }, /AAAA, which its/],
  ["a name that nobody knows", undefined, [], { mayCreate: false }, /--new/],
  ["a fence that cannot be read", "nonsense", [rrset("A", "192.0.2.1")], {}, /epoch raise/],
  [
    "an address type that it lacks",
    fenceOf({ types: ["AAAA"] }),
    [rrset("AAAA", "::1")],
    {},
    /pin A,/,
  ],
  [
    "a CNAME beside what is not ours",
    fenceOf(),
    [rrset("A", "192.0.2.1"), rrset("TXT", '"v=spf1"')],
    { ownsWholeName: false, pins: [{ type: "CNAME", records: ["spare.holdfast.example."] }] },
    /beside TXT/,
  ],
];

for (const [why, fence, held, change, says] of REFUSALS) {
  test(`overrideStep() refuses ${why}, and says what to do`, async () => {
    const step = overrideStep(await readName(storeWith(fence, ...held)), wish(change));
    assert.ok(step.kind === "refused", step.kind);
    assert.match(step.problem, says);
  });
}

test("overrideStep() takes configured records without a fence, as they were read", async () => {
  const store = storeWith(undefined, A1, V6_1);
  const step = overrideStep(await readName(store), wish({ wantedTypes: ["A", "AAAA"] }));
  assert.ok(step.kind === "write");
  assert.deepEqual(step.write.condition, {
    ...{ fence: undefined, gate: "unchecked", nameNotInUse: false, records: [A1, V6_1] },
  });
  store.putRRset(rrset("A", "192.0.2.2"));
  assert.deepEqual(await store.commit(ZONE, [step.write]), [{ kind: "condition-failed" }]);
  store.putRRset(A1);
  const after = await applied(store, step);
  assert.deepEqual(after.rrsets, [rrset("A", "192.0.2.99"), V6_1]);
  const { generation, edition, mark } = fenceIn(after);
  assert.deepEqual([generation, edition, mark?.kind], [0, NOW_MS / 1000, "override"]);
});

test("overrideStep() puts a CNAME in place of a type that the plan lacks", async () => {
  const pins: NonEmpty<Pin> = [{ type: "CNAME", records: ["spare.holdfast.example."] }];
  const reading = await readName(storeWith(undefined, A1, V6_1));
  assert.equal(overrideStep(reading, wish({ wantedTypes: ["A"], pins })).kind, "write");
});

test("overrideStep() makes a name that holds nothing, only while it holds nothing", async () => {
  const store = storeWith(undefined);
  const step = overrideStep(await readName(store), wish());
  assert.ok(step.kind === "write");
  assert.equal(step.write.condition.nameNotInUse, true);
  const fence = fenceIn(await applied(store, step));
  assert.deepEqual([fence.epoch, fence.generation, fence.edition], [0, 0, 1]);
});

test("overrideStep() makes a name beside what is not ours, only while nothing is", async () => {
  const store = storeWith(undefined, SPF);
  const step = overrideStep(await readName(store), wish({ ownsWholeName: false }));
  assert.ok(step.kind === "write");
  store.putRRset(A1);
  assert.deepEqual(await store.commit(ZONE, [step.write]), [{ kind: "condition-failed" }]);
  assert.deepEqual((await readName(store)).rrsets, [A1, SPF]);
});

test("overrideStep() makes a name with the address types that are configured", async () => {
  const reading = await readName(storeWith(undefined));
  const both = overrideStep(reading, wish({ wantedTypes: ["A", "AAAA"] }));
  assert.ok(both.kind === "refused");
  assert.match(both.problem, /without AAAA/);
  const other = overrideStep(reading, wish({ wantedTypes: ["AAAA"], pins: [...PINNED, V6] }));
  assert.ok(other.kind === "refused");
  assert.match(other.problem, /pin A,/);
  const pins: NonEmpty<Pin> = [...PINNED, V6];
  assert.equal(overrideStep(reading, wish({ wantedTypes: ["A", "AAAA"], pins })).kind, "write");
  const alias: NonEmpty<Pin> = [{ type: "CNAME", records: ["spare.holdfast.example."] }];
  assert.equal(overrideStep(reading, wish({ wantedTypes: ["A"], pins: alias })).kind, "write");
});

test("overrideStep() writes over an unreadable fence only where nothing answers", async () => {
  const store = storeWith("nonsense");
  const step = overrideStep(await readName(store), wish());
  assert.ok(step.kind === "write");
  assert.deepEqual(step.write.condition.fence, ["nonsense"]);
  const { epoch, edition } = step.write.fence;
  assert.deepEqual([epoch, edition], [1, NOW_MS / 1000]);
});

test("overrideStep() leaves alone what may stand beside on a server of others", async () => {
  const spf = rrset("TXT", '"v=spf1"');
  const store = storeWith(fenceOf(), rrset("A", "192.0.2.1"), spf);
  const step = overrideStep(await readName(store), wish({ ownsWholeName: false }));
  const after = await applied(store, step);
  assert.deepEqual(after.rrsets, [rrset("A", "192.0.2.99"), spf]);
  assert.deepEqual(fenceIn(after).types, ["A"]);
});

test("overrideStep() pins a type that hands took away, and will not leave it out", async () => {
  const aaaa = rrset("AAAA", "2001:db8::1");
  const store = storeWith(fenceOf({ types: ["A", "AAAA"] }), aaaa);
  const pins: NonEmpty<Pin> = [{ type: "AAAA", records: ["2001:db8::9"] }];
  const left = overrideStep(await readName(store), wish({ pins }));
  assert.ok(left.kind === "refused");
  assert.match(left.problem, /pin A as well/);
  const after = await applied(store, overrideStep(await readName(store), wish()));
  assert.deepEqual(fenceIn(after).types, ["A", "AAAA"]);
  assert.deepEqual(after.rrsets[1], aaaa);
});

test("overrideStep() refuses a CNAME at the apex", async () => {
  const apex = nameOf(ZONE);
  const store = storeWith(undefined);
  store.putRRset(rrsetAt(apex, "NS", "ns1.use1.holdfast.example."));
  const [reading] = await store.read(ZONE, [apex]);
  assert.ok(reading?.kind === "read");
  const pins: NonEmpty<Pin> = [{ type: "CNAME", records: ["spare.holdfast.example."] }];
  const step = overrideStep(reading, wish({ pins }));
  assert.ok(step.kind === "refused");
  assert.match(step.problem, /apex/);
});
