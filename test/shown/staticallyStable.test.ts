import assert from "node:assert/strict";
import { test } from "node:test";
import { ENDPOINT, freePlaces, Region, until } from "../processes/instance.ts";
import { Watcher } from "./watcher.ts";

test("with all others killed the answers stay, and the nameserver returns alone", async () => {
  const region = new Region(await freePlaces());
  try {
    const instance = await region.up();
    const watcher = new Watcher(region.places.dnsPort, ENDPOINT);
    const { processes } = await region.table();
    // The supervisor first: nothing may bring the others back while the answers are watched.
    instance.child.kill("SIGKILL");
    await instance.ended;
    for (const { id, pid } of processes) {
      if (id !== "nameserver" && pid !== undefined) kill(pid);
    }
    const looks = watcher.looks;
    await until("is asked 200 times more", async () => watcher.looks > looks + 200);
    const { denials, sights } = await watcher.stop();
    assert.deepEqual(denials, []);
    const sets = new Set(sights.map(({ addresses }) => addresses.join()));
    assert.deepEqual([...sets], [[...region.places.addresses].sort().join()]);

    const nameserver = processes.find(({ id }) => id === "nameserver");
    assert.ok(nameserver?.pid !== undefined);
    kill(nameserver.pid);
    await until("is silent", async () => (await region.answer()) === undefined);
    const alone = region.start(["--role", "nameserver"]);
    await region.answers(region.places.addresses);
    await alone.stop("SIGTERM");
  } finally {
    await region.dispose();
  }
});

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It had ended by itself, as roles do without their supervisor.
  }
}
