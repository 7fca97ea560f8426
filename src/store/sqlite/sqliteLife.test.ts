import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { CROWDED_PLANS_MIN } from "../cleanUp.ts";
import {
  appendPlan,
  deltaAfter,
  endpoint,
  ManualClock,
  options,
  REGION,
  serving,
  tombstone,
} from "../fixtures.suite.ts";
import { failsWith } from "../makeStore.suite.ts";
import { override, retirement } from "../orderFixtures.suite.ts";
import { openSqliteStore } from "./openSqliteStore.ts";
import { migrate, STEPS } from "./schema.ts";

// A file's life: made by an older version, copied, restored, filled, cleaned up.

const folder = mkdtempSync(join(tmpdir(), "holdfast-life-"));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function newPath(): string {
  files += 1;
  return join(folder, `plans-${files}.sqlite`);
}

/** A file of format 1, as the first release wrote it. */
function writeFormat1(path: string): void {
  const db = new DatabaseSync(path);
  migrate(db, STEPS.slice(0, 1));
  db.prepare("INSERT INTO meta (key, value) VALUES ('region', ?)").run(REGION);
  const entries = [serving("a", 1), tombstone("b", 1), serving("a", 2)];
  let parent = { generation: 0, digest: "" };
  for (const generation of [1, 2]) {
    const changed = entries.filter((entry) => entry.generation === generation);
    const delta = deltaAfter(parent, { generation, changed });
    const { parentGeneration, digest, parentDigest, actor, cause } = delta;
    db.prepare("INSERT INTO plans VALUES (?, ?, ?, ?, ?, ?, ?, ?)").run(
      ...([generation, parentGeneration, digest, parentDigest, actor, cause, 5] as const),
      changed.length,
    );
    for (const entry of changed) {
      const { lastInsertRowid } = db
        .prepare("INSERT INTO entries (endpoint, generation, json) VALUES (?, ?, ?)")
        .run(entry.endpoint, generation, JSON.stringify(entry));
      db.prepare("INSERT OR REPLACE INTO newest VALUES (?, ?, ?, ?)").run(
        ...([entry.endpoint, generation, entry.epoch] as const),
        lastInsertRowid,
      );
    }
    parent = delta;
  }
  db.close();
}

test("openSqliteStore() takes over a file of the first format with all that it holds", async () => {
  const path = newPath();
  writeFormat1(path);
  const store = await openSqliteStore(path, options(new ManualClock()));
  assert.equal((await store.head()).generation, 2);
  assert.deepEqual((await store.changesAfter(0)).entries, [serving("a", 2), tombstone("b", 1)]);
  assert.deepEqual((await store.read(1))?.entries.get(endpoint("a")), serving("a", 1));
  const head = await store.head();
  const silent = deltaAfter(head, { generation: 3, changed: [serving("b", 3)] });
  assert.equal((await store.append(silent)).kind, "refused", "the old tombstone still stands");
  await store.putOrders([override("a", "o-a-1")]);
  await appendPlan(store, ["a"]);
  await store.close();
  const again = await openSqliteStore(path, options(new ManualClock()));
  assert.equal((await again.orders()).length, 1);
  await again.close();
});

test("an epoch that a plan took up is not asked for again after a restart", async () => {
  const path = newPath();
  const store = await openSqliteStore(path, options(new ManualClock()));
  await store.raiseEpochs([{ endpoint: endpoint("a"), epoch: 1 }]);
  const raised = { ...serving("a", 1), epoch: 1 };
  await store.append(deltaAfter(await store.head(), { generation: 1, changed: [raised] }));
  const head = await store.head();
  assert.deepEqual(head.epochs, []);
  await store.close();
  const again = await openSqliteStore(path, options(new ManualClock()));
  assert.deepEqual(await again.head(), head);
  await again.close();
});

