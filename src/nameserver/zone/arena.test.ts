import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compareNames, encodeName, type Name, nameOf, RRType } from "../../dns/index.ts";
import { NameKey } from "../../packet/index.ts";
import { Arena } from "./arena.ts";
import {
  choiceOf,
  ORDER_CHUNKS,
  READERS_MAX,
  RRSET_CHOICE_WORDS,
  rrsetOf,
  word,
  ZONE_ORDER,
} from "./arenaLayout.ts";
import { pin, unpin } from "./arenaReader.ts";
import { ArenaZones } from "./arenaZones.ts";
import { compareWireNames } from "./canonicalOrder.ts";
import { APEX, at, record, rrsetsOf } from "./exampleZone.suite.ts";
import { prepareCommit } from "./zoneCommit.ts";
import { ZoneData } from "./zoneData.ts";
import { ZoneDraft } from "./zoneDraft.ts";
import { ZoneTable } from "./zoneTable.ts";

const testKey = new NameKey();
const APEX_LINES = [
  "@ 60 SOA ns1.example.test. hostmaster.example.test. 1 300 60 2419200 5",
  "@ 60 NS ns1.example.test.",
];
const KEY = "@ 60 DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+";

/** What a zone is to hold: lines by name. */
type Model = Map<string, readonly string[]>;

function makeZone(octets = 2 ** 20): { arena: Arena; zone: ZoneData; table: ZoneTable } {
  const arena = new Arena(octets);
  const zone = new ZoneData(APEX, arena);
  commit(zone, [["@", APEX_LINES]]);
  const table = new ZoneTable(new Map([[APEX, zone]]));
  table.serve([APEX]);
  return { arena, zone, table };
}

function draftOf(zone: ZoneData, changes: Iterable<readonly [string, readonly string[]]>) {
  const draft = new ZoneDraft(zone);
  for (const [name, lines] of changes) draft.set(at(name), rrsetsOf(lines));
  return draft;
}

function commit(zone: ZoneData, changes: Iterable<readonly [string, readonly string[]]>): void {
  zone.apply(draftOf(zone, changes));
}

/** What a reader must see of every name of the model, and of names that do not exist. */
function check(zones: ArenaZones, model: Model, names: readonly string[]): void {
  const zone = zones.zoneFor(APEX);
  assert.ok(zone);
  for (const name of names) {
    const lines = model.get(name) ?? [];
    const node = zone.node(at(name));
    const isEmptyNonTerminal = [...model.keys()].some((other) => other.endsWith(`.${name}`));
    if (lines.length === 0 && !isEmptyNonTerminal) assert.equal(node, undefined, name);
    else assert.deepEqual(node?.rrsets, rrsetsOf(lines), name);
  }
}

const NAMES = ["a", "b", "c.a", "d.c.a", "*.b", "_holdfast.a", "x\\.y", "e.f.g.h"];
const change = fc.record({
  name: fc.constantFrom(...NAMES),
  records: fc.integer({ min: 0, max: 3 }),
  ttl: fc.integer({ min: 0, max: 100_000 }),
});
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("commit" as const),
      changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("abandon" as const),
      changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("pin" as const),
      reader: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("unpin" as const),
      reader: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("many" as const),
      from: fc.integer({ min: 0, max: 5 }),
      has: fc.boolean(),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer Kind> ? Kind : never;

function changesOf(step: Step): readonly (readonly [string, readonly string[]])[] {
  if (step.kind === "many") {
    return Array.from({ length: 300 }, (_, index) => {
      const name = `n${step.from}-${index}`;
      return [name, step.has ? [`${name} 60 A 192.0.2.1`] : []] as const;
    });
  }
  if (step.kind !== "commit" && step.kind !== "abandon") return [];
  return step.changes.map(({ name, records, ttl }) => {
    const lines = Array.from(
      { length: records },
      (_, index) => `${name} ${ttl} A 192.0.2.${index}`,
    );
    return [name, lines] as const;
  });
}

function applyTo(model: Model, changes: Iterable<readonly [string, readonly string[]]>): Model {
  const next = new Map(model);
  for (const [name, lines] of changes) {
    if (lines.length === 0) next.delete(name);
    else next.set(name, lines);
  }
  return next;
}

