import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeededChance } from "../../sim/seededChance.ts";
import { type CrashKeep, noSpace, SimDisk } from "../../sim/simDisk.ts";
import { utf8, utf8Text } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import { RecordLog } from "./recordLog.ts";

const FORMAT = { magic: "holdfast-test", version: 1 };
const FILE = "test.log";

async function held(disk: SimDisk, format = FORMAT): Promise<readonly (string | undefined)[]> {
  const { records } = await RecordLog.open(disk, FILE, format);
  return records.map((record) => utf8Text(record));
}

async function filled(disk: SimDisk, ...appends: readonly string[][]): Promise<RecordLog> {
  const { log } = await RecordLog.open(disk, FILE, FORMAT);
  for (const texts of appends) await log.append(texts.map(utf8));
  return log;
}

describe("crc32()", () => {
  it("gives the check value of the CRC-32 catalogue, whole and in parts", () => {
    assert.equal(crc32(utf8("123456789")), 0xcbf43926);
    assert.equal(crc32(utf8("6789"), crc32(utf8("12345"))), 0xcbf43926);
  });
});

describe("RecordLog", () => {
  it("gives back every record in order after a restart", async () => {
    const disk = new SimDisk();
    await filled(disk, ["a", "b"], [""], ["c"]);
    assert.deepEqual(await held(disk), ["a", "b", "", "c"]);
  });

  it("runs appends that overlap in the order in which they were asked for", async () => {
    const disk = new SimDisk();
    const { log } = await RecordLog.open(disk, FILE, FORMAT);
    await Promise.all(["a", "b", "c", "d"].map((text) => log.append([utf8(text)])));
    assert.deepEqual(await held(disk), ["a", "b", "c", "d"]);
  });

  it("opens without writing, so that a full or read-only disk does not stop a start", async () => {
    const disk = new SimDisk();
    await RecordLog.open(disk, FILE, FORMAT);
    assert.equal(disk.operations, 0);
  });

  it("keeps what was acknowledged and nothing by halves, whatever a crash leaves", async () => {
    const keeps: readonly CrashKeep[] = ["nothing", "everything", "torn", "holes"];
    const chance = new SeededChance(7);
    const big = "x".repeat(3000);
    for (let operation = 1; operation <= 8; operation += 1) {
      for (const when of ["before", "half-way", "after"] as const) {
        for (const keep of keeps) {
          const disk = new SimDisk();
          disk.crashAt = { operation, when };
          const { log } = await RecordLog.open(disk, FILE, FORMAT);
          const acknowledged: string[] = [];
          for (const text of ["a", "b", "c", "d"]) {
            const pair = [`${text}1${big}`, `${text}2${big}`];
            await log.append(pair.map(utf8)).then(
              () => acknowledged.push(...pair),
              () => {},
            );
          }
          const found = await held(disk.crash(keep, chance));
          assert.deepEqual(found.slice(0, acknowledged.length), acknowledged);
          assert.equal(found.length % 2, 0, "the records of one append live and die together");
        }
      }
    }
  });

  it("cuts a torn tail off before it writes again", async () => {
    const disk = new SimDisk();
    await filled(disk, ["a"], ["b"]);
    disk.tamper(FILE, (bytes) => bytes.slice(0, -1));
    const { log, records, tornOctets } = await RecordLog.open(disk, FILE, FORMAT);
    assert.deepEqual(records.map(utf8Text), ["a"]);
    assert.ok(tornOctets > 0);
    await log.append([utf8("c")]);
    assert.deepEqual(await held(disk), ["a", "c"]);
  });

  it("goes on after a full disk, without what failed", async () => {
    for (const failing of ["append", "sync", "truncate"]) {
      const disk = new SimDisk();
      const log = await filled(disk, ["a"]);
      disk.failWhen = ({ kind }) =>
        kind === failing || (failing === "truncate" && kind === "append") ? noSpace() : undefined;
      await assert.rejects(log.append([utf8("lost")]), { code: "ENOSPC" });
      await assert.rejects(log.append([utf8("lost too")]), { code: "ENOSPC" });
      disk.failWhen = () => undefined;
      await log.append([utf8("b")]);
      assert.deepEqual(await held(disk), ["a", "b"], `after ${failing} failed`);
    }
  });

  it("refuses damage in the middle and says where, instead of dropping what follows", async () => {
    const disk = new SimDisk();
    await filled(disk, ["head"], ["first"], ["second"]);
    disk.tamper(FILE, (bytes) => {
      const middle = bytes.slice();
      middle[50] = (middle[50] ?? 0) ^ 1;
      return middle;
    });
    await assert.rejects(RecordLog.open(disk, FILE, FORMAT), {
      name: "RecordLogError",
      fault: { code: "log-corrupt", file: FILE, offset: 48 },
    });
  });

  it("refuses a newer format, reads an older one and says which it was", async () => {
    const disk = new SimDisk();
    const { log } = await RecordLog.open(disk, FILE, { ...FORMAT, version: 2 });
    await log.append([utf8("a")]);
    await assert.rejects(RecordLog.open(disk, FILE, FORMAT), {
      fault: { code: "log-too-new", file: FILE, version: 2 },
    });
    const { version } = await RecordLog.open(disk, FILE, { ...FORMAT, version: 3 });
    assert.equal(version, 2);
  });

  it("refuses a file of another kind, and one too short to have a head", async () => {
    const fault = { code: "log-not-ours", file: FILE };
    for (const bytes of [utf8("not a log"), new Uint8Array(0), new Uint8Array(64)]) {
      const disk = new SimDisk();
      await disk.replace(FILE, bytes);
      await assert.rejects(RecordLog.open(disk, FILE, FORMAT), { fault });
    }
  });

  it("rewrites in one step: a crash leaves the old records or the new", async () => {
    for (const when of ["before", "half-way", "after"] as const) {
      const disk = new SimDisk();
      const log = await filled(disk, ["a"], ["b"]);
      disk.crashAt = { operation: disk.operations + 1, when };
      await assert.rejects(log.rewrite([utf8("ab")]));
      const found = await held(disk.crash("nothing", new SeededChance(1)));
      assert.deepEqual(found, when === "after" ? ["ab"] : ["a", "b"]);
    }
  });

  it("appends behind what is really there after a rewrite that failed", async () => {
    const disk = new SimDisk();
    const log = await filled(disk, ["a"], ["b"]);
    disk.failWhen = ({ kind }) => (kind === "replace" ? noSpace() : undefined);
    await assert.rejects(log.rewrite([utf8("ab")]));
    disk.failWhen = () => undefined;
    await log.append([utf8("c")]);
    assert.deepEqual(await held(disk), ["a", "b", "c"]);
  });
});
