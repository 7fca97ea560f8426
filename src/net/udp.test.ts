import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { test } from "node:test";
import { utf8, utf8Text } from "../base/index.ts";
import { NetError } from "./netError.ts";
import { UdpListener } from "./udp.ts";

for (const address of ["127.0.0.1", "::1"]) {
  test(`listen() takes a datagram and replies to its sender on ${address}`, async () => {
    const listening = await new UdpListener().listen({ address, port: 0 }, (bytes, from, reply) => {
      assert.equal(from.address, address);
      assert.equal(Buffer.isBuffer(bytes), false);
      reply(utf8(`${utf8Text(bytes)} back`));
    });
    const client = createSocket(address === "::1" ? "udp6" : "udp4");
    const answer = new Promise<string>((resolve) => {
      client.once("message", (message) => resolve(message.toString()));
    });
    client.send("there", listening.local.port, address);
    assert.equal(await answer, "there back");
    client.close();
    await listening.close();
    await listening.close(); // harmless
  });
}

test("a reply after close() is dropped without a word", async () => {
  const at = { address: "127.0.0.1", port: 0 };
  let came: (reply: (bytes: Uint8Array) => void) => void = () => {};
  const late = new Promise<(bytes: Uint8Array) => void>((resolve) => {
    came = resolve;
  });
  const listening = await new UdpListener().listen(at, (_bytes, _from, reply) => came(reply));
  const client = createSocket("udp4");
  client.send("x", listening.local.port, "127.0.0.1");
  const reply = await late;
  await listening.close();
  reply(utf8("late"));
  client.close();
});

test("listen() names the address and port when another socket has them", async () => {
  const listener = new UdpListener();
  const first = await listener.listen({ address: "127.0.0.1", port: 0 }, () => {});
  await assert.rejects(
    listener.listen(first.local, () => {}),
    (error: unknown) => {
      assert.ok(error instanceof NetError);
      assert.deepEqual(error.fault, { code: "address-in-use", ...first.local });
      assert.match(error.message, new RegExp(`UDP 127.0.0.1:${first.local.port}`));
      return true;
    },
  );
  await first.close();
});

test("listen() says so when the address is not of this machine", async () => {
  const at = { address: "192.0.2.1", port: 0 };
  await assert.rejects(
    new UdpListener().listen(at, () => {}),
    (error: unknown) => error instanceof NetError && error.fault.code === "address-unusable",
  );
});
