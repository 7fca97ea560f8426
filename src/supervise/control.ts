import { chmodSync, rmSync } from "node:fs";
import Fastify from "fastify";
import { z } from "zod";
import type { ProcessTable, ReloadOutcome } from "./table.ts";

/** A request holds an actor's name and nothing else. */
const BODY_OCTETS_MAX = 4_096;
const REQUEST_MS_MAX = 10_000;
/** As in the journal: `operator:<name>`. */
const actorSchema = z.object({ actor: z.string().regex(/^[a-z]+(:[\x21-\x7e]{1,64})?$/) });

/** What can be asked of a supervisor. */
export interface ControlActs {
  table(): ProcessTable;
  reload(actor: string): Promise<ReloadOutcome>;
  stop(actor: string): void;
}

/** Serves the control socket, readable by this user only. A stale socket file is replaced. */
export async function serveControl(
  socketPath: string,
  acts: ControlActs,
): Promise<{ close(): Promise<void> }> {
  const server = Fastify({
    bodyLimit: BODY_OCTETS_MAX,
    requestTimeout: REQUEST_MS_MAX,
    forceCloseConnections: true,
  });
  server.get("/v1/status", () => acts.table());
  server.post("/v1/reload", async (request, reply) => {
    const read = actorSchema.safeParse(request.body);
    if (!read.success) return reply.code(400).send({ kind: "refused", problem: "no actor" });
    const outcome = await acts.reload(read.data.actor);
    return reply.code(outcome.kind === "accepted" ? 200 : 422).send(outcome);
  });
  server.post("/v1/stop", async (request, reply) => {
    const read = actorSchema.safeParse(request.body);
    if (!read.success) return reply.code(400).send({ kind: "refused", problem: "no actor" });
    // After the reply: nobody is left to send it once all is stopped.
    reply.raw.once("finish", () => acts.stop(read.data.actor));
    return reply.code(202).send({ kind: "stopping" });
  });
  rmSync(socketPath, { force: true }); // the lock says that nobody listens on it
  await server.listen({ path: socketPath });
  chmodSync(socketPath, 0o600);
  return { close: () => server.close() };
}
