import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../../dns/index.ts";
import { fenceText, type Reading } from "../../plan/index.ts";
import { EndpointsPage, EndpointView } from "../schemas/endpoints.ts";
import { OrderChanged, OrdersPage } from "../schemas/orders.ts";
import { StatusView } from "../schemas/status.ts";
import { ApiWorld, type Asker, GATE_ON } from "../world.suite.ts";

const DYNAMODB = "dynamodb.use1.holdfast.example.";
const SIGNIN = "signin.use1.holdfast.example.";
const HOUR_MS = 3_600_000;
const PIN = {
  rrsets: [{ type: "A", rdata: ["192.0.2.1"] }],
  forMs: 2 * HOUR_MS,
  reason: "az1 is lost",
};
const RETIRE = { reason: "nobody uses it", confirm: SIGNIN };

function put(api: Asker, path: string, body: object) {
  return api.change("PUT", `/v1/endpoints/${path}`, body);
}

async function ordered(api: Asker, path: string, body: object): Promise<OrderChanged> {
  const { status, text } = await put(api, path, body);
  assert.equal(status, 200, text);
  return OrderChanged.parse(JSON.parse(text));
}

/** The code of a refusal, which must be one. */
async function refused(asked: Promise<{ status: number; text: string }>, status: number) {
  const answer = await asked;
  assert.equal(answer.status, status, answer.text);
  const { error } = JSON.parse(answer.text) as { error: { code: string; message: string } };
  return error.code;
}

async function planned(): Promise<ApiWorld> {
  const world = new ApiWorld();
  await world.plan(["dynamodb", "signin"]);
  return world;
}

test("an override is placed for who asks, planned, shown everywhere, and cleared", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    const { order, warnings } = await ordered(api, "dynamodb/override", PIN);
    assert.ok(order?.kind === "override");
    assert.equal(order.actor, "operator:ann");
    assert.equal(order.inPlan, false);
    assert.match(order.id, /^o-dynamodb-\d{8}-\d{4}-[a-z2-9]{4}$/);
    assert.equal(order.untilMs % 1000, 0);
    assert.ok(Math.abs(order.untilMs - order.atMs - 2 * HOUR_MS) <= 1000);
    assert.deepEqual(warnings, [
      `Whether DNS holds another override of ${DYNAMODB} cannot be seen on embedded: a test.`,
    ]);
    assert.equal(await world.replan(), true);

    const view = EndpointView.parse(await api.get("/v1/endpoints/dynamodb"));
    assert.equal(view.mode, "overridden");
    assert.ok(view.entry?.kind === "serving");
    assert.equal(view.entry.override?.id, order.id);
    assert.equal(view.entry.rrsets[0]?.records[0]?.rdata, "192.0.2.1");
    assert.equal(view.entry.beneath?.rrsets[0]?.records.length, 3);
    assert.equal(view.orders[0]?.inPlan, true);
    const status = StatusView.parse(await api.get("/v1/status"));
    assert.equal(status.orders.overrides, 1);
    assert.equal(status.endpoints.overridden, 1);
    assert.match(status.warnings.join("\n"), /dynamodb.* is overridden until .*az1 is lost/);
    const list = EndpointsPage.parse(await api.get("/v1/endpoints?mode=overridden"));
    assert.match(list.endpoints[0]?.orders?.[0]?.text ?? "", /by operator:ann: az1 is lost/);
    assert.match((await api.send("GET", "/metrics")).text, /^holdfast_overrides 1$/m);

    const cleared = await api.change("DELETE", "/v1/endpoints/dynamodb/override?reason=back");
    assert.equal(cleared.status, 200, cleared.text);
    await world.replan();
    const after = EndpointView.parse(await api.get("/v1/endpoints/dynamodb"));
    assert.equal(after.mode, "healthy");
    assert.ok(after.entry?.kind === "serving" && after.entry.rrsets[0]?.records.length === 3);
    const again = api.change("DELETE", "/v1/endpoints/dynamodb/override");
    assert.equal(await refused(again, 404), "no-such-order");
  });
});

