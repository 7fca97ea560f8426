import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { ENDPOINT, until, withRegion } from "../processes/instance.ts";
import { Octets, openIdle, sendDatagrams, sendStreams } from "./abuse.ts";
import { digShort } from "./tools.ts";

const SEED = Number(process.env["SEED"] ?? 20_251_020);
const DATAGRAMS = 20_000;
const STREAMS = 1_000;
const IDLE_CONNECTIONS = 10_000;
const SOURCES = 100;
const QUESTIONS = 2_000;

test(`garbage on UDP and TCP stops nobody's answers (SEED=${SEED})`, async () => {
  await withRegion(async (region) => {
    await region.up();
    const nameserver = await region.pid("nameserver");
    const octets = new Octets(SEED);
    const { dnsPort, addresses } = region.places;
    await Promise.all([
      sendDatagrams(dnsPort, DATAGRAMS, octets),
      sendStreams(dnsPort, STREAMS, octets),
    ]);
    await region.answers(addresses);
    assert.equal(await region.pid("nameserver"), nameserver, "it is the same process");
  });
});

test(
  "10,000 idle connections from 100 sources keep nobody from being answered",
  needs("dig"),
  async () => {
    await withRegion(async (region) => {
      await region.up();
      const { dnsPort, addresses } = region.places;
      const sockets = await openIdle(dnsPort, IDLE_CONNECTIONS, SOURCES);
      try {
        const times = await questionTimes(dnsPort);
        const p99 = times[Math.floor(times.length * 0.99)];
        console.log(
          `${times.length} answers beside ${IDLE_CONNECTIONS} connections: p99 ${p99} ms`,
        );
        const overTcp = await digShort(dnsPort, "+tcp", ENDPOINT, "A");
        assert.deepEqual(overTcp, [...addresses].sort(), "newcomers over TCP are served");
        // Enactors are clients too: a repair still goes through.
        await until("is repaired and enacted on", async () => {
          const { processes } = await region.table();
          return processes.every(({ state }) => state === "running");
        });
      } finally {
        for (const socket of sockets) socket.destroy();
      }
    });
  },
);

async function questionTimes(port: number): Promise<readonly number[]> {
  const resolver = new Resolver({ timeout: 5_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  const times: number[] = [];
  for (let asked = 0; asked < QUESTIONS; asked += 1) {
    const startMs = performance.now();
    const answer = await resolver.resolve4(ENDPOINT);
    assert.ok(answer.length > 0);
    times.push(Number((performance.now() - startMs).toFixed(2)));
  }
  return times.sort((left, right) => left - right);
}
