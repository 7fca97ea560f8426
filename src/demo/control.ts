import { chmod, lstat, unlink } from "node:fs/promises";
import { type FastifyInstance, fastify } from "fastify";
import type { z } from "zod";
import { errorText } from "../base/index.ts";
import { systemCode, systemErrorText } from "../net/index.ts";
import { DemoError } from "./demoError.ts";
import type { LoadBalancers } from "./loadBalancers.ts";
import { changeRequest, SOCKET_PATH_OCTETS_MAX, slowRequest } from "./protocol.ts";

/** Only this user may break things. */
const SOCKET_MODE = 0o600;
const BODY_OCTETS_MAX = 4 * 1024 * 1024;

/** The control socket, while it is open. */
export interface DemoControl {
  close(): Promise<void>;
}

/**
 * Serves the control of the load balancers on a Unix socket, in place of a stale one.
 * Throws DemoError `socket-unusable`.
 */
export async function serveControl(
  balancers: LoadBalancers,
  socketPath: string,
): Promise<DemoControl> {
  if (Buffer.byteLength(socketPath) > SOCKET_PATH_OCTETS_MAX) {
    const reason = `${Buffer.byteLength(socketPath)} octets`;
    throw unusable(socketPath, `its path must have at most ${SOCKET_PATH_OCTETS_MAX}`, reason);
  }
  const server = controlServer(balancers);
  try {
    await removeStale(socketPath);
    await server.listen({ path: socketPath });
    await chmod(socketPath, SOCKET_MODE);
  } catch (error) {
    await server.close();
    if (error instanceof DemoError) throw error;
    throw unusable(socketPath, "its folder must be writable", systemErrorText(error));
  }
  return { close: async () => void (await server.close()) };
}

function controlServer(balancers: LoadBalancers): FastifyInstance {
  const server = fastify({ bodyLimit: BODY_OCTETS_MAX, forceCloseConnections: true });
  server.get("/v1/state", async () => ({ targets: balancers.states() }));
  server.post("/v1/fail", async ({ body }) => {
    return { targets: await balancers.fail(parse(changeRequest, body).select) };
  });
  server.post("/v1/heal", async ({ body }) => {
    return { targets: await balancers.heal(parse(changeRequest, body).select) };
  });
  server.post("/v1/slow", async ({ body }) => {
    const { select, delayMs } = parse(slowRequest, body);
    return { targets: await balancers.slow(select, delayMs) };
  });
  server.setErrorHandler(async (error, _request, reply) => {
    const told = error instanceof DemoError ? error : malformed(errorText(error));
    await reply.status(statusOf(told)).send({ fault: told.fault, message: told.message });
  });
  return server;
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw malformed(parsed.error.issues.map((issue) => issue.message).join("; "));
}

function malformed(problem: string): DemoError {
  return new DemoError(
    { code: "malformed", problem },
    `Cannot do what was asked as the request must be of protocol 1: ${problem}`,
  );
}

function statusOf(error: DemoError): number {
  switch (error.fault.code) {
    case "unknown-target":
    case "unknown-zone":
      return 404;
    case "malformed":
      return 400;
    default:
      return 409; // the machine is not in the state that the request needs
  }
}

async function removeStale(socketPath: string): Promise<void> {
  try {
    const found = await lstat(socketPath);
    if (!found.isSocket()) throw unusable(socketPath, "the place must be free", "it is a file");
    await unlink(socketPath);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

function unusable(socketPath: string, rule: string, reason: string): DemoError {
  return new DemoError(
    { code: "socket-unusable", socketPath, reason },
    `Cannot open the control socket ${socketPath} as ${rule}: ${reason}`,
  );
}