test("an override that would empty a type, adds one, or is not one at all is refused", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    const pin = (rrsets: unknown, more: object = {}) => {
      return put(api, "dynamodb/override", { ...PIN, rrsets, ...more });
    };
    const a = [{ type: "A", rdata: ["192.0.2.1"] }];
    const aaaa = { type: "AAAA", rdata: ["2001:db8::1"] };
    assert.equal(await refused(pin([]), 400), "malformed-request");
    assert.equal(await refused(pin([{ type: "A", rdata: [] }]), 400), "malformed-request");
    assert.equal(await refused(pin([{ type: "A", rdata: ["x"] }]), 400), "malformed-records");
    assert.equal(await refused(pin([...a, aaaa]), 409), "override-refused");
    const itself = [{ type: "CNAME", rdata: [DYNAMODB] }];
    assert.equal(await refused(pin(itself), 409), "override-refused");
    assert.equal(await refused(pin(a, { forMs: 8 * 24 * HOUR_MS }), 400), "out-of-range");
    assert.equal(await refused(pin(a, { forMs: 0 }), 400), "out-of-range");
    assert.equal(await refused(pin(a, { ttlSeconds: 86_400 }), 400), "out-of-range");
    assert.equal(await refused(pin(a, { reason: " " }), 400), "malformed-request");
    assert.equal(await refused(pin(a, { reason: "two\nlines" }), 400), "malformed-request");
    assert.equal(await refused(put(api, "s3/override", PIN), 404), "no-such-endpoint");
    assert.deepEqual(await world.store.orders(), []);
  });
});

test("an order changes nothing without the token", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    const headers = { "content-type": "application/json" };
    for (const [method, path, body] of [
      ["PUT", "/v1/endpoints/dynamodb/override", PIN],
      ["PUT", "/v1/endpoints/signin/retirement", RETIRE],
      ["PUT", "/v1/endpoints/signin/revival", { reason: "back" }],
      ["POST", "/v1/rollbacks", { toGeneration: 1, digest: "d", reason: "bad" }],
    ] as const) {
      assert.equal((await api.send(method, path, headers, JSON.stringify(body))).status, 401);
    }
    assert.deepEqual(await world.store.orders(), []);
  });
});

test("who orders is told of a closed gate, a quarantine and a planner that is away", async () => {
  const world = await planned();
  const gate = { edition: 1, automation: "repairs" } as const;
  world.gates = [{ ...GATE_ON, gate: { kind: "gate", gate, text: "t" } }];
  const left = { endpoint: DYNAMODB, store: "embedded", standing: "quarantined", why: "far ahead" };
  const row = world.table?.processes[0];
  assert.ok(row !== undefined && world.table !== undefined);
  const enactor = { ...row, report: { quarantined: [left] } };
  const planner = { ...row, id: "planner", role: "planner", state: "stopped" };
  world.table = { ...world.table, processes: [enactor, planner] };
  await world.serve(async (api) => {
    const { warnings } = await ordered(api, "dynamodb/override", PIN);
    const text = warnings.join("\n");
    for (const wanted of [/is paused/, /planner is stopped/, /quarantined on embedded/]) {
      assert.match(text, wanted);
    }
  });
});

test("status, list and metrics show overrides that only the fences know of", async () => {
  const world = await planned();
  const row = world.table?.processes[0];
  assert.ok(row !== undefined && world.table !== undefined);
  const untilMs = world.clock.wallMs() + HOUR_MS;
  const seen = { endpoint: DYNAMODB, store: "embedded", id: "o-dynamodb-1", untilMs };
  const over = { ...seen, endpoint: SIGNIN, untilMs: world.clock.wallMs() - 1 };
  const process = { ...row, report: { overrides: [seen, over] } };
  world.table = { ...world.table, processes: [process, { ...process, id: "enactor-az2" }] };
  await world.serve(async (api) => {
    const { fenceOverrides } = OrdersPage.parse(await api.get("/v1/orders?kind=override"));
    assert.deepEqual(fenceOverrides, [
      { endpoint: DYNAMODB, storeId: "embedded", id: seen.id, untilMs, by: "enactor-az1" },
    ]);
    const status = StatusView.parse(await api.get("/v1/status"));
    assert.equal(status.orders.overrides, 1);
    assert.match(status.warnings.join("\n"), /dynamodb.*on embedded until .*directly/);
    assert.match((await api.send("GET", "/metrics")).text, /^holdfast_overrides 1$/m);
  });
});

