import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock, settle } from "../../../sim/simClock.ts";
import { type CrashKeep, noSpace, SimDisk } from "../../../sim/simDisk.ts";
import { RecordLog, SILENT_LOG, utf8 } from "../../base/index.ts";
import { compareNames, decodeSoa, type Name, RRType, rcodeText } from "../../dns/index.ts";
import { parseFence } from "../../plan/index.ts";
import { Committer } from "../update/committer.ts";
import { APEX, at, endpointWrite, linesAt, rrsetsOf, update } from "../zone/exampleZone.suite.ts";
import { ZoneData } from "../zone/zoneData.ts";
import { inOrder, ZoneDraft } from "../zone/zoneDraft.ts";
import { ZoneTable } from "../zone/zoneTable.ts";
import { fenceNode } from "../zone/zoneView.ts";
import { bulkLoad } from "./bulkLoad.ts";
import { decodeStateRecord, encodeStateRecord, type ZoneCommit } from "./commitCodec.ts";
import { editState } from "./editState.ts";
import { checkWords, encodeImageHead } from "./imageFormat.ts";
import { StateFiles } from "./stateFiles.ts";

const SETUP = [
  "@ 60 SOA ns1.example.test. hostmaster.example.test. 4294967290 300 60 2419200 5",
  "@ 60 NS ns1.example.test.",
];

/** Enough for a few thousand names. */
const ARENA_OCTETS = 2 ** 20;

interface Opened {
  readonly committer: Committer;
  readonly zone: ZoneData;
  readonly clock: SimClock;
}

async function open(disk: SimDisk, journalOctetsMax?: number): Promise<Opened> {
  const { files, zones, arena } = await StateFiles.open(disk, journalOctetsMax, ARENA_OCTETS);
  const table = new ZoneTable(zones);
  const zone = table.get(APEX) ?? new ZoneData(APEX, arena);
  table.add(zone);
  const clock = new SimClock();
  const committer = new Committer({ zones: table, files, clock, log: SILENT_LOG });
  if (zone.serial === undefined) {
    const changes = [{ name: APEX, rrsets: rrsetsOf(SETUP) }];
    await committer.setUp(APEX, () => changes);
  }
  table.serve([APEX]);
  return { committer, zone, clock };
}

/** Adds one name; its TXT says which update it was. */
function addName(committer: Committer, name: string, text = "x"): Promise<string> {
  const change = update([`${name} TXT`], [`${name} 60 TXT "${text}"`]);
  return committer.update(change).then(({ rcode }) => rcodeText(rcode));
}

