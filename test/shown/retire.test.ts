// The one way in which a name stops answering, and the one in which it comes back.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { type Region, until } from "../processes/instance.ts";
import { withDemo, ZONE } from "./demoRegion.ts";
import { demoNames, NamesWatcher } from "./namesWatcher.ts";
import { dig, digShort, holdfast } from "./tools.ts";

const NAME = `signin.${ZONE}`;
const OTHERS = demoNames(ZONE).filter(({ name }) => name !== NAME);

async function run(region: Region, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await holdfast(region.state, ...words);
  assert.equal(code, 0, `${words.join(" ")}: ${stderr}`);
  return stdout;
}

async function addresses(region: Region): Promise<number> {
  return (await digShort(region.places.dnsPort, NAME, "A")).length;
}

async function isRetired(region: Region): Promise<boolean> {
  const text = await dig(region.places.dnsPort, `_holdfast.${NAME}`, "TXT", "+short");
  return / tombstone=t-signin-/.test(text) && (await addresses(region)) === 0;
}

/** Long enough for planner and enactors to do what they should not. */
async function aWhile(region: Region): Promise<void> {
  const before = (await run(region, "plans")).split("\n").length;
  await run(region, "demo", "fail", "lb-a1");
  await until("makes a plan", async () => (await run(region, "plans")).split("\n").length > before);
  await run(region, "demo", "heal", "lb-a1");
}

test(
  "retire waits, can be cancelled, needs the name; revive alone brings it back",
  needs("dig"),
  async () => {
    await withDemo(async (region) => {
      const others = new NamesWatcher(region.places.dnsPort, OTHERS);
      const unnamed = await holdfast(region.state, "retire", "signin", "--reason", "unused");
      assert.equal(unnamed.code, 2, "nobody typed its name");
      const misnamed = ["retire", "signin", "--reason", "unused", "--confirm", "signin.example"];
      assert.notEqual((await holdfast(region.state, ...misnamed)).code, 0);
      assert.ok((await addresses(region)) > 0);

      await run(region, "retire", "signin", "-r", "unused", "--confirm", NAME, "--no-wait");
      assert.match(await run(region, "status"), /signin[\s\S]*retire/);
      assert.match(await run(region, "retire", "list"), /signin/);
      await aWhile(region);
      assert.ok((await addresses(region)) > 0, "it answers while it waits");
      await run(region, "retire", "cancel", "signin");
      assert.doesNotMatch(await run(region, "retire", "list"), /signin/);

      const now = ["-r", "unused", "--hold-down", "0s", "--confirm", NAME, "--confirm-now", NAME];
      await run(region, "retire", "signin", ...now);
      await until("is retired", () => isRetired(region));
      const answer = await dig(region.places.dnsPort, NAME, "A");
      assert.match(answer, /status: NOERROR/, "NODATA: its fence exists");
      assert.match(await run(region, "status"), /signin/, "configured, and retired: it is said");

      // An old configuration put back, a restart, a lost plan store: none of them revives it.
      const text = readFileSync(region.config, "utf8");
      const without = text.replace(/^ {2}- name: signin\n.*\n.*\n/m, "");
      assert.notEqual(without, text);
      writeFileSync(region.config, without);
      await run(region, "reload");
      writeFileSync(region.config, text);
      await run(region, "reload");
      await aWhile(region);
      assert.ok(await isRetired(region), "an old configuration put back does not revive it");
      await region.endAll();
      rmSync(join(region.state, "store"), { recursive: true });
      await region.up();
      await aWhile(region);
      assert.ok(await isRetired(region), "a lost plan store does not revive it");

      await run(region, "revive", "signin", "--reason", "used after all");
      await until("answers again", async () => (await addresses(region)) > 0);
      assert.doesNotMatch(
        await dig(region.places.dnsPort, `_holdfast.${NAME}`, "TXT", "+short"),
        /tombstone/,
      );
      const { denials, backwards } = await others.stop();
      assert.deepEqual({ denials, backwards }, { denials: [], backwards: [] });
    });
  },
);
