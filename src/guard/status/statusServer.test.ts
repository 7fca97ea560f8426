import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { newCounts } from "../forwarder/counts.ts";
import { serveStatus } from "./statusServer.ts";

test("a request that is half sent does not keep the forwarder from ending", async () => {
  const cache = { messages: 0, octets: 0, octetsMax: 1, evicted: 0, ready: 0 };
  const udp = { by: "main thread", threads: 0, restarts: 0 } as const;
  const rest = { upSeconds: 1, held: [], counts: newCounts(), entries: 0, waiting: 0 };
  const server = await serveStatus({ address: "127.0.0.1", port: 0 }, () => {
    return { ...rest, cache, udp };
  });
  const socket = connect(server.local.port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write("GET /status HTTP/1.1\r\nHost: local");
  const closed = once(socket, "close");
  const whole = await fetch(`http://127.0.0.1:${server.local.port}/status`);
  assert.equal(whole.status, 200);
  const startedMs = performance.now();
  await server.close();
  await closed;
  assert.ok(performance.now() - startedMs < 8000, "it waits for nobody");
});