describe("Committer", () => {
  it("moves the serial by one for a group, across 2^32 (RFC 1982)", async () => {
    const disk = new SimDisk();
    const { committer, zone } = await open(disk);
    const before = disk.operations;
    await Promise.all(["a", "b", "c"].map((name) => addName(committer, name)));
    assert.equal(zone.serial, 4294967291);
    assert.equal(disk.operations - before, 2, "one append and one sync for all three");
    for (let round = 0; round < 6; round += 1) await addName(committer, "d", `${round}`);
    assert.equal(zone.serial, 1);
  });

  it("writes nothing for a repeat, and for what is refused", async () => {
    const disk = new SimDisk();
    const { committer, zone } = await open(disk);
    await addName(committer, "a");
    const [operations, serial] = [disk.operations, zone.serial];
    assert.equal(await addName(committer, "a"), "NOERROR");
    await committer.update(update(["_seed._holdfast"], ['_seed._holdfast 30 TXT "x"']));
    assert.deepEqual([disk.operations, zone.serial], [operations, serial]);
  });

  it("keeps the serial that an update brings itself (RFC 2136 3.6)", async () => {
    const { committer, zone } = await open(new SimDisk());
    const soa = "@ 60 SOA ns1.example.test. hostmaster.example.test. 7 300 60 2419200 5";
    await committer.update(update([], [soa, 'a 60 TXT "x"']));
    assert.equal(zone.serial, 7);
  });

  it("shows an update to queries once it is durable, to the next update at once", async () => {
    const disk = new SimDisk();
    const { committer, zone } = await open(disk);
    let release = () => {};
    disk.delay = ({ kind }) =>
      kind === "sync" ? new Promise((resolve) => (release = resolve)) : Promise.resolve();
    const condition = { kind: "name-not-in-use", name: at("a") } as const;
    const first = { ...update([], ["a 60 A 192.0.2.1"]), prerequisites: [condition] };
    const both = [committer.update(first), committer.update(first)];
    await settle();
    assert.equal(zone.node(at("a")), undefined);
    release();
    const rcodes = (await Promise.all(both)).map(({ rcode }) => rcodeText(rcode));
    assert.deepEqual(rcodes, ["NOERROR", "YXDOMAIN"], "one of two racing writers wins");
    assert.ok(zone.node(at("a")));
  });

  it("answers SERVFAIL and changes nothing on a full disk, and goes on after", async () => {
    const disk = new SimDisk();
    const { committer, zone } = await open(disk);
    await addName(committer, "a");
    for (const failing of ["append", "sync"]) {
      disk.failWhen = ({ kind }) => (kind === failing ? noSpace() : undefined);
      const serial = zone.serial;
      assert.equal(await addName(committer, "b"), "SERVFAIL");
      assert.equal(zone.node(at("b")), undefined);
      assert.equal(zone.serial, serial);
    }
    disk.failWhen = () => undefined;
    assert.equal(await addName(committer, "c"), "NOERROR");
    const { zone: found } = await open(disk.crash("nothing", new SeededChance(1)));
    assert.deepEqual([linesAt(found, "a").length, linesAt(found, "c").length], [1, 1]);
    assert.equal(found.node(at("b")), undefined);
  });

  it("refuses with SERVFAIL what would wait too long, instead of growing for ever", async () => {
    const disk = new SimDisk();
    const { committer } = await open(disk);
    disk.delay = () => new Promise(() => {});
    let failed = 0;
    for (let index = 0; index < 20_200; index += 1) {
      void addName(committer, "a", `${index}`).then((rcode) => {
        if (rcode === "SERVFAIL") failed += 1;
      });
    }
    await settle();
    assert.ok(failed > 0 && failed <= 200, `${failed}`);
  });
});

