import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { needs } from "../peers.ts";
import { until } from "../processes/instance.ts";
import { withDemo, ZONE } from "./demoRegion.ts";
import { dig, digShort, holdfast, nsupdate } from "./tools.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = readFileSync(join(ROOT, "docs", "operations.md"), "utf8");
const README = readFileSync(join(ROOT, "README.md"), "utf8");

/** The `npx holdfast` lines of a page's shell blocks, as words. */
function commandsOf(page: string): readonly (readonly string[])[] {
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const lines = blocks.flatMap((block) => block.split("\n"));
  return lines
    .filter((line) => line.startsWith("npx holdfast "))
    .map((line) => line.replace(/ +# .*$/, ""))
    .map((line) =>
      [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ""),
    )
    .map((words) => words.slice(2));
}

test("every command of README.md and docs/operations.md works on the demo region", async () => {
  await withDemo(async (region) => {
    const commands = [...commandsOf(README), ...commandsOf(PAGE)];
    assert.ok(commands.length > 15);
    for (const words of commands) {
      const placed = words.map((word) => {
        if (word === "examples/region/holdfast.yaml") return region.config;
        return word === "holdfast-backup" ? join(region.folder, word) : word;
      });
      const takesState = placed[0] !== "check" && placed[0] !== "drill";
      const { code, stderr } = await holdfast(takesState ? region.state : undefined, ...placed);
      assert.equal(code, 0, `holdfast ${words.join(" ")}: ${stderr}`);
    }
  });
});

test(
  "a name is retired by hand as docs/operations.md says, and stays so",
  needs("nsupdate", "dig"),
  async () => {
    await withDemo(async (region) => {
      const { dnsPort } = region.places;
      const name = `signin.${ZONE}`;
      const [quoted = ""] = await digShort(dnsPort, `_holdfast.${name}`, "TXT");
      const fence = quoted.replaceAll('"', "");
      const edition = Number(/ edition=(\d+) /.exec(fence)?.[1]);
      const tombstone = fence
        .replace(/ edition=\d+ types=\S+/, ` edition=${edition + 1} types=-`)
        .concat(" tombstone=test-1 at=2026-11-22T00:00:00Z");
      const section = PAGE.slice(PAGE.indexOf("## Retire"));
      const [, script = ""] = /```\n(server[\s\S]*?)send\n```/.exec(section) ?? [];
      const lines = script
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("server"))
        .map((line) => line.replace(/"<the fence as read>"/, `"${fence}"`))
        .map((line) => line.replace(/^(update add .*)"holdfast=1 .*"$/, `$1"${tombstone}"`));
      const key = join(region.state, "keys", "operator.key");
      const { code, stderr } = await nsupdate(dnsPort, key, lines);
      assert.equal(code, 0, stderr);
      assert.match(await dig(dnsPort, name, "A"), /status: NOERROR[\s\S]*ANSWER: 0/);
      // A target fails, so that plans with this endpoint follow: none of them may bring it back.
      const before = await digShort(dnsPort, `_holdfast.dynamodb.${ZONE}`, "TXT");
      assert.equal((await holdfast(region.state, "drain", "lb-a1")).code, 0);
      await until("enacts the next plan", async () => {
        const now = await digShort(dnsPort, `_holdfast.dynamodb.${ZONE}`, "TXT");
        return now.join() !== before.join();
      });
      assert.deepEqual(await digShort(dnsPort, name, "A"), []);
      assert.deepEqual(await digShort(dnsPort, `_holdfast.${name}`, "TXT"), [`"${tombstone}"`]);
    });
  },
);
