import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { JournalPage } from "../schemas/journal.ts";
import { PlanDiffView, PlanPage, PlansPage } from "../schemas/plans.ts";
import { InventoryView, TargetsView } from "../schemas/targets.ts";
import { ApiWorld } from "../world.suite.ts";

test("a target is forced and released, by name of the actor, and the journal says so", async () => {
  const world = new ApiWorld();
  await world.plan(["dynamodb"]);
  await world.serve(async (api) => {
    const forced = await api.change("PUT", "/v1/targets/lb-a1/force", {
      state: "drain",
      reason: "new kernel",
    });
    assert.equal(forced.status, 200, forced.text);
    const { targets } = TargetsView.parse(await api.get("/v1/targets"));
    const target = targets.find((one) => one.id === "lb-a1");
    assert.equal(target?.force?.actor, "operator:ann");
    assert.equal(target.force.reason, "new kernel");
    assert.equal(target.endpoints, 1);
    const inventory = InventoryView.parse(await api.get("/v1/inventory"));
    assert.equal(inventory.forces.length, 1);
    const released = await api.change("DELETE", "/v1/targets/lb-a1/force");
    assert.match(released.text, /"changed":true/);
    assert.match((await api.change("DELETE", "/v1/targets/lb-a1/force")).text, /"changed":false/);
    const { events } = JournalPage.parse(await api.get("/v1/journal?after=0"));
    const kinds = events.map((event) => event.kind);
    assert.ok(kinds.includes("target-forced") && kinds.includes("target-released"));
  });
});

test("a force of an unknown target, state or field is refused, and changes nothing", async () => {
  const world = new ApiWorld();
  await world.plan(["dynamodb"]);
  await world.serve(async (api) => {
    const put = (id: string, body: object) => api.change("PUT", `/v1/targets/${id}/force`, body);
    assert.equal((await put("lb-z9", { state: "up" })).status, 404);
    assert.equal((await put("lb-a1", { state: "sideways" })).status, 400);
    assert.equal((await put("lb-a1", { state: "up", because: "typo" })).status, 400);
    assert.equal((await put("lb-a1", { state: "up", reason: "x".repeat(201) })).status, 400);
    assert.equal((await world.store.forces()).length, 0);
  });
});

test("plans are listed, read page by page, and compared", async () => {
  const world = new ApiWorld();
  await world.plan(["dynamodb", "signin"]);
  await world.report({ "lb-a1": "down", "lb-b1": "up", "lb-c1": "up" });
  await world.replan();
  await world.serve(async (api) => {
    const { plans } = PlansPage.parse(await api.get("/v1/plans"));
    assert.deepEqual(
      plans.map((plan) => plan.generation),
      [2, 1],
    );
    const first = PlanPage.parse(await api.get("/v1/plans/newest?limit=1"));
    assert.equal(first.endpointsTotal, 2);
    const second = PlanPage.parse(await api.get(`/v1/plans/2?limit=1&after=${first.next}`));
    assert.equal(second.entries[0]?.endpoint, "signin.use1.holdfast.example.");
    assert.equal(second.next, undefined);
    const diff = PlanDiffView.parse(await api.get("/v1/plans/1/diff/2"));
    assert.deepEqual(
      diff.changes.map(({ kind, lines }) => [kind, lines]),
      [
        ["changed", ["- A 127.1.1.1"]],
        ["changed", ["- A 127.1.1.1"]],
      ],
    );
    assert.equal((await api.send("GET", "/v1/plans/7")).status, 404);
    assert.equal((await api.send("GET", "/v1/plans/one")).status, 400);
  });
});

test("the policy is shown as accepted, and 404 before there is one", async () => {
  const world = new ApiWorld();
  await world.serve(async (api) => {
    assert.equal((await api.send("GET", "/v1/policy")).status, 404);
    await world.plan(["dynamodb"]);
    const text = JSON.stringify(await api.get("/v1/policy"));
    assert.match(text, /"revision":1.*"region":"use1"/);
  });
});

test("a backup writes only where nothing is, and only to an absolute path", async () => {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-api-"));
  const world = new ApiWorld({ backup: (path) => writeFile(path, "copy") });
  try {
    await world.serve(async (api) => {
      const path = join(folder, "plans.sqlite");
      const done = await api.change("POST", "/v1/backup", { path });
      assert.deepEqual(JSON.parse(done.text), { path, octets: 4 });
      assert.equal((await api.change("POST", "/v1/backup", { path })).status, 409);
      assert.equal((await api.change("POST", "/v1/backup", { path: "here" })).status, 400);
      const nowhere = join(folder, "no", "such", "folder");
      assert.equal((await api.change("POST", "/v1/backup", { path: nowhere })).status, 409);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
