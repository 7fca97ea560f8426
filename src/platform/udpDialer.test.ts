import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { test } from "node:test";
import { UdpDialer } from "./udpDialer.ts";

test("dial() tells that nobody listens at a port", { timeout: 30_000 }, async (context) => {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => void socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => void socket.close(resolve));
  let refused = (): void => {};
  const told = new Promise<string>((resolve) => {
    refused = () => resolve("refused");
  });
  const to = { address: "127.0.0.1", port };
  const peer = await new UdpDialer().dial(to, () => {}, undefined, refused);
  context.after(() => peer.close());
  peer.send(Uint8Array.of(1));
  assert.equal(await told, "refused");
});
