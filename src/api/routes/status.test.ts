import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { type StatusView as Status, StatusView } from "../schemas/status.ts";
import { ApiWorld, type Asker, GATE_ON } from "../world.suite.ts";

async function statusOf(api: Asker): Promise<Status> {
  return StatusView.parse(await api.get("/v1/status"));
}

test("status counts endpoints and targets, and is without warnings when all is well", async () => {
  const world = new ApiWorld();
  await world.plan(["dynamodb", "signin"]);
  await world.report({ "lb-a1": "up", "lb-b1": "up", "lb-c1": "up" });
  await world.serve(async (api) => {
    const status = await statusOf(api);
    assert.equal(status.generation, 1);
    assert.equal(status.plan?.actor, "planner");
    assert.deepEqual(
      { ...status.endpoints },
      {
        ...{ configured: 2, planned: 2, serving: 2, notPlanned: 0, failOpen: 0, failedOver: 0 },
        ...{ held: 0, capacityHeld: 0, orphaned: 0, retired: 0 },
        ...{ overridden: 0, rolledBack: 0, retiring: 0 },
      },
    );
    const counts = { total: 3, up: 3, down: 0, unknown: 0, stale: 0, forced: 0 };
    assert.deepEqual(status.targets, counts);
    assert.deepEqual(
      status.processes?.map(({ id, pid, lagMs }) => [id, pid, lagMs]),
      [["enactor-az1", 42, 0]],
    );
    assert.deepEqual(status.warnings, []);
  });
});

test("status tells of an endpoint gone from the configuration, and how to retire it", async () => {
  const world = new ApiWorld();
  await world.plan(["dynamodb", "signin"]);
  await world.plan(["dynamodb"]);
  await world.serve(async (api) => {
    const status = await statusOf(api);
    assert.equal(status.endpoints.orphaned, 1);
    assert.equal(status.orphans[0]?.endpoint, "signin.use1.holdfast.example.");
    assert.match(status.orphans[0]?.text ?? "", /goes on answering.*docs\/operations\.md#retire/);
    assert.ok(status.warnings.some((line) => line.includes("signin.use1")));
  });
});

test("status says that endpoints fail open when no target is up", async () => {
  const world = new ApiWorld();
  await world.plan(["dynamodb"]);
  await world.report({ "lb-a1": "down", "lb-b1": "down", "lb-c1": "down" });
  await world.serve(async (api) => {
    const status = await statusOf(api);
    assert.equal(status.endpoints.failOpen, 1);
    assert.equal(status.targets.down, 3);
    assert.ok(
      status.warnings.some((line) => /fails open/.test(line)),
      status.warnings.join(),
    );
  });
});

test("status shows what an enactor quarantined, a stopped process and a paused zone", async () => {
  const world = new ApiWorld();
  await world.plan(["dynamodb"]);
  const left = { endpoint: "a.example.", store: "embedded", standing: "quarantined" };
  const quarantined = [{ ...left, why: "its fence is broken" }];
  const row = world.table?.processes[0];
  assert.ok(row !== undefined && world.table !== undefined);
  const stopped = { ...row, state: "stopped", report: { quarantined, lagMs: 60_000, pending: 3 } };
  world.table = { ...world.table, processes: [stopped] };
  world.gates = [
    { ...GATE_ON, gate: { kind: "gate", gate: { edition: 1, automation: "paused" }, text: "t" } },
  ];
  await world.serve(async (api) => {
    const status = await statusOf(api);
    assert.equal(status.quarantined[0]?.by, "enactor-az1");
    assert.equal(status.zones[0]?.gate, "paused");
    const text = status.warnings.join("\n");
    for (const wanted of [/quarantined/, /is paused/, /stopped by a signal/, /60 s behind/]) {
      assert.match(text, wanted);
    }
  });
});

test("status and metrics show the lag that a stopped enactor cannot report", async () => {
  const world = new ApiWorld();
  await world.plan(["dynamodb"]);
  await world.plan(["dynamodb", "signin"]);
  const row = world.table?.processes[0];
  assert.ok(row !== undefined && world.table !== undefined);
  const before = { generation: 1, pending: 0, lagMs: 0 };
  const stopped = { ...row, state: "stopped", reportAgeMs: 20_000, report: before };
  const current = { ...stopped, id: "enactor-az2", report: { ...before, generation: 2 } };
  world.table = { ...world.table, processes: [stopped, current] };
  await world.serve(async (api) => {
    const status = await statusOf(api);
    assert.deepEqual(
      status.processes?.map(({ lagMs, pending }) => [lagMs, pending]),
      [
        [20_000, undefined],
        [0, 0],
      ],
    );
    const { text } = await api.send("GET", "/metrics");
    assert.match(text, /^holdfast_enactor_lag_seconds\{enactor="enactor-az1"\} 20$/m);
  });
});

test("status answers although the supervisor and the zone stores cannot be asked", async () => {
  const world = new ApiWorld({
    processes: () => Promise.reject(new Error("no socket")),
    gates: () => Promise.reject(new Error("no nameserver")),
  });
  await world.plan(["dynamodb"]);
  await world.serve(async (api) => {
    const status = await statusOf(api);
    assert.equal(status.processes, undefined);
  });
});

test("readyz is 200 with policy, plan and seeded zones, else it says what is missing", async () => {
  const world = new ApiWorld();
  const Ready = z.object({ ready: z.boolean(), missing: z.array(z.string()) });
  await world.serve(async (api) => {
    const early = Ready.parse(await api.get("/readyz", 503));
    assert.deepEqual(early.missing, [
      "no configuration has been accepted",
      "no plan has been made",
    ]);
    await world.plan(["dynamodb"]);
    assert.equal(Ready.parse(await api.get("/readyz")).ready, true);
    world.gates = [{ ...GATE_ON, seeded: "unseeded" }];
    world.clock.advance(2_000);
    const unseeded = Ready.parse(await api.get("/readyz", 503));
    assert.match(unseeded.missing.join(), /not seeded on embedded/);
    assert.equal(Ready.parse(await api.get("/healthz")).ready, true);
  });
});