function run(steps: readonly Step[], isSigned: boolean): void {
  const { arena, zone } = makeZone(4 * 2 ** 20);
  if (isSigned) commit(zone, [["@", [...APEX_LINES, KEY]]]);
  let model: Model = new Map([["@", isSigned ? [...APEX_LINES, KEY] : APEX_LINES]]);
  const pinned = new Map<number, { zones: ArenaZones; model: Model }>();
  for (const each of steps) {
    const changes = changesOf(each);
    if (each.kind === "pin") {
      unpin(arena.words, each.reader);
      const zones = new ArenaZones(arena.memory);
      zones.root = pin(arena.words, each.reader);
      pinned.set(each.reader, { zones, model });
    } else if (each.kind === "unpin") {
      unpin(arena.words, each.reader);
      pinned.delete(each.reader);
    } else {
      const prepared = prepareCommit(new Map([[zone, draftOf(zone, changes)]]));
      assert.ok(prepared !== "full");
      for (const { zones, model } of pinned.values()) check(zones, model, NAMES);
      if (each.kind === "abandon") {
        prepared.abandon();
      } else {
        prepared.publish();
        model = applyTo(model, changes);
      }
    }
    const now = new ArenaZones(arena.memory);
    now.root = arena.root;
    check(now, model, [...NAMES, "n0-0", "n3-299"]);
    for (const held of pinned.values()) check(held.zones, held.model, [...NAMES, "n0-0"]);
    assert.equal(zone.nameCount, model.size);
    if (isSigned) checkOrder(zone, model);
  }
  for (let reader = 0; reader < READERS_MAX; reader += 1) unpin(arena.words, reader);
}

function checkOrder(zone: ZoneData, model: Model): void {
  const expected = [...model.keys()].map((name) => at(name)).sort(compareNames);
  const found: Name[] = [];
  for (let name: Name | undefined = APEX; name !== undefined; name = zone.order?.after(name)) {
    found.push(name);
  }
  assert.deepEqual(found, expected);
  assert.equal(zone.order?.before(APEX), undefined);
  for (const [index, name] of expected.entries()) {
    assert.equal(zone.order?.before(name), expected[index - 1]);
  }
}

