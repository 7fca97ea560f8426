import assert from "node:assert/strict";
import { test } from "node:test";
import { stateFilesOf, superseded } from "./stateNumbers.ts";

/** Names of the files dropped once image 9 is whole, each of them of ten octets. */
function dropped(names: readonly string[], historyOctetsMax: number): readonly string[] {
  const files = stateFilesOf(names).map((file) => ({ ...file, octets: 10 }));
  return superseded(files, 9, historyOctetsMax).map(({ name }) => name);
}

const journals = ["journal-4", "journal-6", "journal-7", "journal-8", "journal-9"];

for (const { octets, lost, why } of [
  { octets: 20, lost: ["journal-4", "journal-6"], why: "as many journals as fit" },
  { octets: 19, lost: ["journal-4", "journal-6", "journal-7"], why: "no more than fit" },
  { octets: 99, lost: ["journal-4"], why: "none before one that is missing" },
  { octets: 0, lost: journals.slice(0, 4), why: "none where history has no room" },
] as const) {
  test(`superseded() keeps, for history, ${why}`, () => {
    assert.deepEqual(dropped([...journals, "image-9"], octets), lost);
  });
}

test("superseded() keeps the whole file before, if all journals behind it are kept", () => {
  const files = ["image-6", "image-8", "snapshot-8", ...journals, "image-9"];
  assert.deepEqual(dropped(files, 99), ["journal-4", "image-6", "snapshot-8"]);
  const older = ["image-5", ...journals, "image-9"];
  assert.deepEqual(dropped(older, 99), ["journal-4", "image-5"]);
});
