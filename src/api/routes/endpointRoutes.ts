import { z } from "zod";
import { parseName } from "../../dns/index.ts";
import { refusal } from "../apiError.ts";
import { type ApiContext, type ApiServer, answers } from "../context.ts";
import { heldBounded } from "../heldBounded.ts";
import type { Overview } from "../overview.ts";
import { EndpointsPage, EndpointView, HistoryView, Mode } from "../schemas/endpoints.ts";
import { EndpointName, Limit } from "../schemas/fields.ts";
import { endpointRow, endpointView } from "../views/endpointView.ts";
import { plannerWord } from "../views/orderView.ts";
import { entryView, summaryView } from "../views/planView.ts";
import { wantEndpoint } from "../wantEndpoint.ts";

const ListQuery = z.object({
  zone: z.string().optional().meta({ description: "Only endpoints of this zone" }),
  prefix: z.string().optional().meta({ description: "Only names that begin so" }),
  mode: Mode.optional().meta({ description: "Only endpoints in this mode" }),
  after: z.string().optional().meta({ description: "Name that the page begins after" }),
  limit: Limit,
});

/** Endpoints: the list, one explained, and what it was before. */
export function endpointRoutes(app: ApiServer, context: ApiContext): void {
  const { deps, overviews } = context;
  app.get(
    "/v1/endpoints",
    {
      schema: {
        ...{ summary: "Endpoints, in order of name", operationId: "listEndpoints" },
        tags: ["endpoints"],
        querystring: ListQuery,
        response: answers(EndpointsPage),
      },
    },
    async (request) => {
      const overview = await overviews.current();
      return page(overview, request.query);
    },
  );
  app.get(
    "/v1/endpoints/:name",
    {
      schema: {
        ...{ summary: "What an endpoint answers, and why", operationId: "explainEndpoint" },
        tags: ["endpoints"],
        params: EndpointName,
        response: answers(EndpointView),
      },
    },
    async (request) => {
      const overview = await overviews.current();
      const facts = wantEndpoint(request.params.name, overview);
      const [held, versions, rows] = await Promise.all([
        heldBounded(context, facts),
        deps.store.history(facts.name, 1),
        context.processes(),
      ]);
      const word = plannerWord(rows ?? []);
      const nowMs = deps.clock.wallMs();
      return endpointView(facts, overview, held, versions[0], { word, nowMs });
    },
  );
  app.get(
    "/v1/endpoints/:name/history",
    {
      schema: {
        ...{ summary: "Versions of an endpoint's entry", operationId: "endpointHistory" },
        tags: ["endpoints"],
        params: EndpointName,
        querystring: z.object({ limit: Limit }),
        response: answers(HistoryView),
      },
    },
    async (request) => {
      const facts = wantEndpoint(request.params.name, await overviews.current());
      const versions = await deps.store.history(facts.name, request.query.limit);
      return {
        endpoint: facts.name,
        versions: versions.map(({ entry, plan }) => ({
          entry: entryView(entry),
          plan: summaryView(plan),
        })),
      };
    },
  );
}

function page(overview: Overview, query: z.output<typeof ListQuery>): EndpointsPage {
  const zone = query.zone === undefined ? undefined : parseName(query.zone);
  if (zone?.kind === "malformed") throw refusal(400, "malformed-name", zone.problem);
  const prefix = query.prefix?.toLowerCase();
  const matching = overview.rows.filter(
    (row) =>
      (zone === undefined || row.zone === zone.name) &&
      (prefix === undefined || row.name.startsWith(prefix)) &&
      (query.mode === undefined || row.mode === query.mode),
  );
  const { after } = query;
  const first = after === undefined ? 0 : matching.findIndex((row) => row.name > after);
  const rows = first < 0 ? [] : matching.slice(first, first + query.limit);
  const last = rows.at(-1);
  const more = last !== undefined && last !== matching.at(-1);
  return {
    generation: overview.snapshot.plan.generation,
    total: matching.length,
    endpoints: rows.map(endpointRow),
    ...(more ? { next: last.name } : {}),
  };
}
