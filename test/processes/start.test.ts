// From the start to the end of a region, in real processes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { until, withRegion } from "./instance.ts";

test("a start answers with the planned addresses, and Ctrl-C leaves no process", async () => {
  await withRegion(async (region) => {
    const instance = await region.up();
    await region.answers(region.places.addresses);
    const { processes } = await region.table();
    const roles = processes.map(({ role }) => role);
    const all = ["nameserver", "store", "planner", "prober", "enactor", "enactor", "demo"];
    assert.deepEqual(roles, all);
    assert.ok(processes.every(({ state }) => state === "running"));
    const { code, output } = await instance.stop("SIGINT");
    assert.equal(code, 0, output);
    assert.match(output, /dig @127\.0\.0\.1 -p \d+ dynamodb\.use1\.holdfast\.example A \+short/);
    assert.match(output, /Stopped: nothing is left running/);
    assert.deepEqual(region.leftRunning(), []);
  });
});

test("a configuration names its state folder, and commands find the region by it", async () => {
  await withRegion(async (region) => {
    const text = readFileSync(region.config, "utf8");
    writeFileSync(region.config, `${text}state: ${basename(region.state)}\n`);
    const instance = region.run(["run", "-c", region.config]);
    await region.answers(region.places.addresses);
    await region.table(); // of region.state: nobody named that folder but the file
    const status = await region.run(["status", "-c", region.config, "--json"]).ended;
    assert.equal(status.code, 0, status.output);
    assert.match(status.output, /"source": "api"/);
    await instance.stop();
  });
});

test("a stop kills a process that somebody stopped, after a deadline", async () => {
  await withRegion(async (region) => {
    const instance = await region.up();
    process.kill(await region.pid("enactor-az1"), "SIGSTOP");
    await instance.says("enactor-az1: stopped by a signal from outside");
    const { code, output } = await instance.stop("SIGTERM");
    assert.equal(code, 0, output);
    assert.match(output, /enactor-az1: did not end in time: killed/);
    assert.deepEqual(region.leftRunning(), []);
  });
});

test("a second start goes on from the state it held, and answers from it at once", async () => {
  await withRegion(async (region) => {
    const first = await region.up();
    await region.answers(region.places.addresses);
    await first.stop();
    assert.equal(await region.answer(), undefined);
    const second = region.start();
    await region.answers(region.places.addresses);
    await second.says("Ready after");
    await region.table();
    assert.equal((await second.stop()).code, 0);
  });
});

test("a target that fails leaves the answers, and comes back healed", async () => {
  await withRegion(async (region) => {
    const instance = await region.up();
    const [first = "", second = ""] = region.places.addresses;
    await region.answers([first, second]);
    const demo = (act: string): void => {
      const main = join(import.meta.dirname, "..", "..", "src", "main.ts");
      execFileSync(process.execPath, [main, "demo", act, "lb-1", "--state", region.state]);
    };
    demo("fail");
    await region.answers([second]);
    await instance.says("lb-1");
    demo("heal");
    await region.answers([first, second]);
  });
});

test("a process that somebody stops is reported, left alone, and goes on", async () => {
  await withRegion(async (region) => {
    const instance = await region.up();
    const pid = await region.pid("planner");
    process.kill(pid, "SIGSTOP");
    await instance.says("planner: stopped by a signal from outside");
    const row = (await region.table()).processes.find(({ id }) => id === "planner");
    assert.equal(row?.state, "stopped");
    assert.equal(row.pid, pid);
    process.kill(pid, "SIGCONT");
    await instance.says("planner: goes on");
    await until("runs again", async () => {
      const { processes } = await region.table();
      return processes.every(({ state }) => state === "running");
    });
  });
});
