import { isIP } from "node:net";
import Fastify from "fastify";
import { errorText, type Listening, type SocketAddress } from "../../base/index.ts";
import { type IpNetwork, isInNetwork } from "../../dns/index.ts";
import { clientNetworks } from "../forwarder/clientServer.ts";
import { GuardError } from "../guardError.ts";
import type { ForwarderStatus } from "./forwarderStatus.ts";
import { metricsOf } from "./metrics.ts";
import { pageOf } from "./page.ts";

/** A reader that is slower is let go. */
const REQUEST_MS_MAX = 10_000;
const CONNECTIONS_MAX = 64;

/**
 * Status page, JSON (`/status`) and metrics (`/metrics`), for this machine and whoever is in the
 * networks that are `allowed`: they show which names are asked for.
 */
export function statusApp(status: () => ForwarderStatus, allowed: readonly IpNetwork[]) {
  const networks = clientNetworks(allowed);
  const app = Fastify({
    requestTimeout: REQUEST_MS_MAX,
    connectionTimeout: REQUEST_MS_MAX,
    forceCloseConnections: true,
  });
  app.server.maxConnections = CONNECTIONS_MAX;
  app.addHook("onRequest", async ({ ip, headers: { host = "" } }, reply) => {
    if (!networks.some((network) => isInNetwork(network, ip))) {
      await reply.code(403).type("text/plain").send("not allowed: see --allow\n");
      return;
    }
    // A page of somebody else that points its own name here must not read what is asked for.
    if (isOurs(host)) return;
    await reply.code(403).type("text/plain").send("ask by address, or as localhost\n");
  });
  app.addHook("onSend", async (_request, reply) => {
    reply.header("cache-control", "no-store");
    reply.header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
    reply.header("x-content-type-options", "nosniff");
  });
  app.get("/", (_request, reply) => reply.type("text/html").send(pageOf(status())));
  app.get("/status", () => status());
  app.get("/metrics", async (_request, reply) => {
    const { contentType, text } = await metricsOf(status());
    return reply.type(contentType).send(text);
  });
  return app;
}

/**
 * Serves {@link statusApp}.
 *
 * @throws GuardError `status-cannot-listen`
 */
export async function serveStatus(
  on: SocketAddress,
  status: () => ForwarderStatus,
  allowed: readonly IpNetwork[],
): Promise<Listening> {
  const app = statusApp(status, allowed);
  try {
    await app.listen({ host: on.address, port: on.port });
  } catch (cause) {
    await app.close();
    const place = `${on.address}#${on.port}`;
    const problem = `Cannot serve the status page on ${place} as it must be free and ours`;
    const fault = { code: "status-cannot-listen", address: place } as const;
    throw new GuardError(fault, `${problem}: ${errorText(cause)}`, { cause });
  }
  const bound = app.server.address();
  const port = bound === null || typeof bound === "string" ? on.port : bound.port;
  return { local: { address: on.address, port }, close: () => app.close() };
}

function isOurs(host: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || isIP(name) !== 0;
}
