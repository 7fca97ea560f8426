import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SimDisk } from "../../../sim/simDisk.ts";
import { type Name, nameOf } from "../../dns/index.ts";
import { ArenaImage } from "../state/imageWriter.ts";
import { Arena } from "./arena.ts";
import { ORDER_CHUNKS, word, ZONE_ORDER } from "./arenaLayout.ts";
import { pin, unpin } from "./arenaReader.ts";
import { at, rrsetsOf } from "./exampleZone.suite.ts";
import { OrderWalk } from "./orderWalk.ts";
import { prepareCommit } from "./zoneCommit.ts";
import { ZoneData } from "./zoneData.ts";
import { ZoneDraft } from "./zoneDraft.ts";

const SOA = "@ 60 SOA ns1.example.test. hostmaster.example.test. 1 300 60 2419200 5";
const KEY = "@ 60 DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+";

function zoneWith(arena: Arena, apex: Name, names: number, lines = [SOA, KEY]): ZoneData {
  const zone = new ZoneData(apex, arena);
  const draft = new ZoneDraft(zone);
  draft.set(apex, rrsetsOf(lines, apex));
  addNames(draft, 0, names);
  zone.apply(draft);
  return zone;
}

function addNames(draft: ZoneDraft, from: number, end: number, value = "192.0.2.1"): void {
  for (let index = from; index < end; index += 1) {
    const name = `n${index}`;
    draft.set(at(name, draft.apex), rrsetsOf([`${name} 60 A ${value}`], draft.apex));
  }
}

function walked(zone: ZoneData): number {
  const { arena } = zone;
  const order = word(arena.words, arena.zoneRecord(zone.number) + ZONE_ORDER);
  assert.ok(word(arena.words, order + ORDER_CHUNKS) > 0);
  const walk = new OrderWalk(arena, arena.root, order);
  const names = new Set<number>();
  for (let node = walk.next(); node !== 0; node = walk.next()) {
    assert.equal(arena.zoneNumber(node), zone.number, "a name of this zone");
    names.add(node);
  }
  return names.size;
}

/** Two signed zones; one commit changes a name of one, and adds enough to the other to grow. */
function grownTogether(order: "grower last" | "grower first") {
  const arena = new Arena(8 * 2 ** 20);
  const a = zoneWith(arena, nameOf("a.test."), 200);
  const b = zoneWith(arena, nameOf("b.test."), 200);
  const [draftA, draftB] = [new ZoneDraft(a), new ZoneDraft(b)];
  addNames(draftA, 7, 8, "192.0.2.9");
  addNames(draftB, 200, 320);
  const drafts: [ZoneData, ZoneDraft][] = [
    [a, draftA],
    [b, draftB],
  ];
  const { mask } = arena.table;
  const prepared = prepareCommit(new Map(order === "grower last" ? drafts : drafts.reverse()));
  assert.ok(prepared !== "full");
  prepared.publish();
  assert.equal(arena.table.mask, mask * 2 + 1, "the name table has grown");
  return { arena, a, b };
}

describe("prepareCommit(), of several zones", () => {
  for (const order of ["grower last", "grower first"] as const) {
    it(`keeps the order of every signed zone while the name table grows: ${order}`, () => {
      const { a, b } = grownTogether(order);
      assert.deepEqual([walked(a), walked(b)], [201, 321]);
      assert.equal(a.order?.after(at("n10", a.apex)), at("n100", a.apex));
    });
  }

  it("makes the order of a zone signed just now though another one grows the name table", () => {
    const arena = new Arena(8 * 2 ** 20);
    const a = zoneWith(arena, nameOf("a.test."), 200, [SOA]);
    const b = zoneWith(arena, nameOf("b.test."), 200);
    const [draftA, draftB] = [new ZoneDraft(a), new ZoneDraft(b)];
    draftA.set(a.apex, rrsetsOf([SOA, KEY], a.apex));
    addNames(draftB, 200, 320);
    const prepared = prepareCommit(
      new Map([
        [a, draftA],
        [b, draftB],
      ]),
    );
    assert.ok(prepared !== "full");
    prepared.publish();
    assert.deepEqual([walked(a), walked(b)], [201, 321]);
  });

  it("an image that would lack names of a zone never gets its end", async () => {
    const { arena, a, b } = grownTogether("grower last");
    const disk = new SimDisk();
    const record = arena.zoneRecord(a.number);
    // An order of another zone: as if its slots had been moved.
    arena.words[record + ZONE_ORDER] = word(arena.words, arena.zoneRecord(b.number) + ZONE_ORDER);
    const image = new ArenaImage(arena, [a, b]);
    await assert.rejects(
      image.write(disk, "image-2", () => Promise.resolve()),
      /an image of a\.test\. has its 201 names: 0/,
    );
    image.release();
  });
});