/** A store with a waiting retirement and an override, closed. */
async function storeWithOrders(path: string): Promise<void> {
  const store = await openSqliteStore(path, options(new ManualClock()));
  await appendPlan(store, ["a", "b"]);
  await store.putOrders([retirement("a", "t-a-1"), override("b", "o-b-1")]);
  await store.close();
}

async function ordersIn(path: string): Promise<readonly string[]> {
  const store = await openSqliteStore(path, options(new ManualClock()));
  const ids = (await store.orders()).map(({ id }) => id);
  await store.close();
  return ids;
}

test("a store that is opened again keeps its waiting retirements", async () => {
  const path = newPath();
  await storeWithOrders(path);
  assert.deepEqual(await ordersIn(path), ["o-b-1", "t-a-1"]);
  assert.deepEqual(await ordersIn(path), ["o-b-1", "t-a-1"]);
});

test("a copied file forgets waiting retirements: they may have been taken back since", async () => {
  const path = newPath();
  await storeWithOrders(path);
  const copy = newPath();
  copyFileSync(path, copy);
  const store = await openSqliteStore(copy, options(new ManualClock()));
  assert.deepEqual(
    (await store.orders()).map(({ id }) => id),
    ["o-b-1"],
  );
  const [event] = await store.newestEvents(1);
  assert.equal(event?.kind, "retirement-cancelled");
  const { generation, floorGeneration } = await store.head();
  assert.ok(generation > 0 && floorGeneration === generation, "nor is a tombstone in it believed");
  // From here on it is the store, and not a copy any more.
  await store.putOrders([retirement("a", "t-a-2")]);
  await store.close();
  assert.deepEqual(await ordersIn(copy), ["o-b-1", "t-a-2"]);
  assert.deepEqual(await ordersIn(path), ["o-b-1", "t-a-1"]);
});

test("a backup that is put in the very place of the original is a copy as well", async () => {
  const path = newPath();
  await storeWithOrders(path);
  const store = await openSqliteStore(path, options(new ManualClock()));
  const copy = newPath();
  await store.backupTo(copy);
  await store.endOrders(["t-a-1"], "operator:bob", "still in use");
  await store.close();
  copyFileSync(copy, path); // into the same inode
  assert.deepEqual(await ordersIn(path), ["o-b-1"]);
});

test("a plain copy put back in the very place forgets retirements that ended since", async () => {
  const path = newPath();
  await storeWithOrders(path);
  const copy = newPath();
  copyFileSync(path, copy);
  const store = await openSqliteStore(path, options(new ManualClock()));
  await store.endOrders(["t-a-1"], "operator:bob", "still in use");
  await store.close();
  copyFileSync(copy, path); // into the same inode, with the same number in it
  assert.deepEqual(await ordersIn(path), ["o-b-1"]);
  copyFileSync(copy, path);
  assert.deepEqual(await ordersIn(path), ["o-b-1"], "and so every time");
});

test("a store opened again knows which overrides ended, until an entry says so", async () => {
  const path = newPath();
  await storeWithOrders(path);
  const store = await openSqliteStore(path, options(new ManualClock()));
  await store.endOrders(["o-b-1"], "operator:bob", "done");
  await store.close();
  const again = await openSqliteStore(path, options(new ManualClock()));
  const head = await again.head();
  assert.deepEqual(head.endedOverrides, [{ endpoint: endpoint("b"), ids: ["o-b-1"] }]);
  const { generation } = head;
  const changed = [{ ...serving("b", generation + 1), ends: ["o-b-1"] }];
  await again.append(deltaAfter(head, { generation: generation + 1, changed }));
  await again.close();
  const last = await openSqliteStore(path, options(new ManualClock()));
  assert.equal("endedOverrides" in (await last.head()), false);
  await last.close();
});

