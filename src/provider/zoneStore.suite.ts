import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { makeRRset, nameOf, parseRdata, type RRset, RRType } from "../dns/index.ts";
import {
  type EndpointWrite,
  type Fence,
  fenceName,
  fenceText,
  gateText,
  type Reading,
  UNFENCED_MAX,
  type WriteCondition,
  type ZoneStore,
} from "../plan/index.ts";

/** A zone store under test, with hands that reach past it into what it stores. */
export interface ZoneStoreBench {
  readonly store: ZoneStore;
  putRRset(rrset: RRset): void;
  /** Makes every request go unanswered, or refuses the connection. */
  cutOff(): void;
  close(): Promise<void>;
}

const ZONE = nameOf("example.org");
const DIGEST = "0123456789abcdef";

const rdata = (type: number, text: string) => {
  const parsed = parseRdata(type, text);
  assert(parsed.kind === "parsed", text);
  return parsed.rdata;
};
const rrsetAt = (name: string, type: number, ...texts: readonly string[]) =>
  makeRRset(
    nameOf(name),
    type,
    5,
    texts.map((text) => rdata(type, text)),
  );

const UNFENCED: WriteCondition = { fence: undefined, gate: undefined, nameNotInUse: true };

function writeOf(
  name: string,
  generation: number,
  condition: WriteCondition,
  rrsets = [rrsetAt(name, RRType.A, `192.0.2.${generation}`)],
): EndpointWrite {
  const typeNames = new Map<number, string>([
    [RRType.A, "A"],
    [RRType.CNAME, "CNAME"],
    [RRType.AAAA, "AAAA"],
  ]);
  const types = rrsets.map((rrset) => typeNames.get(rrset.type) ?? "TXT");
  const byType = rrsets.map((rrset, index) => {
    return [types[index] ?? "", rrset.rdata.map((_, place) => 100 + place)] as const;
  });
  const fence: Fence = { epoch: 0, generation, edition: generation, types, digest: DIGEST };
  return {
    endpoint: nameOf(name),
    condition,
    deleteTypes: [RRType.A, RRType.CNAME, RRType.AAAA],
    rrsets,
    weights: { answers: 2, byType: new Map(byType) },
    fence,
  };
}

const fenced = (write: EndpointWrite): WriteCondition => {
  return { fence: fenceText(write.fence), gate: undefined, nameNotInUse: false };
};

function assertHolds(reading: Reading | undefined, write: EndpointWrite): void {
  assert(reading?.kind === "read", `${write.endpoint} was read`);
  const { fence } = write;
  assert.deepEqual(reading.fence, { kind: "fence", fence, text: fenceText(fence) });
  assert.deepEqual(reading.rrsets, write.rrsets);
  assert.deepEqual(reading.weights, write.weights);
}

function assertBare(reading: Reading | undefined): void {
  assert(reading?.kind === "read");
  assert.deepEqual(reading.fence, { kind: "none" });
  assert.deepEqual(reading.rrsets, []);
  assert.equal(reading.weights, undefined);
}

/** What every adapter of the {@link ZoneStore} port must do. */
export function zoneStoreSuite(name: string, make: () => Promise<ZoneStoreBench>): void {
  describe(`${name} is a zone store`, () => {
    const benches: ZoneStoreBench[] = [];
    const setUp = async () => {
      const bench = await make();
      benches.push(bench);
      const { store } = bench;
      const readOne = async (endpoint: string) => {
        const [reading] = await store.read(ZONE, [nameOf(endpoint)]);
        return reading;
      };
      const commitOne = async (write: EndpointWrite) => {
        const [outcome] = await store.commit(ZONE, [write]);
        return outcome?.kind;
      };
      return { ...bench, readOne, commitOne };
    };
    after(async () => {
      for (const bench of benches) await bench.close();
    });
    readingTests(setUp);
    conditionTests(setUp);
    orderTests(setUp);
    gateTests(setUp);
  });
}

type SetUp = () => Promise<
  ZoneStoreBench & {
    readOne(endpoint: string): Promise<Reading | undefined>;
    commitOne(write: EndpointWrite): Promise<string | undefined>;
  }
>;

