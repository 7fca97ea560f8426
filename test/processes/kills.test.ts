// What is killed comes back, and every answer stays.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Region, until, withRegion } from "./instance.ts";

/** Asks all the time during `work`; tells what was ever answered other than the whole set. */
async function watchAnswers(region: Region, work: () => Promise<void>): Promise<readonly string[]> {
  const wanted = JSON.stringify([...region.places.addresses].sort());
  const wrong: string[] = [];
  let isOn = true;
  const loop = (async () => {
    while (isOn) {
      const answer = JSON.stringify(await region.answer()) ?? "none";
      if (answer !== wanted) wrong.push(answer);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  try {
    await work();
  } finally {
    isOn = false;
    await loop;
  }
  return wrong;
}

async function isAllRunning(region: Region): Promise<boolean> {
  const { processes } = await region.table();
  return processes.every(({ state }) => state === "running");
}

test("kill -9 of all but the nameserver: all come back, every answer stays", async () => {
  await withRegion(async (region) => {
    const instance = await region.up();
    await region.answers(region.places.addresses);
    const killed = ["planner", "prober", "store", "enactor-az1", "enactor-az2"];
    const before = new Map<string, number>();
    for (const id of killed) before.set(id, await region.pid(id));
    const wrong = await watchAnswers(region, async () => {
      for (const pid of before.values()) process.kill(pid, "SIGKILL");
      for (const id of killed) await instance.says(`${id}: ended (SIGKILL)`);
      await until("has all running again", () => isAllRunning(region));
    });
    for (const [id, pid] of before) assert.notEqual(await region.pid(id), pid);
    assert.deepEqual(wrong, []);
    assert.equal((await instance.stop()).code, 0);
    assert.deepEqual(region.leftRunning(), []);
  });
});

test("kill -9 of the nameserver: it comes back with what it held", async () => {
  await withRegion(async (region) => {
    const instance = await region.up();
    await region.answers(region.places.addresses);
    process.kill(await region.pid("nameserver"), "SIGKILL");
    await instance.says("nameserver: started again");
    await region.answers(region.places.addresses);
  });
});

test("kill -9 of the supervisor: the nameserver answers on till the next start", async () => {
  await withRegion(async (region) => {
    const first = await region.up();
    await region.answers(region.places.addresses);
    const nameserver = await region.pid("nameserver");
    await first.stop("SIGKILL");
    await until("has only the nameserver left", async () => {
      const left = region.leftRunning();
      return left.length === 1 && left[0] === nameserver;
    });
    await region.answers(region.places.addresses);

    const second = region.start();
    await second.says("Ready after");
    assert.match(second.output, /nameserver \(process \d+\) of an earlier instance/);
    await region.answers(region.places.addresses);
    assert.notEqual(await region.pid("nameserver"), nameserver);
    assert.equal((await second.stop()).code, 0);
    assert.deepEqual(region.leftRunning(), []);
  });
});
