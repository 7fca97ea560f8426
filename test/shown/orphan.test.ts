import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { until } from "../processes/instance.ts";
import { withDemo, ZONE } from "./demoRegion.ts";
import { holdfast } from "./tools.ts";
import { Watcher } from "./watcher.ts";

const NAME = `signin.${ZONE}`;

test("an endpoint out of the configuration goes on answering, and status says so", async () => {
  await withDemo(async (region) => {
    const watcher = new Watcher(region.places.dnsPort, NAME);
    const text = readFileSync(region.config, "utf8");
    const without = text
      .split(/(?=^ {2}- )/m)
      .filter((item) => !/^ {2}- (\{ ?)?name: signin\b/.test(item))
      .join("");
    assert.ok(without.length < text.length, "the example has an endpoint signin");
    writeFileSync(region.config, without);
    const reloaded = await holdfast(region.state, "reload");
    assert.equal(reloaded.code, 0, reloaded.stderr);
    await until("is said by status", async () => {
      const { stdout } = await holdfast(region.state, "status");
      return /signin[\s\S]*no longer in the configuration/.test(stdout);
    });
    const { stdout: status } = await holdfast(region.state, "status");
    assert.match(status, /retire/, "status says how a name is retired");
    const looks = watcher.looks;
    await until("is asked 100 times more", async () => watcher.looks > looks + 100);
    const { denials } = await watcher.stop();
    assert.deepEqual(denials, []);
  });
});

test("a broken configuration is refused with every error, and changes nothing", async () => {
  await withDemo(async (region) => {
    const before = await holdfast(region.state, "plans", "--json");
    const text = readFileSync(region.config, "utf8");
    writeFileSync(region.config, `${text}\nendponts: []\n`);
    const reloaded = await holdfast(region.state, "reload");
    assert.equal(reloaded.code, 3);
    assert.match(`${reloaded.stdout}${reloaded.stderr}`, /holdfast\.yaml:\d+:\d+.*endponts/);
    assert.equal((await holdfast(region.state, "plans", "--json")).stdout, before.stdout);
  });
});
