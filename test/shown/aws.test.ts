import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../processes/instance.ts";
import { awsRegion, loseRecordsOffline, verifiedAll, verify } from "./awsRegion.ts";
import { holdfast } from "./tools.ts";

const LOST_NAMES = 100;

test("10,717 real names answer with exactly what is planned, also after losses", async () => {
  const region = await awsRegion();
  try {
    const instance = await region.up();
    const first = await verify(region);
    assert.equal(first.endpoints, 10_717);
    assert.deepEqual(first.wrong, []);
    console.log(`plan ${first.generation}: ${first.sets} RRsets, 0 wrong`);

    const failed = await holdfast(region.state, "demo", "fail", "lb-us-east-1-a1");
    assert.equal(failed.code, 0, failed.stderr);
    await until("is planned", async () => (await verify(region)).generation > first.generation);
    const second = await verifiedAll(region);
    assert.deepEqual(second.wrong, []);

    const supervisor = instance.child.pid;
    assert.ok(supervisor !== undefined);
    const lost = await loseRecordsOffline(region, supervisor, LOST_NAMES);
    assert.equal(lost.length, LOST_NAMES);
    const third = await verifiedAll(region);
    assert.deepEqual(third.wrong, []);
    assert.equal(third.endpoints, 10_717);
  } finally {
    await region.dispose();
  }
});
