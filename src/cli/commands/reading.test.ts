import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { ApiWorld } from "../../api/world.suite.ts";
import { type Name, RRType } from "../../dns/index.ts";
import type { Reading } from "../../plan/index.ts";
import { COLUMNS_MAX } from "../output/table.ts";
import { settingsAt, withFolder, withRegion } from "../world.suite.ts";

async function plannedWorld(): Promise<ApiWorld> {
  const api = new ApiWorld();
  await api.plan(["dynamodb", "signin"]);
  await api.report({ "lb-a1": "down", "lb-b1": "up", "lb-c1": "up" });
  await api.replan();
  return api;
}

test("every reading command prints text that fits 100 columns, and JSON", async () => {
  await withRegion(await plannedWorld(), async (cli) => {
    for (const line of [
      ...["status", "endpoints", "explain dynamodb", "plans", "diff 1 2", "diff 1", "targets"],
    ]) {
      const { code, out, err } = await cli.run(line.split(" "));
      assert.equal(code, 0, `${line}: ${err}`);
      for (const row of out.split("\n")) assert.ok(row.length <= COLUMNS_MAX + 60, row);
      for (const row of out.split("\n").filter((one) => /^[A-Z]+ {2,}/.test(one))) {
        assert.ok(row.length <= COLUMNS_MAX, row);
      }
      assert.doesNotMatch(out, /undefined|NaN|\[object/, line);
      await cli.json(line.split(" "));
    }
  });
});

test("status shows plan, endpoints, targets and processes of a region that runs", async () => {
  await withRegion(await plannedWorld(), async (cli) => {
    const { out } = await cli.run(["status"]);
    assert.match(out, /^Region {5}use1$/m);
    assert.match(out, /^Plan {7}2, made .* by planner/m);
    assert.match(out, /2 serving of 2 configured/);
    assert.match(out, /2 up, 1 down, 0 unknown of 3/);
    assert.match(out, /enactor-az1 +enactor +42 +running/);
    const Status = z.object({ source: z.literal("api"), generation: z.literal(2) });
    Status.parse(await cli.json(["status"]));
  });
});

test("explain says why each target is in or out, by a short name", async () => {
  await withRegion(await plannedWorld(), async (cli) => {
    const { out } = await cli.run(["explain", "dynamodb"]);
    assert.match(out, /^dynamodb\.use1\.holdfast\.example\. {2}healthy$/m);
    assert.match(out, /lb-a1 +out +- .*HTTP 503/);
    assert.match(out, /lb-b1 +in +100/);
    assert.match(out, /^From plan 2/m);
    const unknown = await cli.run(["explain", "s3"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /Cannot find an endpoint "s3".*\n\(see "holdfast endpoints"\)/);
  });
});

/** A name that holds one address and no fence. */
function wornOut(endpoint: Name): Reading {
  const rdata = Uint8Array.of(192, 0, 2, 1);
  const rrsets = [{ name: endpoint, type: RRType.A, ttlSeconds: 5, rdata: [rdata] }];
  return { kind: "read", endpoint, fence: { kind: "none" }, rrsets };
}

test("explain says first what is served where the plan is not in place", async () => {
  const api = new ApiWorld({
    held: async (name) => [{ storeId: "embedded", reading: wornOut(name) }],
  });
  await api.plan(["dynamodb"]);
  await withRegion(api, async (cli) => {
    const { out } = await cli.run(["explain", "dynamodb"]);
    const first = out.indexOf("Not in place at embedded, which answers from its 1 record:");
    assert.ok(first > 0 && first < out.indexOf("Planned to answer 2 of them"), out);
    assert.doesNotMatch(out, /^Answers/m);
  });
});

test("endpoints pages through all that match, up to the limit", async () => {
  const api = new ApiWorld();
  await api.plan(Array.from({ length: 12 }, (_, index) => `name-${index}`));
  await withRegion(api, async (cli) => {
    const few = await cli.run(["endpoints", "--limit", "5"]);
    assert.equal(few.out.trim().split("\n").length, 1 + 5 + 1);
    assert.match(few.out, /7 more/);
    const all = await cli.run(["endpoints", "--all"]);
    assert.equal(all.out.trim().split("\n").length, 1 + 12);
    assert.equal((await cli.run(["endpoints", "--limit", "none"])).code, 2);
  });
});

test("colour is for eyes only", async () => {
  await withRegion(await plannedWorld(), async (cli) => {
    cli.colour = true;
    assert.match((await cli.run(["targets"])).out, /\[31mdown/);
    cli.colour = false;
    assert.doesNotMatch((await cli.run(["targets"])).out, /\[31m/);
  });
});

test("with nothing running, commands say so and how to start it: exit 1", async () => {
  await withFolder(async (cli) => {
    cli.accept(settingsAt(new ApiWorld(), 1));
    for (const line of ["endpoints", "targets", "plans", "diff 1 2", "watch", "drain lb-a1"]) {
      const { code, err } = await cli.run(line.split(" "));
      assert.equal(code, 1, line);
      assert.match(err, /Cannot ask the API at http:\/\/127\.0\.0\.1:1.*\n.*holdfast run/, line);
    }
    const reload = await cli.run(["reload"]);
    assert.equal(reload.code, 1);
    assert.match(reload.err, /no supervisor answers.*holdfast run/);
    const demo = await cli.run(["demo", "state"]);
    assert.equal(demo.code, 1);
    assert.match(demo.err, /Cannot reach the made-up load balancers/);
  });
});

test("with nothing running, status and explain tell what DNS itself says", async () => {
  await withFolder(async (cli) => {
    const settings = settingsAt(new ApiWorld(), 1);
    const listen = [{ address: "127.0.0.1", port: 1 }];
    cli.accept({ ...settings, dns: { ...settings.dns, listen } });
    const status = await cli.run(["status"]);
    assert.equal(status.code, 1);
    assert.match(status.err, /No supervisor answers either: start it with "holdfast run"/);
    assert.match(status.out, /What DNS itself says:\n.*\nuse1\.holdfast\.example\. +embedded +unr/);
    const explain = await cli.run(["explain", "dynamodb.use1.holdfast.example"]);
    assert.equal(explain.code, 1);
    assert.match(explain.out, /embedded:\n {2}cannot be read/);
  });
});

test("without a state folder, commands say that there is no region to ask about", async () => {
  await withFolder(async (cli) => {
    const { code, err } = await cli.run(["status"]);
    assert.equal(code, 1);
    assert.match(err, /Cannot find a region.*\.holdfast/);
    assert.match(err, /--state DIR/);
  });
});
