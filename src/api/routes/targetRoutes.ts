import { z } from "zod";
import { refusal } from "../apiError.ts";
import { type ApiContext, type ApiServer, answers, WANTS_TOKEN } from "../context.ts";
import { Changed } from "../schemas/fields.ts";
import { ForceRequest, InventoryView, TargetsView } from "../schemas/targets.ts";
import { wantActor } from "../security/token.ts";
import { notFollowing, targetViews } from "../views/targetView.ts";

const Params = z.object({ id: z.string().meta({ description: "A target's id, such as lb-a1" }) });

/** Targets: what is known of them, and what operators want of them. */
export function targetRoutes(app: ApiServer, context: ApiContext): void {
  const { deps, state } = context;
  app.get(
    "/v1/targets",
    {
      schema: {
        ...{ summary: "Targets, their health and forces", operationId: "listTargets" },
        tags: ["targets"],
        response: answers(TargetsView),
      },
    },
    async () => {
      const snapshot = await state.snapshot();
      return { targets: targetViews(snapshot), notes: notFollowing(snapshot.orders) };
    },
  );
  app.put(
    "/v1/targets/:id/force",
    {
      schema: {
        ...{ summary: "Force a target up, down or to drain", operationId: "forceTarget" },
        security: WANTS_TOKEN,
        description: "Lasts until released, whatever the target's checks say.",
        tags: ["targets"],
        params: Params,
        body: ForceRequest,
        response: answers(Changed),
      },
    },
    async (request) => {
      const actor = wantActor(request.headers["holdfast-actor"]);
      const { id } = request.params;
      const { state: forced, reason } = request.body;
      await knownTarget(context, id);
      await deps.store.putForce({ targetId: id, state: forced, actor, reason });
      context.overviews.forget();
      const what = forced === "drain" ? "drained" : `forced ${forced}`;
      return { changed: true, message: `${id} is ${what} by ${actor}` };
    },
  );
  app.delete(
    "/v1/targets/:id/force",
    {
      schema: {
        ...{ summary: "Let a target's checks decide again", operationId: "releaseTarget" },
        security: WANTS_TOKEN,
        tags: ["targets"],
        params: Params,
        response: answers(Changed),
      },
    },
    async (request) => {
      const actor = wantActor(request.headers["holdfast-actor"]);
      const { id } = request.params;
      if (!(await deps.store.release(id, actor))) {
        return { changed: false, message: `${id} was not forced` };
      }
      context.overviews.forget();
      return { changed: true, message: `${id} is released: its checks decide again` };
    },
  );
  inventoryRoute(app, context);
}

function inventoryRoute(app: ApiServer, { deps, state }: ApiContext): void {
  app.get(
    "/v1/inventory",
    {
      schema: {
        ...{ summary: "What a dry run of the planner needs", operationId: "readInventory" },
        tags: ["targets"],
        response: answers(InventoryView),
      },
    },
    async () => {
      const { head, forces, inventory } = await state.snapshot();
      return {
        region: head.region,
        atMs: deps.clock.wallMs(),
        generation: head.generation,
        floorGeneration: head.floorGeneration,
        health: [...inventory.health.values()].map((one) => ({ ...one })),
        forces: forces.map((one) => ({ ...one })),
      };
    },
  );
}

async function knownTarget(context: ApiContext, id: string): Promise<void> {
  const revision = await context.state.policy();
  if (revision?.policy.targets.some((target) => target.id === id)) return;
  const message = `Cannot force the target "${id}": it is not in the configuration`;
  throw refusal(404, "no-such-target", message, "see /v1/targets");
}
