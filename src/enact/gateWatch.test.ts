import assert from "node:assert/strict";
import { test } from "node:test";
import { SimClock, settle } from "../../sim/simClock.ts";
import { SILENT_LOG } from "../base/index.ts";
import { gateName, gateText } from "../plan/index.ts";
import { controlRRset } from "../provider/controlText.ts";
import { MemoryZoneStore } from "../provider/index.ts";
import { GATE_POLL_MS, GateWatch } from "./gateWatch.ts";
import { ZONE } from "./samples.suite.ts";

const on = gateText({ edition: 1, automation: "on" });

async function setUp(gateIsCondition = true) {
  const store = new MemoryZoneStore({ abilities: { gateIsCondition } });
  const clock = new SimClock();
  let opened = 0;
  const watch = new GateWatch(store, clock, SILENT_LOG, () => {
    opened += 1;
  });
  store.putRRset(controlRRset(gateName(ZONE), on));
  watch.setZones([ZONE]);
  const before = watch.state(ZONE);
  await settle();
  return { store, clock, watch, before, opened: () => opened };
}

test("GateWatch is closed until the gate was read", async () => {
  const { watch, before, opened } = await setUp();
  assert.equal(before.kind, "closed");
  assert.deepEqual(watch.state(ZONE), { kind: "open", text: on });
  assert.equal(opened(), 1);
});

test("GateWatch keeps what it knows of a gate that cannot be read, as a condition", async () => {
  const { store, clock, watch } = await setUp();
  store.isCutOff = true;
  await clock.advance(GATE_POLL_MS);
  assert.deepEqual(watch.state(ZONE), { kind: "open", text: on });
});

test("GateWatch closes a gate that cannot be read where it is no condition", async () => {
  const { store, clock, watch } = await setUp(false);
  store.isCutOff = true;
  await clock.advance(GATE_POLL_MS);
  assert.equal(watch.state(ZONE).kind, "closed");
});

test("GateWatch notices within one poll, and tells when it opens again", async () => {
  const { store, clock, watch, opened } = await setUp();
  const paused = gateText({ edition: 2, automation: "paused" });
  store.putRRset(controlRRset(gateName(ZONE), paused));
  await clock.advance(GATE_POLL_MS);
  assert.deepEqual(watch.state(ZONE), { kind: "closed", why: "paused" });
  store.records.remove(gateName(ZONE));
  await clock.advance(GATE_POLL_MS);
  assert.deepEqual(watch.state(ZONE), { kind: "open", text: undefined });
  assert.equal(opened(), 2);
});

test("GateWatch reads once more where it was asked while it read", async () => {
  const { store, watch } = await setUp();
  watch.read(ZONE);
  store.records.remove(gateName(ZONE));
  watch.read(ZONE);
  await settle();
  assert.deepEqual(watch.state(ZONE), { kind: "open", text: undefined });
  watch.close();
});