test("a store whose list of ended retirements cannot be written does not end one", async () => {
  const path = newPath();
  await storeWithOrders(path);
  const store = await openSqliteStore(path, options(new ManualClock()));
  mkdirSync(`${path}.ended`);
  const ending = store.endOrders(["t-a-1"], "operator:bob", "still in use");
  await assert.rejects(ending, failsWith("unusable"));
  assert.equal((await store.orders()).length, 2);
  await store.close();
  await assert.rejects(openSqliteStore(path, options(new ManualClock())), failsWith("unusable"));
});

test("SqliteStore makes room by dropping plans once its file is half full", async () => {
  const bounded = { ...options(new ManualClock()), fileOctetsMax: 2_000_000 };
  const store = await openSqliteStore(newPath(), bounded);
  const labels = Array.from({ length: 40 }, (_, index) => `e${index + 10}`);
  const retention = { plansMin: 1_000, plansMax: 20_000, madeAfterMs: 0 };
  // Many times as much as the file could hold.
  for (let plan = 0; plan < 200; plan += 1) {
    await appendPlan(store, labels, 4);
    if (plan % 10 === 9) await store.cleanUp(retention);
  }
  const left = (await store.summaries(1_000)).length;
  assert.ok(left >= CROWDED_PLANS_MIN && left < 100, `${left} plans are left`);
  assert.equal((await store.read())?.entries.size, labels.length);
  await store.close();
});

test("SqliteStore does not grow while clean-up drops as much as is planned", async () => {
  const path = newPath();
  const labels = Array.from({ length: 40 }, (_, index) => `e${index + 10}`);
  const sizes: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    const store = await openSqliteStore(path, options(new ManualClock()));
    for (let plan = 0; plan < 50; plan += 1) await appendPlan(store, labels, 4);
    await store.cleanUp({ plansMin: 50, plansMax: 50, madeAfterMs: 0 });
    await store.close(); // so that the file holds all of it, and no log lies beside it
    sizes.push(statSync(path).size);
  }
  const [, second = 0] = sizes;
  // What the journal says of each clean-up is all that is added.
  assert.ok((sizes.at(-1) ?? 0) <= second * 1.05, `octets after each round: ${sizes.join(", ")}`);
});

test("SqliteStore keeps a dropped plan's row only while an entry in use is from it", async () => {
  const path = newPath();
  const store = await openSqliteStore(path, options(new ManualClock()));
  await appendPlan(store, ["a", "still"]);
  for (let plan = 0; plan < 20; plan += 1) await appendPlan(store, ["a"]);
  const retention = { plansMin: 2, plansMax: 2, madeAfterMs: 0 };
  await store.cleanUp(retention);
  await appendPlan(store, ["still"]);
  await store.close();
  assert.deepEqual(generationsIn(path), [1, 20, 21, 22]);
  const again = await openSqliteStore(path, options(new ManualClock()));
  await again.cleanUp(retention);
  await appendPlan(again, ["a"]);
  await again.cleanUp(retention);
  await again.close();
  // Plan 22 is read with what plan 21 says of a; of plan 1 nothing is in use any more.
  assert.deepEqual(generationsIn(path), [21, 22, 23]);
});

function generationsIn(path: string): readonly unknown[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db.prepare("SELECT generation FROM plans ORDER BY generation").all();
  db.close();
  return rows.map((row) => row["generation"]);
}

test("SqliteStore that said full has room again after a clean-up", async () => {
  const bounded = { ...options(new ManualClock()), fileOctetsMax: 700_000 };
  const store = await openSqliteStore(newPath(), bounded);
  const labels = Array.from({ length: 40 }, (_, index) => `e${index + 10}`);
  const filling = async (): Promise<void> => {
    for (;;) await appendPlan(store, labels, 4);
  };
  await assert.rejects(filling(), failsWith("full"));
  const { generation } = await store.head();
  await store.cleanUp({ plansMin: 2, plansMax: 2, madeAfterMs: 0 });
  for (let plan = 0; plan < 5; plan += 1) await appendPlan(store, labels, 4);
  assert.equal((await store.head()).generation, generation + 5);
  await store.close();
});