function readingTests(setUp: SetUp): void {
  test("read() finds neither fence nor records at a name never written", async () => {
    const { readOne } = await setUp();
    assertBare(await readOne("new.example.org"));
  });

  test("read() gives back fence, records with TTL, weights and answer count", async () => {
    const { readOne, commitOne } = await setUp();
    const write = writeOf("www.example.org", 1, UNFENCED, [
      rrsetAt("www.example.org", RRType.A, "192.0.2.1", "192.0.2.2"),
      rrsetAt("www.example.org", RRType.AAAA, "2001:db8::1"),
    ]);
    assert.equal(await commitOne(write), "applied");
    assertHolds(await readOne("www.example.org"), write);
  });

  test("read() gives back weights longer than one character-string", async () => {
    const { readOne, commitOne } = await setUp();
    const texts = Array.from({ length: 300 }, (_, i) => `198.51.${100 + (i >> 8)}.${i & 255}`);
    const write = writeOf("many.example.org", 1, UNFENCED, [
      rrsetAt("many.example.org", RRType.A, ...texts),
    ]);
    assert.equal(await commitOne(write), "applied");
    assertHolds(await readOne("many.example.org"), write);
  });

  test("read() answers in the order asked", async () => {
    const { store } = await setUp();
    const names = Array.from({ length: 40 }, (_, index) => nameOf(`e${index}.example.org`));
    const writes = names.map((endpoint, index) => writeOf(endpoint, index + 1, UNFENCED));
    const outcomes = await store.commit(ZONE, writes);
    assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(["applied"]));
    const readings = await store.read(ZONE, names.toReversed());
    for (const [index, write] of writes.toReversed().entries()) assertHolds(readings[index], write);
  });

  test("read() takes a fence outside the grammar, or two, for malformed", async () => {
    const { readOne, putRRset } = await setUp();
    putRRset(rrsetAt("_holdfast.a.example.org", RRType.TXT, '"holdfast=2 epoch=0"'));
    const good = fenceText(writeOf("b.example.org", 1, UNFENCED).fence);
    const other = fenceText(writeOf("b.example.org", 2, UNFENCED).fence);
    putRRset(rrsetAt("_holdfast.b.example.org", RRType.TXT, `"${good}"`, `"${other}"`));
    putRRset(
      rrsetAt("_holdfast.c.example.org", RRType.TXT, `"${good.slice(0, 9)}" "${good.slice(9)}"`),
    );
    for (const name of ["a.example.org", "b.example.org", "c.example.org"]) {
      const reading = await readOne(name);
      assert(reading?.kind === "read");
      assert.equal(reading.fence.kind, "malformed", name);
    }
  });

  test("read() finds every RRset at the name, whoever put it there", async () => {
    const { readOne, putRRset } = await setUp();
    putRRset(rrsetAt("by-hand.example.org", RRType.TXT, '"hello"'));
    putRRset(rrsetAt("by-hand.example.org", RRType.A, "192.0.2.99"));
    const reading = await readOne("by-hand.example.org");
    assert(reading?.kind === "read");
    assert.deepEqual(
      reading.rrsets.map(({ type }) => type),
      [RRType.A, RRType.TXT],
    );
  });

  test("read() of a store without contact is unreadable, not empty", async () => {
    const { store, readOne, commitOne, cutOff } = await setUp();
    const write = writeOf("cut.example.org", 1, UNFENCED);
    assert.equal(await commitOne(write), "applied");
    cutOff();
    assert.equal((await readOne("cut.example.org"))?.kind, "unreadable");
    assert.equal((await store.readGate(ZONE)).kind, "unreadable");
    assert.equal(await store.readSeed(ZONE), "unknown");
    assert.equal(await commitOne(writeOf("cut.example.org", 2, fenced(write))), "unknown");
  });
}

