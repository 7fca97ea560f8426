import assert from "node:assert/strict";
import { test } from "node:test";
import Fastify from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ApiServer } from "./context.ts";
import { addRoutes, OPENAPI_PATH } from "./routes/allRoutes.ts";
import { makeApi } from "./server.ts";
import { ApiWorld } from "./world.suite.ts";

const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()),
  responses: z.record(z.string(), z.unknown()),
  security: z.unknown().optional(),
});
const Document = z.object({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

async function routesOf(world: ApiWorld): Promise<string[]> {
  const { context, app } = await makeApi(world.deps);
  const routes: string[] = [];
  const probe: ApiServer = Fastify();
  probe.setValidatorCompiler(validatorCompiler);
  probe.setSerializerCompiler(serializerCompiler);
  probe.addHook("onRoute", (route) => {
    const path = route.url.replaceAll(/:(\w+)/g, "{$1}");
    for (const method of [route.method].flat()) routes.push(`${method.toLowerCase()} ${path}`);
  });
  addRoutes(probe, context);
  await probe.close();
  await app.close();
  context.state.close();
  return routes;
}

test("the OpenAPI document is of version 3.1 and describes every route", async () => {
  const world = new ApiWorld();
  const routes = (await routesOf(world)).filter((route) => !/^head |openapi/.test(route));
  await world.serve(async (api) => {
    const document = Document.parse(await api.get(OPENAPI_PATH));
    assert.match(document.openapi, /^3\.1\./);
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((method) => method !== "head")
        .map((method) => `${method} ${path}`),
    );
    assert.deepEqual(described.sort(), routes.sort());
    assert.ok(routes.length >= 28, `${routes.length} routes`);
    const ids = Object.values(document.paths)
      .flatMap((operations) => Object.entries(operations))
      .filter(([method]) => method !== "head")
      .map(([, operation]) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length, "operation ids are unique");
    for (const id of ["Status", "Endpoint", "Target", "Order", "Error"]) {
      assert.ok(document.components.schemas[id] !== undefined, `schema ${id}`);
    }
  });
});

test("every operation that changes something says that it wants the token", async () => {
  await new ApiWorld().serve(async (api) => {
    const document = Document.parse(await api.get(OPENAPI_PATH));
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const changes = method !== "get" && method !== "head";
        assert.equal(operation.security !== undefined, changes, `${method} ${path}`);
      }
    }
  });
});
