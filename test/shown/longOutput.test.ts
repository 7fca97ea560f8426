import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { demoRegion } from "./demoRegion.ts";
import { holdfast } from "./tools.ts";

/** Together several times what a pipe takes at once (64 KiB). */
const TARGETS = 600;

test("output that is longer than a pipe arrives whole", async () => {
  const region = await demoRegion();
  try {
    const more = Array.from({ length: TARGETS }, (_, index) => {
      const host = `${Math.floor(index / 200)}.${1 + (index % 200)}`;
      return `  - { id: lb-x${index}, zone: use1-az1, ipv4: 192.0.${host}, capacity: 100 }`;
    });
    const text = readFileSync(region.config, "utf8").replace(/^demo:[\s\S]*/m, "");
    writeFileSync(region.config, text.replace(/^targets:$/m, `targets:\n${more.join("\n")}`));
    const { code, stdout, stderr } = await holdfast(undefined, "check", region.config, "--json");
    assert.equal(code, 0, stderr);
    assert.ok(stdout.length > 65_536, `${stdout.length} octets`);
    assert.equal(JSON.parse(stdout).warnings.length, TARGETS);
  } finally {
    await region.dispose();
  }
});