describe("StateFiles", () => {
  it("never loses an acknowledged update nor shows half of one, whenever it dies", async () => {
    const keeps: readonly CrashKeep[] = ["nothing", "everything", "torn", "holes"];
    const chance = new SeededChance(3);
    const total = await crashRun(undefined);
    const files = (await total.disk.list()).join(" ");
    assert.match(files, /image-[2-9]/, "images are part of it");
    for (let operation = 1; operation <= total.operations; operation += 1) {
      for (const when of ["before", "half-way", "after"] as const) {
        const run = await crashRun({ operation, when });
        for (const keep of keeps) {
          const survivor = run.disk.crash(keep, chance);
          const { zone } = await open(survivor, 400);
          checkHeld(zone, run.acknowledged);
          const { committer } = await open(survivor, 400);
          assert.equal(await addName(committer, "after"), "NOERROR", "and it goes on");
        }
      }
    }
  });

  it("compacts while commits go on, and the outcome is the same", async () => {
    const disk = new SimDisk();
    const { committer, zone, clock } = await open(disk, 2000);
    for (let index = 0; index < 100; index += 1) {
      const writes = [1, 2, 3].map((of) => addName(committer, `n${of * index}`, `${index}`));
      await clock.advance(1);
      await Promise.all(writes);
    }
    await clock.advance(10);
    await committer.idle();
    const names = await disk.list();
    assert.ok(names.some((name) => name.startsWith("image-")));
    assert.ok(names.length <= 2 + 5, `${names} are kept`);
    const { zone: found } = await open(disk.crash("nothing", new SeededChance(1)));
    for (const [name, node] of zone.nodes()) {
      assert.deepEqual(found.node(name), node, name);
    }
    assert.equal(found.nameCount, zone.nameCount);
  });

  it("goes on with journals where no image can be written, and needs each of them", async () => {
    const disk = new SimDisk();
    const { committer, clock } = await open(disk, 500);
    disk.failWhen = ({ name }) => (name.startsWith("image") ? noSpace() : undefined);
    for (let index = 0; index < 40; index += 1) {
      assert.equal(await addName(committer, `n${index}`), "NOERROR");
      await clock.advance(1);
    }
    const survivor = disk.crash("nothing", new SeededChance(1));
    assert.equal((await open(survivor)).zone.nameCount, 41);
    survivor.tamper("journal-1", (bytes) => bytes.slice(0, -1));
    await assert.rejects(open(survivor), {
      fault: { code: "state-unreadable", file: "journal-1", problem: "its end is damaged" },
    });
  });

  it("wants no second image while it writes one", async () => {
    const disk = new SimDisk();
    const { files, zones, arena } = await StateFiles.open(disk, 100, ARENA_OCTETS);
    const zone = new ZoneData(APEX, arena);
    zones.set(APEX, zone);
    const changes = [{ name: APEX, rrsets: rrsetsOf(SETUP) }];
    const commit = async (): Promise<void> => {
      const draft = new ZoneDraft(zone);
      draft.set(APEX, rrsetsOf(SETUP));
      await files.append([{ zone: APEX, changes }]);
      zone.apply(draft);
    };
    await commit();
    assert.equal(files.wantsSnapshot, true);
    await files.beginJournal();
    const writing = files.writeSnapshot(zones, () => Promise.resolve());
    await commit();
    assert.equal(files.wantsSnapshot, false);
    await writing;
    assert.equal(files.wantsSnapshot, true);
  });

  it("refuses a state folder that lacks a file, and says what to do", async () => {
    const disk = await grown();
    const images = (await disk.list()).filter((name) => name.startsWith("image"));
    const kept = (await disk.read(images.at(-1) ?? "")) ?? assert.fail();
    for (const name of images) await disk.remove(name);
    await assert.rejects(StateFiles.open(disk), {
      name: "NameserverError",
      fault: {
        code: "state-incomplete",
        problem: "neither a whole image nor journal-0 is there",
      },
    });
    await disk.replace(images.at(-1) ?? "", kept.slice(0, -4));
    await assert.rejects(StateFiles.open(disk), /restore a backup/);
  });

  it("reads the image before, and the journals, where the newest is damaged", async () => {
    const disk = await grown();
    const images = (await disk.list()).filter((name) => name.startsWith("image"));
    assert.equal(images.length, 2, "one is kept besides the newest");
    const [older = "", newest = ""] = images;
    for (const octet of [200, ((await disk.size(newest)) ?? 0) - 40]) {
      disk.tamper(newest, (bytes) => flipped(bytes, octet));
      const { zones, damaged } = await StateFiles.open(disk, 300, ARENA_OCTETS);
      assert.equal(zones.get(APEX)?.nameCount, 21);
      assert.match(damaged.join(), new RegExp(`${newest} must be whole`));
      disk.tamper(newest, (bytes) => flipped(bytes, octet));
    }
    disk.tamper(newest, (bytes) => flipped(bytes, 200));
    await disk.remove(older);
    await assert.rejects(StateFiles.open(disk), {
      name: "NameserverError",
      fault: { code: "state-unreadable", file: newest, problem: "it is damaged behind octet 64" },
    });
  });

  it("refuses an image of a newer format", async () => {
    const disk = await grown();
    const newest = (await disk.list()).filter((name) => name.startsWith("image")).at(-1) ?? "";
    const head = new Int32Array(encodeImageHead().buffer);
    head[5] = 2;
    head[15] = checkWords(head, 0, 15);
    disk.tamper(newest, (bytes) => {
      bytes.set(new Uint8Array(head.buffer));
      return bytes;
    });
    await assert.rejects(StateFiles.open(disk), {
      name: "NameserverError",
      fault: { code: "state-too-new", file: newest },
    });
  });

  it("reads the snapshots and journals of the first version, and goes on in its own", async () => {
    const disk = new SimDisk();
    const snapshot = [firstVersion(APEX, SETUP), firstVersion(at("a"), ["a 60 A 192.0.2.1"])];
    await writeLog(disk, "snapshot-4", "holdfast-zones", [...snapshot, SNAPSHOT_END]);
    const journal = [firstVersion(at("b"), ['b 60 TXT "x" "y"']), firstVersion(at("a"), [])];
    await writeLog(disk, "journal-4", "holdfast-journal", journal);
    const { committer, zone } = await open(disk);
    assert.deepEqual(linesAt(zone, "b"), [`${at("b")} 60 IN TXT "x" "y"`]);
    assert.equal(zone.node(at("a")), undefined);
    assert.equal(await addName(committer, "c"), "NOERROR");
    assert.deepEqual(await disk.list(), ["journal-4", "journal-5", "snapshot-4"]);
    const { zone: again } = await open(disk);
    assert.deepEqual([again.nameCount, again.serial], [3, zone.serial]);
  });

  it("tells the history of zones from the journals it kept, with what was before", async () => {
    const disk = await grown();
    const { files } = await StateFiles.open(disk, 300, ARENA_OCTETS);
    const commits: ZoneCommit[] = [];
    for await (const commit of files.history()) commits.push(commit);
    assert.ok(commits.length >= 3, `${commits.length} commits`);
    let serial: number | undefined;
    for (const { zone, changes } of commits) {
      assert.equal(zone, APEX);
      const soa = changes.find(({ name }) => name === APEX);
      const [before, after] = [soa?.before, soa?.rrsets].map((rrsets) => {
        const [rdata] = rrsets?.find(({ type }) => type === RRType.SOA)?.rdata ?? [];
        return rdata === undefined ? undefined : decodeSoa(rdata).serial;
      });
      assert.ok(serial === undefined || before === serial, "each follows the one before");
      serial = after;
      const added = changes.find(({ name }) => name !== APEX);
      assert.deepEqual(added?.before, []);
    }
    const octets = await Promise.all((await disk.list()).map((name) => disk.size(name)));
    assert.ok(octets.reduce((sum: number, size) => sum + (size ?? 0), 0) < 10_000, "bounded");
  });

  it("loads a signed zone's order, its ENTs, aliases and wildcards from an image", async () => {
    const disk = new SimDisk();
    const lines = [
      ...SETUP,
      "@ 60 DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+",
      "deep.below.here 60 A 192.0.2.1",
      "*.wild 60 A 192.0.2.2",
      "alias 60 CNAME deep.below.here.example.test.",
      "cut 60 NS ns.example.org.",
      ...Array.from({ length: 700 }, (_, index) => `n${index} 60 A 192.0.2.1`),
    ];
    const zones = [{ apex: APEX, rrsets: rrsetsOf(lines) }];
    assert.equal(await bulkLoad(disk, zones, ARENA_OCTETS), 705);
    const { zone, committer } = await open(disk);
    assert.equal(zone.nameCount, 705);
    const names = rrsetsOf(lines).map(({ name }) => name);
    const expected = [...new Set(names)].sort(compareNames);
    const found: Name[] = [];
    for (let name: Name | undefined = APEX; name !== undefined; name = zone.order?.after(name)) {
      found.push(name);
    }
    assert.deepEqual(found, expected);
    assert.deepEqual(zone.node(at("below.here"))?.rrsets, []);
    assert.deepEqual([...zone.aliasesTo(at("deep.below.here"))], [at("alias")]);
    assert.equal(zone.node(APEX)?.cutCount, 1);
    assert.equal(await addName(committer, "after"), "NOERROR");
    await assert.rejects(bulkLoad(disk, zones), {
      fault: { code: "state-not-empty", file: "image-1" },
    });
  });
});

