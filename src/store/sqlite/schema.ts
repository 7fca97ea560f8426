import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../storeError.ts";

/**
 * The file's format, step by step: step n leads from format n-1 to n (`PRAGMA user_version`).
 * Steps are only ever added. Plans, entries, policies and events are append-only, but that a
 * clean-up drops old rows of `entries` (never one that a readable plan needs) and of `plans`.
 */
export const STEPS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE plans (
    generation INTEGER PRIMARY KEY,
    parent_generation INTEGER NOT NULL,
    digest TEXT NOT NULL,
    parent_digest TEXT NOT NULL,
    actor TEXT NOT NULL,
    cause TEXT NOT NULL,
    made_at_ms REAL NOT NULL,
    changed_count INTEGER NOT NULL
  ) STRICT;

  -- One version of one endpoint's entry; all of them together are the deltas of all plans.
  CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL,
    generation INTEGER NOT NULL REFERENCES plans (generation),
    json TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX entries_by_endpoint ON entries (endpoint, generation);

  -- Where the newest version of each endpoint's entry is: changesAfter costs by what changed.
  CREATE TABLE newest (
    endpoint TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    entry_id INTEGER NOT NULL REFERENCES entries (id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX newest_by_generation ON newest (generation);

  CREATE TABLE policies (
    revision INTEGER PRIMARY KEY,
    json TEXT NOT NULL,
    actor TEXT NOT NULL,
    accepted_at_ms REAL NOT NULL
  ) STRICT;

  CREATE TABLE forces (target_id TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- What each vantage last said of a target under a check, and what was made of all of them.
  CREATE TABLE target_health (
    vantage TEXT NOT NULL,
    target_id TEXT NOT NULL,
    check_id TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (vantage, target_id, check_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE merged_health (
    target_id TEXT NOT NULL,
    check_id TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (target_id, check_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX journal_by_subject ON journal (subject, seq);
  `,
  `
  -- What people asked for about endpoints. An id is never used twice: those that ended are kept.
  CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL,
    kind TEXT NOT NULL,
    json TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX orders_by_endpoint ON orders (endpoint, kind);
  CREATE TABLE ended_orders (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
  -- Acts of people, done while the store was away, that were taken in.
  CREATE TABLE taken_acts (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
  -- Epochs of fences, above those of the newest entries.
  CREATE TABLE epochs_seen (
    endpoint TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Tombstones among the newest. No reference to entries: to check one for each row that a clean-up
  -- drops would take a look at every endpoint.
  CREATE TABLE newest_of (
    endpoint TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    tombstone_id TEXT,
    entry_id INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO newest_of
    SELECT n.endpoint, n.generation, n.epoch, json_extract(e.json, '$.tombstoneId'), n.entry_id
    FROM newest n JOIN entries e ON e.id = n.entry_id;
  DROP TABLE newest;
  ALTER TABLE newest_of RENAME TO newest;
  CREATE INDEX newest_by_generation ON newest (generation);

  -- What a plan changed, for clean-up; the oldest plan that can be read is in meta (oldest-plan).
  CREATE INDEX entries_by_generation ON entries (generation);
  `,
];

/** The format that this version writes. */
export const FORMAT_VERSION = STEPS.length;

/** "hold" in ASCII: tells our file from any other SQLite database. */
const APPLICATION_ID = 0x68_6f_6c_64;

/**
 * Brings a file to the newest format, each step whole or not at all. Throws StoreError
 * `newer-format` for one of a later version and `malformed` for somebody else's database.
 */
export function migrate(db: DatabaseSync, steps: readonly string[] = STEPS): void {
  const found = pragma(db, "user_version");
  const application = pragma(db, "application_id");
  const isEmpty = found === 0 && db.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
  if (!isEmpty && application !== APPLICATION_ID) {
    const problem = "Cannot open the plan store as its file must be Holdfast's: it is another's";
    throw new StoreError({ code: "malformed", problem }, problem);
  }
  if (found > steps.length) {
    throw new StoreError(
      { code: "newer-format", found, known: steps.length },
      `Cannot open the plan store as its format must be <= ${steps.length}: it is ${found}, ` +
        "written by a newer Holdfast",
    );
  }
  for (const [index, step] of [...steps.entries()].slice(found)) {
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(step);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${index + 1}`);
      db.exec("COMMIT");
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  }
}

function pragma(db: DatabaseSync, name: "user_version" | "application_id"): number {
  const value = db.prepare(`PRAGMA ${name}`).get()?.[name];
  return typeof value === "number" ? value : 0;
}
