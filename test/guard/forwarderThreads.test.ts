// The forwarder's serving threads, as a process that is asked by dig.
import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { freePort } from "../processes/freePort.ts";
import { until } from "../processes/instance.ts";
import { ran } from "../shown/tools.ts";
import { ForwarderProcess } from "./forwarderProcess.ts";
import { RecursiveServer } from "./recursiveServer.ts";

const NAME = "api.shop.test";
const DIG = needs("dig");

interface Udp {
  readonly by: string;
  readonly threads: number;
  readonly reason?: string;
  readonly counts?: Readonly<Record<string, number>>;
}

async function udpOf(forwarder: ForwarderProcess): Promise<Udp> {
  return (JSON.parse(await forwarder.text("/status")) as { readonly udp: Udp }).udp;
}

test("threads answer by themselves over IPv4 and IPv6", DIG, async () => {
  const server = new RecursiveServer();
  server.ttlSeconds = 3600;
  server.said.set(NAME, ["192.0.2.1"]);
  const upstream = `127.0.0.1#${await server.listen()}`;
  const port = await freePort();
  const words = ["--upstream", upstream, "--threads", "2", "--listen", `[::1]:${port}`];
  const forwarder = await ForwarderProcess.start(...words);
  try {
    for (let times = 0; times < 5; times += 1) {
      assert.deepEqual(await forwarder.short(NAME), ["192.0.2.1"]);
      const { stdout } = await ran("dig", ["@::1", "-p", `${port}`, "+short", "+time=20", NAME]);
      assert.equal(stdout.trim(), "192.0.2.1");
    }
    const udp = await udpOf(forwarder);
    assert.deepEqual([udp.by, udp.threads, udp.reason], ["threads", 4, undefined]);
    assert.equal(udp.counts?.["hits"], 9, "the first question is the main thread's");
    const { counts } = await forwarder.status();
    assert.deepEqual([counts["udp"], counts["hits"], counts["misses"]], [10, 9, 1]);
    assert.equal(server.asked.length, 1);
    const metrics = await forwarder.text("/metrics");
    assert.match(metrics, /^holdfast_guard_udp_threads 4$/m);
    assert.match(metrics, /^holdfast_guard_hits_total 9$/m);
    assert.match(forwarder.said, /"threads":4.*UDP is answered by threads/);
  } finally {
    assert.equal(await forwarder.stop(), 0);
    server.close();
  }
});

test("a configuration that is read again reaches the threads at once", DIG, async () => {
  const server = new RecursiveServer();
  server.ttlSeconds = 3600;
  server.said.set(NAME, ["192.0.2.1"]);
  const upstream = `127.0.0.1#${await server.listen()}`;
  const forwarder = await ForwarderProcess.start("--upstream", upstream, "--threads", "1");
  try {
    await forwarder.short(NAME);
    await forwarder.short(NAME);
    assert.equal((await udpOf(forwarder)).counts?.["handedOver"], 1);
    forwarder.signal("SIGHUP");
    await until("took it up", async () => forwarder.said.includes("took up the configuration"));
    await forwarder.short(NAME);
    assert.equal((await udpOf(forwarder)).counts?.["handedOver"], 2);
  } finally {
    await forwarder.stop();
    server.close();
  }
});

test("without threads the main thread answers, and says why", DIG, async () => {
  const server = new RecursiveServer();
  server.said.set(NAME, ["192.0.2.1"]);
  const upstream = `127.0.0.1#${await server.listen()}`;
  const forwarder = await ForwarderProcess.start("--upstream", upstream, "--threads", "0");
  try {
    assert.deepEqual(await forwarder.short(NAME), ["192.0.2.1"]);
    const { by, threads, reason } = await udpOf(forwarder);
    assert.deepEqual([by, threads], ["main thread", 0]);
    assert.match(reason ?? "", /none are wanted/);
    assert.match(await forwarder.text("/"), /one thread: /);
  } finally {
    await forwarder.stop();
    server.close();
  }
});
