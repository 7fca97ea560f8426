import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder } from "./makeFolder.ts";

test("makeFolder() makes what is missing, with its mode, and is content where it is there", () => {
  const top = mkdtempSync(join(tmpdir(), "hf-folder-"));
  const deep = join(top, "a", "b", "c");
  makeFolder(deep, 0o700);
  makeFolder(deep, 0o700);
  assert.equal(statSync(deep).mode & 0o777, 0o700);
  writeFileSync(join(top, "file"), "");
  assert.throws(() => makeFolder(join(top, "file", "below"), 0o700), { code: "ENOTDIR" });
  rmSync(top, { recursive: true });
});

test("makeFolder() ends where nothing can be made, as below /proc", () => {
  assert.throws(() => makeFolder("/proc/holdfast/state", 0o700), { code: /ENOENT|EACCES|EPERM/ });
});
