import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Clock, type Log, SILENT_LOG } from "../base/index.ts";
import { stateLayout } from "../config/index.ts";
import type { EventKind } from "../journal/index.ts";
import { type ActIntake, MemoryStore, StoreError } from "../store/index.ts";
import { ACTS_EVERY_MS, ActReader } from "./actReader.ts";
import { FIRST_ACT_MS, sampleActs } from "./acts.suite.ts";
import { actsFolder, type OperatorAct, writeAct } from "./operatorActs.ts";
import { FILES_AT_ONCE_MAX } from "./readActs.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-reader-"));
after(() => rmSync(folder, { recursive: true }));

let folders = 0;
function newLayout() {
  folders += 1;
  return stateLayout(join(folder, `state-${folders}`));
}

/** A clock whose wakes a test runs by hand. */
class HandClock implements Clock {
  readonly wakes: { readonly afterMs: number; readonly task: () => void }[] = [];

  monotonicMs(): number {
    return 0;
  }

  wallMs(): number {
    return FIRST_ACT_MS + 60_000;
  }

  wakeAfter(afterMs: number, task: () => void): () => void {
    const wake = { afterMs, task };
    this.wakes.push(wake);
    return () => {
      const index = this.wakes.indexOf(wake);
      if (index >= 0) this.wakes.splice(index, 1);
    };
  }

  /** Runs what waits, and lets what it began end. */
  async tick(): Promise<void> {
    for (const { task } of this.wakes.splice(0)) task();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function newStore(clock: Clock): MemoryStore {
  return new MemoryStore({ region: "use1", clock });
}

/** A log that remembers warnings. */
function listening(): { readonly log: Log; readonly warnings: string[] } {
  const warnings: string[] = [];
  const warn: Log["warn"] = (text, facts) => warnings.push(`${text} ${JSON.stringify(facts)}`);
  return { log: { ...SILENT_LOG, warn }, warnings };
}

function waiting(layout: ReturnType<typeof newLayout>): readonly string[] {
  return readdirSync(actsFolder(layout)).filter((file) => file.endsWith(".json"));
}

test("ActReader takes in all acts that wait, in their order, and removes their files", async () => {
  const layout = newLayout();
  const acts = sampleActs();
  for (const act of acts) writeAct(layout, act);
  const clock = new HandClock();
  const store = newStore(clock);
  const reader = await ActReader.start({ layout, store, clock, log: SILENT_LOG });
  const kinds: readonly EventKind[] = [
    "zone-paused",
    "override-set",
    "endpoint-adopted",
    "epoch-raised",
    "override-ended",
  ];
  const events = await store.newestEvents(10);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    kinds,
  );
  assert.ok(events.every(({ actor, facts }) => actor === "operator:ann" && facts["stores"] !== ""));
  assert.deepEqual(waiting(layout), []);
  assert.deepEqual(await store.orders(), [], "set and cleared");
  assert.equal((await store.head()).epochs[0]?.epoch, 2);
  await reader.close();
});

test("ActReader holds a direct override as an order like any other", async () => {
  const layout = newLayout();
  const [, set] = sampleActs();
  const act = set?.kind === "override-set" ? set : assert.fail("no override among the samples");
  const clock = new HandClock();
  const store = newStore(clock);
  const reader = await ActReader.start({ layout, store, clock, log: SILENT_LOG });
  writeAct(layout, act);
  assert.equal(clock.wakes[0]?.afterMs, ACTS_EVERY_MS);
  await clock.tick();
  assert.deepEqual(await store.orders(), [act.override]);
  await reader.close();
  assert.equal(clock.wakes.length, 0);
});

test("ActReader tells no act twice where it died before it removed the file", async () => {
  const layout = newLayout();
  const [act] = sampleActs();
  const clock = new HandClock();
  const store = newStore(clock);
  const died = {
    takeIn: async (intake: ActIntake) => {
      await store.takeIn(intake);
      throw new Error("killed");
    },
  };
  writeAct(layout, act);
  await (await ActReader.start({ layout, store: died, clock, log: SILENT_LOG })).close();
  assert.equal(waiting(layout).length, 1);
  await (await ActReader.start({ layout, store, clock, log: SILENT_LOG })).close();
  assert.deepEqual(waiting(layout), []);
  assert.equal((await store.newestEvents(10)).length, 1);
});

test("ActReader keeps an act that the store cannot take, tells it once, tries again", async () => {
  const layout = newLayout();
  const [act] = sampleActs();
  writeAct(layout, act);
  const clock = new HandClock();
  const store = newStore(clock);
  let isFull = true;
  const small = {
    takeIn: (intake: ActIntake) => {
      if (isFull) throw new StoreError({ code: "full" }, "the disk must have room");
      return store.takeIn(intake);
    },
  };
  const { log, warnings } = listening();
  const reader = await ActReader.start({ layout, store: small, clock, log });
  await clock.tick();
  assert.deepEqual([waiting(layout).length, warnings.length], [1, 1]);
  isFull = false;
  await clock.tick();
  assert.equal(waiting(layout).length, 0);
  assert.equal((await store.newestEvents(10)).length, 1);
  await reader.close();
});

test("ActReader is not held up by files that it must leave, however many", async () => {
  const layout = newLayout();
  const [act] = sampleActs();
  writeAct(layout, act);
  for (let index = 0; index < FILES_AT_ONCE_MAX; index += 1) {
    const path = join(actsFolder(layout), `a-${index + 10_000}.json`);
    writeFileSync(path, '{"holdfastAct":99}');
  }
  const clock = new HandClock();
  const store = newStore(clock);
  const reader = await ActReader.start({ layout, store, clock, log: SILENT_LOG });
  assert.equal(waiting(layout).length, FILES_AT_ONCE_MAX + 1, "all those before it were looked at");
  await clock.tick();
  assert.deepEqual(waiting(layout).includes(`${act.id}.json`), false);
  await reader.close();
});

test("ActReader says what it put aside, and what is told but not held", async () => {
  const layout = newLayout();
  const [, set] = sampleActs();
  const expired = set?.kind === "override-set" ? set : assert.fail("no override");
  const act: OperatorAct = { ...expired, override: { ...expired.override, untilMs: 1_000 } };
  writeAct(layout, act);
  writeFileSync(join(actsFolder(layout), "a-0.json"), "{");
  const clock = new HandClock();
  const store = newStore(clock);
  const { log, warnings } = listening();
  const reader = await ActReader.start({ layout, store, clock, log });
  assert.match(warnings.join("\n"), /aside as \*\.bad.*a-0\.json: it is not JSON/);
  assert.match(warnings.join("\n"), /told, and not held as an order.*has expired/);
  assert.equal((await store.newestEvents(1))[0]?.kind, "override-set");
  await reader.close();
});
