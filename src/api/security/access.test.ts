import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiWorld, type Asker, TOKEN } from "../world.suite.ts";

const BODY = JSON.stringify({ state: "drain", reason: "" });
const JSON_TYPE = { "content-type": "application/json" };
const BEARER = { authorization: `Bearer ${TOKEN}` };

interface Case {
  readonly why: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
}

const FORCE = "/v1/targets/lb-a1/force";
const CASES: readonly Case[] = [
  { why: "reading needs no token", method: "GET", path: "/v1/status", headers: {}, status: 200 },
  { why: "HEAD reads", method: "HEAD", path: "/healthz", headers: {}, status: 200 },
  ...(["PUT", "DELETE"] as const).map((method) => {
    return { why: `${method} needs the token`, method, path: FORCE, headers: {}, status: 401 };
  }),
  { why: "a backup needs it", method: "POST", path: "/v1/backup", headers: {}, status: 401 },
  {
    why: "a path that does not exist tells nothing without it",
    ...{ method: "POST", path: "/v1/nothing", headers: {}, status: 401 },
  },
  {
    why: "another token is none",
    ...{ method: "PUT", path: FORCE, status: 401 },
    headers: { authorization: "Bearer test-tokem", ...JSON_TYPE },
  },
  {
    why: "with it, it is done",
    ...{ method: "PUT", path: FORCE, headers: { ...BEARER, ...JSON_TYPE }, status: 200 },
  },
  {
    why: "a name that rebinds to us is refused before the token is looked at",
    ...{ method: "PUT", path: FORCE, status: 421 },
    headers: { ...BEARER, ...JSON_TYPE, host: "evil.example" },
  },
  {
    why: "another site's page is refused, token or not",
    ...{ method: "PUT", path: FORCE, status: 403 },
    headers: { ...BEARER, ...JSON_TYPE, origin: "https://evil.example" },
  },
  {
    why: "its preflight is refused as well",
    ...{ method: "OPTIONS", path: FORCE, status: 403 },
    headers: { origin: "https://evil.example", "access-control-request-method": "PUT" },
  },
  {
    why: "a form is not JSON",
    ...{ method: "PUT", path: FORCE, status: 415 },
    headers: { ...BEARER, "content-type": "text/plain" },
  },
  {
    why: "an actor that could break a log line is refused",
    ...{ method: "PUT", path: FORCE, status: 400 },
    headers: { ...BEARER, ...JSON_TYPE, "holdfast-actor": "ann" },
  },
];

async function inWorld(test: (api: Asker, world: ApiWorld) => Promise<void>): Promise<void> {
  const world = new ApiWorld();
  await world.plan(["dynamodb"]);
  await world.serve((api) => test(api, world));
}

for (const { why, method, path, headers, status } of CASES) {
  test(`the API answers ${method} with ${status}: ${why}`, () =>
    inWorld(async (api, world) => {
      const body = method === "PUT" || method === "POST" ? BODY : undefined;
      const answer = await api.send(method, path, headers, body);
      assert.equal(answer.status, status, answer.text);
      assert.equal((await world.store.forces()).length, status === 200 && method === "PUT" ? 1 : 0);
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
    }));
}

test("a body over the limit is refused, and an error tells no stack", () =>
  inWorld(async (api) => {
    const large = JSON.stringify({ state: "up", reason: "x".repeat(2 * 1024 * 1024) });
    const answer = await api
      .send("PUT", FORCE, { ...BEARER, ...JSON_TYPE }, large)
      .catch(() => undefined);
    // Cut off while still sending is as good a refusal as an answer.
    if (answer !== undefined) assert.equal(answer.status, 413);
    const broken = await api.send("PUT", FORCE, { ...BEARER, ...JSON_TYPE }, "{");
    assert.equal(broken.status, 400);
    assert.deepEqual(Object.keys(JSON.parse(broken.text)), ["error"]);
    assert.doesNotMatch(broken.text, /node_modules|\.ts:|at /);
  }));

test("a fault of the API itself is told as such, without what went wrong inside", async () => {
  const world = new ApiWorld();
  await world.plan(["dynamodb"]);
  world.store.forces = () => Promise.reject(new Error("secret detail"));
  await world.serve(async (api) => {
    const answer = await api.send("GET", "/v1/targets");
    assert.equal(answer.status, 500);
    assert.doesNotMatch(answer.text, /secret detail/);
  });
});
