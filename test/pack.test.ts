import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { configText, freePlaces, Region, until } from "./processes/instance.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const NPM_MS_MAX = 240_000;

function npm(folder: string, ...words: string[]): string {
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  const options = { cwd: folder, encoding: "utf8", timeout: NPM_MS_MAX } as const;
  return execFileSync("npm", [...words, ...quiet], options);
}

/** This Node, and others that are in the PATH. */
function nodes(): readonly string[] {
  const places = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "node"));
  return [process.execPath, ...new Set(places.filter((place) => existsSync(place)))];
}

test("npm pack, installed elsewhere, runs a region without a TypeScript source", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hf-pack-"));
  const region = new Region(await freePlaces());
  try {
    // A copy, so that dist/ is not built in the tree that other tests are reading.
    const copy = join(folder, "copy");
    const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    for (const file of tracked.split("\n").filter(Boolean)) {
      if (!file.startsWith("examples/aws/")) cpSync(join(ROOT, file), join(copy, file));
    }
    cpSync(join(ROOT, "node_modules"), join(copy, "node_modules"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    const packed = JSON.parse(npm(copy, "pack", "--json", "--pack-destination", folder));
    const [{ filename }] = packed as [{ filename: string }];
    const elsewhere = join(folder, "elsewhere");
    cpSync(join(copy, "LICENSE"), join(elsewhere, "LICENSE"));
    writeFileSync(join(elsewhere, "package.json"), '{ "name": "elsewhere", "private": true }\n');
    npm(elsewhere, "install", join(folder, filename));

    const installed = join(elsewhere, "node_modules", "holdfast");
    const bin = join(elsewhere, "node_modules", ".bin", "holdfast");
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    assert.equal(execFileSync(bin, ["--version"], { encoding: "utf8" }).trim(), version);
    const example = join(installed, "examples", "region", "holdfast.yaml");
    assert.match(execFileSync(bin, ["check", example], { encoding: "utf8" }), /no errors/);
    // The drills are built beside the program, and run their own copy of the shipped code.
    const listed = execFileSync(bin, ["drill", "list"], { encoding: "utf8" });
    assert.match(listed, /aws-2025-10-20 +held/);
    const drill = execFileSync(bin, ["drill", "mass-withdrawal-2021-10-04"], { encoding: "utf8" });
    assert.match(drill, /No name is ever empty, none goes backwards: \d+ answers, 0 times emptied/);
    const types = readFileSync(join(installed, "dist", "dns", "index.d.ts"), "utf8");
    assert.match(types, /decodeMessage/);

    // The guard's library, on every Node that is here: it asks for nothing newer than 20.
    const guarded = 'import("holdfast/guard").then(({ openGuard }) => openGuard().close())';
    for (const node of nodes()) execFileSync(node, ["-e", guarded], { cwd: elsewhere });

    // The library's examples, as its users import it.
    const examples = join(elsewhere, "examples");
    cpSync(join(ROOT, "examples", "dns"), examples, { recursive: true });
    for (const file of readdirSync(examples).filter((name) => name.endsWith(".ts"))) {
      const text = readFileSync(join(examples, file), "utf8");
      const packed = text.replaceAll('"../../src/dns/index.ts"', '"holdfast/dns"');
      writeFileSync(join(examples, file), packed);
    }
    const words = [join(examples, "zoneFile.ts"), join(examples, "example.zone")];
    assert.match(
      execFileSync(process.execPath, words, { encoding: "utf8" }),
      /^example\.com\. 3600/,
    );

    writeFileSync(region.config, configText(region.places));
    const runWords = ["run", "-c", region.config, "--state", region.state];
    const running = spawn(bin, runWords, { cwd: region.folder, stdio: "ignore" });
    const ended = once(running, "exit");
    await region.answers(region.places.addresses);
    await region.table();
    // Threads are files of their own, which nothing imports: left out, all would work on slowly.
    const status = ["status", "-c", region.config, "--state", region.state, "--json"];
    let udp: { readonly by: string } | undefined;
    await until("says how UDP is served", async () => {
      const { stdout } = spawnSync(bin, status, { encoding: "utf8" });
      udp = stdout === "" ? undefined : JSON.parse(stdout).nameserver?.udp;
      return udp !== undefined;
    });
    assert.equal(udp?.by, "threads", JSON.stringify(udp));
    running.kill("SIGTERM");
    await ended;
    assert.deepEqual(region.leftRunning(), []);
  } finally {
    await region.dispose();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
});
