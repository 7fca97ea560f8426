import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const FOLDER = fileURLToPath(new URL("./", import.meta.url));
const ZONE = join(FOLDER, "example.zone");

async function run(example: string, ...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(FOLDER, example), ...words]);
  return stdout;
}

/** Starts an example that serves, on a free port which it prints. */
async function start(...words: string[]): Promise<{ process: ChildProcess; port: string }> {
  const [example = "", ...rest] = words;
  const server = spawn(process.execPath, [join(FOLDER, example), ...rest], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface(server.stdout), "line");
  return { process: server, port: String(line).replace("port ", "") };
}

async function stop(server: ChildProcess): Promise<void> {
  const ended = once(server, "exit");
  server.kill();
  await ended;
}

test("serve.ts answers what query.ts asks", async () => {
  const server = await start("serve.ts", ZONE, "0");
  try {
    assert.equal(
      await run("query.ts", "127.0.0.1", server.port, "WWW.example.com", "A"),
      "NOERROR\nwww.example.com. 60 IN A 192.0.2.1\nwww.example.com. 60 IN A 192.0.2.2\n",
    );
    assert.equal(
      await run("query.ts", "127.0.0.1", server.port, "www.example.com", "MX"),
      "NOERROR\n",
    );
    assert.equal(
      await run("query.ts", "127.0.0.1", server.port, "none.example.com", "A"),
      "NXDOMAIN\n",
    );
  } finally {
    await stop(server.process);
  }
});

test("updateServer.ts understands what update.ts signs, and is believed", async () => {
  const server = await start("updateServer.ts", "0");
  const shown: string[] = [];
  server.process.stdout?.on("data", (chunk) => shown.push(String(chunk)));
  try {
    assert.equal(await run("update.ts", "127.0.0.1", server.port), "NOERROR\n");
    const want = "if rrset-is\ndelete-rrset\nadd www.example.com. A 192.0.2.7\n";
    assert.equal(shown.join(""), want);
  } finally {
    await stop(server.process);
  }
});

test("zoneFile.ts writes a zone in canonical order, and says where one is wrong", async () => {
  const lines = (await run("zoneFile.ts", ZONE)).split("\n");
  assert.equal(lines.length, 9);
  assert.match(lines[0] ?? "", /^example\.com\. 3600 IN SOA /);
  const folder = mkdtempSync(join(tmpdir(), "hf-example-"));
  try {
    const wrong = join(folder, "wrong.zone");
    writeFileSync(wrong, "$ORIGIN a.\n$TTL 1\nb A 192.0.2.1\nc A 192.0.2\n");
    const failed = await run("zoneFile.ts", wrong).catch(
      (error: { stderr: string }) => error.stderr,
    );
    assert.equal(failed, `${wrong}:4:5: Cannot read A RDATA: it must be one IPv4 address\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("zoneStream.ts counts records by type", async () => {
  assert.match(await run("zoneStream.ts", ZONE), /^A 3$[\s\S]*^0 problems$/m);
});

test("names.ts runs", async () => {
  assert.match(await run("names.ts"), /^a\\\.dot\.example\.com\. 19 true\n/);
});

const DOCUMENT = readFileSync(join(FOLDER, "../../docs/dns-library.md"), "utf8");
const SOURCES = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => readFileSync(join(FOLDER, file), "utf8"))
  .map((text) => text.replaceAll('"../../src/dns/index.ts"', '"holdfast/dns"'));

for (const [, block = ""] of DOCUMENT.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
  const [first = ""] = block.split("\n");
  test(`docs/dns-library.md shows code that runs: ${first}`, () => {
    // Pieces of one example, with … on a line of its own where something is left out.
    const pieces = block.split(/^\s*\/\/ …\n/m);
    const isShown = SOURCES.some((source) => pieces.every((piece) => source.includes(piece)));
    assert.ok(isShown, `no file of examples/dns has this:\n${block}`);
  });
}
