// Forged answers on real sockets, beside a true server that is slow.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { RRType } from "../../src/dns/index.ts";
import { type OpenedGuard, openGuard } from "../../src/guard/library/index.ts";
import {
  type Asked,
  type Attack,
  FORGED_ADDRESS,
  forgeryFor,
  PoisonedServer,
  record,
  responseTo,
  TRUE_ADDRESS,
} from "./poisonedServer.ts";

/** Runs `work` with a guard that asks a server under attack. The end: nothing forged is held. */
async function withServer(
  work: (server: PoisonedServer, guard: OpenedGuard) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "hf-poison-"));
  const file = join(folder, "memory");
  const server = new PoisonedServer();
  await server.listen();
  const upstreams = [{ address: "127.0.0.1", port: server.port }];
  const guard = openGuard({ upstreams, file, mixesCase: true, policy: { minAgeMs: 0 } });
  try {
    await work(server, guard);
    guard.save();
    const memory = readFileSync(file, "utf8");
    assert.ok(memory.includes(TRUE_ADDRESS));
    assert.ok(!memory.includes(FORGED_ADDRESS), memory);
  } finally {
    guard.close();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

async function addressOf(guard: OpenedGuard, host: string): Promise<string> {
  return (await guard.promises.lookup(host, { family: 4 })).address;
}

/** Octets with one of them changed. */
function changed(bytes: Uint8Array, at: number, change: (octet: number) => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = change(copy[at] ?? 0);
  return copy;
}

const LABEL_AT = 13;
const TYPE_FROM_END = 4;

function questionEnd({ query }: Asked): number {
  return 12 + (query.question[0]?.name.length ?? 0) + 1 + TYPE_FROM_END;
}

/** Right in all but one thing; each would be believed without the check of that thing. */
const ATTACKS: Readonly<Record<string, Attack>> = {
  "another port": { stranger: () => ({ from: "127.0.0.1", fromPort: 0 }) },
  "another address, same port": { stranger: (_, port) => ({ from: "127.0.0.2", fromPort: port }) },
  "wrong id": { spoofed: (asked) => [changed(forgeryFor(asked), 1, (octet) => octet ^ 1)] },
  "wrong letters": {
    spoofed: (asked) => [changed(forgeryFor(asked), LABEL_AT, (octet) => octet ^ 0x20)],
  },
  "wrong name": {
    spoofed: (asked) => [changed(forgeryFor(asked), LABEL_AT, () => "z".charCodeAt(0))],
  },
  "wrong type": {
    spoofed: (asked) => [changed(forgeryFor(asked), questionEnd(asked) - 3, () => RRType.AAAA)],
  },
  "wrong class": {
    spoofed: (asked) => [changed(forgeryFor(asked), questionEnd(asked) - 1, () => 3)],
  },
  "no question": {
    spoofed: ({ query, wire, port }) => {
      const { name = "" } = query.question[0] ?? {};
      const answer = [record(name, RRType.A, FORGED_ADDRESS)];
      return [responseTo({ query: { ...query, question: [] }, wire, port }, { answer })];
    },
  },
  "a query": { spoofed: (asked) => [changed(forgeryFor(asked), 2, (octet) => octet & 0x7f)] },
  "another opcode": {
    spoofed: (asked) => [changed(forgeryFor(asked), 2, (octet) => octet | 0x20)],
  },
  "cut off": { spoofed: (asked) => [forgeryFor(asked).subarray(0, -1)] },
};

test("forged answers beside a slow true one are not taken, whatever is wrong", async () => {
  await withServer(async (server, guard) => {
    const attacks = Object.entries(ATTACKS);
    for (const [at, [what, attack]] of attacks.entries()) {
      const host = `attacked${at}.example`;
      server.attack(host, attack);
      assert.equal(await addressOf(guard, host), TRUE_ADDRESS, what);
    }
    assert.equal(server.forged, attacks.length);
    assert.equal(server.byTcp, 0);
  });
});

test("many guesses at the id: the question is asked again where nobody can guess", async () => {
  await withServer(async (server, guard) => {
    const guesses = (asked: Asked): readonly Uint8Array[] =>
      Array.from({ length: 200 }, (_, at) =>
        changed(forgeryFor(asked), 1, (octet) => octet ^ (1 + (at % 255))),
      );
    server.attack("guessed.example", { spoofed: guesses });
    assert.equal(await addressOf(guard, "guessed.example"), TRUE_ADDRESS);
    assert.equal(server.byTcp, 1);
  });
});

test("records beside the answer are neither used nor remembered", async () => {
  await withServer(async (server, guard) => {
    const bank = record("bank.example", RRType.A, FORGED_ADDRESS);
    const nameserver = record("example", RRType.NS, "ns.evil.test.");
    const glue = record("ns.evil.test", RRType.A, FORGED_ADDRESS);
    const own = record("shop.example", RRType.A, TRUE_ADDRESS);
    const truth = {
      answer: [own, bank],
      authority: [nameserver, bank],
      additional: [glue, bank, record("shop.example", RRType.A, FORGED_ADDRESS)],
    };
    server.attack("shop.example", { truth });
    assert.equal(await addressOf(guard, "shop.example"), TRUE_ADDRESS);
    assert.equal(await addressOf(guard, "bank.example"), TRUE_ADDRESS);
    assert.equal(await addressOf(guard, "ns.evil.test"), TRUE_ADDRESS);
  });
});

test("an answer without a record of the name asked for is none", async () => {
  await withServer(async (server, guard) => {
    const bank = record("bank.example", RRType.A, FORGED_ADDRESS);
    const alias = record("other.example", RRType.CNAME, "bank.example.");
    server.attack("shop.invalid", { truth: { answer: [alias, bank] } });
    await assert.rejects(addressOf(guard, "shop.invalid"), { code: "ENOTFOUND" });
    assert.equal(await addressOf(guard, "bank.example"), TRUE_ADDRESS);
  });
});

test("a chain to elsewhere says nothing of the names along it", async () => {
  await withServer(async (server, guard) => {
    const chain = [
      record("shop.example", RRType.CNAME, "cdn.example."),
      record("cdn.example", RRType.CNAME, "bank.example."),
      record("bank.example", RRType.A, TRUE_ADDRESS),
    ];
    const elsewhere = record("login.example", RRType.A, FORGED_ADDRESS);
    server.attack("shop.example", { truth: { answer: [...chain, elsewhere] } });
    assert.equal(await addressOf(guard, "shop.example"), TRUE_ADDRESS);
    const before = server.asked.length;
    for (const host of ["cdn.example", "bank.example", "login.example"]) {
      assert.equal(await addressOf(guard, host), TRUE_ADDRESS);
    }
    assert.ok(server.asked.length >= before + 3, "each was asked for by itself");
  });
});

/** How far counts are from equal ones: with `bins` of them, about `bins` where chance is fair. */
function chiSquare(values: readonly number[], range: number, bins: number): number {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor((value * bins) / range);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const fair = values.length / bins;
  return counts.reduce((sum, count) => sum + (count - fair) ** 2 / fair, 0);
}

test("ids and source ports of 600 questions are random, and no two go together", async () => {
  await withServer(async (server, guard) => {
    for (let at = 0; at < 300; at += 1) await guard.promises.lookup(`n${at}.example`);
    const asked = server.asked.filter(({ query }) => query.question.length > 0);
    assert.ok(asked.length >= 600, `${asked.length} questions`);
    const ids = asked.slice(0, 600).map(({ query }) => query.id);
    const ports = asked.slice(0, 600).map(({ port }) => port);
    const range = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
    const [low = 0, high = 0] = range.trim().split(/\s+/).map(Number);
    const steps = (values: readonly number[], of: number): readonly number[] =>
      values.slice(1).map((value, at) => (value - (values[at] ?? 0) + of) % of);
    const inRange = ports.map((port) => port - low);
    // Of fair chance, one run in a billion has 80 (15 degrees of freedom).
    const found = {
      ids: chiSquare(ids, 65_536, 16),
      idSteps: chiSquare(steps(ids, 65_536), 65_536, 16),
      idEnds: chiSquare(
        ids.map((id) => id % 16),
        16,
        16,
      ),
      ports: chiSquare(inRange, high - low + 1, 16),
      portSteps: chiSquare(steps(inRange, high - low + 1), high - low + 1, 16),
    };
    console.log(JSON.stringify(found));
    for (const [what, value] of Object.entries(found)) assert.ok(value < 80, `${what}: ${value}`);
    assert.ok(new Set(ids).size > 570 && new Set(ports).size > 550);
  });
});

test("the letters of 100 questions are random where that is wanted", async () => {
  await withServer(async (server, guard) => {
    const host = "abcdefghijklmnopqrst.example";
    for (let at = 0; at < 50; at += 1) await guard.promises.lookup(`${host}${at}`);
    const names = server.asked.map(({ wire }) => Buffer.from(wire.subarray(13, 30)).toString());
    assert.ok(new Set(names.map((name) => name.replace(/[^A-Z]/g, ""))).size > 90);
  });
});
