import { z } from "zod";
import { refusal } from "../apiError.ts";
import { type ApiContext, type ApiServer, answers } from "../context.ts";
import { ErrorBody, Limit } from "../schemas/fields.ts";
import { JournalPage } from "../schemas/journal.ts";

const Seq = z.coerce.number().int().min(0);

/** The journal: a page of it, and events as they happen. */
export function eventRoutes(app: ApiServer, context: ApiContext): void {
  const { journal } = context.deps;
  app.get(
    "/v1/journal",
    {
      schema: {
        ...{ summary: "A page of the journal, oldest first", operationId: "readJournal" },
        description: "Without `after`: the newest events.",
        tags: ["journal"],
        querystring: z.object({
          after: Seq.optional(),
          subject: z.string().max(300).optional().meta({ description: "Newest of one subject" }),
          limit: Limit,
        }),
        response: answers(JournalPage),
      },
    },
    async (request) => {
      const { after, subject, limit } = request.query;
      const events =
        after === undefined
          ? await journal.newestEvents(limit, subject)
          : await journal.eventsAfter(after, limit);
      const last = events.at(-1)?.seq;
      return {
        events: events.map((event) => ({ ...event, facts: { ...event.facts } })),
        ...(last === undefined ? {} : { next: last }),
      };
    },
  );
  app.get(
    "/v1/events",
    {
      exposeHeadRoute: false,
      schema: {
        ...{ summary: "Events as they happen (server-sent events)", operationId: "watchEvents" },
        description:
          "Each event's id is its place in the journal; Last-Event-ID, or `after`, resumes " +
          "behind it. Without either the stream begins with the next event.",
        tags: ["journal"],
        querystring: z.object({ after: Seq.optional() }),
        headers: z.object({ "last-event-id": Seq.optional() }),
        response: {
          200: {
            description: "A stream of events",
            content: { "text/event-stream": { schema: z.string() } },
          },
          "4xx": ErrorBody,
        },
      },
    },
    async (request, reply) => {
      if (context.feeds.full) {
        const message = "Cannot follow the events: too many watchers are connected";
        throw refusal(503, "too-many-watchers", message, "close some, or read /v1/journal");
      }
      const asked = request.headers["last-event-id"] ?? request.query.after;
      const after = asked ?? (await journal.newestEvents(1)).at(-1)?.seq ?? 0;
      reply.hijack();
      await context.feeds.follow(reply.raw, after);
    },
  );
}
