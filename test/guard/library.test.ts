// The library as an application uses it: real sockets, a recursive server that lies when told to.
import assert from "node:assert/strict";
import dns from "node:dns";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import tls from "node:tls";
import { promisify } from "node:util";
import { Agent, request } from "undici";
import { FrameReader, frame } from "../../src/dns/index.ts";
import {
  type FileEvent,
  type GuardEvent,
  type GuardOptions,
  type OpenedGuard,
  openGuard,
  type SearchEvent,
} from "../../src/guard/library/index.ts";
import { needs } from "../peers.ts";
import { type Certificate, certificateFor } from "./certificate.ts";
import { RecursiveServer } from "./recursiveServer.ts";

const NAME = "api.shop.test";
const OPENSSL = needs("openssl");
/** Short enough for a test, long enough for a slow machine to tell one phase from the other. */
const CONFIRM_MS = 4000;

interface World {
  readonly dns: RecursiveServer;
  readonly guard: OpenedGuard;
  readonly events: (GuardEvent | FileEvent | SearchEvent)[];
}

/** Runs `work` with a guard that asks a server of the test, and holds on to what it saw twice. */
async function withGuard(
  options: GuardOptions,
  work: (world: World) => Promise<void>,
): Promise<void> {
  const server = new RecursiveServer();
  const port = await server.listen();
  const events: (GuardEvent | FileEvent | SearchEvent)[] = [];
  const guard = openGuard({
    upstreams: [{ address: "127.0.0.1", port }],
    allowNetworks: ["127.0.0.0/8"],
    trustAd: false,
    onEvent: (event) => events.push(event),
    ...options,
    policy: { minAgeMs: 0, confirmMs: CONFIRM_MS, proofMs: 500, recheckMs: 300, ...options.policy },
  });
  try {
    await work({ dns: server, guard, events });
  } finally {
    guard.close();
    server.close();
  }
}

/** Waits for something; fails after a deadline that no machine should need. */
async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const endMs = performance.now() + 60_000;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function addresses(guard: OpenedGuard, name = NAME): Promise<readonly string[]> {
  const found = await guard.promises.lookup(name, { all: true });
  return found.map(({ address }) => address).sort();
}

/** Makes guard see the name's good answer twice. */
async function seenTwice({ dns: server, guard }: World, said: readonly string[]): Promise<void> {
  server.said.set(NAME, said);
  const before = server.asked.length;
  await until("it was asked twice", async () => {
    await addresses(guard);
    return server.asked.slice(before).filter((one) => one === `A ${NAME}`).length >= 2;
  });
}

/** An HTTPS server at a loopback address. */
async function service(address: string, port: number, own: Certificate): Promise<https.Server> {
  const server = https.createServer(own, (_request, answer) => answer.end(`from ${address}`));
  server.listen(port, address).unref();
  await once(server, "listening");
  return server;
}

async function ended(server: http.Server | https.Server | http2.Http2SecureServer): Promise<void> {
  server.close();
  if ("closeAllConnections" in server) server.closeAllConnections();
}

test("lookup has the signature of dns.lookup, in all its forms", async () => {
  await withGuard({}, async ({ dns: server, guard }) => {
    server.said.set(NAME, ["192.0.2.1", "2001:db8::1"]);
    const both = await guard.promises.lookup(NAME, { all: true, order: "ipv4first" });
    assert.deepEqual(both, [
      { address: "192.0.2.1", family: 4 },
      { address: "2001:db8::1", family: 6 },
    ]);
    const [first] = await guard.promises.lookup(NAME, { all: true, order: "ipv6first" });
    assert.equal(first?.family, 6);
    assert.deepEqual(await guard.promises.lookup(NAME, 6), { address: "2001:db8::1", family: 6 });
    assert.deepEqual(await guard.promises.lookup(NAME, { family: 4 }), {
      address: "192.0.2.1",
      family: 4,
    });
    assert.deepEqual(await promisify(guard.lookup)(NAME, 4), { address: "192.0.2.1", family: 4 });
    const [error, address, family] = await new Promise<readonly unknown[]>((resolve) => {
      guard.lookup(NAME, { family: 4 }, (...found) => resolve(found));
    });
    assert.deepEqual([error, address, family], [null, "192.0.2.1", 4]);
    const short = await new Promise<unknown>((resolve) => {
      guard.lookup("127.0.0.9", (_error, found) => resolve(found));
    });
    assert.equal(short, "127.0.0.9");
    assert.equal((await guard.promises.lookup("localhost", 4)).address, "127.0.0.1");
    await assert.rejects(guard.promises.lookup("gone.invalid"), { syscall: "getaddrinfo" });
    assert.throws(() => guard.lookup(NAME, {}, undefined as never), { name: "TypeError" });
  });
});

