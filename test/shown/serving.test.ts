// What a running region says over UDP besides answers: who it is, cookies, limits; and on what.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { decodeMessage, encodeMessage, makeQuery, nameOf, RRType } from "../../src/dns/index.ts";
import { needs } from "../peers.ts";
import { type Region, until } from "../processes/instance.ts";
import { demoRegion, ZONE } from "./demoRegion.ts";
import { dig, holdfast, holdfastJson } from "./tools.ts";

const NAME = `dynamodb.${ZONE}`;
const FLOOD = 400;
/** So few that a second more or less changes nothing. */
const LIMIT = 2;
/** Two networks of loopback that nothing else asks from. */
const [FLOODER, BYSTANDER] = ["127.0.7.7", "127.0.8.8"];

async function withServing(dns: string, work: (region: Region) => Promise<void>): Promise<void> {
  const region = await demoRegion((text) => text.replace("\ndns:\n", `\ndns:\n${dns}`));
  try {
    await region.up();
    await work(region);
  } finally {
    await region.dispose();
  }
}

interface UdpStatus {
  readonly nameserver?: {
    readonly udp: { readonly by: string; readonly threads: number; readonly reason?: string };
  };
}

async function udpOf(region: Region): Promise<NonNullable<UdpStatus["nameserver"]>["udp"]> {
  const { nameserver } = (await holdfastJson(region.state, "status")) as UdpStatus;
  return nameserver?.udp ?? assert.fail("no nameserver in status");
}

async function metric(region: Region, name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${region.places.apiPort}/metrics`);
  const line = (await response.text()).split("\n").find((one) => one.startsWith(`${name} `));
  return Number(line?.split(" ")[1] ?? assert.fail(`no metric ${name}`));
}

/** What came back for as many like questions from one address, at once. */
async function flood({ places }: Region, from: string): Promise<{ whole: number; cut: number }> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
  socket.bind(0, from);
  await once(socket, "listening");
  const seen = { whole: 0, cut: 0 };
  let last = performance.now();
  socket.on("message", (bytes) => {
    const decoded = decodeMessage(new Uint8Array(bytes));
    assert.ok(decoded.kind === "message" && decoded.message.rcode === 0);
    const { tc, answer } = decoded.message;
    assert.equal(tc, answer.length === 0, "a slip says TC, and nothing else");
    seen[tc ? "cut" : "whole"] += 1;
    last = performance.now();
  });
  const query = encodeMessage(makeQuery(1, nameOf(NAME), RRType.A));
  try {
    for (let id = 0; id < FLOOD; id += 1) socket.send(query, places.dnsPort, "127.0.0.1");
    await until("is over", async () => performance.now() - last > 300);
  } finally {
    socket.close();
  }
  return seen;
}

test(
  "threads tell the server's id, cookies and scope 0, and limit floods but not who has a cookie",
  needs("dig"),
  async () => {
    const limit = `{ responsesPerSecond: ${LIMIT}, slip: 2, exempt: [] }`;
    await withServing(`  nsid: rack-7\n  rateLimit: ${limit}\n`, async (region) => {
      const { dnsPort } = region.places;
      const options = ["+nsid", "+subnet=192.0.2.0/24", "+cookie=0123456789abcdef"];
      const told = await dig(dnsPort, "+norec", ...options, NAME, "A");
      assert.match(told, /NSID:.*rack-7/);
      assert.match(told, /CLIENT-SUBNET: 192\.0\.2\.0\/24\/0/);
      const [, cookie = ""] = /COOKIE: (0123456789abcdef[0-9a-f]{32}) \(good\)/.exec(told) ?? [];
      assert.notEqual(cookie, "", told);

      const fromThere = ["-b", FLOODER, "+norec", "+ignore", "+tries=1"];
      const first = await dig(dnsPort, ...fromThere, "+cookie=0123456789abcdef", NAME, "A");
      const [, own = ""] = /COOKIE: ([0-9a-f]{48})/.exec(first) ?? [];

      const { whole, cut } = await flood(region, FLOODER);
      console.log(`${whole} of ${FLOOD} answered, ${cut} cut`);
      assert.ok(whole > 0 && whole < FLOOD / 2, `${whole} answered`);
      assert.ok(cut > FLOOD / 10 && cut <= FLOOD / 2, `${cut} cut`);
      assert.ok(whole + cut < FLOOD, "some get nothing");
      for (let round = 0; round < 5; round += 1) {
        const served = await dig(dnsPort, ...fromThere, `+cookie=${own}`, NAME, "A");
        assert.match(served, /status: NOERROR[\s\S]*\sA\s+127\./, "a cookie is not limited");
      }
      const other = await dig(dnsPort, "-b", BYSTANDER, "+nocookie", "+norec", NAME, "A");
      assert.match(other, /status: NOERROR[\s\S]*\sA\s+127\./, "nor is another network");

      const udp = await udpOf(region);
      assert.deepEqual([udp.by, udp.threads], ["threads", availableParallelism()]);
      const { stdout } = await holdfast(region.state, "status");
      assert.match(stdout, new RegExp(`UDP on ${availableParallelism()} threads`));
      // Each thread tells its counts in its own time: all of them are waited for.
      const counted = { rate_limited: 1, rate_slipped: 1, cookies_valid: 5 };
      for (const [name, least] of Object.entries(counted)) {
        await until(`counts ${name}`, async () => {
          return (await metric(region, `holdfast_nameserver_${name}_total`)) >= least;
        });
      }
      assert.equal(await metric(region, "holdfast_nameserver_udp_threads"), availableParallelism());
      assert.equal(await metric(region, "holdfast_nameserver_faults_total"), 0);
    });
  },
);

test("udpThreads: 0 serves the same on the main thread, and says so", needs("dig"), async () => {
  const limit = `{ responsesPerSecond: ${LIMIT}, slip: 1, exempt: [] }`;
  const dns = `  udpThreads: 0\n  nsid: rack-8\n  rateLimit: ${limit}\n`;
  await withServing(dns, async (region) => {
    assert.match(await dig(region.places.dnsPort, "+norec", "+nsid", NAME), /NSID:.*rack-8/);
    const { whole, cut } = await flood(region, FLOODER);
    console.log(`${whole} of ${FLOOD} answered, ${cut} cut`);
    assert.ok(whole > 0 && whole < FLOOD / 2, `${whole} answered`);
    assert.ok(cut > FLOOD / 10, `${cut} cut`);
    const udp = await udpOf(region);
    assert.deepEqual([udp.by, udp.threads], ["main thread", 0]);
    assert.match(udp.reason ?? "", /udpThreads: 0/);
    const { stdout } = await holdfast(region.state, "status");
    assert.match(stdout, /UDP on the main thread \(.*udpThreads: 0/);
    assert.equal(await metric(region, "holdfast_nameserver_udp_threads"), 0);
  });
});