test("an override that is ordered, or being ended, is none that only DNS has", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    const { order } = await ordered(api, "dynamodb/override", PIN);
    await world.replan();
    const row = world.table?.processes[0];
    assert.ok(row !== undefined && world.table !== undefined && order?.kind === "override");
    const { id, untilMs } = order;
    const seen = { endpoint: DYNAMODB, store: "embedded", id, untilMs };
    world.table = { ...world.table, processes: [{ ...row, report: { overrides: [seen] } }] };
    const onlyInDns = async () => OrdersPage.parse(await api.get("/v1/orders")).fenceOverrides;
    assert.deepEqual(await onlyInDns(), []);
    await api.change("DELETE", "/v1/endpoints/dynamodb/override");
    assert.deepEqual(await onlyInDns(), [], "the plan still has it");
    await world.replan();
    assert.deepEqual(await onlyInDns(), [], "the plan ends it");
  });
});

test("a retirement wants the name, waits, is told while it does, and is cancelled", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    const wrong = put(api, "signin/retirement", { ...RETIRE, confirm: "signin" });
    assert.equal(await refused(wrong, 400), "not-confirmed");
    const { order } = await ordered(api, "signin/retirement", RETIRE);
    assert.ok(order?.kind === "retirement");
    assert.equal(order.dueAtMs - order.atMs, 24 * HOUR_MS);
    await world.replan();
    const view = EndpointView.parse(await api.get("/v1/endpoints/signin"));
    assert.equal(view.entry?.kind, "serving");
    const status = StatusView.parse(await api.get("/v1/status"));
    assert.equal(status.endpoints.retiring, 1);
    assert.match(status.warnings.join("\n"), /signin.* stops answering at/);
    assert.match((await api.send("GET", "/metrics")).text, /^holdfast_retirements_waiting 1$/m);
    assert.equal(await refused(put(api, "signin/retirement", RETIRE), 409), "retiring");
    const cancelled = await api.change("DELETE", "/v1/endpoints/signin/retirement");
    assert.match(cancelled.text, /goes on answering/);
    assert.deepEqual(await world.store.orders(), []);
  });
});

test("a retirement that the plan carries out is not cancelled: it says revive", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    const wish = { ...RETIRE, holdDownMs: 0, confirmAgain: SIGNIN };
    const { order } = await ordered(api, "signin/retirement", wish);
    assert.ok(order !== undefined);
    const cancel = () => api.change("DELETE", "/v1/endpoints/signin/retirement");
    const { store } = world;
    const end = store.endOrders.bind(store);
    store.endOrders = async () => {
      await world.replan([order.id]); // the planner comes first, by a hair
      return [];
    };
    assert.equal(await refused(cancel(), 409), "retired");
    assert.equal(await refused(cancel(), 409), "retired", "the order is there still");
    assert.match((await cancel()).text, /too late, it is retired \(t-signin.*revive signin/);
    await end([order.id], "planner", "done");
    assert.equal(await refused(cancel(), 409), "retired", "the order is gone");
  });
});

test("a retirement without a wait is confirmed twice; seconds are no wait", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    const at = (holdDownMs: number, more: object = {}) => {
      return put(api, "signin/retirement", { ...RETIRE, holdDownMs, ...more });
    };
    assert.equal(await refused(at(0), 400), "not-confirmed");
    assert.equal(await refused(at(0, { confirmAgain: DYNAMODB }), 400), "not-confirmed");
    assert.equal(await refused(at(59_000, { confirmAgain: SIGNIN }), 400), "out-of-range");
    assert.equal(await refused(at(91 * 24 * HOUR_MS), 400), "out-of-range");
    assert.deepEqual(await world.store.orders(), []);
    assert.equal((await at(0, { confirmAgain: SIGNIN })).status, 200);
  });
});

test("a name with an override on it is not retired", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    await ordered(api, "signin/override", PIN);
    assert.equal(await refused(put(api, "signin/retirement", RETIRE), 409), "overridden");
  });
});

