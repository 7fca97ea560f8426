import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Arena } from "./arena.ts";
import { APEX, at, rrsetsOf } from "./exampleZone.suite.ts";
import type { HammerJob, HammerReport } from "./hammer.suite.ts";
import { ZoneData } from "./zoneData.ts";
import { ZoneDraft } from "./zoneDraft.ts";
import { ZoneTable } from "./zoneTable.ts";

const NAMES = Array.from({ length: 12 }, (_, index) => `n${index}`);
const THREADS = 2;
/** Versions that each thread must have seen for the test to mean something. */
const VERSIONS_MIN = 30;
const COMMITS_MIN = 1500;
const COMMITS_MAX = 200_000;

function writeAll(zone: ZoneData, commit: number): void {
  const draft = new ZoneDraft(zone);
  for (const name of NAMES) {
    draft.set(at(name), rrsetsOf([`${name} ${commit} TXT "${commit}"`]));
  }
  // Others come and go, so that blocks change hands and the table grows.
  for (let index = 0; index < 5; index += 1) {
    const other = `other${(commit * 5 + index) % 3000}`;
    const isThere = draft.node(at(other)) !== undefined;
    draft.set(at(other), isThere ? [] : rrsetsOf([`${other} 60 TXT "${"x".repeat(index * 9)}"`]));
  }
  zone.apply(draft);
}

function startReader(zone: ZoneData, reader: number, signals: HammerJob["signals"]) {
  const names = NAMES.map((name) => at(name));
  const workerData: HammerJob = { memory: zone.arena.memory, reader, apex: APEX, names, signals };
  const worker = new Worker(new URL("./hammer.suite.ts", import.meta.url), { workerData });
  return new Promise<HammerReport>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

it("threads that read without pause see every version whole while commits go on", async () => {
  const arena = new Arena(16 * 2 ** 20);
  const zone = new ZoneData(APEX, arena);
  const soa = "@ 60 SOA ns1.example.test. hostmaster.example.test. 1 300 60 2419200 5";
  const draft = new ZoneDraft(zone);
  draft.set(APEX, rrsetsOf([soa]));
  zone.apply(draft);
  writeAll(zone, 1);
  new ZoneTable(new Map([[APEX, zone]])).serve([APEX]);
  const signals = new Int32Array(new SharedArrayBuffer(4 + THREADS * 4));
  const readers = Array.from({ length: THREADS }, (_, reader) =>
    startReader(zone, reader, signals),
  );
  const reports = Promise.all(readers);
  let isDone = false;
  void reports.then(() => (isDone = true));
  const isEnough = () => signals.subarray(1).every((versions) => versions >= VERSIONS_MIN);
  for (let commit = 2; commit < COMMITS_MAX && !isDone; commit += 1) {
    writeAll(zone, commit);
    if (commit % 50 === 0) await turn();
    if (commit > COMMITS_MIN && isEnough()) break;
  }
  Atomics.store(signals, 0, 1);
  for (const { problem, versions, rounds } of await reports) {
    assert.equal(problem, undefined);
    assert.ok(versions >= VERSIONS_MIN, `${versions} versions in ${rounds} rounds`);
  }
  assert.ok(arena.usedOctets < 4 * 2 ** 20, "what nobody reads has come back");
});
