import type { FastifyRequest } from "fastify";
import type { ApiDeps } from "../apiDeps.ts";
import type { ApiServer } from "../context.ts";
import { judgeOrigin } from "./hostRule.ts";
import { judgeToken } from "./token.ts";

const READING = new Set(["GET", "HEAD"]);

/** Judges every request before anything else of it is looked at, unknown paths included. */
export function guardRequests(app: ApiServer, deps: ApiDeps): void {
  app.addHook("onRequest", async (request, reply) => {
    const foreign = judgeOrigin({
      host: request.headers.host,
      origin: request.headers.origin,
      secFetchSite: headerText(request, "sec-fetch-site"),
      localAddress: request.socket.localAddress ?? "",
      localPort: request.socket.localPort ?? 0,
    });
    if (foreign !== undefined) throw foreign;
    reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
    // By method, not by route: a route added later cannot forget it.
    if (READING.has(request.method)) return;
    const refused = judgeToken(request.headers.authorization, deps.token, deps.tokenPath);
    if (refused === undefined) return;
    reply.header("www-authenticate", "Bearer");
    throw refused;
  });
}

function headerText(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}
