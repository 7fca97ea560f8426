import { z } from "zod";
import type { ApiContext, ApiServer } from "../context.ts";
import { metricsText } from "../metrics.ts";
import { readStatus } from "./statusRoutes.ts";

/** What Prometheus reads. */
export function metricsRoutes(app: ApiServer, context: ApiContext): void {
  app.get(
    "/metrics",
    {
      schema: {
        ...{ summary: "Metrics in the Prometheus text format", operationId: "metrics" },
        tags: ["region"],
        response: {
          200: {
            description: "Text format 0.0.4",
            content: { "text/plain": { schema: z.string() } },
          },
        },
      },
    },
    async (_request, reply) => {
      const [status, rows] = await Promise.all([readStatus(context), context.processes()]);
      const { contentType, text } = await metricsText(status, rows ?? [], context.feeds.size);
      return reply.type(contentType).serializer(String).send(text);
    },
  );
}
