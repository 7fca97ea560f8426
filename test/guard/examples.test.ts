import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DEFAULT_POLICY, openGuard } from "../../src/guard/library/index.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

test("the examples run, and fail with a sentence", async () => {
  const server = http
    .createServer((_request, answer) => answer.end("hello"))
    .listen(0, "127.0.0.1");
  server.unref();
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://localhost:${port}/`;
  const words = [`${ROOT}examples/guard/process.ts`, url];
  const { stdout } = await run(process.execPath, words);
  assert.equal(stdout, "200 hello\n");
  const nobody = [`${ROOT}examples/guard/client.ts`, "https://localhost:1/"];
  await assert.rejects(run(process.execPath, nobody), ({ code, stderr }) => {
    assert.match(stderr, /^Cannot get https:\/\/localhost:1\/: Error: .*ECONNREFUSED/);
    return code === 1;
  });
  server.close();
});

test("docs/guard.md names every option and every setting of a policy", () => {
  const text = readFileSync(`${ROOT}docs/guard.md`, "utf8");
  for (const key of [...Object.keys(DEFAULT_POLICY), "proof", "port"]) {
    assert.ok(text.includes(`\`${key}\``), `${key} is described`);
  }
  const source = readFileSync(`${ROOT}src/guard/library/guardOptions.ts`, "utf8");
  const options = /interface GuardOptions \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? "";
  const names = [...options.matchAll(/readonly (\w+)\?/g)].map(([, name]) => name);
  assert.ok(names.length > 5);
  for (const name of names) assert.ok(text.includes(`| \`${name}\` |`), `${name} is described`);
  openGuard().close();
});
