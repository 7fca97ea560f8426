import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "../../sim/simClock.ts";
import type { Name } from "../dns/index.ts";
import type { Reading } from "../plan/index.ts";
import { MemoryZoneStore } from "../provider/index.ts";
import { entryAt, holding, ZONE } from "./samples.suite.ts";
import { ENDPOINTS_PER_READ_MAX, Traffic } from "./traffic.ts";
import { entriesAt } from "./world.suite.ts";

/** A store whose readings are answered when the test says so. */
class HeldStore extends MemoryZoneStore {
  readonly asked: (readonly Name[])[] = [];
  readonly #answers: (() => void)[] = [];

  override async read(_zone: Name, endpoints: readonly Name[]): Promise<readonly Reading[]> {
    this.asked.push(endpoints);
    await new Promise<void>((resolve) => this.#answers.push(resolve));
    return endpoints.map((endpoint) => holding(entryAt(1, { endpoint })));
  }

  async answerAll(): Promise<void> {
    for (const answer of this.#answers.splice(0)) answer();
    await settle();
  }
}

function setUp() {
  const store = new HeldStore();
  const readings: Reading[] = [];
  const traffic = new Traffic(store, {
    onReading: (reading) => readings.push(reading),
    onOutcome: () => {},
  });
  return { store, readings, traffic };
}

const [one] = entriesAt(1, 1);
assert(one !== undefined);
const { endpoint: ONE } = one;

test("Traffic takes a reading asked for before contact was lost for unreadable", async () => {
  const { store, readings, traffic } = setUp();
  traffic.read(ZONE, ONE, "urgent");
  await settle();
  traffic.renewContact();
  await store.answerAll();
  assert.equal(readings[0]?.kind, "unreadable");
  traffic.read(ZONE, ONE, "urgent");
  await settle();
  await store.answerAll();
  assert.equal(readings[1]?.kind, "read");
});

test("Traffic asks in batches, a bounded number at once, and urgent ones first", async () => {
  const { store, readings, traffic } = setUp();
  const endpoints = entriesAt(1, 500).map(({ endpoint }) => endpoint);
  for (const endpoint of endpoints) traffic.read(ZONE, endpoint, "background");
  traffic.read(ZONE, ONE, "urgent");
  await settle();
  assert.deepEqual(store.asked[0], [ONE]);
  assert.equal(store.asked.length, 8);
  assert(store.asked.every((batch) => batch.length <= ENDPOINTS_PER_READ_MAX));
  assert(!traffic.hasRoom);
  for (let round = 0; round < 5; round += 1) await store.answerAll();
  assert.equal(readings.length, 501);
  assert(traffic.hasRoom);
});

test("Traffic drops what arrives after it was closed", async () => {
  const { store, readings, traffic } = setUp();
  traffic.read(ZONE, ONE, "urgent");
  await settle();
  traffic.close();
  await store.answerAll();
  assert.deepEqual(readings, []);
});
