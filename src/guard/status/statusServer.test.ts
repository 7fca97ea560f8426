import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { parseIpNetwork } from "../../dns/index.ts";
import { newCounts } from "../forwarder/counts.ts";
import type { ForwarderStatus } from "./forwarderStatus.ts";
import { serveStatus, statusApp } from "./statusServer.ts";

function status(): ForwarderStatus {
  const cache = { messages: 0, octets: 0, octetsMax: 1, evicted: 0, ready: 0 };
  const udp = { by: "main thread", threads: 0, restarts: 0 } as const;
  const rest = { upSeconds: 1, held: [], counts: newCounts(), entries: 0, waiting: 0 };
  return { ...rest, cache, udp };
}

test("a request that is half sent does not keep the forwarder from ending", async () => {
  const server = await serveStatus({ address: "127.0.0.1", port: 0 }, status, []);
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

test("it is for this machine, and for whoever is allowed", async () => {
  const network = parseIpNetwork("10.0.0.0/8");
  assert.ok(network !== undefined);
  const app = statusApp(status, [network]);
  const codeFor = async (remoteAddress: string): Promise<number> => {
    return (await app.inject({ url: "/status", remoteAddress })).statusCode;
  };
  for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3"]) {
    assert.equal(await codeFor(address), 200, address);
  }
  for (const address of ["192.0.2.7", "2001:db8::7"]) {
    assert.equal(await codeFor(address), 403, address);
  }
  await app.close();
});
