// Real clients on loopback; what guard says of names is the test's.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo, LookupFunction, Server, Socket } from "node:net";
import { test } from "node:test";
import { Agent, request as undiciRequest } from "undici";
import { SimClock } from "../../../sim/simClock.ts";
import { certificateFor } from "../../../test/guard/certificate.ts";
import { needs } from "../../../test/peers.ts";
import { RealClock } from "../../platform/index.ts";
import { Connections } from "../machine/connections.ts";
import type { GuardReply } from "../machine/guard.ts";
import { ConnectionWatch } from "./connectionWatch.ts";
import { KeptSockets } from "./keptSockets.ts";

const NAME = "api.shop.test";
const OPENSSL = needs("openssl");

/** A guard whose names have, or have not, left their addresses. */
class World {
  hasLeft = false;
  isAsked = true;
  reply: GuardReply = { kind: "failed", failure: "timeout" };
  readonly kept: KeptSockets;
  readonly #watch: ConnectionWatch;

  constructor() {
    const clock = new RealClock("let-process-end");
    const guard = {
      lookUp: async () => this.reply,
      hasLeft: () => this.hasLeft,
      hasAddresses: () => this.isAsked,
      connections: new Connections(),
      proven: () => {},
    };
    this.kept = new KeptSockets(guard, clock);
    this.#watch = new ConnectionWatch(guard, this.kept, () => clock.monotonicMs());
  }

  close(): void {
    this.kept.close();
    this.#watch.close();
  }
}

const lookup: LookupFunction = (_host, _options, done) => {
  done(null, [{ address: "127.0.0.1", family: 4 }]);
};

