import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { after, test } from "node:test";
import { NetworkProbe } from "./networkProbe.ts";
import type { ProbeRequest } from "./probeTypes.ts";

const servers: Server[] = [];
const sockets = new Set<Socket>();
after(() => {
  for (const server of servers) server.close();
  for (const socket of sockets) socket.destroy();
});

async function portOf(server: Server, address = "127.0.0.1"): Promise<number> {
  servers.push(server);
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, address);
  await once(server, "listening");
  const local = server.address();
  assert.ok(local !== null && typeof local === "object");
  return local.port;
}

const asked = { kind: "http", path: "/healthz", timeoutMs: 5_000 } as const;
const probe = new NetworkProbe();

async function ask(handler: RequestListener, change: Partial<ProbeRequest> = {}): Promise<string> {
  const port = await portOf(createServer(handler));
  const { kind, detail } = await probe.check("127.0.0.1", { ...asked, port, ...change });
  return `${kind}: ${detail}`;
}

const answers: { status: number; want: string; why: string }[] = [
  { status: 200, want: "pass: HTTP 200", why: "2xx" },
  { status: 204, want: "pass: HTTP 204", why: "2xx, without a body" },
  { status: 299, want: "pass: HTTP 299", why: "the last 2xx" },
  { status: 302, want: "fail: HTTP 302", why: "redirects are not followed" },
  { status: 404, want: "fail: HTTP 404", why: "the check path is missing" },
  { status: 503, want: "fail: HTTP 503", why: "it says no" },
];
for (const { status, want, why } of answers) {
  test(`check() says ${want} for status ${status}: ${why}`, async () => {
    const headers = { location: "/elsewhere" };
    assert.equal(await ask((_request, answer) => answer.writeHead(status, headers).end()), want);
  });
}

test("check() sends the path, the Host header and no wish to keep the connection", async () => {
  let seen = "";
  const handler: RequestListener = (request, answer) => {
    const { host, connection } = request.headers;
    seen = `${request.method} ${request.url} ${host?.replace(/\d+$/, "N")} ${connection}`;
    answer.end();
  };
  await ask(handler, { host: "svc.example" });
  assert.equal(seen, "GET /healthz svc.example:N close");
  await ask(handler);
  assert.equal(seen, "GET /healthz 127.0.0.1:N close");
});

test("check() gives no-answer when headers do not come in time", async () => {
  const silent: RequestListener = () => {};
  assert.equal(await ask(silent, { timeoutMs: 50 }), "no-answer: no answer in 50 ms");
});

test("check() counts connecting and waiting together against one deadline", async () => {
  const port = await portOf(
    createTcpServer((socket) => {
      // An octet now and then would keep an idle time-out from ever coming.
      socket.write("HTTP/1.1 200 OK\r\nslow: ");
      const drip = setInterval(() => socket.write("x"), 10);
      socket.on("close", () => clearInterval(drip));
      socket.on("error", () => {});
    }),
  );
  const drips = await probe.check("127.0.0.1", { ...asked, port, timeoutMs: 80 });
  assert.equal(drips.kind, "no-answer");
  assert.ok(drips.latencyMs >= 80);
});

test("check() passes at the deadline when only the body is slow", async () => {
  const drip: RequestListener = (_request, answer) => {
    answer.writeHead(200);
    answer.write("x");
  };
  assert.equal(await ask(drip, { timeoutMs: 300 }), "pass: HTTP 200");
});

test("check() cuts an endless body instead of reading on", async () => {
  const flood: RequestListener = (_request, answer) => {
    const chunk = Buffer.alloc(32 * 1024);
    const more = (): void => {
      if (!answer.destroyed && answer.write(chunk)) setImmediate(more);
    };
    answer.on("drain", more);
    more();
  };
  assert.equal(await ask(flood), "pass: HTTP 200");
});

test("check() says what was wrong when there was no HTTP answer", async () => {
  const port = await portOf(createTcpServer((socket) => void socket.end("SSH-2.0-x\r\n")));
  const wrong = await probe.check("127.0.0.1", { ...asked, port });
  assert.deepEqual([wrong.kind, wrong.detail], ["fail", "answer is not HTTP"]);

  const hanging = await portOf(createTcpServer((socket) => socket.resetAndDestroy()));
  const reset = await probe.check("127.0.0.1", { ...asked, port: hanging });
  assert.deepEqual([reset.kind, reset.detail], ["fail", "connection reset"]);

  const closing = createServer();
  const closed = await portOf(closing);
  closing.close();
  for (const kind of ["http", "https", "tcp"] as const) {
    const refused = await probe.check("127.0.0.1", { ...asked, kind, port: closed });
    assert.deepEqual([refused.kind, refused.detail], ["fail", "connection refused"]);
  }
});

test("check() by TCP passes on a connection alone, over IPv4 and IPv6", async () => {
  for (const address of ["127.0.0.1", "::1"]) {
    const port = await portOf(createTcpServer(), address);
    const outcome = await probe.check(address, { ...asked, kind: "tcp", port });
    assert.deepEqual([outcome.kind, outcome.detail], ["pass", "connected"]);
    assert.ok(outcome.latencyMs >= 0);
  }
});

test("check() says not-run when the trouble is on this side", async () => {
  const bad = await probe.check("127.0.0.1", { ...asked, port: 80, path: "/a b\n" });
  assert.equal(bad.kind, "not-run");
});
