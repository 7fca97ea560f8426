import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { needs } from "../peers.ts";
import { dig } from "../shown/tools.ts";
import { CHILD, SignedServer, ZONE } from "./signedServer.ts";
import { UnboundResolver } from "./unboundResolver.ts";

interface Case {
  readonly what: string;
  readonly name: string;
  readonly type: string;
  readonly status: "NOERROR" | "NXDOMAIN";
  /** Part of a validated answer. */
  readonly has?: RegExp;
}

const POSITIVE = { status: "NOERROR", type: "A" } as const;
const DENIED = { status: "NXDOMAIN", type: "A" } as const;

const CASES: readonly Case[] = [
  {
    ...POSITIVE,
    what: "an address set, whole",
    name: "www",
    // In any order: answers take turns.
    has: /^(?=[\s\S]*\t192\.0\.2\.1\n)(?=[\s\S]*\t192\.0\.2\.2\n)/,
  },
  { ...POSITIVE, what: "other types", name: "srv", type: "SRV", has: /SRV/ },
  { ...POSITIVE, what: "text with quotes", name: "text", type: "TXT", has: /quotes/ },
  { ...POSITIVE, what: "the apex", name: "", type: "SOA", has: /SOA/ },
  { ...POSITIVE, what: "the keys", name: "", type: "DNSKEY", has: /257 3 13/ },
  { ...POSITIVE, what: "an NSEC by itself", name: "www", type: "NSEC", has: /NSEC/ },
  { ...POSITIVE, what: "a name without the type (NODATA)", name: "www", type: "TXT" },
  { ...POSITIVE, what: "an empty non-terminal", name: "ent" },
  { ...POSITIVE, what: "an empty non-terminal below one", name: "below.ent" },
  { ...DENIED, what: "no such name", name: "nope" },
  { ...DENIED, what: "no such name, far below what exists", name: "a.b.c.d.nope" },
  { ...DENIED, what: "no such name before the first one", name: "!" },
  { ...DENIED, what: "no such name behind the last one", name: "zzzz" },
  { ...DENIED, what: "no such name below an empty non-terminal", name: "x.ent" },
  { ...POSITIVE, what: "a wildcard's answer", name: "x.wild", has: /192\.0\.2\.3/ },
  { ...POSITIVE, what: "a wildcard's answer, deeper", name: "x.y.wild", has: /192\.0\.2\.3/ },
  { ...POSITIVE, what: "a wildcard without the type", name: "x.wild", type: "TXT" },
  { ...POSITIVE, what: "the wildcard itself", name: "*.wild", has: /192\.0\.2\.3/ },
  { ...POSITIVE, what: "an alias and its target", name: "alias", has: /CNAME[\s\S]*192\.0\.2\.1/ },
  { ...POSITIVE, what: "an alias whose target lacks the type", name: "alias", type: "TXT" },
  { ...POSITIVE, what: "a DNAME to a wildcard", name: "q.moved", has: /DNAME[\s\S]*192\.0\.2\.3/ },
  { ...POSITIVE, what: "the DS of a signed child", name: "safe", type: "DS", has: /DS/ },
  { ...POSITIVE, what: "no DS of an unsigned child", name: "child", type: "DS" },
];

const host = (name: string): string => (name === "" ? ZONE : `${name}.${ZONE}`);

describe("validators of our answers", needs("dig", "nsupdate", "delv", "unbound"), () => {
  const server = new SignedServer();
  const unbound = new UnboundResolver();

  before(async () => {
    await server.start();
    const anchors = await server.anchors();
    await unbound.start(ZONE, server.port, anchors.unbound);
  });
  after(async () => {
    await unbound.stop();
    await server.stop();
  });

  for (const { what, name, type, status, has } of CASES) {
    it(`delv and unbound validate ${what}`, async () => {
      const said = await server.delv(host(name), type);
      assert.match(said, /fully validated/);
      const answer = await unbound.ask(host(name), type);
      assert.equal(answer.status, status, answer.text);
      assert.ok(answer.isAuthentic, answer.text);
      if (has !== undefined) assert.match(answer.text, has);
    });
  }

  it("a child without DS is answered, and not authentic", async () => {
    const answer = await unbound.ask(`www.${CHILD}`, "A");
    assert.deepEqual([answer.status, answer.isAuthentic], ["NOERROR", false], answer.text);
    assert.match(answer.text, /192\.0\.2\.9/);
    assert.match(await server.delv(`www.${CHILD}`, "A"), /unsigned answer/);
  });

  it("our own answers are not marked authentic, and show signatures where asked", async () => {
    const plain = await dig(server.port, "+norec", host("www"), "A");
    assert.doesNotMatch(plain, /RRSIG/);
    assert.doesNotMatch(plain, /flags:[^;]* ad/);
    // RFC 4035 section 3.1.6: an authoritative answer clears CD.
    const signed = await dig(server.port, "+norec", "+cdflag", "+dnssec", host("www"), "A");
    assert.match(signed, /RRSIG\s+A 13/);
    assert.match(signed, /flags: qr aa;/);
  });

  it("a signed name answers whole, in turn, whatever its weights say", async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const text = await dig(server.port, "+norec", "+short", host("www"), "A");
      assert.equal(text.trim().split("\n").length, 2);
      seen.add(text);
    }
    assert.equal(seen.size, 2);
  });

  it("changes are validated at once, and a wrong trust anchor validates nothing", async () => {
    await server.update([`add fresh.${ZONE}. 60 IN A 192.0.2.44`]);
    assert.match(await server.delv(host("fresh"), "A"), /; fully validated/);
    const other = new UnboundResolver();
    const anchor = join(server.folder, "wrong.key");
    const key = Buffer.alloc(64, 7).toString("base64");
    writeFileSync(anchor, `fresh.${ZONE}. IN DNSKEY 257 3 13 ${key}\n`);
    try {
      await other.start(ZONE, server.port, anchor);
      assert.equal((await other.ask(host("fresh"), "A")).status, "SERVFAIL");
    } finally {
      await other.stop();
    }
  });
});
