import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { demoRegion } from "./demoRegion.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** Unused targets are warned of: together more than a socket takes while nobody reads. */
const TARGETS = 6_000;
/** `check` lists this many findings, and then says how many more there are. */
const FINDINGS_LISTED = 1_000;
/** How long nobody reads. On a slower machine the test only sees less, and fails no sooner. */
const UNREAD_MS = 3_000;

test("output that nobody reads at once arrives whole", async () => {
  const region = await demoRegion();
  try {
    const more = Array.from({ length: TARGETS }, (_, index) => {
      const host = `${Math.floor(index / 200)}.${1 + (index % 200)}`;
      return `  - { id: lb-x${index}, zone: use1-az1, ipv4: 198.18.${host}, capacity: 100 }`;
    });
    const text = readFileSync(region.config, "utf8").replace(/^demo:[\s\S]*/m, "");
    writeFileSync(region.config, text.replace(/^targets:$/m, `targets:\n${more.join("\n")}`));
    const child = spawn(process.execPath, [MAIN, "check", region.config, "--json"]);
    const ended = once(child, "exit");
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, UNREAD_MS))]);
    let stdout = "";
    for await (const chunk of child.stdout.setEncoding("utf8")) stdout += chunk;
    assert.deepEqual(await ended, [0, null]);
    assert.equal(JSON.parse(stdout).warnings.length, FINDINGS_LISTED + 1);
  } finally {
    await region.dispose();
  }
});