/** A full memory: groups of 256 names until one does not fit. Gives back how many there are. */
function fill(zone: ZoneData): number {
  for (let from = 0; ; from += 256) {
    const draft = new ZoneDraft(zone);
    for (let index = from; index < from + 256; index += 1) write(draft, index, "x");
    const prepared = prepareCommit(new Map([[zone, draft]]));
    if (prepared === "full") return from;
    prepared.publish();
  }
}

function write(draft: ZoneDraft, index: number, letter: string): void {
  const name = `n${index}`;
  const text = letter.repeat(160);
  draft.set(at(name, draft.apex), rrsetsOf([`${name} 60 TXT "${text}"`], draft.apex));
}

function change(zone: ZoneData, index: number, letter: string): "done" | "full" {
  const draft = new ZoneDraft(zone);
  write(draft, index, letter);
  const prepared = prepareCommit(new Map([[zone, draft]]));
  if (prepared === "full") return "full";
  prepared.publish();
  return "done";
}

describe("prepareCommit(), in a full memory", () => {
  it("changes names that are there after a group did not fit", () => {
    const zone = zoneWith(new Arena(2 ** 20), nameOf("a.test."), 0, [SOA]);
    const names = fill(zone);
    assert.ok(names >= 3000, `${names}`);
    for (let index = 0; index < 50; index += 1) assert.equal(change(zone, index, "y"), "done");
  });

  it("changes names that are there after new ones filled it one by one", () => {
    const zone = zoneWith(new Arena(2 ** 20), nameOf("a.test."), 0, [SOA]);
    let names = fill(zone);
    while (change(zone, names, "x") === "done") names += 1;
    const draft = new ZoneDraft(zone);
    for (let index = 0; index < 40; index += 1) write(draft, index, "z");
    const prepared = prepareCommit(new Map([[zone, draft]]));
    assert.ok(prepared !== "full", "a fail-over of many names fits what is kept for it");
    prepared.publish();
    assert.equal(change(zone, names, "x"), "full");
  });

  it("gives the memory of a refused group back once readers have moved on, and not before", () => {
    const arena = new Arena(2 ** 20);
    const zone = zoneWith(arena, nameOf("a.test."), 0, [SOA]);
    change(zone, 0, "x");
    const used = arena.usedOctets;
    const give = (count: number) => {
      const draft = new ZoneDraft(zone);
      for (let index = 0; index < count; index += 1) write(draft, index, "y");
      const prepared = prepareCommit(new Map([[zone, draft]]));
      assert.ok(prepared !== "full");
      prepared.abandon();
    };
    give(100);
    assert.ok(arena.usedOctets <= used, "nobody can have seen it");
    pin(arena.words, 3);
    give(100);
    assert.ok(arena.usedOctets > used + 100 * 160, "the reader may have one of its nodes in hand");
    arena.settling.settle();
    assert.ok(arena.usedOctets > used + 100 * 160);
    unpin(arena.words, 3);
    arena.settling.settle();
    assert.ok(arena.usedOctets <= used, "though no version was published");
    pin(arena.words, 3);
    give(100);
    assert.equal(change(zone, 0, "z"), "done");
    pin(arena.words, 3);
    arena.settling.settle();
    assert.ok(arena.usedOctets < used + 4096, "it is at a later version now");
    unpin(arena.words, 3);
  });

  it("takes all memory that readers let go of before it says that a commit does not fit", () => {
    const arena = new Arena(6 * 2 ** 20);
    const zone = zoneWith(arena, nameOf("a.test."), 0, [SOA]);
    const writeAll = (letter: string) => {
      const draft = new ZoneDraft(zone);
      for (let index = 0; index < 5000; index += 1) write(draft, index, letter);
      zone.apply(draft);
    };
    writeAll("x");
    pin(arena.words, 3);
    // More versions than one round settles: all of them wait for the reader.
    let versions = 0;
    while (change(zone, versions % 10, versions % 20 < 10 ? "y" : "z") === "done") versions += 1;
    assert.ok(versions > 8000, `${versions}`);
    unpin(arena.words, 3);
    writeAll("w");
  });
});
