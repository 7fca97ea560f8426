import { sleep } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import { brakesOn, type Order, orderId, type Plan, type Rollback } from "../../plan/index.ts";
import { refusal } from "../apiError.ts";
import { type ApiContext, type ApiServer, answers, WANTS_TOKEN } from "../context.ts";
import { PAGE_ROWS_MAX } from "../limits.ts";
import { inParts } from "../orders/inParts.ts";
import { obstacles } from "../orders/obstacles.ts";
import { forget } from "../orders/placeOrder.ts";
import {
  type RollbackWork,
  type RolledBack,
  rollbackDiffs,
  rollbackWork,
} from "../orders/rollback.ts";
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
  const running: RunningRollback = { isRunning: false, isStopped: false };
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
      if (running.isRunning) {
        const message = "Cannot roll back as another rollback is being put in place";
        throw refusal(409, "busy", message, "wait for its end, or release it");
      }
      running.isRunning = true;
      running.isStopped = false;
      return rollBack(context, request.body, actor, running).finally(() => {
        running.isRunning = false;
      });
    },
  );
  releaseRoute(app, context, running);
}

/** The one rollback that is under way: parts of two would mix, and nobody has looked at that. */
interface RunningRollback {
  isRunning: boolean;
  /** A release came: what is not done yet is left. */
  isStopped: boolean;
}

function releaseRoute(app: ApiServer, context: ApiContext, running: RunningRollback): void {
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
      running.isStopped = true;
      const given = await namesOf(context, request.body.endpoints);
      const names = given && new Set(given);
      const held = (await context.state.orders()).filter(({ kind, endpoint }) => {
        return kind === "rollback" && (names === undefined || names.has(endpoint));
      });
      const ids = held.map(({ id }) => id);
      const { store, clock } = context.deps;
      const count = await inParts(clock, ids, async (part) => {
        return (await store.endOrders(part, actor, request.body.reason)).length;
      }).finally(() => forget(context));
      const message = count === 0 ? "Nothing was rolled back" : `${counted(count)} planned again`;
      return { changed: count > 0, message, endpoints: count, warnings: [] };
    },
  );
}

type Work = RollbackWork & { readonly newest: Plan };

async function workOf(
  context: ApiContext,
  toGeneration: number,
  endpoints: readonly string[] | undefined,
): Promise<Work> {
  const old = await wantPlan(context, toGeneration);
  const { plan: newest, policy, inventory, forces } = await context.state.snapshot();
  const work = await rollbackWork({
    ...{ old, newest, names: await namesOf(context, endpoints) },
    braking: brakesOn({ policy: policy?.policy, inventory, forces }),
    rest: () => sleep(context.deps.clock, 0),
  });
  return { ...work, newest };
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
  const { newest, digest, changes, brakes, leftAlone } = work;
  const answering = [...newest.entries.values()].filter(({ kind }) => kind === "serving");
  return {
    ...{ toGeneration, fromGeneration: newest.generation, digest },
    endpointsTotal: answering.length,
    changesTotal: changes.length,
    changes: rollbackDiffs(changes.slice(0, PAGE_ROWS_MAX)).map(changeView),
    brakesTotal: brakes.length,
    brakes: brakes.slice(0, PAGE_ROWS_MAX).map((brake) => ({ ...brake })),
    leftAloneTotal: leftAlone.length,
    leftAlone: leftAlone.slice(0, PAGE_ROWS_MAX).map((one) => ({ ...one })),
  };
}

async function rollBack(
  context: ApiContext,
  wish: RollbackRequest,
  actor: string,
  running: RunningRollback,
): Promise<RollbackChanged> {
  const { toGeneration, endpoints, reason } = wish;
  const { store, clock, chance } = context.deps;
  const work = await workOf(context, toGeneration, endpoints);
  if (work.digest !== wish.digest) {
    const message = `Cannot roll back to ${toGeneration}: what it would change is another by now`;
    throw refusal(409, "preview-outdated", message, "look at it again");
  }
  checkBrakes(work, wish);
  if (work.changes.length === 0) {
    return { changed: false, message: "Nothing would change", endpoints: 0, warnings: [] };
  }
  const atMs = clock.wallMs();
  const taken = new Set<string>();
  const orderOf = ({ endpoint, zone, after }: RolledBack): Rollback => {
    const id = orderId("rollback", endpoint, atMs, chance, taken);
    taken.add(id);
    const { answers, rrsets } = after;
    const head = { id, endpoint, zone, actor, reason, atMs };
    return { kind: "rollback", ...head, toGeneration, answers, rrsets };
  };
  const before = await context.state.orders();
  const put = async (part: readonly RolledBack[]): Promise<number> => {
    await store.putOrders(part.map(orderOf));
    return part.length;
  };
  const done = await inParts(clock, work.changes, put, () => running.isStopped).finally(() => {
    forget(context);
  });
  const message = `${counted(done)} brought back to plan ${toGeneration}`;
  const places = work.changes.map(({ endpoint, zone }) => ({ name: endpoint, zone }));
  const warnings = [...pinnedText(before, work.changes), ...(await obstacles(context, places))];
  return { changed: true, message, endpoints: done, warnings };
}

function checkBrakes({ brakes }: Work, { toGeneration, despiteBrakes }: RollbackRequest): void {
  const [first] = brakes;
  if (first === undefined || despiteBrakes === true) return;
  const others = brakes.length === 1 ? "" : `, and ${brakes.length - 1} more`;
  const message = `Cannot roll back to ${toGeneration}: ${first.endpoint} ${first.text}${others}`;
  const hint = '"despiteBrakes" does it all the same, once a person has seen them all';
  throw refusal(409, "braked", message, hint);
}

function pinnedText(before: readonly Order[], changes: readonly RolledBack[]): string[] {
  const names = new Set(changes.map(({ endpoint }) => endpoint));
  const pinned = before.filter(({ kind, endpoint }) => kind === "override" && names.has(endpoint));
  const [first] = pinned;
  if (first === undefined) return [];
  const others = pinned.length === 1 ? "" : ` and ${pinned.length - 1} more`;
  return [`${first.endpoint}${others}: an override is on it, and comes first until it ends.`];
}

function counted(endpoints: number): string {
  return endpoints === 1 ? "1 endpoint is" : `${endpoints} endpoints are`;
}
