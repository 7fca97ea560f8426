import assert from "node:assert/strict";
import { once } from "node:events";
import https from "node:https";
import type { AddressInfo, LookupFunction } from "node:net";
import { test } from "node:test";
import tls from "node:tls";
import { certificateFor } from "../../../test/guard/certificate.ts";
import { needs } from "../../../test/peers.ts";
import { Connections } from "../machine/connections.ts";
import { ConnectionWatch } from "./connectionWatch.ts";

const NAME = "api.shop.test";

const lookup: LookupFunction = (_host, _options, done) => {
  done(null, [{ address: "127.0.0.1", family: 4 }]);
};

test("a connection proves a name by its certificate, whatever the application lets pass", {
  ...needs("openssl"),
}, async () => {
  const [own, other] = [certificateFor(NAME), certificateFor("other.test")];
  const proofs: string[] = [];
  const guard = {
    connections: new Connections(),
    proven: (name: string, address: string) => proofs.push(`${name} ${address}`),
  };
  const watch = new ConnectionWatch(guard, { add: () => {} }, () => 0);
  const lax = { checkServerIdentity: () => undefined };
  for (const [certificate, options, want] of [
    [other, lax, []],
    [own, { rejectUnauthorized: false, ca: other.cert }, []],
    [own, { servername: "other.test", ...lax }, []],
    [own, lax, [`${NAME}. 127.0.0.1`]],
  ] as const) {
    const server = tls.createServer(certificate, (socket) => socket.resume());
    server.listen(0, "127.0.0.1").unref();
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const ca = certificate.cert;
    const socket = tls.connect({ host: NAME, port, servername: NAME, ca, lookup, ...options });
    await once(socket, "secureConnect");
    assert.deepEqual(proofs.splice(0), want);
    socket.destroy();
    server.close();
  }
  watch.close();
});

test("a resumed session proves what its first handshake proved, no more", {
  ...needs("openssl"),
}, async () => {
  const proofs: string[] = [];
  const guard = {
    connections: new Connections(),
    proven: (name: string, address: string) => proofs.push(`${name} ${address}`),
  };
  const watch = new ConnectionWatch(guard, { add: () => {} }, () => 0);
  const lax = { checkServerIdentity: () => undefined };
  for (const [certificate, want] of [
    [certificateFor(NAME), [1, 1, 1]],
    [certificateFor("other.test"), [0, 0, 0]],
  ] as const) {
    const server = https.createServer(certificate, (_request, response) => {
      response.setHeader("connection", "close").end("ok");
    });
    server.listen(0, "127.0.0.1").unref();
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const agent = new https.Agent({ ca: certificate.cert, lookup, ...lax });
    const reused: boolean[] = [];
    for (const proven of want) {
      const request = https.get({ host: NAME, port, agent });
      const [response] = await once(request, "response");
      reused.push(response.socket.isSessionReused());
      response.resume();
      await once(response, "close");
      assert.equal(proofs.splice(0).length, proven);
    }
    assert.deepEqual(reused, [false, true, true]);
    server.close();
  }
  watch.close();
});
