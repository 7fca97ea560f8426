import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { lookAtProcess, parseStat } from "./processes.ts";

async function sleeper(): Promise<[ChildProcess, number]> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6); console.log('up')"]);
  await once(child.stdout, "data");
  assert.ok(child.pid !== undefined);
  return [child, child.pid];
}

async function becomes(pid: number, state: string): Promise<void> {
  while (lookAtProcess(pid).state !== state) await new Promise((resolve) => setImmediate(resolve));
}

const hasProc = lookAtProcess(process.pid).startTicks !== undefined;

test("lookAtProcess() tells running, stopped and gone", { skip: !hasProc }, async () => {
  const [child, pid] = await sleeper();
  const first = lookAtProcess(pid);
  assert.equal(first.state, "running");
  child.kill("SIGSTOP");
  await becomes(pid, "stopped");
  assert.equal(lookAtProcess(pid).startTicks, first.startTicks, "it is still the same process");
  child.kill("SIGCONT");
  await becomes(pid, "running");
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(lookAtProcess(pid).state, "gone");
});

test("parseStat() reads behind the last bracket when the name holds brackets and spaces", () => {
  const rest = "S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 10";
  assert.deepEqual(parseStat(`42 (we) ird (x) ${rest}`), { state: "running", startTicks: 98765 });
  assert.equal(parseStat(`42 (x) T${rest.slice(1)}`).state, "stopped");
  assert.equal(parseStat(`42 (x) Z${rest.slice(1)}`).state, "zombie");
});
