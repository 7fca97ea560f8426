import { type ApiContext, type ApiServer, answers } from "../context.ts";
import { ReadyView, StatusView } from "../schemas/status.ts";
import { missingParts } from "../views/readyView.ts";
import { statusView } from "../views/statusView.ts";

/** The region's state, and whether it can be relied upon. */
export function statusRoutes(app: ApiServer, context: ApiContext): void {
  app.get(
    "/v1/status",
    {
      schema: {
        ...{ summary: "The state of the region", operationId: "status", tags: ["region"] },
        response: answers(StatusView),
      },
    },
    () => readStatus(context),
  );
  app.get(
    "/healthz",
    {
      schema: {
        ...{ summary: "Whether the API answers", operationId: "healthz", tags: ["region"] },
        response: answers(ReadyView),
      },
    },
    async () => ({ ready: true, missing: [] }),
  );
  app.get(
    "/readyz",
    {
      schema: {
        ...{ summary: "Whether plan, policy and zones are in place", operationId: "readyz" },
        tags: ["region"],
        response: { 200: ReadyView, 503: ReadyView },
      },
    },
    async (_request, reply) => {
      const [head, policy, gates] = await Promise.all([
        context.deps.store.head(),
        context.state.policy(),
        context.gates(),
      ]);
      const missing = missingParts(head.generation, policy !== undefined, gates);
      const ready = missing.length === 0;
      return reply.code(ready ? 200 : 503).send({ ready, missing });
    },
  );
}

/** Reads everything a status needs, and makes it. */
export async function readStatus(context: ApiContext): Promise<StatusView> {
  const { deps, overviews } = context;
  const [overview, summaries, gates, processes, events] = await Promise.all([
    overviews.current(),
    deps.store.summaries(1),
    context.gates(),
    context.processes(),
    deps.journal.newestEvents(1),
  ]);
  return statusView({
    overview,
    newest: summaries[0],
    gates,
    processes,
    journalSeq: events.at(-1)?.seq ?? 0,
    nowMs: deps.clock.wallMs(),
  });
}
