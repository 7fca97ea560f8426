import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { firstBrokenLink } from "../../journal/index.ts";
import {
  appendPlan,
  endpoint,
  happened,
  health,
  ManualClock,
  options,
  samplePolicy,
} from "../fixtures.suite.ts";
import { intakeSuite } from "../intake.suite.ts";
import { failsWith } from "../makeStore.suite.ts";
import { override } from "../orderFixtures.suite.ts";
import { planStoreSuite } from "../planStore.suite.ts";
import { openSqliteStore } from "./openSqliteStore.ts";
import { FORMAT_VERSION } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-store-"));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function newPath(): string {
  files += 1;
  return join(folder, `plans-${files}.sqlite`);
}

planStoreSuite("SqliteStore", (clock, journalEventsMax) => {
  return openSqliteStore(newPath(), options(clock, journalEventsMax));
});

intakeSuite("SqliteStore", (clock) => openSqliteStore(newPath(), options(clock)));

test("SqliteStore holds after a restart all that was acknowledged", async () => {
  const path = newPath();
  const store = await openSqliteStore(path, options(new ManualClock()));
  await appendPlan(store, ["a", "b"]);
  await store.raiseFloor({ epoch: 0, generation: 40 });
  await store.putPolicy(samplePolicy(), "operator:ann");
  await store.putForce({ targetId: "lb-a1", state: "down", actor: "operator:ann", reason: "x" });
  await store.report({ vantage: "p1", changed: [health("lb-a1", "down")] });
  await store.record([happened("a")]);
  await store.putOrders([override("a", "o-a-1"), override("b", "o-b-1")]);
  await store.endOrders(["o-b-1"], "planner", "expired");
  await store.raiseEpochs([{ endpoint: endpoint("a"), epoch: 3 }]);
  const before = {
    orders: await store.orders(),
    head: await store.head(),
    plan: await store.read(),
    policy: await store.policy(),
    forces: await store.forces(),
    events: await store.eventsAfter(0, 10),
  };
  await store.close();

  const again = await openSqliteStore(path, options(new ManualClock()));
  await assert.rejects(again.putOrders([override("b", "o-b-1")]), failsWith("refused"));
  assert.deepEqual(before, {
    orders: await again.orders(),
    head: await again.head(),
    plan: await again.read(),
    policy: await again.policy(),
    forces: await again.forces(),
    events: await again.eventsAfter(0, 10),
  });
  const kept = (await again.inventory()).health.get("lb-a1/http");
  assert.deepEqual(kept, { ...health("lb-a1", "down"), fresh: false });
  await again.record([happened("b")]);
  assert.equal(firstBrokenLink(await again.eventsAfter(0, 10)), undefined);
  await again.close();
});

test("SqliteStore keeps what a majority said when only one vantage is back", async () => {
  const path = newPath();
  const store = await openSqliteStore(path, options(new ManualClock()));
  for (const vantage of ["p1", "p2", "p3"]) {
    await store.report({ vantage, changed: [health("lb-a1", "up"), health("lb-b1", "up")] });
  }
  await store.report({ vantage: "p1", changed: [health("lb-a1", "down")] });
  await store.close();
  const again = await openSqliteStore(path, options(new ManualClock()));
  await again.report({ vantage: "p2", changed: [] });
  const { health: results } = await again.inventory();
  assert.deepEqual(
    [...results.values()].map(({ state, fresh }) => ({ state, fresh })),
    [
      { state: "up", fresh: true },
      { state: "up", fresh: true },
    ],
  );
  await again.close();
});

test("openSqliteStore() refuses a second owner until the first is gone", async () => {
  const path = newPath();
  const store = await openSqliteStore(path, options(new ManualClock()));
  await assert.rejects(openSqliteStore(path, options(new ManualClock())), failsWith("in-use"));
  const room = import.meta.resolve("./openSqliteStore.ts");
  const script = `
    const { openSqliteStore } = await import(${JSON.stringify(room)});
    const clock = { monotonicMs: () => 0, wallMs: () => 0, wakeAfter: () => () => {} };
    const log = { info() {}, warn() {}, error() {} };
    await openSqliteStore(${JSON.stringify(path)}, { region: "use1", clock, log })
      .then(() => console.log("opened"), (error) => console.log(error.fault.code));`;
  const run = () => spawnSync(process.execPath, ["--input-type=module", "-e", script]);
  assert.equal(String(run().stdout).trim(), "in-use");
  await store.close();
  assert.equal(String(run().stdout).trim(), "opened");
});

test("SqliteStore says full and changes nothing when the file may not grow", async () => {
  const clock = new ManualClock();
  const path = newPath();
  const store = await openSqliteStore(path, { ...options(clock), fileOctetsMax: 400_000 });
  await appendPlan(store, ["a"]);
  await store.record([happened("a")]);
  const labels = Array.from({ length: 2_000 }, (_, index) => `e${index}`);
  await assert.rejects(appendPlan(store, labels), failsWith("full"));
  assert.equal((await store.head()).generation, 1);
  assert.equal((await store.read())?.entries.size, 1);
  const many = Array.from({ length: 2_000 }, () => happened("a", "x".repeat(1_000)));
  await assert.rejects(store.record(many), failsWith("full"));
  assert.equal((await store.newestEvents(10)).length, 1);
  const results = Array.from({ length: 5_000 }, (_, index) => health(`lb-${index}`, "up"));
  await assert.rejects(store.report({ vantage: "p1", changed: results }), failsWith("full"));
  assert.equal((await store.inventory()).health.size, 0);
  // Small steps still fit: a store that said full once is not broken.
  await appendPlan(store, ["b"]);
  assert.equal((await store.head()).generation, 2);
  await store.close();
});