/** A disk with twenty commits, some images and journals. */
async function grown(): Promise<SimDisk> {
  const disk = new SimDisk();
  const { committer, clock } = await open(disk, 300);
  for (let index = 0; index < 20; index += 1) {
    await addName(committer, `n${index}`);
    await clock.advance(1);
  }
  await committer.idle();
  return disk;
}

function flipped(bytes: Uint8Array, octet: number): Uint8Array {
  bytes[octet] = (bytes[octet] ?? 0) ^ 0x10;
  return bytes;
}

const SNAPSHOT_END = encodeStateRecord({ kind: "snapshot-end", nameCount: 2 });

/** A commit of one name as the first version wrote it. */
function firstVersion(name: Name, lines: readonly string[]): Uint8Array {
  const text = (value: string) => [0, value.length, ...utf8(value)];
  const rrsets = rrsetsOf(lines).map(({ type, ttlSeconds, rdata }) => [
    ...[type >> 8, type & 255, 0, 0, ttlSeconds >> 8, ttlSeconds & 255, 0, rdata.length],
    ...rdata.flatMap((octets) => [0, octets.length, ...octets]),
  ]);
  const head = [1, ...text(APEX), 0, 0, 0, 1, ...text(name), 0, rrsets.length];
  return Uint8Array.from([...head, ...rrsets.flat()]);
}

async function writeLog(
  disk: SimDisk,
  name: string,
  magic: string,
  records: readonly Uint8Array[],
): Promise<void> {
  const { log } = await RecordLog.open(disk, name, { magic, version: 1 });
  await log.append(records);
}

