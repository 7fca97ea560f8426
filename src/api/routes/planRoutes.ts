import { z } from "zod";
import type { Name } from "../../dns/index.ts";
import type { Plan, PlanEntry } from "../../plan/index.ts";
import { type ApiContext, type ApiServer, answers } from "../context.ts";
import { GenerationNumber, Limit } from "../schemas/fields.ts";
import { PlanDiffView, PlanPage, PlansPage } from "../schemas/plans.ts";
import { diffView } from "../views/diffView.ts";
import { entryView, summaryView } from "../views/planView.ts";
import { wantPlan } from "../wantPlan.ts";

const Generation = z
  .union([z.literal("newest"), z.coerce.number().int().min(0)])
  .meta({ description: "A generation, or `newest`" });

/** The line of plans: summaries, one plan, and what differs between two. */
export function planRoutes(app: ApiServer, context: ApiContext): void {
  app.get(
    "/v1/plans",
    {
      schema: {
        ...{ summary: "Plans, newest first", operationId: "listPlans", tags: ["plans"] },
        querystring: z.object({
          before: z.coerce.number().pipe(GenerationNumber).optional(),
          limit: Limit,
        }),
        response: answers(PlansPage),
      },
    },
    async (request) => {
      const { limit, before } = request.query;
      const plans = await context.deps.store.summaries(limit, before);
      const last = plans.at(-1)?.generation;
      const more = plans.length === limit && last !== undefined && last > 1;
      return { plans: plans.map(summaryView), ...(more ? { next: last } : {}) };
    },
  );
  app.get(
    "/v1/plans/:generation",
    {
      schema: {
        ...{ summary: "A plan and a page of its entries", operationId: "readPlan" },
        tags: ["plans"],
        params: z.object({ generation: Generation }),
        querystring: z.object({ after: z.string().optional(), limit: Limit }),
        response: answers(PlanPage),
      },
    },
    async (request) => {
      const plan = await wantPlan(context, request.params.generation);
      return planPage(plan, request.query.limit, request.query.after);
    },
  );
  app.get(
    "/v1/plans/:from/diff/:to",
    {
      schema: {
        ...{ summary: "What differs between two plans", operationId: "diffPlans" },
        tags: ["plans"],
        params: z.object({ from: Generation, to: Generation }),
        response: answers(PlanDiffView),
      },
    },
    async (request) => {
      const { from, to } = request.params;
      return diffView(await wantPlan(context, from), await wantPlan(context, to));
    },
  );
}

function planPage(plan: Plan, limit: number, after: string | undefined): PlanPage {
  const names = sortedNames(plan);
  const first = after === undefined ? 0 : names.findIndex((name) => name > after);
  const shown = first < 0 ? [] : names.slice(first, first + limit);
  const entries = shown.flatMap((name): PlanEntry[] => {
    const entry = plan.entries.get(name);
    return entry === undefined ? [] : [entry];
  });
  const last = shown.at(-1);
  const more = last !== undefined && last !== names.at(-1);
  return {
    region: plan.region,
    generation: plan.generation,
    digest: plan.digest,
    endpointsTotal: names.length,
    entries: entries.map(entryView),
    ...(more ? { next: last } : {}),
  };
}

const namesByPlan = new WeakMap<Plan, readonly Name[]>();

function sortedNames(plan: Plan): readonly Name[] {
  const known = namesByPlan.get(plan);
  if (known !== undefined) return known;
  const names = [...plan.entries.keys()].sort();
  namesByPlan.set(plan, names);
  return names;
}