async function listening<Of extends Server>(server: Of): Promise<number> {
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A server that answers when the test says so, and says whether a connection was cut. */
class SlowServer {
  cut = 0;
  sockets = 0;
  readonly waiting: http.ServerResponse[] = [];
  readonly server = http.createServer((incoming, answer) => {
    incoming.resume();
    if (incoming.url === "/slow") this.waiting.push(answer);
    else incoming.on("end", () => answer.end("now"));
    answer.on("close", () => {
      if (!answer.writableFinished) this.cut += 1;
    });
  });

  constructor() {
    this.server.keepAliveTimeout = 0;
    this.server.on("connection", () => {
      this.sockets += 1;
    });
  }
}

async function answerOf(sent: http.ClientRequest): Promise<string> {
  const [answer] = (await once(sent, "response")) as [http.IncomingMessage];
  let text = "";
  for await (const piece of answer) text += String(piece);
  return text;
}

/** Sockets looked after once those that a sweep ended are gone. */
async function ended(world: World): Promise<number> {
  await world.kept.sweep();
  for (let turns = 0; turns < 20 && world.kept.size > 0; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return world.kept.size;
}

/** Runs `work` with an agent of one kept-alive connection, and ends all that is left. */
async function withAgent(
  work: (
    world: World,
    slow: SlowServer,
    get: (path: string, options?: http.RequestOptions) => http.ClientRequest,
  ) => Promise<void>,
): Promise<void> {
  const world = new World();
  const slow = new SlowServer();
  const port = await listening(slow.server);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await work(world, slow, (path, options = {}) => {
      return http.request({ host: NAME, port, path, agent, lookup, ...options });
    });
  } finally {
    agent.destroy();
    slow.server.closeAllConnections();
    slow.server.close();
    world.close();
  }
}

test("an idle connection to an address that its name left is ended, and no other", async () => {
  await withAgent(async (world, slow, get) => {
    assert.equal(await answerOf(get("/").end()), "now");
    assert.equal(world.kept.size, 1);
    await world.kept.sweep();
    assert.equal(await answerOf(get("/").end()), "now");
    assert.equal(slow.sockets, 1);
    world.hasLeft = true;
    await world.kept.sweep();
    assert.equal(await answerOf(get("/").end()), "now");
    assert.equal(slow.sockets, 2);
  });
});

test("an address that is back has not left", async () => {
  await withAgent(async (world, slow, get) => {
    world.hasLeft = true;
    const first = answerOf(get("/slow").end());
    while (slow.waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await world.kept.sweep();
    slow.waiting[0]?.end("late");
    await first;
    world.reply = { kind: "fresh", values: ["127.0.0.1"], ttlSeconds: 1 };
    assert.equal(await ended(world), 1);
  });
});

test("a connection of a name that guard was never asked for is not looked after", async () => {
  await withAgent(async (world, _slow, get) => {
    world.isAsked = false;
    await answerOf(get("/").end());
    assert.equal(world.kept.size, 0);
  });
});

test("a request under way is not cut; the one that waits behind it goes elsewhere", async () => {
  await withAgent(async (world, slow, get) => {
    world.hasLeft = true;
    const first = answerOf(get("/slow").end());
    const second = answerOf(get("/").end());
    while (slow.waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await world.kept.sweep();
    assert.equal(await second, "now");
    assert.equal(slow.sockets, 2);
    await world.kept.sweep();
    slow.waiting[0]?.end("late");
    assert.equal(await first, "late");
    assert.equal(slow.cut, 0);
    // What left is not forgotten because guard forgets it; but an answer that has it again counts.
    world.hasLeft = false;
    world.reply = { kind: "fresh", values: ["192.0.2.7"], ttlSeconds: 1 };
    assert.equal(await ended(world), 0);
  });
});

test("an upload that has begun, but sent nothing yet, is not cut", async () => {
  await withAgent(async (world, slow, get) => {
    await answerOf(get("/").end());
    world.hasLeft = true;
    const upload = get("/", { method: "POST" });
    await once(upload, "socket");
    await world.kept.sweep();
    upload.write("first");
    await world.kept.sweep();
    upload.end("last");
    assert.equal(await answerOf(upload), "now");
    assert.deepEqual([slow.sockets, slow.cut], [1, 0]);
  });
});

test("a request that is given a socket while the sweep goes on is not cut", async () => {
  await withAgent(async (world, slow, get) => {
    await answerOf(get("/").end());
    world.hasLeft = true;
    const sweeping = world.kept.sweep();
    // Between the look-up's answer and the sweep's last step.
    const answered = Promise.resolve().then(() => answerOf(get("/").end()));
    await sweeping;
    assert.equal(await answered, "now");
    assert.equal(slow.cut, 0);
  });
});

test("a connection that became a WebSocket is the application's own", async () => {
  await withAgent(async (world, slow, get) => {
    slow.server.on("upgrade", (_incoming, socket: Socket) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    });
    const headers = { Connection: "Upgrade", Upgrade: "x" };
    const [, socket] = await once(get("/", { headers }).end(), "upgrade");
    world.hasLeft = true;
    await world.kept.sweep();
    await world.kept.sweep();
    assert.equal(socket.destroyed, false);
    socket.destroy();
  });
});

test("so is one that becomes a WebSocket after its address has left", async () => {
  await withAgent(async (world, slow, get) => {
    let accept = (): void => {};
    slow.server.on("upgrade", (_incoming, socket: Socket) => {
      accept = () => {
        socket.write(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
        );
      };
    });
    const headers = { Connection: "Upgrade", Upgrade: "x" };
    const sent = get("/", { headers }).end();
    const upgraded = once(sent, "upgrade");
    await once(slow.server, "upgrade");
    world.hasLeft = true;
    await world.kept.sweep();
    accept();
    const [, socket] = await upgraded;
    await world.kept.sweep();
    assert.equal(socket.destroyed, false);
    socket.destroy();
  });
});

test("an HTTP/2 session is closed once its streams have ended", async () => {
  const world = new World();
  const waiting: http2.Http2ServerResponse[] = [];
  const server = http2.createServer((_request, answer) => waiting.push(answer));
  const port = await listening(server);
  const session = http2.connect(`http://${NAME}:${port}`, { lookup });
  const closed = once(session, "close");
  const stream = session.request({ ":path": "/" });
  while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await world.kept.sweep();
  assert.equal(session.closed, false);
  world.hasLeft = true;
  await world.kept.sweep();
  assert.deepEqual([session.closed, session.destroyed], [true, false]);
  waiting[0]?.end("whole");
  let text = "";
  for await (const piece of stream) text += String(piece);
  assert.equal(text, "whole");
  await closed;
  server.close();
  world.close();
});

test("undici's connections are left when idle, over HTTP/1.1 and HTTP/2", OPENSSL, async () => {
  const own = certificateFor(NAME);
  const server = http2.createSecureServer({ ...own, allowHTTP1: true }, (request, answer) => {
    setTimeout(() => answer.end(request.httpVersion), 60);
  });
  const port = await listening(server);
  let sockets = 0;
  let requests = 0;
  server.on("secureConnection", () => {
    sockets += 1;
  });
  server.on("request", () => {
    requests += 1;
  });
  for (const [allowH2, version] of [
    [false, "1.1"],
    [true, "2.0"],
  ] as const) {
    const world = new World();
    const dispatcher = new Agent({ allowH2, connections: 1, connect: { ca: own.cert, lookup } });
    const get = async (): Promise<string> => {
      const { body } = await undiciRequest(`https://${NAME}:${port}/`, { dispatcher });
      return body.text();
    };
    [sockets, requests] = [0, 0];
    assert.equal(await get(), version);
    await world.kept.sweep();
    assert.equal(await get(), version);
    assert.equal(sockets, 1);
    world.hasLeft = true;
    const running = get();
    while (requests < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    await world.kept.sweep();
    assert.equal(sockets, 1);
    assert.equal(await running, version);
    await world.kept.sweep();
    assert.equal(await get(), version);
    assert.equal(sockets, 2);
    await dispatcher.destroy();
    world.close();
  }
  server.close();
});

test("nothing is looked at any more after close(), though a sweep was under way", async () => {
  const clock = new SimClock();
  let lookUps = 0;
  let answer = (): void => {};
  const lookUp = (): Promise<GuardReply> => {
    lookUps += 1;
    return new Promise((resolve) => {
      answer = () => resolve({ kind: "failed", failure: "timeout" });
    });
  };
  const kept = new KeptSockets({ lookUp, hasLeft: () => true, hasAddresses: () => true }, clock);
  kept.add(new EventEmitter() as Socket, NAME, "192.0.2.1");
  await clock.advance(5000);
  kept.close();
  answer();
  await clock.advance(60_000);
  kept.add(new EventEmitter() as Socket, NAME, "192.0.2.1");
  await clock.advance(60_000);
  assert.equal(lookUps, 1);
});

test("no more than 4,096 sockets are looked after, and each only until it closes", () => {
  const world = new World();
  const sockets = Array.from({ length: 4100 }, () => new EventEmitter() as Socket);
  for (const socket of sockets) world.kept.add(socket, NAME, "192.0.2.1");
  assert.equal(world.kept.size, 4096);
  for (const socket of sockets) socket.emit("close");
  assert.equal(world.kept.size, 0);
  world.close();
});