test("a name that was never good, or is denied for good, is the system's to answer", async () => {
  await withGuard({}, async ({ dns: server, guard }) => {
    server.said.set("localhost.localdomain", "nxdomain");
    await assert.rejects(guard.promises.lookup("never.invalid"), { code: "ENOTFOUND" });
    assert.ok(server.asked.includes("A never.invalid"));
  });
});

test(
  "a service that is up goes on being found, and one that is gone does not",
  OPENSSL,
  async () => {
    const own = certificateFor(NAME);
    const live = await service("127.0.0.2", 0, own);
    const { port } = live.address() as AddressInfo;
    await withGuard({ ca: own.cert, policy: { port } }, async (world) => {
      const { dns: server, guard, events } = world;
      await seenTwice(world, ["127.0.0.2"]);
      server.said.set(NAME, "nodata");
      await until("it is held", async () => {
        assert.deepEqual(await addresses(guard), ["127.0.0.2"]);
        return (guard.held()[0]?.provenMsAgo ?? Infinity) < Infinity;
      });
      const untilMs = performance.now() + 2 * CONFIRM_MS;
      await until("twice the time for confirmation is over", async () => {
        assert.deepEqual(await addresses(guard), ["127.0.0.2"]);
        return performance.now() > untilMs;
      });
      await ended(live);
      await until("it is given up", () => events.some(({ kind }) => kind === "denial-believed"));
      await assert.rejects(addresses(guard), { code: "ENOTFOUND" });
    });
  },
);

test("`ca` counts beside the certificates that the process trusts", OPENSSL, async () => {
  const [own, other] = [certificateFor(NAME), certificateFor("other.test")];
  const live = await service("127.0.0.10", 0, own);
  const { port } = live.address() as AddressInfo;
  const before = tls.getCACertificates("default");
  tls.setDefaultCACertificates([...before, own.cert]);
  try {
    await withGuard({ ca: other.cert, policy: { port } }, async (world) => {
      await seenTwice(world, ["127.0.0.10"]);
      world.dns.said.set(NAME, "nodata");
      await until("it is proven", async () => {
        assert.deepEqual(await addresses(world.guard), ["127.0.0.10"]);
        return (world.guard.held()[0]?.provenMsAgo ?? Infinity) < Infinity;
      });
    });
  } finally {
    tls.setDefaultCACertificates(before);
    await ended(live);
  }
});

test("an address that is another service's by now proves nothing", OPENSSL, async () => {
  const other = certificateFor("other.test");
  const mine = certificateFor(NAME);
  const taken = await service("127.0.0.3", 0, other);
  const { port } = taken.address() as AddressInfo;
  await withGuard({ ca: [mine.cert, other.cert], policy: { port } }, async (world) => {
    await seenTwice(world, ["127.0.0.3"]);
    world.dns.said.set(NAME, "nxdomain");
    await until("the denial is believed", async () => {
      await addresses(world.guard).catch(() => []);
      return world.events.some(({ kind }) => kind === "denial-believed");
    });
    const [began, end] = world.events;
    assert.ok(began?.kind === "hold-began" && end?.kind === "denial-believed");
    assert.equal(end.why, "unproven");
  });
  await ended(taken);
});

