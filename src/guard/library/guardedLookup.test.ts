import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { LookupAddress } from "node:dns";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Connections } from "../machine/connections.ts";
import type { GuardReply } from "../machine/guard.ts";
import { guardedLookup, type LookupParts, promised } from "./guardedLookup.ts";

const GUARDS = "192.0.2.1";
const REAL = "198.51.100.1";

/** Who answers a look-up of this name: the guard, or the system. */
class World {
  readonly asked: string[] = [];
  readonly told: string[] = [];
  readonly named = new Set<string>();
  ndots = 1;
  isOpen = true;
  /** What the system's look-up was given. */
  readonly passed: unknown[] = [];
  readonly lookup: ReturnType<typeof guardedLookup>;

  constructor() {
    const fresh: GuardReply = { kind: "fresh", values: [GUARDS], ttlSeconds: 30 };
    const real = (host: unknown, options: unknown, done: unknown): void => {
      this.passed.push(host);
      if (typeof done !== "function") throw new TypeError("callback");
      if ((options as { family?: number }).family === 5) throw new TypeError("family");
      done(null, REAL, 4);
    };
    const world = this;
    this.lookup = guardedLookup({
      guard: {
        connections: new Connections(),
        lookUp: async (name) => {
          this.asked.push(name);
          return fresh;
        },
      },
      real: real as unknown as LookupParts["real"],
      system: {
        isLocal: (name) => name === "hosts.example",
        hasIpv6: false,
        get ndots() {
          return world.ndots;
        },
      },
      isNamed: (name) => this.named.has(name),
      isOpen: () => this.isOpen,
      report: ({ kind, name }) => this.told.push(`${kind} ${name}`),
      nowMs: () => 0,
    });
  }

  async addressOf(host: string): Promise<string> {
    const found = await promised(this.lookup as never)(host, 4);
    return (found as LookupAddress).address;
  }
}

test("names of the Internet are guard's, all others the system's", async () => {
  const world = new World();
  for (const host of ["api.example", "API.example.", "1.example", "x.0x1f.example"]) {
    assert.equal(await world.addressOf(host), GUARDS, host);
  }
  const numbers = ["127.1", "1.2.3", "0x7f.0.0.1", "127.0.0.1.", "example.0x"];
  const own = ["db", "localhost", "x.localhost", "printer.local", "hosts.example", "a..b", "::1"];
  for (const host of [...numbers, ...own]) assert.equal(await world.addressOf(host), REAL, host);
});

test("with fewer dots than ndots a name may be one of a search domain: the system's", async () => {
  const world = new World();
  world.ndots = 5;
  assert.equal(await world.addressOf("api.dev"), REAL);
  assert.equal(await world.addressOf("api.dev."), GUARDS);
  assert.equal(await world.addressOf("a.b.c.d.e.example"), GUARDS);
  world.named.add("api.example.");
  assert.equal(await world.addressOf("API.example"), GUARDS, "it is said to be no other");
  assert.equal(await world.addressOf("web.dev"), REAL);
  assert.deepEqual(world.told, ["left-to-system api.dev"], "once");
});

test("once guard is closed, look-ups are the system's", async () => {
  const world = new World();
  world.isOpen = false;
  assert.equal(await world.addressOf("api.example"), REAL);
  assert.deepEqual(world.asked, []);
});

test("options that Node does not take are told by Node, in the same turn", () => {
  const world = new World();
  const call = world.lookup as (...words: unknown[]) => void;
  assert.throws(() => call("api.example", { family: 5 }, () => {}), /family/);
  for (const wrong of [{ hints: 1 << 20 }, { all: 1 }, { order: "any" }, { verbatim: "no" }]) {
    call("api.example", wrong, () => {});
  }
  assert.throws(() => call("api.example", {}), /callback/);
  assert.equal(world.passed.length, 6);
  assert.deepEqual(world.asked, []);
});

test("what the application throws in its callback is an exception, as without guard", () => {
  const url = new URL("./openGuard.ts", import.meta.url).href;
  const script = `
    import { createSocket } from "node:dgram";
    import { openGuard } from ${JSON.stringify(url)};
    process.on("uncaughtException", (error) => { console.log(error.message); process.exit(); });
    process.on("unhandledRejection", () => { console.log("rejection"); process.exit(); });
    const server = createSocket("udp4");
    server.on("message", (query, from) => {
      const answer = Buffer.concat([query.subarray(0, 12), query.subarray(12, -11),
        Buffer.from("c00c00010001000000780004c0000201", "hex")]);
      answer.writeUInt16BE(0x8180, 2);
      answer.writeUInt16BE(1, 6);
      answer.writeUInt16BE(0, 10);
      server.send(answer, from.port, from.address);
    });
    server.bind(0, "127.0.0.1", () => {
      const upstreams = [{ address: "127.0.0.1", port: server.address().port }];
      openGuard({ upstreams }).lookup("api.example", 4, (_error, address) => {
        throw new Error("own of " + address);
      });
    });`;
  const words = ["--input-type=module", "--eval", script];
  const cwd = fileURLToPath(new URL("../../../", import.meta.url));
  assert.equal(
    execFileSync(process.execPath, words, { cwd, encoding: "utf8" }),
    `own of ${GUARDS}\n`,
  );
});