test("a name that no plan has yet is not retired: it answers nothing", async () => {
  const world = await planned();
  const policy = (await world.store.policy())?.policy;
  const [first] = policy?.endpoints ?? [];
  assert.ok(policy !== undefined && first !== undefined);
  const name = nameOf("new.use1.holdfast.example");
  const endpoints = [...policy.endpoints, { ...first, name }];
  await world.store.putPolicy({ ...policy, endpoints }, "configuration");
  await world.serve(async (api) => {
    const asked = put(api, "new/retirement", { ...RETIRE, confirm: name });
    assert.equal(await refused(asked, 409), "not-planned");
    assert.deepEqual(await world.store.orders(), []);
  });
});

test("an order that is over by the time it is ended is told of as that", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    const { order } = await ordered(api, "signin/retirement", RETIRE);
    world.store.endOrders = async () => [];
    const { status, text } = await api.change("DELETE", "/v1/endpoints/signin/retirement");
    assert.equal(status, 200, text);
    const { changed, message } = OrderChanged.parse(JSON.parse(text));
    assert.equal(changed, false);
    assert.equal(message, `${order?.id} is over already`);
  });
});

test("a retired name is told of, not overridden, and back by revival only", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    const wish = { ...RETIRE, holdDownMs: 0, confirmAgain: SIGNIN };
    const { order } = await ordered(api, "signin/retirement", wish);
    assert.ok(order !== undefined);
    await world.replan([order.id]);
    await world.store.endOrders([order.id], "planner", "done");
    const view = EndpointView.parse(await api.get("/v1/endpoints/signin"));
    assert.ok(view.entry?.kind === "tombstone" && view.entry.tombstoneId === order.id);
    const status = StatusView.parse(await api.get("/v1/status"));
    assert.deepEqual(status.retiredConfigured, [SIGNIN]);
    assert.match(status.warnings.join("\n"), /signin.*is retired and still configured/);
    assert.equal(await refused(put(api, "signin/override", PIN), 409), "retired");
    assert.equal(await refused(put(api, "signin/retirement", RETIRE), 409), "retired");
    assert.equal(await world.replan(), false, "the configuration alone does not bring it back");

    const other = put(api, "signin/revival", { reason: "used", tombstoneId: "t-other" });
    assert.equal(await refused(other, 409), "other-tombstone");
    const revival = await ordered(api, "signin/revival", { reason: "used after all" });
    assert.ok(revival.order?.kind === "revival" && revival.order.tombstoneId === order.id);
    const twice = put(api, "signin/revival", { reason: "and again" });
    assert.equal(await refused(twice, 409), "refused", "the store has the last word");
    await world.replan();
    const after = EndpointView.parse(await api.get("/v1/endpoints/signin"));
    assert.ok(after.entry?.kind === "serving");
    assert.deepEqual(after.entry.revives, [order.id]);
  });
});

/** A name whose fence is a tombstone, which no plan knows of. */
function tombstoned(id: string): (name: Reading["endpoint"]) => Promise<readonly Reading[]> {
  const mark = { kind: "tombstone", id, atMs: 0 } as const;
  const place = { epoch: 0, generation: 1, edition: 2 };
  const fence = { ...place, types: [], digest: "0123456789abcdef", mark };
  const found = { kind: "fence", fence, text: fenceText(fence) } as const;
  return async (endpoint) => [{ kind: "read", endpoint, fence: found, rrsets: [] }];
}

test("after a lost plan store, the tombstone that DNS holds is the one revived", async () => {
  const read = tombstoned("t-signin-1");
  const world = new ApiWorld({
    held: async (name) => (await read(name)).map((reading) => ({ storeId: "embedded", reading })),
  });
  await world.plan(["dynamodb", "signin"]);
  await world.serve(async (api) => {
    const view = EndpointView.parse(await api.get("/v1/endpoints/signin"));
    assert.equal(view.held[0]?.state, "retired");
    assert.deepEqual(view.held[0]?.tombstone, { id: "t-signin-1", atMs: 0 });
    const { order } = await ordered(api, "signin/revival", { reason: "used after all" });
    assert.ok(order?.kind === "revival" && order.tombstoneId === "t-signin-1");
  });
});