describe("Arena", () => {
  it("shows every pinned reader its own version, whatever is committed or given up", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => run(steps, false)),
      { numRuns: 60 },
    );
  });

  it("keeps the names of a signed zone in canonical order, through growth and deletion", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => run(steps, true)),
      { numRuns: 25 },
    );
  });

  it("keeps the orders of all signed zones while the name table grows, and names go", () => {
    const { arena, zone } = makeZone(8 * 2 ** 20);
    const apex = nameOf("other.test.");
    const other = new ZoneData(apex, arena);
    const lines = [...APEX_LINES, KEY];
    const setUp = new ZoneDraft(other);
    setUp.set(apex, rrsetsOf([...lines], apex));
    for (const name of ["x", "y"]) {
      setUp.set(at(name, apex), rrsetsOf([`${name} 60 A 192.0.2.1`], apex));
    }
    other.apply(setUp);
    commit(zone, [["@", lines]]);
    let model: Model = new Map([["@", lines]]);
    const write = (indexes: readonly number[], has: boolean) => {
      const changes = indexes.map((index) => {
        const name = `n${(index * 7919) % 3000}`;
        return [name, has ? [`${name} 60 A 192.0.2.1`] : []] as const;
      });
      commit(zone, changes);
      model = applyTo(model, changes);
    };
    const all = Array.from({ length: 3000 }, (_, index) => index);
    for (let from = 0; from < 3000; from += 60) {
      const slots = arena.table.mask;
      write(all.slice(from, from + 60), true);
      if (arena.table.mask !== slots || from % 600 === 0) checkOrder(zone, model);
    }
    checkOrder(zone, model);
    assert.ok(arena.table.mask >= 6000, "it has grown");
    assert.equal(other.order?.after(at("x", apex)), at("y", apex));
    for (let from = 0; from < 2900; from += 50) write(all.slice(from, from + 50), false);
    checkOrder(zone, model);
    const record = arena.zoneRecord(zone.number);
    const chunks = word(arena.words, word(arena.words, record + ZONE_ORDER) + ORDER_CHUNKS);
    assert.ok(chunks <= 3, `${chunks} chunks for 101 names`);
    commit(zone, [["@", APEX_LINES]]);
    assert.equal(zone.order, undefined, "a zone without keys has no order");
  });

  it("takes no more memory for 20,000 commits on the same names", () => {
    const { arena, zone } = makeZone();
    const write = (index: number) => {
      const text = "x".repeat(1 + (index % 40));
      commit(zone, [
        [`n${index % 20}`, index % 7 === 0 ? [] : [`n${index % 20} 60 TXT "${text}"`]],
      ]);
    };
    for (let index = 0; index < 4000; index += 1) write(index);
    const used = arena.usedOctets;
    for (let index = 0; index < 20_000; index += 1) write(index);
    assert.ok(arena.usedOctets <= used + 4096, `${arena.usedOctets} after ${used}`);
    assert.ok(arena.space.leftWords * 4 > 2 ** 19, "nor did blocks come from fresh memory");
  });

  it("gives memory back once a reader that held an old version lets go", () => {
    const { arena, zone } = makeZone();
    const root = pin(arena.words, 5);
    const used = arena.usedOctets;
    for (let index = 0; index < 500; index += 1) commit(zone, [["a", [`a ${index} A 192.0.2.1`]]]);
    assert.ok(arena.usedOctets > used + 500 * 60, "all versions are kept for it");
    const zones = new ArenaZones(arena.memory);
    zones.root = root;
    assert.equal(zones.zoneFor(APEX)?.node(at("a")), undefined);
    unpin(arena.words, 5);
    for (let index = 0; index < 3; index += 1) commit(zone, [["a", [`a ${index} A 192.0.2.1`]]]);
    assert.ok(arena.usedOctets < used + 4096, `${arena.usedOctets}`);
  });

  it("refuses what does not fit, changes nothing, and goes on with what does", () => {
    const { arena, zone } = makeZone(2 ** 17);
    const text = "x".repeat(200);
    let count = 0;
    const write = () => commit(zone, [[`n${count}`, [`n${count} 60 TXT "${text}"`]]]);
    assert.throws(
      () => {
        for (;;) {
          write();
          count += 1;
        }
      },
      { name: "NameserverError", fault: { code: "memory-full", octets: 2 ** 17 } },
    );
    assert.ok(count > 100, `${count}`);
    assert.equal(zone.nameCount, count + 1);
    assert.equal(zone.node(at(`n${count}`)), undefined);
    const { version } = arena;
    assert.throws(write, /memory/);
    assert.equal(arena.version, version);
    for (let index = 0; index < 10; index += 1) commit(zone, [[`n${index}`, []]]);
    commit(zone, []);
    commit(zone, [["@", [...APEX_LINES, "@ 60 A 192.0.2.1"]]]);
    commit(zone, [["@", APEX_LINES]]);
    write();
    assert.equal(zone.nameCount, count + 1 - 10 + 1);
  });

  it("gives an endpoint's node its weights, whichever of the two is written", () => {
    const { arena, zone } = makeZone();
    const weights = '_weights._holdfast.w 30 TXT "holdfast-weights=1 answers=2 A=1,2,3"';
    const lines = [1, 2, 3].map((host) => `w 60 A 192.0.2.${host}`);
    const choice = () => choiceOfAddress(arena, zone, at("w"));
    commit(zone, [["w", lines]]);
    assert.deepEqual(choice(), []);
    commit(zone, [["_weights._holdfast.w", [weights]]]);
    assert.deepEqual(choice(), [2, 1, 2, 3]);
    commit(zone, [["_weights._holdfast.w", [weights.replace("A=1,2,3", "A=9,2,3")]]]);
    assert.deepEqual(choice(), [2, 9, 2, 3], "of the endpoint itself nothing changed");
    commit(zone, [["w", lines.slice(1)]]);
    assert.deepEqual(choice(), [2, 1, 1], "of other records, they say nothing");
    commit(zone, [["_weights._holdfast.w", []]]);
    assert.deepEqual(choice(), []);
  });

  it("keeps one name in two zones apart", () => {
    const { arena, zone } = makeZone();
    const apex = nameOf(`child.${APEX}`);
    const child = new ZoneData(apex, arena);
    const soa = record(
      "@ 60 SOA ns1.example.test. hostmaster.example.test. 9 300 60 2419200 5",
      apex,
    );
    const draft = new ZoneDraft(child);
    draft.set(apex, [{ ...soa, rdata: [soa.rdata] }]);
    const parent = draftOf(zone, [["child", ["child 60 NS ns.example."]]]);
    const prepared = prepareCommit(
      new Map([
        [zone, parent],
        [child, draft],
      ]),
    );
    assert.ok(prepared !== "full");
    assert.equal(child.serial, undefined, "not shown yet");
    prepared.publish();
    assert.deepEqual([zone.serial, child.serial], [1, 9]);
    assert.equal(zone.node(apex)?.rrsets[0]?.type, RRType.NS);
    const table = new ZoneTable(
      new Map([
        [APEX, zone],
        [apex, child],
      ]),
    );
    table.serve([APEX]);
    const zones = new ArenaZones(arena.memory);
    zones.root = arena.root;
    assert.equal(zones.zoneFor(apex)?.apex, APEX, "a zone that is not served is not seen");
    table.serve([APEX, apex]);
    zones.root = arena.root;
    assert.equal(zones.zoneFor(nameOf(`x.${apex}`))?.apex, apex);
    assert.equal(zones.zoneFor(at("b"))?.apex, APEX);
  });
});

/** The words of the choice of a name's addresses. */
function choiceOfAddress(arena: Arena, zone: ZoneData, name: Name): readonly number[] {
  assert.ok(testKey.set(name));
  const rrset = rrsetOf(arena.words, arena.find(testKey, zone.number), RRType.A);
  const from = choiceOf(arena.words, rrset);
  return [...arena.words.subarray(from, from + word(arena.words, rrset + RRSET_CHOICE_WORDS))];
}

describe("compareWireNames()", () => {
  it("agrees with compareNames()", () => {
    const label = fc.constantFrom("a", "b", "ab", "\\000", "*", "z", "\\.");
    const name = fc.array(label, { maxLength: 4 }).map((labels) => nameOf(`${labels.join(".")}.`));
    fc.assert(
      fc.property(name, name, (left, right) => {
        const [a, b] = [encodeName(left), encodeName(right)];
        assert.equal(Math.sign(compareWireNames(a, 0, b, 0)), Math.sign(compareNames(left, right)));
      }),
    );
  });
});
