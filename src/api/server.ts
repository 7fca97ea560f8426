import swagger from "@fastify/swagger";
import Fastify from "fastify";
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
} from "fastify-type-provider-zod";
import { errorText } from "../base/index.ts";
import { sendError } from "./answerError.ts";
import type { ApiDeps, GateView, RunningApi } from "./apiDeps.ts";
import { ApiError, refusal } from "./apiError.ts";
import { shared, within } from "./bounded.ts";
import type { ApiContext, ApiServer } from "./context.ts";
import { EventFeeds } from "./eventFeeds.ts";
import {
  ASK_MS_MAX,
  BODY_OCTETS_MAX,
  CONNECTIONS_MAX,
  GATES_MS_MIN,
  PARAM_CHARACTERS_MAX,
  REQUEST_MS_MAX,
} from "./limits.ts";
import { OverviewCache } from "./overview.ts";
import { RegionState } from "./regionState.ts";
import { addRoutes } from "./routes/allRoutes.ts";
import { guardRequests } from "./security/guard.ts";

/** See `startApi`. */
export async function serveApi(deps: ApiDeps): Promise<RunningApi> {
  const { app, context } = await makeApi(deps);
  try {
    await app.listen({ host: deps.listen.address, port: deps.listen.port });
  } catch (cause) {
    await closeApi(app, context);
    throw cannotListen(deps, cause);
  }
  const bound = app.server.address();
  const port = bound === null || typeof bound === "string" ? deps.listen.port : bound.port;
  return {
    local: { address: deps.listen.address, port },
    close: () => closeApi(app, context),
  };
}

function cannotListen(deps: ApiDeps, cause: unknown): ApiError {
  const { address, port } = deps.listen;
  const text = `${address.includes(":") ? `[${address}]` : address}:${port}`;
  return new ApiError(
    { code: "api-cannot-listen", address: text },
    `Cannot serve the API on ${text}: ${errorText(cause)}. Free the port, or set api.listen`,
    { cause },
  );
}

async function closeApi(app: ApiServer, context: ApiContext): Promise<void> {
  context.feeds.close();
  context.state.close();
  await app.close();
}

/** The API with all its routes, not listening yet. Exported for tests. */
export async function makeApi(
  deps: ApiDeps,
): Promise<{ readonly app: ApiServer; readonly context: ApiContext }> {
  const app: ApiServer = Fastify({
    bodyLimit: BODY_OCTETS_MAX,
    requestTimeout: REQUEST_MS_MAX,
    routerOptions: { maxParamLength: PARAM_CHARACTERS_MAX },
    forceCloseConnections: true,
  });
  app.server.maxConnections = CONNECTIONS_MAX;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler<Error>((error, request, reply) => sendError(error, request, reply, deps.log));
  app.setNotFoundHandler((request) => {
    const message = `Cannot find ${request.method} ${request.url.split("?")[0]} in this API`;
    throw refusal(404, "no-such-route", message, "see /openapi.json");
  });
  // JSON is all that is read: a form or a text from a page would pass without a preflight.
  app.removeContentTypeParser("text/plain");
  guardRequests(app, deps);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Holdfast API",
        description: "State of a region's endpoints, and what operators want of them.",
        version: "1",
      },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  const context = makeContext(deps);
  app.after(() => addRoutes(app, context));
  return { app, context };
}

function makeContext(deps: ApiDeps): ApiContext {
  const { clock } = deps;
  const state = new RegionState(deps.store);
  return {
    deps,
    state,
    overviews: new OverviewCache(state, clock),
    feeds: new EventFeeds(deps.journal, clock, deps.log),
    gates: shared(clock, GATES_MS_MIN, () => {
      return within(clock, ASK_MS_MAX, deps.gates(), (problem) => unreadableGates(deps, problem));
    }),
    processes: async () => {
      const table = await within(clock, ASK_MS_MAX, deps.processes(), () => undefined);
      return table?.processes;
    },
  };
}

function unreadableGates(deps: ApiDeps, problem: string): readonly GateView[] {
  return deps.settings().zones.flatMap((zone) =>
    zone.storeIds.map((storeId) => ({
      zone: zone.name,
      storeId,
      gate: { kind: "unreadable" as const, problem },
      seeded: "unknown" as const,
    })),
  );
}
