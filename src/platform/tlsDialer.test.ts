import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { test } from "node:test";
import tls from "node:tls";
import { certificateFor } from "../../test/guard/certificate.ts";
import { needs } from "../../test/peers.ts";
import { utf8, utf8Text } from "../base/index.ts";
import { TlsDialer } from "./tlsDialer.ts";

const NAME = "dns.shop.test";

async function listen(server: Server): Promise<{ address: string; port: number }> {
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return { address: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

test("a peer must have a certificate for its name, of somebody who is trusted", {
  ...needs("openssl"),
}, async () => {
  const own = certificateFor(NAME);
  const server = tls.createServer({ ...own, ALPNProtocols: ["dot"] }, (socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  const place = await listen(server);
  const peer = { name: NAME, protocol: "dot", ca: [own.cert] };
  const stream = await new TlsDialer(peer).dial(place, 10_000);
  const heard = new Promise<string>((resolve) => {
    stream.onData((bytes) => resolve(utf8Text(bytes) ?? ""));
  });
  stream.write(utf8("there and back"));
  assert.equal(await heard, "there and back");
  stream.destroy();
  const refused = /^Error: Cannot connect to TLS 127\.0\.0\.1:\d+ as it must answer: /;
  const other = { ...peer, name: "other.test" };
  await assert.rejects(new TlsDialer(other).dial(place, 10_000), refused);
  const stranger = { name: NAME, protocol: "dot" };
  const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  try {
    await assert.rejects(new TlsDialer(stranger).dial(place, 10_000), refused);
  } finally {
    if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
  }
  server.close();
});

test("a peer that accepts, and then says nothing, is given up in time", async () => {
  const server = createServer((socket) => socket.on("error", () => {}));
  const place = await listen(server);
  const dialer = new TlsDialer({ name: NAME, protocol: "dot" });
  await assert.rejects(dialer.dial(place, 50), /no answer in 50 ms/);
  server.close();
});
