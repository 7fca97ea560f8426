import assert from "node:assert/strict";
import { channel } from "node:diagnostics_channel";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import { SocketUse } from "./socketUse.ts";

/** A socket that counts how often it was destroyed. */
class FakeSocket extends EventEmitter {
  bytesWritten = 100;
  destroyed = 0;

  destroy(): void {
    this.destroyed += 1;
  }
}

test("a socket that was written to after its last request is left (Node 20 tells late)", () => {
  const fake = new FakeSocket();
  const socket = fake as unknown as Socket;
  const use = new SocketUse(() => [socket]);
  const request = Object.assign(new EventEmitter(), { socket });
  channel("http.client.request.start").publish({ request });
  use.release(socket);
  request.emit("close");
  fake.bytesWritten += 1;
  use.release(socket);
  assert.equal(fake.destroyed, 0);
  fake.bytesWritten -= 1;
  use.release(socket);
  assert.equal(fake.destroyed, 1);
  use.close();
});

test("a socket of which nothing was told is left", () => {
  const fake = new FakeSocket();
  const use = new SocketUse(() => []);
  use.release(fake as unknown as Socket);
  assert.equal(fake.destroyed, 0);
  use.close();
});
