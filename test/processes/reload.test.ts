// A configuration is taken up without a restart, and a broken one changes nothing.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SupervisorClient } from "../../src/supervise/index.ts";
import { configText, type Region, until, withRegion } from "./instance.ts";

const client = (region: Region): SupervisorClient =>
  new SupervisorClient(join(region.state, "sockets", "supervisor.sock"));

test("a reload serves what changed, starts what is new, and leaves all else", async () => {
  await withRegion(async (region) => {
    await region.up();
    const [first = "", second = ""] = region.places.addresses;
    await region.answers([first, second]);
    const before = await region.pid("planner");
    const text = configText(region.places)
      .replace("targets: [lb-1, lb-2]", "targets: [lb-2]")
      .replace("[enactor-az1, enactor-az2]", "[enactor-az1, enactor-az2, enactor-az3]");
    writeFileSync(region.config, text);
    const outcome = await client(region).reload("operator:test");
    assert.equal(outcome.kind, "accepted");
    await region.answers([second]);
    await until("runs a third enactor", async () => {
      const { processes } = await region.table();
      return processes.some(({ id, state }) => id === "enactor-az3" && state === "running");
    });
    assert.equal(await region.pid("planner"), before);
  });
});

test("a reload of a broken configuration lists every error, and changes nothing", async () => {
  await withRegion(async (region) => {
    await region.up();
    const settings = readFileSync(join(region.state, "settings.json"), "utf8");
    const text = configText(region.places);
    writeFileSync(
      region.config,
      text.replace("capacity: 100", "capacity: 0").replace("http\n", "x\n"),
    );
    const outcome = await client(region).reload("operator:test");
    assert.ok(outcome.kind === "broken");
    assert.ok(outcome.findings.length >= 2);
    assert.equal(readFileSync(join(region.state, "settings.json"), "utf8"), settings);
    await region.answers(region.places.addresses);
  });
});

test("a reload that would make it another region is refused", async () => {
  await withRegion(async (region) => {
    await region.up();
    writeFileSync(region.config, configText(region.places).replace("region: use1", "region: euw1"));
    const outcome = await client(region).reload("operator:test");
    assert.equal(outcome.kind, "refused");
    await region.answers(region.places.addresses);
  });
});

test("a stop asked over the socket ends all of them", async () => {
  await withRegion(async (region) => {
    const instance = await region.up();
    await client(region).stop("operator:test");
    const { code, output } = await instance.ended;
    assert.equal(code, 0);
    assert.match(output, /Stopping \(asked by operator:test\)/);
    assert.deepEqual(region.leftRunning(), []);
  });
});
