import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { endLeftover, findLeftovers, noteProcesses } from "./leftovers.ts";

let folder = "";
let child: ChildProcess;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-"));
  child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  await once(child, "spawn");
});
afterEach(() => {
  child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function pidOf(process: ChildProcess): number {
  assert.ok(process.pid !== undefined);
  return process.pid;
}

test("findLeftovers() finds a noted process, and endLeftover() ends it", async () => {
  noteProcesses(folder, [{ id: "store", role: "store", pid: pidOf(child) }]);
  const [record] = findLeftovers(folder);
  assert.equal(record?.pid, child.pid);
  assert.ok(record !== undefined);
  await Promise.all([endLeftover(record), once(child, "exit")]);
  assert.deepEqual(findLeftovers(folder), []);
});

test("endLeftover() ends a stopped one too", async () => {
  noteProcesses(folder, [{ id: "store", role: "store", pid: pidOf(child) }]);
  child.kill("SIGSTOP");
  const [record] = findLeftovers(folder);
  assert.ok(record !== undefined);
  await Promise.all([endLeftover(record), once(child, "exit")]);
});

test("findLeftovers() never takes another program for one of ours that had its id before", () => {
  const record = { id: "store", role: "store", pid: pidOf(child), startTicks: 1 };
  writeFileSync(join(folder, "processes.json"), JSON.stringify([record]));
  assert.deepEqual(findLeftovers(folder), []);
});

test("findLeftovers() takes a note that was cut off for none", () => {
  writeFileSync(join(folder, "processes.json"), '[{"id":"sto');
  assert.deepEqual(findLeftovers(folder), []);
});
