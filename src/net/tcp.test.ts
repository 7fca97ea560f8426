import assert from "node:assert/strict";
import { test } from "node:test";
import { type ByteStream, type Listening, utf8, utf8Text } from "../base/index.ts";
import { TcpDialer } from "../platform/index.ts";
import { NetError } from "./netError.ts";
import { TcpListener } from "./tcp.ts";

const LOOPBACK = { address: "127.0.0.1", port: 0 };

async function connected(): Promise<[Listening, ByteStream, ByteStream]> {
  const accepted: ByteStream[] = [];
  const listening = await new TcpListener().listen(LOOPBACK, (stream) => accepted.push(stream));
  const client = await new TcpDialer().dial(listening.local, 5_000);
  let peer = accepted[0];
  while (peer === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    peer = accepted[0];
  }
  return [listening, client, peer];
}

function closed(stream: ByteStream): Promise<string | undefined> {
  return new Promise((resolve) => stream.onClose(resolve));
}

for (const address of ["127.0.0.1", "::1"]) {
  test(`dial() and listen() carry octets both ways on ${address}`, async () => {
    const listening = await new TcpListener().listen({ address, port: 0 }, (stream) => {
      assert.equal(stream.remote.address, address);
      stream.onData((bytes) => {
        stream.write(utf8(`${utf8Text(bytes)} back`));
        stream.end();
      });
    });
    const stream = await new TcpDialer().dial(listening.local, 5_000);
    assert.deepEqual(stream.remote, listening.local);
    let text = "";
    stream.onData((bytes) => {
      text += utf8Text(bytes);
    });
    stream.write(utf8("there"));
    assert.equal(await closed(stream), undefined, "an orderly end is no problem");
    assert.equal(text, "there back");
    await listening.close();
  });
}

test("write() says false while the peer does not read, and onDrain follows", async () => {
  const [listening, client, peer] = await connected();
  const chunk = new Uint8Array(256 * 1024);
  let written = 0;
  while (client.write(chunk)) written += 1;
  while (client.queuedOctets < chunk.length) client.write(chunk);
  assert.ok(client.queuedOctets > 0, `octets wait after ${written} chunks`);
  const drained = new Promise<void>((resolve) => client.onDrain(resolve));
  peer.onData(() => {});
  await drained;
  assert.equal(client.queuedOctets, 0);
  await listening.close();
});

test("pause() holds data back till resume()", async () => {
  const [listening, client, peer] = await connected();
  const seen: string[] = [];
  const came = new Promise<void>((resolve) => {
    peer.onData((bytes) => {
      seen.push(utf8Text(bytes) ?? "");
      resolve();
    });
  });
  peer.pause();
  client.write(utf8("held")); // on loopback it arrives at once: a few turns would show it
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(seen, []);
  peer.resume();
  await came;
  assert.deepEqual(seen, ["held"]);
  await listening.close();
});

test("onClose tells, also when it is set after the end; write() is then harmless", async () => {
  const [listening, client, peer] = await connected();
  peer.destroy();
  await closed(peer);
  await closed(client);
  await closed(client);
  assert.equal(client.write(utf8("x")), false);
  await listening.close();
});

test("close() ends accepted streams, so that it cannot hang", async () => {
  const [listening, client] = await connected();
  const end = closed(client);
  await listening.close();
  await end;
});

test("dial() rejects with what failed when nobody listens", async () => {
  const listening = await new TcpListener().listen(LOOPBACK, () => {});
  await listening.close();
  await assert.rejects(new TcpDialer().dial(listening.local, 5_000), /connection refused/);
});

test("dial() rejects when its time is up", async () => {
  const silent = { address: "192.0.2.1", port: 9 }; // RFC 5737: nobody is there
  await assert.rejects(new TcpDialer().dial(silent, 0), /no answer in 0 ms|no route|refused/);
});

test("listen() names the address and port when another socket has them", async () => {
  const first = await new TcpListener().listen(LOOPBACK, () => {});
  await assert.rejects(
    new TcpListener().listen(first.local, () => {}),
    (error: unknown) => {
      assert.ok(error instanceof NetError);
      assert.deepEqual(error.fault, { code: "address-in-use", ...first.local });
      return true;
    },
  );
  await first.close();
});
