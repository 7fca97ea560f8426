import assert from "node:assert/strict";
import { test } from "node:test";
import { EndpointView } from "../schemas/endpoints.ts";
import { RollbackChanged, RollbackPreview } from "../schemas/orders.ts";
import { StatusView } from "../schemas/status.ts";
import { ApiWorld, type Asker } from "../world.suite.ts";

const DYNAMODB = "dynamodb.use1.holdfast.example.";

async function post(api: Asker, path: string, body: object, status = 200): Promise<unknown> {
  const answer = await api.change("POST", `/v1/rollbacks${path}`, body);
  assert.equal(answer.status, status, answer.text);
  return JSON.parse(answer.text);
}

/** Plan 1 answers with three targets, plan 2 with two. */
async function changedWorld(): Promise<ApiWorld> {
  const world = new ApiWorld();
  await world.plan(["dynamodb", "signin"]);
  await world.report({ "lb-a1": "down", "lb-b1": "up", "lb-c1": "up" });
  await world.replan();
  return world;
}

async function recordsOf(api: Asker, name: string): Promise<number | undefined> {
  const { entry } = EndpointView.parse(await api.get(`/v1/endpoints/${name}`));
  return entry?.kind === "serving" ? entry.rrsets[0]?.records.length : undefined;
}

test("a rollback is looked at, done as it was looked at, held, and released", async () => {
  const world = await changedWorld();
  await world.serve(async (api) => {
    const endpoints = ["dynamodb"];
    const preview = RollbackPreview.parse(
      await post(api, "/preview", { toGeneration: 1, endpoints }),
    );
    assert.deepEqual(
      preview.changes.map(({ endpoint, lines }) => [endpoint, lines]),
      [[DYNAMODB, ["+ A 127.1.1.1"]]],
    );
    assert.deepEqual(await world.store.orders(), []);
    const { digest } = preview;
    const wish = { toGeneration: 1, endpoints, reason: "bad change", digest, despiteBrakes: true };
    const done = RollbackChanged.parse(await post(api, "", wish));
    assert.equal(done.endpoints, 1);
    await world.replan();
    assert.equal(await recordsOf(api, "dynamodb"), 3);
    assert.equal(await recordsOf(api, "signin"), 2);
    await world.report({ "lb-b1": "down" });
    await world.replan();
    assert.equal(await recordsOf(api, "dynamodb"), 3, "health moves nothing while it is held");
    const status = StatusView.parse(await api.get("/v1/status"));
    assert.equal(status.endpoints.rolledBack, 1);
    assert.match(status.warnings.join("\n"), /dynamodb.* is held at old content/);
    assert.match((await api.send("GET", "/metrics")).text, /^holdfast_rollbacks 1$/m);

    const released = RollbackChanged.parse(await post(api, "/release", { endpoints }));
    assert.equal(released.endpoints, 1);
    await world.replan();
    assert.equal(await recordsOf(api, "dynamodb"), 1);
    const none = RollbackChanged.parse(await post(api, "/release", {}));
    assert.equal(none.changed, false);
  });
});

test("a rollback that is another than was looked at changes nothing", async () => {
  const world = await changedWorld();
  await world.serve(async (api) => {
    const { digest } = RollbackPreview.parse(
      await post(api, "/preview", { toGeneration: 1, endpoints: ["dynamodb"] }),
    );
    const answer = await post(api, "", { toGeneration: 1, digest, reason: "bad" }, 409);
    assert.match(JSON.stringify(answer), /preview-outdated/);
    assert.deepEqual(await world.store.orders(), []);
  });
});

test("a rollback to a plan that is not there, or of a name that is not, is refused", async () => {
  const world = await changedWorld();
  await world.serve(async (api) => {
    await post(api, "/preview", { toGeneration: 7 }, 404);
    await post(api, "/preview", { toGeneration: 1, endpoints: ["s3"] }, 404);
    await post(api, "/preview", { toGeneration: 1, endpoints: [] }, 400);
  });
});

test("where nothing would change, a rollback puts nothing into the store", async () => {
  const world = await changedWorld();
  await world.serve(async (api) => {
    const preview = RollbackPreview.parse(await post(api, "/preview", { toGeneration: 2 }));
    assert.equal(preview.changesTotal, 0);
    const { digest } = preview;
    const done = RollbackChanged.parse(
      await post(api, "", { toGeneration: 2, digest, reason: "bad" }),
    );
    assert.equal(done.changed, false);
    assert.deepEqual(await world.store.orders(), []);
  });
});

test("what no ordinary plan would do is shown, and refused until a person wants it", async () => {
  const world = await changedWorld();
  await world.serve(async (api) => {
    const wish = { toGeneration: 1, endpoints: ["dynamodb"] };
    const preview = RollbackPreview.parse(await post(api, "/preview", wish));
    assert.equal(preview.endpointsTotal, 2);
    assert.deepEqual(preview.brakes, [
      {
        ...{ endpoint: DYNAMODB, kind: "unusable-target" },
        text: "brings lb-a1 in: down, HTTP 503",
      },
    ]);
    const full = { ...wish, digest: preview.digest, reason: "bad" };
    const refused = await post(api, "", full, 409);
    assert.match(JSON.stringify(refused), /"braked".*brings lb-a1 in.*despiteBrakes/);
    assert.deepEqual(await world.store.orders(), []);
    await post(api, "", { ...full, despiteBrakes: true });
    assert.equal((await world.store.orders()).length, 1);
  });
});

test("a brake that was not there when a person looked is one that they have to see", async () => {
  const world = await changedWorld();
  await world.report({ "lb-a1": "up" });
  await world.serve(async (api) => {
    const wish = { toGeneration: 1, endpoints: ["dynamodb"] };
    const { digest, brakes } = RollbackPreview.parse(await post(api, "/preview", wish));
    assert.deepEqual(brakes, []);
    await world.report({ "lb-a1": "down" });
    const full = { ...wish, digest, reason: "bad", despiteBrakes: true };
    assert.match(JSON.stringify(await post(api, "", full, 409)), /preview-outdated/);
    assert.deepEqual(await world.store.orders(), []);
  });
});

test("of two rollbacks at the same time one is done, and the other refused", async () => {
  const world = await changedWorld();
  await world.report({ "lb-a1": "up" });
  await world.serve(async (api) => {
    const wish = { toGeneration: 1, endpoints: ["dynamodb"] };
    const { digest } = RollbackPreview.parse(await post(api, "/preview", wish));
    const full = { ...wish, digest, reason: "bad" };
    const { store } = world;
    const put = store.putOrders.bind(store);
    let goOn: () => void = () => {};
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    store.putOrders = async (orders) => {
      await mayGoOn;
      return put(orders);
    };
    const first = post(api, "", full);
    assert.match(JSON.stringify(await post(api, "", full, 409)), /"busy"/);
    goOn();
    await first;
    assert.equal((await world.store.orders()).length, 1);
  });
});