function conditionTests(setUp: SetUp): void {
  test("commit() creates a name once", async () => {
    const { readOne, commitOne } = await setUp();
    const first = writeOf("once.example.org", 1, UNFENCED);
    assert.equal(await commitOne(first), "applied");
    assert.equal(await commitOne(writeOf("once.example.org", 2, UNFENCED)), "condition-failed");
    assertHolds(await readOne("once.example.org"), first);
  });

  test("commit() creates nothing where the name has records that were never ours", async () => {
    const { readOne, commitOne, putRRset } = await setUp();
    putRRset(rrsetAt("theirs.example.org", RRType.TXT, '"theirs"'));
    assert.equal(await commitOne(writeOf("theirs.example.org", 1, UNFENCED)), "condition-failed");
    const reading = await readOne("theirs.example.org");
    assert(reading?.kind === "read");
    assert.deepEqual(reading.fence, { kind: "none" });
  });

  test("commit() replaces records, weights and fence where the fence is the one read", async () => {
    const { readOne, commitOne } = await setUp();
    const first = writeOf("up.example.org", 1, UNFENCED);
    const second = writeOf("up.example.org", 2, fenced(first));
    assert.equal(await commitOne(first), "applied");
    assert.equal(await commitOne(second), "applied");
    assertHolds(await readOne("up.example.org"), second);
  });

  test("commit() changes nothing where the fence is another one, or gone", async () => {
    const { readOne, commitOne } = await setUp();
    const first = writeOf("race.example.org", 1, UNFENCED);
    const second = writeOf("race.example.org", 2, fenced(first));
    assert.equal(await commitOne(first), "applied");
    assert.equal(await commitOne(second), "applied");
    const late = writeOf("race.example.org", 3, fenced(first));
    assert.equal(await commitOne(late), "condition-failed");
    assertHolds(await readOne("race.example.org"), second);
    const lost = writeOf("nowhere.example.org", 3, fenced(first));
    assert.equal(await commitOne(lost), "condition-failed");
    assertBare(await readOne("nowhere.example.org"));
  });

  test("commit() changes types both ways between addresses and CNAME", async () => {
    const { readOne, commitOne } = await setUp();
    const first = writeOf("type.example.org", 1, UNFENCED);
    const cname = rrsetAt("type.example.org", RRType.CNAME, "elsewhere.example.org.");
    const second = writeOf("type.example.org", 2, fenced(first), [cname]);
    const third = writeOf("type.example.org", 3, fenced(second));
    for (const write of [first, second, third]) {
      assert.equal(await commitOne(write), "applied");
      assertHolds(await readOne("type.example.org"), write);
    }
  });

  test("commit() judges each write of a batch by itself, in order", async () => {
    const { store } = await setUp();
    const good = writeOf("good.example.org", 1, UNFENCED);
    const bad = writeOf("bad.example.org", 2, fenced(good));
    const other = writeOf("other.example.org", 3, UNFENCED);
    const outcomes = await store.commit(ZONE, [good, bad, other]);
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ["applied", "condition-failed", "applied"],
    );
  });

  test("commit() creates an endpoint at the zone's apex, beside its NS", async () => {
    const { readOne, commitOne, putRRset } = await setUp();
    putRRset(rrsetAt("example.org", RRType.NS, "ns1.example.net."));
    const first = writeOf("example.org", 1, UNFENCED);
    assert.equal(await commitOne(first), "applied");
    assert.equal(await commitOne(writeOf("example.org", 2, UNFENCED)), "condition-failed");
    const reading = await readOne("example.org");
    assert(reading?.kind === "read" && reading.fence.kind === "fence");
    assert.equal(reading.fence.fence.generation, 1);
  });

  test("commit() creates nothing at the apex where it has addresses of somebody's", async () => {
    const { readOne, commitOne, putRRset } = await setUp();
    putRRset(rrsetAt("example.org", RRType.AAAA, "2001:db8::99"));
    assert.equal(await commitOne(writeOf("example.org", 1, UNFENCED)), "condition-failed");
    const reading = await readOne("example.org");
    assert(reading?.kind === "read");
    assert.deepEqual(reading.fence, { kind: "none" });
  });
}

/** What people's orders ask of a store: tombstones, and conditions on whatever is there. */
function orderTests(setUp: SetUp): void {
  test("commit() of a tombstone leaves nothing of the name but its fence", async () => {
    const { readOne, commitOne } = await setUp();
    const first = writeOf("dead.example.org", 1, UNFENCED);
    assert.equal(await commitOne(first), "applied");
    const mark = { kind: "tombstone", id: "t1", atMs: 0 } as const;
    const fence: Fence = { ...first.fence, generation: 2, edition: 2, types: [], mark };
    const dead = { ...first, condition: fenced(first), rrsets: [], weights: undefined, fence };
    assert.equal(await commitOne(dead), "applied");
    const reading = await readOne("dead.example.org");
    assert(reading?.kind === "read");
    assert.deepEqual(reading.fence, { kind: "fence", fence, text: fenceText(fence) });
    assert.deepEqual([reading.rrsets, reading.weights], [[], undefined]);
  });

  test("commit() replaces an unreadable fence on condition of its texts as read", async () => {
    const { readOne, commitOne, putRRset } = await setUp();
    const good = fenceText(writeOf("x.example.org", 1, UNFENCED).fence);
    const split = `"${good.slice(0, 9)}" "${good.slice(9)}"`;
    const odd = [['"no fence"'], [split], [`"${good}"`, '"no fence"'], ['"\\200\\001"'], ['""']];
    for (const [index, texts] of odd.entries()) {
      const name = `odd${index}.example.org`;
      putRRset(rrsetAt(`_holdfast.${name}`, RRType.TXT, ...texts));
      const reading = await readOne(name);
      assert(reading?.kind === "read" && reading.fence.kind === "malformed", texts.join());
      const condition = { gate: undefined, nameNotInUse: false };
      const other = { ...condition, fence: [...reading.fence.texts, "another"] };
      assert.equal(await commitOne(writeOf(name, 1, other)), "condition-failed");
      const write = writeOf(name, 1, { ...condition, fence: reading.fence.texts });
      assert.equal(await commitOne(write), "applied", texts.join());
      assertHolds(await readOne(name), write);
    }
  });

  test("commit() changes nothing where the records are not exactly those read", async () => {
    const { readOne, commitOne, putRRset } = await setUp();
    const name = "theirs2.example.org";
    const held = rrsetAt(name, RRType.A, "192.0.2.7", "192.0.2.8");
    putRRset(held);
    const having = (...records: readonly RRset[]): WriteCondition => {
      return { fence: undefined, gate: "unchecked", nameNotInUse: false, records };
    };
    const part = rrsetAt(name, RRType.A, "192.0.2.7");
    for (const records of [[part], [], [held, rrsetAt(name, RRType.AAAA, "2001:db8::1")]]) {
      assert.equal(await commitOne(writeOf(name, 1, having(...records))), "condition-failed");
    }
    const write = writeOf(name, 1, having(held));
    assert.equal(await commitOne(write), "applied");
    assertHolds(await readOne(name), write);
  });
}