describe("encodeStateRecord()", () => {
  it("is undone by decodeStateRecord(), which refuses every other length", () => {
    const changes = [
      { name: at("a"), rrsets: rrsetsOf(["a 60 A 192.0.2.1", 'a 60 TXT "x" "y"']) },
      { name: at("gone"), rrsets: [], before: rrsetsOf(["gone 60 A 192.0.2.1"]) },
      {
        name: at("b"),
        rrsets: rrsetsOf(["b 60 A 192.0.2.1", 'b 60 TXT "new"']),
        before: rrsetsOf(["b 60 A 192.0.2.1", 'b 60 TXT "old"', "b 60 MX 1 a."]),
      },
    ].map(({ before, ...rest }) => {
      return before === undefined ? rest : { ...rest, before: inOrder(before) };
    });
    const record = { kind: "commit", commit: { zone: APEX, changes } } as const;
    const bytes = encodeStateRecord(record);
    assert.deepEqual(decodeStateRecord(bytes), record);
    for (let length = 0; length < bytes.length; length += 1) {
      assert.equal(decodeStateRecord(bytes.subarray(0, length)), undefined);
    }
  });

  it("never throws on other octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        decodeStateRecord(bytes);
        decodeStateRecord(Uint8Array.of(1, 0, 2, 0x61, 0x2e, ...bytes));
      }),
    );
  });
});

describe("editState()", () => {
  it("removes records behind the server's back, without asking any rule", async () => {
    const disk = new SimDisk();
    const { committer } = await open(disk);
    await committer.update(endpointWrite(at("ep"), { generation: 1, edition: 1 }, ["192.0.2.1"]));
    const count = await editState(disk, (editor) => {
      assert.deepEqual(editor.zones(), [APEX]);
      assert.ok(editor.names(APEX).includes(at("ep")));
      assert.equal(editor.rrsets(APEX, at("ep")).length, 1);
      editor.set(APEX, at("ep"), []);
    });
    assert.equal(count, 1);
    const { zone } = await open(disk);
    assert.deepEqual(linesAt(zone, "ep"), []);
    assert.equal(zone.fenceCount, 1, "the fence is still there");
  });
});

interface CrashRun {
  readonly disk: SimDisk;
  /** Newest acknowledged generation by endpoint. */
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly operations: number;
}

/** Three endpoints, seven generations each, two updates at a time, with a crash in the middle. */
async function crashRun(crashAt: SimDisk["crashAt"]): Promise<CrashRun> {
  const disk = new SimDisk();
  disk.crashAt = crashAt;
  const acknowledged = new Map<string, number>();
  const run = async () => {
    const { committer, clock } = await open(disk, 1500);
    const write = async (endpoint: string, generation: number) => {
      const { rcode } = await committer.update(generationWrite(endpoint, generation));
      if (rcode === 0) acknowledged.set(endpoint, generation);
    };
    for (let generation = 1; generation <= 7; generation += 1) {
      await Promise.all([write("a", generation), write("b", generation)]);
      await write("c", generation);
      await clock.advance(1);
    }
    await clock.advance(5);
    await committer.idle();
  };
  await run().catch((error: unknown) => assert.match(String(error), /the machine is off/));
  return { disk, acknowledged, operations: disk.operations };
}

/** Two addresses that both say the generation: half a write would show two different ones. */
function generationWrite(endpoint: string, generation: number) {
  const write = endpointWrite(at(endpoint), { generation, edition: generation }, [
    `10.0.1.${generation}`,
    `10.0.2.${generation}`,
  ]);
  return { ...write, prerequisites: [] };
}

function checkHeld(zone: ZoneData, acknowledged: ReadonlyMap<string, number>): void {
  for (const endpoint of ["a", "b", "c"]) {
    const fence = fenceNode(zone, at(endpoint))?.fence;
    const generation = fence?.kind === "fence" ? fence.fence.generation : 0;
    assert.ok(generation >= (acknowledged.get(endpoint) ?? 0), `${endpoint} went backwards`);
    const hosts = linesAt(zone, endpoint).map((line) => Number(line.split(".").at(-1)));
    assert.deepEqual(hosts, generation === 0 ? [] : [generation, generation]);
    if (fence?.kind === "fence") assert.equal(parseFence(fence.text).kind, "fence");
  }
}
