import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../../dns/index.ts";
import { NameKey } from "../../packet/index.ts";
import { AskedTable, newAskedTable } from "./askedTable.ts";

const STARTED_MS = 1_760_000_012_345;
const MINUTE_MS = 60_000;
const NAME = nameOf("signin.example.org");

test("AskedTable tells the minute in which a name was last asked for, across threads", () => {
  const share = newAskedTable();
  const [thread, reader] = [new AskedTable(share, STARTED_MS), new AskedTable(share, STARTED_MS)];
  assert.deepEqual(reader.last(NAME), { kind: "never" });
  const key = new NameKey();
  assert.ok(key.set(NAME));
  for (const minutes of [0, 1, 5_000, 600_000]) {
    thread.at(STARTED_MS + minutes * MINUTE_MS + 59_999);
    thread.note(key.hash);
    const atMs = STARTED_MS + minutes * MINUTE_MS;
    assert.deepEqual(reader.last(NAME), { kind: "asked", atMs });
  }
  assert.deepEqual(reader.last(nameOf("other.example.org")), { kind: "never" });
});

test("AskedTable tells a name by itself, whatever its hash's tag is", () => {
  const table = new AskedTable(newAskedTable(), STARTED_MS);
  table.at(STARTED_MS);
  const names = Array.from({ length: 2_000 }, (_, index) => nameOf(`n${index}.example.org`));
  for (const name of names) table.noteName(name);
  for (const name of names) assert.equal(table.last(name).kind, "asked", name);
});

test("AskedTable says that it does not know where others may have taken the place", () => {
  const table = new AskedTable(newAskedTable(), STARTED_MS);
  const key = new NameKey();
  assert.ok(key.set(NAME));
  const bucket = key.hash & 0x3_ffff;
  // Five others of the same bucket, asked for one after the other, push the oldest out.
  for (let other = 1; other <= 5; other += 1) {
    table.at(STARTED_MS + other * MINUTE_MS);
    table.note((((key.hash >>> 20) ^ other) << 20) | (key.hash & 0xf_ffff));
    assert.equal(table.last(NAME).kind, other < 4 ? "never" : "unknown", `${bucket} ${other}`);
  }
  table.at(STARTED_MS + 9 * MINUTE_MS);
  table.note(key.hash);
  assert.equal(table.last(NAME).kind, "asked");
});

test("AskedTable holds to the last minute that it can tell, and to the first", () => {
  const table = new AskedTable(newAskedTable(), STARTED_MS);
  table.at(STARTED_MS - 86_400_000); // a clock that was set back
  table.noteName(NAME);
  assert.deepEqual(table.last(NAME), { kind: "asked", atMs: STARTED_MS });
  table.at(STARTED_MS + 10 * 365 * 86_400_000);
  table.noteName(NAME);
  const last = table.last(NAME);
  assert.ok(last.kind === "asked" && last.atMs > STARTED_MS + 365 * 86_400_000);
});
