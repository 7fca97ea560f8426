import assert from "node:assert/strict";
import { test } from "node:test";
import { SimClock, settle } from "../../sim/simClock.ts";
import { SILENT_LOG } from "../base/index.ts";
import { type Gate, gateName, gateText } from "../plan/index.ts";
import { controlRRset } from "../provider/controlText.ts";
import { MemoryZoneStore } from "../provider/index.ts";
import { describe, GATE_POLL_MS, GateWatch } from "./gateWatch.ts";
import { ZONE } from "./samples.suite.ts";

const on = gateText({ edition: 1, automation: "on" });

async function setUp(gateIsCondition = true, last?: Gate) {
  const store = new MemoryZoneStore({ abilities: { gateIsCondition } });
  const clock = new SimClock();
  const seen: Gate[] = last === undefined ? [] : [last];
  const memory = { seen, last: () => seen.at(-1) };
  const putBack: Gate[] = [];
  let opened = 0;
  const watch = new GateWatch(
    store,
    clock,
    SILENT_LOG,
    {
      last: memory.last,
      isOld: (_zone, { edition }) => seen.slice(0, -1).some((one) => one.edition === edition),
      remember: (_zone, gate) => {
        if (!seen.some(({ edition }) => edition === gate.edition)) seen.push(gate);
      },
    },
    {
      onOpen: () => {
        opened += 1;
      },
      onPutBack: (_zone, gate) => putBack.push(gate),
    },
  );
  if (last === undefined) store.putRRset(controlRRset(gateName(ZONE), on));
  watch.setZones([ZONE]);
  const before = watch.state(ZONE);
  await settle();
  return { store, clock, watch, before, memory, putBack, opened: () => opened };
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
  const resumed = gateText({ edition: 3, automation: "on" });
  store.putRRset(controlRRset(gateName(ZONE), resumed));
  await clock.advance(GATE_POLL_MS);
  assert.deepEqual(watch.state(ZONE), { kind: "open", text: resumed });
  assert.equal(opened(), 2);
});

test("GateWatch knows a gate that lets repairs through, and tells that", async () => {
  const { store, clock, watch, opened } = await setUp();
  const repairs = gateText({ edition: 2, automation: "repairs" });
  store.putRRset(controlRRset(gateName(ZONE), repairs));
  await clock.advance(GATE_POLL_MS);
  assert.deepEqual(watch.state(ZONE), { kind: "repairs", text: repairs });
  assert.equal(describe(watch.state(ZONE)), `repairs only ${repairs}`);
  assert.equal(opened(), 2, "repairs that were held may go on");
});

for (const automation of ["paused", "repairs"] as const) {
  test(`GateWatch puts a gate "${automation}" back where the server lost it`, async () => {
    const { store, watch, putBack } = await setUp(true, { edition: 7, automation });
    const gate = { edition: 7, automation };
    assert.deepEqual(putBack, [gate]);
    assert.deepEqual(await store.readGate(ZONE), { kind: "gate", gate, text: gateText(gate) });
    const want = automation === "paused" ? "closed" : "repairs";
    assert.equal(watch.state(ZONE).kind, want);
  });

  test(`GateWatch holds a lost gate "${automation}" where it cannot be put back`, async () => {
    const { store, clock, watch, putBack } = await setUp(true, { edition: 7, automation });
    store.records.remove(gateName(ZONE));
    store.writeGate = async () => ({ kind: "refused", problem: "not now" });
    await clock.advance(3 * GATE_POLL_MS);
    assert.equal(watch.state(ZONE).kind, automation === "paused" ? "closed" : "repairs");
    assert.equal(putBack.length, 1, "the first time only");
  });
}

test("GateWatch believes a person who resumed where the gate was lost", async () => {
  const { store, clock, watch, putBack, memory } = await setUp(true, {
    edition: 7,
    automation: "paused",
  });
  const resumed = gateText({ edition: 1_800_000_000, automation: "on" });
  store.putRRset(controlRRset(gateName(ZONE), resumed));
  await clock.advance(GATE_POLL_MS);
  assert.deepEqual(watch.state(ZONE), { kind: "open", text: resumed });
  store.records.remove(gateName(ZONE));
  await clock.advance(GATE_POLL_MS);
  assert.deepEqual(watch.state(ZONE), { kind: "open", text: resumed }, "it is back as it was");
  assert.deepEqual([putBack.length, memory.last()?.automation], [2, "on"]);
});

for (const [old, newest] of [
  ["paused", "on"],
  ["on", "paused"],
] as const) {
  test(`GateWatch puts the newer gate "${newest}" in place of an old "${old}"`, async () => {
    const { store, clock, watch } = await setUp(true, { edition: 5, automation: old });
    const now = { edition: 6, automation: newest };
    store.putRRset(controlRRset(gateName(ZONE), gateText(now)));
    await clock.advance(GATE_POLL_MS);
    // The server lost its disk, and who slept through the newer gate put back what it knew.
    const slept = gateText({ edition: 5, automation: old });
    store.putRRset(controlRRset(gateName(ZONE), slept));
    await clock.advance(GATE_POLL_MS);
    assert.deepEqual(await store.readGate(ZONE), { kind: "gate", gate: now, text: gateText(now) });
    assert.equal(watch.state(ZONE).kind, newest === "on" ? "open" : "closed");
  });
}

test("GateWatch reads once more where it was asked while it read", async () => {
  const { store, watch } = await setUp();
  const next = gateText({ edition: 2, automation: "on" });
  watch.read(ZONE);
  store.putRRset(controlRRset(gateName(ZONE), next));
  watch.read(ZONE);
  await settle();
  assert.deepEqual(watch.state(ZONE), { kind: "open", text: next });
  watch.close();
});
