import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFence, rrsetsOf, type ServingEntry } from "../../plan/index.ts";
import { EndpointsPage, EndpointView, HistoryView } from "../schemas/endpoints.ts";
import { ApiWorld } from "../world.suite.ts";

const LABELS = ["dynamodb", "dynamodb-fips", "signin", "streams.dynamodb"];

test("endpoints are listed page by page in order of name, each once", async () => {
  const world = new ApiWorld();
  await world.plan(LABELS);
  await world.serve(async (api) => {
    const names: string[] = [];
    let query = "?limit=3";
    for (let pages = 0; pages < 5 && query !== ""; pages += 1) {
      const page = EndpointsPage.parse(await api.get(`/v1/endpoints${query}`));
      assert.equal(page.total, 4);
      names.push(...page.endpoints.map((row) => row.endpoint));
      query = page.next === undefined ? "" : `?limit=3&after=${page.next}`;
    }
    assert.deepEqual(names, LABELS.map((label) => `${label}.use1.holdfast.example.`).sort());
  });
});

test("endpoints are filtered by zone, prefix and mode", async () => {
  const world = new ApiWorld();
  await world.plan(LABELS);
  await world.plan(LABELS.slice(1));
  await world.serve(async (api) => {
    const count = async (query: string): Promise<number> =>
      EndpointsPage.parse(await api.get(`/v1/endpoints?${query}`)).total;
    assert.equal(await count("prefix=Dynamo"), 2);
    assert.equal(await count("zone=use1.holdfast.example"), 4);
    assert.equal(await count("zone=other.example"), 0);
    assert.equal(await count("mode=orphaned"), 1);
    assert.equal((await api.send("GET", "/v1/endpoints?limit=0")).status, 400);
    assert.equal((await api.send("GET", "/v1/endpoints?limit=1001")).status, 400);
    assert.equal((await api.send("GET", "/v1/endpoints?zone=a..b")).status, 400);
  });
});

test("an endpoint is explained by a short name: targets, plan, and why", async () => {
  const world = new ApiWorld();
  await world.plan(["dynamodb", "signin"]);
  await world.report({ "lb-a1": "down", "lb-b1": "up", "lb-c1": "up" });
  await world.replan();
  await world.serve(async (api) => {
    const view = EndpointView.parse(await api.get("/v1/endpoints/dynamodb"));
    assert.equal(view.endpoint, "dynamodb.use1.holdfast.example.");
    assert.equal(view.plan?.generation, 2);
    assert.deepEqual(
      view.targets.map((target) => [target.targetId, target.in]),
      [
        ["lb-a1", false],
        ["lb-b1", true],
        ["lb-c1", true],
      ],
    );
    assert.match(view.targets[0]?.why ?? "", /HTTP 503/);
    assert.equal(view.held[0]?.state, "unreadable");
    const history = HistoryView.parse(await api.get("/v1/endpoints/dynamodb/history?limit=5"));
    assert.deepEqual(
      history.versions.map((version) => version.plan.generation),
      [2, 1],
    );
  });
});

test("an unknown endpoint is refused with what may have been meant", async () => {
  const world = new ApiWorld();
  await world.plan(["dynamodb", "signin"]);
  await world.serve(async (api) => {
    const answer = await api.send("GET", "/v1/endpoints/igni");
    assert.equal(answer.status, 404);
    assert.match(answer.text, /no-such-endpoint.*did you mean signin/);
  });
});

test("what a zone store holds is told apart: current, older, differing", async () => {
  const entries = new Map<string, ServingEntry>();
  let change: (text: string) => string = (text) => text;
  const world: ApiWorld = new ApiWorld({
    held: async (name) => {
      const entry = entries.get(name);
      assert.ok(entry !== undefined);
      const types = entry.rrsets.map((rrset) => rrset.type).join(",");
      const text = change(
        `holdfast=1 epoch=0 generation=${entry.generation} edition=3 types=${types} ` +
          `digest=${entry.digest}`,
      );
      const parsed = parseFence(text);
      assert.ok(parsed.kind === "fence");
      const fence = { kind: "fence" as const, fence: parsed.fence, text };
      const reading = { kind: "read" as const, endpoint: name, fence, rrsets: rrsetsOf(entry) };
      return [{ storeId: "embedded", reading }];
    },
  });
  await world.plan(["dynamodb"]);
  for (const entry of (await world.store.read())?.entries.values() ?? []) {
    if (entry.kind === "serving") entries.set(entry.endpoint, entry);
  }
  await world.serve(async (api) => {
    const held = async () => EndpointView.parse(await api.get("/v1/endpoints/dynamodb")).held[0];
    const current = await held();
    assert.equal(current?.state, "current");
    assert.equal(current.edition, 3);
    assert.ok(current.records.includes("5 A 127.1.1.1"));
    change = (text) => text.replace("generation=1", "generation=0");
    assert.equal((await held())?.state, "older");
    change = (text) => text.replace("generation=1", "generation=2");
    assert.equal((await held())?.state, "newer");
    change = (text) => text.replace(/digest=.*/, `digest=${"x".repeat(43)}`);
    assert.equal((await held())?.state, "differs");
  });
});