test("where zone stores hold several tombstones, the one to revive has to be named", async () => {
  const ids = ["t-signin-1", "t-signin-2"] as const;
  const world = new ApiWorld({
    held: async (name) => {
      const readings = await Promise.all(ids.map((id) => tombstoned(id)(name)));
      return readings.flat().map((reading, place) => ({ storeId: `store-${place}`, reading }));
    },
  });
  await world.plan(["dynamodb", "signin"]);
  await world.serve(async (api) => {
    const unnamed = await put(api, "signin/revival", { reason: "x" });
    assert.equal(unnamed.status, 409);
    assert.match(unnamed.text, /other-tombstone.*name it: t-signin-1 or t-signin-2/);
    const other = put(api, "signin/revival", { reason: "x", tombstoneId: "t-signin-3" });
    assert.equal(await refused(other, 409), "other-tombstone");
    const wish = { reason: "x", tombstoneId: "t-signin-2" };
    const { order } = await ordered(api, "signin/revival", wish);
    assert.ok(order?.kind === "revival" && order.tombstoneId === "t-signin-2");
  });
});

test("a name that is not retired cannot be revived", async () => {
  const world = new ApiWorld({
    held: async (endpoint) => [
      {
        storeId: "embedded",
        reading: { kind: "read", endpoint, fence: { kind: "none" }, rrsets: [] },
      },
    ],
  });
  await world.plan(["dynamodb", "signin"]);
  await world.serve(async (api) => {
    assert.equal(await refused(put(api, "signin/revival", { reason: "x" }), 409), "not-retired");
    const named = put(api, "signin/revival", { reason: "x", tombstoneId: "t-signin-1" });
    assert.equal(await refused(named, 409), "not-retired");
  });
});

test("where DNS cannot be read, a revival wants its tombstone named, and warns", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    const answer = await put(api, "signin/revival", { reason: "x" });
    assert.equal(answer.status, 503);
    assert.match(answer.text, /"dns-unread".*embedded: a test.*--tombstone/);
    const named = { reason: "x", tombstoneId: "t-signin-1" };
    const { order, warnings } = await ordered(api, "signin/revival", named);
    assert.ok(order?.kind === "revival" && order.tombstoneId === "t-signin-1");
    assert.match(warnings.join(), /cannot be seen on embedded: a test/);
  });
});

test("orders are listed page by page, by kind", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    await ordered(api, "dynamodb/override", PIN);
    await ordered(api, "signin/retirement", RETIRE);
    const first = OrdersPage.parse(await api.get("/v1/orders?limit=1"));
    assert.equal(first.orders[0]?.kind, "override");
    const second = OrdersPage.parse(await api.get(`/v1/orders?limit=1&after=${first.next}`));
    assert.equal(second.orders[0]?.kind, "retirement");
    assert.equal(second.next, undefined);
    const only = OrdersPage.parse(await api.get("/v1/orders?kind=retirement"));
    assert.deepEqual(
      only.orders.map(({ endpoint }) => endpoint),
      [SIGNIN],
    );
  });
});

test("a retirement is due when the planner says, where its hold-down is over before", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    const { order } = await ordered(api, "signin/retirement", RETIRE);
    const row = world.table?.processes[0];
    assert.ok(row !== undefined && world.table !== undefined && order?.kind === "retirement");
    const dueAtMs = order.dueAtMs + HOUR_MS;
    const waiting = { id: order.id, endpoint: SIGNIN, dueAtMs };
    const planner = { ...row, role: "planner", report: { retirements: [waiting] } };
    world.table = { ...world.table, processes: [planner] };
    const { orders } = OrdersPage.parse(await api.get("/v1/orders"));
    assert.ok(orders[0]?.kind === "retirement" && orders[0].dueAtMs === dueAtMs);
  });
});

test("status tells which orders cannot be carried out, as the planner reports", async () => {
  const world = await planned();
  await world.serve(async (api) => {
    const { order } = await ordered(api, "dynamodb/override", PIN);
    const row = world.table?.processes[0];
    assert.ok(row !== undefined && world.table !== undefined && order !== undefined);
    const problem = { id: order.id, endpoint: DYNAMODB, why: "it would lack AAAA" };
    const planner = { ...row, role: "planner", report: { orderProblems: [problem] } };
    world.table = { ...world.table, processes: [planner] };
    world.clock.advance(2_000);
    const status = StatusView.parse(await api.get("/v1/status"));
    assert.equal(status.orders.listed[0]?.problem, "it would lack AAAA");
    assert.match(status.warnings.join("\n"), /override of dynamodb.*cannot be carried out/);
  });
});