test("an address on DNS's word alone is not tried where it is not public", OPENSSL, async () => {
  const own = certificateFor(NAME);
  const live = await service("127.0.0.4", 0, own);
  const { port } = live.address() as AddressInfo;
  let tried = 0;
  live.on("connection", () => {
    tried += 1;
  });
  await withGuard({ ca: own.cert, policy: { port }, allowNetworks: [] }, async (world) => {
    await seenTwice(world, ["127.0.0.4"]);
    world.dns.said.set(NAME, "nodata");
    await until("the denial is believed", async () => {
      await addresses(world.guard).catch(() => []);
      return world.events.some(({ kind }) => kind === "denial-believed");
    });
    assert.equal(tried, 0);
  });
  await ended(live);
});

test("with install(), every client of the process finds the name", OPENSSL, async () => {
  const own = certificateFor(NAME);
  const secure = await service("127.0.0.5", 0, own);
  const plain = http.createServer((_request, answer) => answer.end("plain")).listen(0, "127.0.0.5");
  await once(plain, "listening");
  const h2 = http2.createSecureServer(own, (_request, answer) => answer.end("h2"));
  h2.listen(0, "127.0.0.5");
  await once(h2, "listening");
  const ports = [secure, plain, h2].map((one) => (one.address() as AddressInfo).port);
  const [securePort = 0, plainPort = 0, h2Port = 0] = ports;
  const before = dns.lookup;
  await withGuard({ policy: { proof: "connections" } }, async (world) => {
    world.dns.said.set(NAME, ["127.0.0.5"]);
    const undo = world.guard.install();
    const ca = own.cert;
    const read = (stream: NodeJS.ReadableStream): Promise<string> => text(stream);
    const [answer] = await once(
      http.get({ host: NAME, port: plainPort, agent: false }),
      "response",
    );
    assert.equal(await read(answer), "plain");
    const options = { host: NAME, port: securePort, ca, agent: false };
    const [secureAnswer] = await once(https.get(options), "response");
    assert.equal(await read(secureAnswer), "from 127.0.0.5");
    const socket = net.connect({ host: NAME, port: plainPort });
    await once(socket, "connect");
    socket.destroy();
    const secureSocket = tls.connect({ host: NAME, port: securePort, servername: NAME, ca });
    await once(secureSocket, "secureConnect");
    secureSocket.destroy();
    const session = http2.connect(`https://${NAME}:${h2Port}`, { ca });
    assert.equal(await read(session.request({ ":path": "/" })), "h2");
    session.close();
    const { body } = await request(`http://${NAME}:${plainPort}/`, { dispatcher: new Agent() });
    assert.equal(await body.text(), "plain");
    assert.equal(await (await fetch(`http://${NAME}:${plainPort}/`)).text(), "plain");
    undo();
    assert.equal(dns.lookup, before);
    await assert.rejects(dns.promises.lookup(NAME), { code: "ENOTFOUND" });
  });
  assert.equal(dns.lookup, before);
  await Promise.all([ended(secure), ended(plain), ended(h2)]);
});

test(
  "the application's own connections prove a service, and avoid a bad address",
  OPENSSL,
  async () => {
    const own = certificateFor(NAME);
    const live = await service("127.0.0.6", 0, own);
    const { port } = live.address() as AddressInfo;
    await withGuard({ policy: { proof: "connections" } }, async (world) => {
      const { guard, dns: server } = world;
      // At the second address nobody listens.
      await seenTwice(world, ["127.0.0.6", "127.0.0.7"]);
      const connect = async (): Promise<void> => {
        const options = { host: NAME, port, ca: own.cert, agent: false, lookup: guard.lookup };
        const [answer] = await once(https.get(options), "response");
        await text(answer);
      };
      await until("the bad address is avoided", async () => {
        const attempt = net.connect({ host: NAME, port, lookup: guard.lookup });
        await Promise.race([once(attempt, "connect"), once(attempt, "close")]).catch(() => {});
        attempt.destroy();
        const alone = net.connect({ host: "127.0.0.7", port });
        await once(alone, "error");
        return (await addresses(guard)).join(" ") === "127.0.0.6";
      });
      server.said.set(NAME, "nodata");
      await until("it is held", async () => {
        await connect();
        return (guard.held()[0]?.provenMsAgo ?? Infinity) < Infinity;
      });
    });
    await ended(live);
  },
);

