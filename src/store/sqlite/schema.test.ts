import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { migrate } from "./schema.ts";

const FIRST = "CREATE TABLE first (a TEXT)";
const SECOND = "ALTER TABLE first ADD COLUMN b TEXT; INSERT INTO first VALUES ('x', 'y')";

function version(db: DatabaseSync): unknown {
  return db.prepare("PRAGMA user_version").get()?.["user_version"];
}

test("migrate() leads a file of an older format to the newest, keeping what it holds", () => {
  const db = new DatabaseSync(":memory:");
  migrate(db, [FIRST]);
  db.exec("INSERT INTO first VALUES ('kept')");
  migrate(db, [FIRST, SECOND]);
  assert.equal(version(db), 2);
  assert.deepEqual(
    db
      .prepare("SELECT a FROM first ORDER BY a")
      .all()
      .map((row) => row["a"]),
    ["kept", "x"],
  );
});

test("migrate() changes nothing where a step fails in its middle", () => {
  const db = new DatabaseSync(":memory:");
  migrate(db, [FIRST]);
  assert.throws(() => migrate(db, [FIRST, `${SECOND}; NOT SQL`]));
  assert.equal(version(db), 1);
  assert.equal(db.prepare("SELECT * FROM first").get(), undefined);
});
