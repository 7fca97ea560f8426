import type { Name } from "../../dns/index.ts";
import { type Order, orderId, type Rollback } from "../../plan/index.ts";
import { refusal } from "../apiError.ts";
import { type ApiContext, type ApiServer, answers, WANTS_TOKEN } from "../context.ts";
import { PAGE_ROWS_MAX } from "../limits.ts";
import { obstacles } from "../orders/obstacles.ts";
import { forget } from "../orders/placeOrder.ts";
import { type RollbackWork, rollbackWork } from "../orders/rollback.ts";
import {
  ReleaseRequest,
  RollbackChanged,
  RollbackPreview,
  RollbackPreviewRequest,
  RollbackRequest,
} from "../schemas/orders.ts";
import { wantActor } from "../security/token.ts";
import { changeView } from "../views/diffView.ts";
import { wantEndpoint } from "../wantEndpoint.ts";
import { wantPlan } from "../wantPlan.ts";

/** Old content in a new generation: looked at first, then done as it was looked at. */
export function rollbackRoutes(app: ApiServer, context: ApiContext): void {
  app.post(
    "/v1/rollbacks/preview",
    {
      schema: {
        ...{ summary: "What a rollback would change", operationId: "previewRollback" },
        description: "Changes nothing; wants the token as every POST does.",
        security: WANTS_TOKEN,
        tags: ["orders"],
        body: RollbackPreviewRequest,
        response: answers(RollbackPreview),
      },
    },
    async (request) => {
      const { toGeneration, endpoints } = request.body;
      return preview(toGeneration, await workOf(context, toGeneration, endpoints));
    },
  );
  app.post(
    "/v1/rollbacks",
    {
      schema: {
        ...{ summary: "Bring old content back", operationId: "rollback" },
        description: "In a new generation, and held until it is released.",
        security: WANTS_TOKEN,
        tags: ["orders"],
        body: RollbackRequest,
        response: answers(RollbackChanged),
      },
    },
    async (request) => {
      const actor = wantActor(request.headers["holdfast-actor"]);
      return rollBack(context, request.body, actor);
    },
  );
  releaseRoute(app, context);
}

function releaseRoute(app: ApiServer, context: ApiContext): void {
  app.post(
    "/v1/rollbacks/release",
    {
      schema: {
        ...{ summary: "Let endpoints be planned again", operationId: "releaseRollbacks" },
        security: WANTS_TOKEN,
        tags: ["orders"],
        body: ReleaseRequest,
        response: answers(RollbackChanged),
      },
    },
    async (request) => {
      const actor = wantActor(request.headers["holdfast-actor"]);
      const names = await namesOf(context, request.body.endpoints);
      const held = (await context.state.orders()).filter(({ kind, endpoint }) => {
        return kind === "rollback" && (names === undefined || names.includes(endpoint));
      });
      const ids = held.map(({ id }) => id);
      const ended = await context.deps.store.endOrders(ids, actor, request.body.reason);
      forget(context);
      const count = ended.length;
      const message = count === 0 ? "Nothing was rolled back" : `${counted(count)} planned again`;
      return { changed: count > 0, message, endpoints: count, warnings: [] };
    },
  );
}

type Work = RollbackWork & { readonly fromGeneration: number };

async function workOf(
  context: ApiContext,
  toGeneration: number,
  endpoints: readonly string[] | undefined,
): Promise<Work> {
  const newest = await context.state.plan();
  const old = await wantPlan(context, toGeneration);
  const work = rollbackWork(old, newest, await namesOf(context, endpoints));
  return { ...work, fromGeneration: newest.generation };
}

async function namesOf(
  context: ApiContext,
  endpoints: readonly string[] | undefined,
): Promise<readonly Name[] | undefined> {
  if (endpoints === undefined) return undefined;
  const overview = await context.overviews.current();
  return [...new Set(endpoints.map((text) => wantEndpoint(text, overview).name))];
}

function preview(toGeneration: number, work: Work): RollbackPreview {
  const { fromGeneration, digest, diffs, leftAlone } = work;
  return {
    ...{ toGeneration, fromGeneration, digest },
    changesTotal: diffs.length,
    changes: diffs.slice(0, PAGE_ROWS_MAX).map(changeView),
    leftAloneTotal: leftAlone.length,
    leftAlone: leftAlone.slice(0, PAGE_ROWS_MAX).map((one) => ({ ...one })),
  };
}

async function rollBack(
  context: ApiContext,
  wish: RollbackRequest,
  actor: string,
): Promise<RollbackChanged> {
  const { toGeneration, endpoints, reason } = wish;
  const { store, clock, chance } = context.deps;
  const work = await workOf(context, toGeneration, endpoints);
  if (work.digest !== wish.digest) {
    const message = `Cannot roll back to ${toGeneration}: what it would change is another by now`;
    throw refusal(409, "preview-outdated", message, "look at it again");
  }
  if (work.changes.length === 0) {
    return { changed: false, message: "Nothing would change", endpoints: 0, warnings: [] };
  }
  const atMs = clock.wallMs();
  const taken = new Set<string>();
  const orders = work.changes.map(({ endpoint, zone, after }): Rollback => {
    const id = orderId("rollback", endpoint, atMs, chance, taken);
    taken.add(id);
    const head = { id, endpoint, zone, actor, reason, atMs };
    return { kind: "rollback", ...head, toGeneration, ...after };
  });
  const before = await context.state.orders();
  await store.putOrders(orders);
  forget(context);
  const message = `${counted(orders.length)} brought back to plan ${toGeneration}`;
  const places = orders.map(({ endpoint, zone }) => ({ name: endpoint, zone }));
  const warnings = [...pinnedText(before, orders), ...(await obstacles(context, places))];
  return { changed: true, message, endpoints: orders.length, warnings };
}

function pinnedText(before: readonly Order[], orders: readonly Rollback[]): string[] {
  const names = new Set(orders.map(({ endpoint }) => endpoint));
  const pinned = before.filter(({ kind, endpoint }) => kind === "override" && names.has(endpoint));
  const [first] = pinned;
  if (first === undefined) return [];
  const others = pinned.length === 1 ? "" : ` and ${pinned.length - 1} more`;
  return [`${first.endpoint}${others}: an override is on it, and comes first until it ends.`];
}

function counted(endpoints: number): string {
  return endpoints === 1 ? "1 endpoint is" : `${endpoints} endpoints are`;
}
