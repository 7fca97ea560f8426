import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type LockPackages, missingPackages } from "./lockFile.ts";

test("missingPackages() names an optional package that nothing installs", () => {
  const packages = {
    "node_modules/tool": { dev: true, optionalDependencies: { "@tool/linux-x64": "^1.2.3" } },
  };
  const [missing] = missingPackages(packages);
  assert.deepEqual(missing, { name: "@tool/linux-x64", version: "1.2.3", dev: true });
  assert.deepEqual(missingPackages({ ...packages, "node_modules/@tool/linux-x64": {} }), []);
});

test("package-lock.json names the optional packages of all platforms, as npm ci demands", () => {
  const text = readFileSync("package-lock.json", "utf8");
  const { packages } = JSON.parse(text) as { packages: LockPackages };
  assert.deepEqual(missingPackages(packages), [], "run: node tools/lockFile.ts");
  assert.doesNotMatch(text, /"resolved": /, "no address of a registry belongs in the lock file");
});
