import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const RUN = fileURLToPath(new URL("run.ts", import.meta.url));

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("sim/small/run.ts", () => {
  it("says what it found as JSON, and ends with 0 where the world is whole", () => {
    const { status, stdout } = run("--json", "a retirement taken back");
    const { name, found, complete, states } = JSON.parse(stdout);
    assert.deepEqual([name, found, complete, status], ["a retirement taken back", [], true, 0]);
    assert.ok(states > 100);
  });

  it("ends with 1 where states were left out", () => {
    const { status, stdout } = run("--states-max", "50", "three plans");
    assert.match(stdout, /^three plans: \d+ states, .*, NOT whole$/m);
    assert.equal(status, 1);
  });

  it("ends with 2 for a world that it does not know", () => {
    const { status, stdout, stderr } = run("three plans", "four plans");
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, /^Cannot find a world "four plans": see --list$/m);
  });
});
