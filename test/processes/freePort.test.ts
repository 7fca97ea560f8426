import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { freePort } from "./freePort.ts";

test("a free port is one that no socket gets that asks for any", async () => {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  const free = await Promise.all(Array.from({ length: 50 }, freePort));
  assert.equal(new Set(free).size, 50);
  assert.ok(Math.max(...free) < 32_768, `${Math.max(...free)} may be given to anybody`);
  assert.ok(port >= 32_768 || Math.max(...free) < port);
});