test("SqliteStore holds after kill -9 every plan that it had acknowledged", async () => {
  const path = newPath();
  const rooms = ["./openSqliteStore.ts", "../fixtures.suite.ts"].map((room) =>
    import.meta.resolve(room),
  );
  const script = `
    const { openSqliteStore } = await import(${JSON.stringify(rooms[0])});
    const { appendPlan, ManualClock, options } = await import(${JSON.stringify(rooms[1])});
    const store = await openSqliteStore(${JSON.stringify(path)}, options(new ManualClock()));
    for (;;) console.log((await appendPlan(store, ["a", "b"])).generation);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
  let acknowledged = "";
  await new Promise<void>((resolve) => {
    child.on("close", () => resolve());
    child.stdout.on("data", (chunk) => {
      acknowledged += String(chunk);
      if (acknowledged.split("\n").length > 20) child.kill("SIGKILL");
    });
  });
  const last = Number(acknowledged.trim().split("\n").at(-1));
  assert.ok(last >= 20);
  const store = await openSqliteStore(path, options(new ManualClock()));
  const { generation } = await store.head();
  assert.ok(generation >= last, `plan ${last} was acknowledged, ${generation} is held`);
  assert.equal((await store.read())?.entries.size, 2);
  await store.close();
});

test("openSqliteStore() refuses another region's file", async () => {
  const path = newPath();
  await (await openSqliteStore(path, options(new ManualClock()))).close();
  const other = { ...options(new ManualClock()), region: "euw1" };
  await assert.rejects(openSqliteStore(path, other), /region must be euw1: it is use1/);
});

test("openSqliteStore() refuses a file of a newer format and leaves it as it is", async () => {
  const path = newPath();
  await (await openSqliteStore(path, options(new ManualClock()))).close();
  const newer = new DatabaseSync(path);
  newer.exec(`PRAGMA user_version = ${FORMAT_VERSION + 1}`);
  newer.close();
  const opening = openSqliteStore(path, options(new ManualClock()));
  await assert.rejects(opening, failsWith("newer-format"));
});

test("openSqliteStore() refuses a file that is not its own", async () => {
  const garbage = newPath();
  writeFileSync(garbage, "not a database, and long enough to have a header".repeat(10));
  const opening = openSqliteStore(garbage, options(new ManualClock()));
  await assert.rejects(opening, failsWith("malformed"));
  const foreign = newPath();
  const db = new DatabaseSync(foreign);
  db.exec("CREATE TABLE somebody (elses TEXT)");
  db.close();
  const taking = openSqliteStore(foreign, options(new ManualClock()));
  await assert.rejects(taking, failsWith("malformed"));
});

test("openSqliteStore() says unusable where there is no folder", async () => {
  const path = join(folder, "nowhere", "plans.sqlite");
  const opening = openSqliteStore(path, options(new ManualClock()));
  await assert.rejects(opening, failsWith("unusable"));
});

test("openSqliteStore() makes a file that only its owner may read", async () => {
  const path = newPath();
  const store = await openSqliteStore(path, options(new ManualClock()));
  await appendPlan(store, ["a"]);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(`${path}-wal`).mode & 0o777, 0o600);
  await store.close();
});

test("backupTo() makes a copy that opens as the store it was", async () => {
  const clock = new ManualClock();
  const store = await openSqliteStore(newPath(), options(clock));
  await appendPlan(store, ["a"]);
  const copy = newPath();
  await store.backupTo(copy);
  await appendPlan(store, ["a"]);
  await assert.rejects(store.backupTo(copy), failsWith("refused"));
  assert.equal(existsSync(`${copy}.partial`), false);
  await store.close();
  chmodSync(copy, 0o600);
  const restored = await openSqliteStore(copy, options(clock));
  assert.equal((await restored.head()).generation, 1);
  assert.equal((await restored.history(endpoint("a"), 5)).length, 1);
  await restored.close();
});

test("SqliteStore notes where the chain of events begins once old ones are dropped", async () => {
  const path = newPath();
  const store = await openSqliteStore(path, options(new ManualClock(), 10));
  for (let round = 0; round < 11; round += 1) {
    await store.record(Array.from({ length: 100 }, () => happened("a")));
  }
  const [oldest] = await store.eventsAfter(0, 1);
  await store.close();
  const db = new DatabaseSync(path, { readOnly: true });
  const count = Number(db.prepare("SELECT count(*) AS count FROM journal").get()?.["count"]);
  assert.ok(count < 1_100, `old rows are gone: ${count} are left`);
  const start = db.prepare("SELECT value FROM meta WHERE key = 'journal-start'").get();
  const noted = JSON.parse(String(start?.["value"]));
  db.close();
  assert.ok(noted.seq <= (oldest?.seq ?? 0));
  assert.equal(noted.digest.length, 43);
});
