import assert from "node:assert/strict";
import { once } from "node:events";
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
