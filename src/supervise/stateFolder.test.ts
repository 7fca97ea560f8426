import assert from "node:assert/strict";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { stateLayout } from "../config/index.ts";
import { makeKeys, readAllKeys, readKeyFile } from "./keyFile.ts";
import { takeStateFolder } from "./stateFolder.ts";

const ENACTORS = [
  { id: "enactor-1", role: "enactor" },
  { id: "enactor-2", role: "enactor" },
  { id: "planner", role: "planner" },
] as const;

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "holdfast-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("takeStateFolder() makes a folder that only this user can read", () => {
  const state = takeStateFolder(join(root, "state"), "use1");
  assert.equal(statSync(state.layout.folder).mode & 0o777, 0o700);
  state.release();
});

test("takeStateFolder() refuses a second holder and says what to do", () => {
  const state = takeStateFolder(join(root, "state"), "use1");
  const second = (): unknown => takeStateFolder(join(root, "state"), "use1");
  assert.throws(second, {
    fault: { code: "state-in-use", folder: state.layout.folder, pid: process.pid },
  });
  state.release();
  takeStateFolder(join(root, "state"), "use1").release();
});

test("takeStateFolder() refuses another region's state, and leaves it as it is", () => {
  const folder = join(root, "state");
  takeStateFolder(folder, "use1").release();
  writeFileSync(join(folder, "region"), "use1\n");
  const before = readdirSync(folder);
  assert.throws(() => takeStateFolder(folder, "euw1"), {
    fault: { code: "other-region", found: "use1", wanted: "euw1" },
  });
  assert.deepEqual(readdirSync(folder), before);
});

test("takeStateFolder() refuses a path too long for sockets before it makes anything", () => {
  const folder = join(root, "x".repeat(120));
  assert.throws(() => takeStateFolder(folder, "use1"), /must be <= 100 octets/);
  assert.equal(existsSync(folder), false);
});

test("takeStateFolder() refuses a folder that cannot be made", () => {
  writeFileSync(join(root, "file"), "");
  assert.throws(() => takeStateFolder(join(root, "file", "state"), "use1"), {
    message: /Cannot use the state folder .* as it must be writable/,
  });
});

test("undo() leaves nothing behind where there was nothing before", () => {
  const state = takeStateFolder(join(root, "state"), "use1");
  state.undo();
  assert.equal(existsSync(join(root, "state")), false);
});

test("undo() keeps a folder that was there before", () => {
  takeStateFolder(join(root, "state"), "use1").release();
  takeStateFolder(join(root, "state"), "use1").undo();
  assert.equal(existsSync(join(root, "state")), true);
});

test("makeKeys() gives each enactor and the operator a key, and keeps what is there", () => {
  const layout = stateLayout(root);
  makeKeys(layout, "use1", [ENACTORS[0]]);
  const before = readFileSync(layout.keyFile("operator"), "utf8");
  makeKeys(layout, "use1", ENACTORS);
  assert.equal(readFileSync(layout.keyFile("operator"), "utf8"), before);
  assert.equal(statSync(layout.keyFile("operator")).mode & 0o777, 0o600);
  const keys = readAllKeys(layout);
  assert.deepEqual(
    keys.map(({ name }) => name),
    ["enactor-1.use1.", "enactor-2.use1.", "operator.use1."],
  );
  assert.ok(
    keys.every(({ secret, algorithm }) => secret.length === 32 && algorithm === "hmac-sha256"),
  );
});

test("readKeyFile() refuses what is not a key, and says what to do", () => {
  const path = join(root, "bad.key");
  writeFileSync(path, "key { secret };");
  assert.throws(() => readKeyFile(path), { fault: { code: "key-malformed", path } });
});
