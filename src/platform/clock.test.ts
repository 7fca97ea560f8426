import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createConnection, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { RealClock } from "./clock.ts";

const clock = new RealClock();

test("wakeAfter() never wakes early, and monotonicMs() shows it", async () => {
  for (const afterMs of [0, 1, 2.5, 7]) {
    const startMs = clock.monotonicMs();
    await new Promise<void>((resolve) => void clock.wakeAfter(afterMs, resolve));
    assert.ok(clock.monotonicMs() - startMs >= afterMs, `${afterMs} ms have passed`);
  }
});

test("monotonicMs() is the same in every thread", async () => {
  const before = clock.monotonicMs();
  const code = `import(require("node:worker_threads").workerData).then(({ RealClock }) =>
    require("node:worker_threads").parentPort.postMessage(new RealClock().monotonicMs()));`;
  const url = new URL("./clock.ts", import.meta.url).href;
  const worker = new Worker(code, { eval: true, workerData: url });
  const there = await new Promise<number>((resolve) => worker.once("message", resolve));
  assert.ok(before <= there && there <= clock.monotonicMs(), `${before} <= ${there}`);
});

test("wakeAfter() does not wake when it was cancelled", async () => {
  let woken = false;
  const cancel = clock.wakeAfter(1, () => {
    woken = true;
  });
  cancel();
  await new Promise<void>((resolve) => void clock.wakeAfter(20, resolve));
  assert.equal(woken, false);
  cancel(); // harmless
});

test("wakeAfter() does not fire at once when setTimeout() cannot wait so long", async () => {
  let woken = false;
  const cancel = clock.wakeAfter(2 ** 32, () => {
    woken = true;
  });
  await new Promise<void>((resolve) => void clock.wakeAfter(20, resolve));
  cancel();
  assert.equal(woken, false);
});

test("wakeAfter() runs behind answers that arrived while the process was stalled", async () => {
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => void server.once("connection", resolve));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const client = createConnection({ port: address.port, host: "127.0.0.1" });
  const peer = await accepted;
  const order: string[] = [];
  client.on("data", () => order.push("answer"));
  await new Promise<void>((resolve) => {
    clock.wakeAfter(5, () => {
      order.push("deadline");
      resolve();
    });
    peer.write("late"); // in the client's receive buffer at once: loopback
    const endMs = performance.now() + 30;
    while (performance.now() < endMs); // the stall
  });
  client.destroy();
  peer.destroy();
  server.close();
  assert.deepEqual(order, ["answer", "deadline"]);
});

test("a clock that lets the process end keeps none alive", () => {
  const url = new URL("./clock.ts", import.meta.url).href;
  const script = (wakes: string): string => `
    import { RealClock } from ${JSON.stringify(url)};
    const clock = new RealClock(${JSON.stringify(wakes)});
    clock.wakeAfter(${wakes === "keep-process" ? 1 : 600_000}, () => console.log("woken"));`;
  const run = (wakes: string): string => {
    const words = ["--input-type=module", "--eval", script(wakes)];
    return execFileSync(process.execPath, words, { encoding: "utf8", timeout: 120_000 });
  };
  assert.deepEqual([run("let-process-end"), run("keep-process")], ["", "woken\n"]);
});