test("a connection kept alive leaves an address that is the name's no more", async () => {
  const listen = async (address: string, port: number): Promise<http.Server> => {
    const server = http.createServer((_request, answer) => answer.end(address));
    server.keepAliveTimeout = 0;
    server.listen(port, address).unref();
    await once(server, "listening");
    return server;
  };
  const old = await listen("127.0.0.8", 0);
  const { port } = old.address() as AddressInfo;
  const next = await listen("127.0.0.9", port);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  await withGuard({ policy: { proof: "connections" } }, async ({ dns: server, guard }) => {
    server.said.set(NAME, ["127.0.0.8"]);
    const ask = async (): Promise<string> => {
      const [answer] = await once(
        http.get({ host: NAME, port, agent, lookup: guard.lookup }),
        "response",
      );
      return text(answer);
    };
    assert.equal(await ask(), "127.0.0.8");
    server.said.set(NAME, ["127.0.0.9"]);
    await until("the new address answers", async () => {
      await addresses(guard);
      return (await ask()) === "127.0.0.9";
    });
  });
  agent.destroy();
  await Promise.all([ended(old), ended(next)]);
});

test("the last good answers survive a restart; a torn file is ignored, and said", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hf-guard-"));
  const file = join(folder, "guard.memory");
  try {
    await withGuard({ file }, (world) => seenTwice(world, ["192.0.2.9"]));
    await withGuard({ file }, async ({ dns: server, guard }) => {
      server.said.set(NAME, "servfail");
      // Of another server and port, nothing is known here: what is held is keyed by upstream.
      await assert.rejects(addresses(guard));
    });
    const server = new RecursiveServer();
    const upstreams = [{ address: "127.0.0.1", port: await server.listen() }];
    const policy = { minAgeMs: 0 };
    server.said.set(NAME, ["192.0.2.9"]);
    const first = openGuard({ upstreams, file, policy });
    await addresses(first);
    first.close();
    server.said.set(NAME, "servfail");
    const second = openGuard({ upstreams, file, policy });
    assert.deepEqual(await addresses(second), ["192.0.2.9"]);
    second.close();
    writeFileSync(file, readFileSync(file, "utf8").slice(0, -10));
    const events: string[] = [];
    const third = openGuard({ upstreams, file, policy, onEvent: ({ kind }) => events.push(kind) });
    await assert.rejects(addresses(third));
    third.close();
    server.close();
    assert.deepEqual(events, ["file-unusable"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a restart in the middle of an outage goes on with it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hf-guard-"));
  const file = join(folder, "guard.memory");
  const server = new RecursiveServer();
  const upstreams = [{ address: "127.0.0.1", port: await server.listen() }];
  const options = { upstreams, file, policy: { minAgeMs: 0, confirmMs: 60_000 } };
  try {
    const first = openGuard(options);
    await seenTwice({ dns: server, guard: first, events: [] }, ["192.0.2.9"]);
    server.said.set(NAME, "nodata");
    await until("it is held", async () => {
      await addresses(first);
      return first.held().length > 0;
    });
    first.close();
    const second = openGuard(options);
    assert.deepEqual(await addresses(second), ["192.0.2.9"]);
    assert.ok(second.held().length > 0);
    second.close();
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});

test("what the application throws when it is told of something stops nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hf-guard-"));
  const file = join(folder, "guard.memory");
  writeFileSync(file, "torn");
  const warned = once(process, "warning");
  const onEvent = (): void => {
    throw new Error("the application's own");
  };
  openGuard({ file, onEvent }).close();
  assert.match(String(await warned), /the application's own/);
  rmSync(folder, { recursive: true });
});

test("two guards, closed in the order in which they came, leave nothing of theirs", async () => {
  const before = dns.lookup;
  try {
    await withGuard({}, async ({ dns: server, guard: first }) => {
      const second = openGuard({ upstreams: [{ address: "127.0.0.1", port: 1 }] });
      first.install();
      second.install();
      first.close();
      second.close();
      server.said.set("api.invalid", ["192.0.2.1"]);
      await assert.rejects(dns.promises.lookup("api.invalid"), { code: "ENOTFOUND" });
      const [, address] = await new Promise<readonly unknown[]>((resolve) => {
        dns.lookup("127.0.0.9", (...found) => resolve(found));
      });
      assert.equal(address, "127.0.0.9");
      assert.deepEqual(server.asked, []);
    });
  } finally {
    dns.lookup = before;
  }
});

test("over TLS, questions of one after another share a connection", OPENSSL, async () => {
  const own = certificateFor(NAME);
  const before = tls.getCACertificates("default");
  const server = new RecursiveServer();
  let connections = 0;
  const secure = tls.createServer({ ...own, ALPNProtocols: ["dot"] }, (socket) => {
    connections += 1;
    const reader = new FrameReader();
    socket.on("data", (bytes) => {
      for (const query of reader.push(bytes)) {
        const answer = server.answer(query);
        if (answer !== undefined) socket.write(frame(answer));
      }
    });
  });
  secure.listen(0, "127.0.0.1").unref();
  await once(secure, "listening");
  const { port } = secure.address() as AddressInfo;
  tls.setDefaultCACertificates([...before, own.cert]);
  const guard = openGuard({ upstreams: [{ address: "127.0.0.1", port, tlsName: NAME }] });
  try {
    for (const host of ["a.example", "b.example", "c.example"]) {
      server.said.set(host, ["192.0.2.1"]);
      assert.equal((await guard.promises.lookup(host, 4)).address, "192.0.2.1");
    }
    assert.equal(connections, 1);
  } finally {
    tls.setDefaultCACertificates(before);
    guard.close();
    secure.close();
  }
});

test("options that cannot be used are refused: which, and what they must be", () => {
  const misspelt: object = { confirmMS: 1 };
  const cases: readonly (readonly [GuardOptions, RegExp])[] = [
    [{ policy: { confirmMs: -1 } }, /policy: Cannot use confirmMs as it must be 0\.\./],
    [{ policy: { port: 0 } }, /policy: Cannot use port as it must be 1\.\.65535: it is 0/],
    [{ names: { "a..b": {} } }, /names: /],
    [{ names: { [NAME]: { holdMsMax: 1 } } }, /names: api\.shop\.test: .* >= confirmMs/],
    [{ upstreams: [] }, /upstreams/],
    [{ upstreams: [{ address: "dns.test", port: 53 }] }, /must be an IP address/],
    [{ allowNetworks: ["10.0.0.0/64"] }, /must be a network, as 10\.0\.0\.0\/8/],
    [{ entriesMax: 0 }, /Cannot use entriesMax as it must be 1\.\.1000000: it is 0/],
    [{ entriesMax: Number.NaN }, /Cannot use entriesMax/],
    [{ policy: misspelt }, /policy: Cannot use confirmMS as it must be one of isGuarded, /],
    [{ names: { [NAME]: misspelt } }, /names: api\.shop\.test: Cannot use confirmMS/],
    [misspelt, /openGuard: Cannot use confirmMS as it must be one of policy, names, /],
  ];
  for (const [options, want] of cases) {
    assert.throws(() => openGuard(options), { name: "TypeError", message: want });
  }
});

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of stream) pieces.push(String(piece));
  return pieces.join("");
}