function gateTests(setUp: SetUp): void {
  const paused = { edition: 1, automation: "paused" } as const;
  const on = { edition: 2, automation: "on" } as const;

  test("writeGate() replaces the gate that was read, and no other", async () => {
    const { store } = await setUp();
    assert.deepEqual(await store.readGate(ZONE), { kind: "none" });
    assert.equal((await store.writeGate(ZONE, undefined, paused)).kind, "applied");
    const text = gateText(paused);
    assert.deepEqual(await store.readGate(ZONE), { kind: "gate", gate: paused, text });
    assert.equal((await store.writeGate(ZONE, undefined, on)).kind, "condition-failed");
    assert.equal((await store.writeGate(ZONE, gateText(on), on)).kind, "condition-failed");
    assert.equal((await store.writeGate(ZONE, text, on)).kind, "applied");
    assert.equal((await store.writeGate(ZONE, text, paused)).kind, "condition-failed");
  });

  test("commit() changes nothing where the gate is not the one read", async () => {
    const { store, readOne, commitOne } = await setUp();
    const absent: WriteCondition = { fence: undefined, gate: undefined, nameNotInUse: true };
    const asPaused = { ...absent, gate: gateText(paused) };
    assert.equal(await commitOne(writeOf("g.example.org", 1, asPaused)), "condition-failed");
    assert.equal((await store.writeGate(ZONE, undefined, paused)).kind, "applied");
    assert.equal(await commitOne(writeOf("g.example.org", 1, absent)), "condition-failed");
    assert.equal((await store.writeGate(ZONE, gateText(paused), on)).kind, "applied");
    assert.equal(await commitOne(writeOf("g.example.org", 1, asPaused)), "condition-failed");
    assertBare(await readOne("g.example.org"));
    const asOn = { ...absent, gate: gateText(on) };
    assert.equal(await commitOne(writeOf("g.example.org", 1, asOn)), "applied");
  });

  test("commit() does not look at the gate for a person's own act", async () => {
    const { store, commitOne } = await setUp();
    assert.equal((await store.writeGate(ZONE, undefined, paused)).kind, "applied");
    const condition = { fence: undefined, gate: "unchecked", nameNotInUse: true } as const;
    assert.equal(await commitOne(writeOf("p.example.org", 1, condition)), "applied");
  });

  test("readGate() takes a gate outside the grammar for malformed", async () => {
    const { store, putRRset } = await setUp();
    putRRset(rrsetAt("_gate._holdfast.example.org", RRType.TXT, '"holdfast-gate=1 off"'));
    assert.equal((await store.readGate(ZONE)).kind, "malformed");
  });

  test("writeSeed() seeds a zone, and is harmless again", async () => {
    const { store } = await setUp();
    assert.equal(await store.readSeed(ZONE), "unseeded");
    assert.equal((await store.writeSeed(ZONE, [])).kind, "applied");
    assert.equal(await store.readSeed(ZONE), "seeded");
    assert.equal((await store.writeSeed(ZONE, [])).kind, "applied");
    assert.equal(fenceName(ZONE), "_holdfast.example.org.");
  });

  test("writeSeed() seeds nothing where a name has a fence that must have none", async () => {
    const { store, commitOne } = await setUp();
    assert.equal(await commitOne(writeOf("back.example.org", 1, UNFENCED)), "applied");
    assert.equal(await store.readSeed(ZONE), "unseeded");
    const back = nameOf("back.example.org");
    assert.equal((await store.writeSeed(ZONE, [back])).kind, "condition-failed");
    assert.equal(await store.readSeed(ZONE), "unseeded");
    const label = "a".repeat(60);
    const long = Array.from({ length: UNFENCED_MAX }, (_, index) => {
      return nameOf(`${100 + index}${label}.${label}.${label}.${100 + index}.example.org`);
    });
    assert.equal((await store.writeSeed(ZONE, long)).kind, "applied", "one message holds them");
    assert.equal(await store.readSeed(ZONE), "seeded");
  });
}
