import { z } from "zod";
import { parseName } from "../../dns/index.ts";
import type { HeldView } from "../apiDeps.ts";
import { refusal } from "../apiError.ts";
import { within } from "../bounded.ts";
import { type ApiContext, type ApiServer, answers } from "../context.ts";
import { findEndpoint } from "../findEndpoint.ts";
import { ASK_MS_MAX } from "../limits.ts";
import type { EndpointFacts, Overview } from "../overview.ts";
import { EndpointsPage, EndpointView, HistoryView, Mode } from "../schemas/endpoints.ts";
import { Limit } from "../schemas/fields.ts";
import { endpointRow, endpointView } from "../views/endpointView.ts";
import { entryView, summaryView } from "../views/planView.ts";

const Params = z.object({
  name: z.string().meta({ description: "With or without the last dot; short where unique" }),
});

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
        params: Params,
        response: answers(EndpointView),
      },
    },
    async (request) => {
      const overview = await overviews.current();
      const facts = wanted(request.params.name, overview);
      const [held, versions] = await Promise.all([
        heldBounded(context, facts),
        deps.store.history(facts.name, 1),
      ]);
      return endpointView(facts, overview, held, versions[0]);
    },
  );
  app.get(
    "/v1/endpoints/:name/history",
    {
      schema: {
        ...{ summary: "Versions of an endpoint's entry", operationId: "endpointHistory" },
        tags: ["endpoints"],
        params: Params,
        querystring: z.object({ limit: Limit }),
        response: answers(HistoryView),
      },
    },
    async (request) => {
      const facts = wanted(request.params.name, await overviews.current());
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

function wanted(text: string, overview: Overview): EndpointFacts {
  const found = findEndpoint(text, overview.rows);
  const facts = found.kind === "found" ? overview.byName.get(found.name) : undefined;
  if (facts !== undefined) return facts;
  if (found.kind === "ambiguous") {
    const message = `Cannot tell which endpoint "${text}" means: more than one begins so`;
    throw refusal(404, "ambiguous-endpoint", message, `write one of ${found.names.join(", ")}`);
  }
  const similar = found.kind === "none" ? found.similar : [];
  const hint = similar.length > 0 ? `did you mean ${similar.join(", ")}?` : "see /v1/endpoints";
  throw refusal(404, "no-such-endpoint", `Cannot find an endpoint "${text}" in this region`, hint);
}

function heldBounded(context: ApiContext, facts: EndpointFacts): Promise<readonly HeldView[]> {
  const { clock, held } = context.deps;
  return within(clock, ASK_MS_MAX, held(facts.name, facts.zone), (problem) => [
    { storeId: "-", reading: { kind: "unreadable", endpoint: facts.name, problem } },
  ]);
}
