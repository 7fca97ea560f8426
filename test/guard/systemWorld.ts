// Runs in namespaces of its own (systemResolver.test.ts), where /etc/resolv.conf is the test's: a
// server that denies its name after a while, the forwarder on 127.0.0.1:53, maybe systemd-resolved,
// and programs that know nothing of guard. Prints what became of it as JSON.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { RecursiveServer } from "./recursiveServer.ts";

const NAME = "api.shop.example";
const ADDRESS = "127.0.0.5";
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const run = promisify(execFile);

/** What programs saw, before and while the upstream denied the name. */
export interface Seen {
  readonly before: Programs;
  readonly during: Programs;
  /** What the upstream itself said meanwhile, and how often it was asked for A. */
  readonly upstream: string;
  readonly asked: number;
}

interface Programs {
  readonly getent: string;
  readonly curl: string;
}

/** Standard output of a program, or how it ended. */
async function said(program: string, ...words: string[]): Promise<string> {
  try {
    return (await run(program, words, { timeout: 20_000 })).stdout.trim();
  } catch (error) {
    return `failed: ${(error as { code?: unknown }).code}`;
  }
}

async function programs(port: number): Promise<Programs> {
  const found = await said("getent", "hosts", NAME);
  const curl = ["--silent", "--max-time", "10", `http://${NAME}:${port}/`];
  return { getent: found.split(/\s/)[0] ?? "", curl: await said("curl", ...curl) };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Waited in vain");
}

const [config = "", resolved] = process.argv.slice(2);
const server = new RecursiveServer();
const upstream = `127.0.0.1#${await server.listen()}`;
server.said.set(NAME, [ADDRESS]);
const service = http.createServer((_request, answer) => answer.end("the service"));
service.listen(0, ADDRESS);
await once(service, "listening");
const address = service.address();
const port = address === null || typeof address === "string" ? 0 : address.port;
const forwarder = ["guard", "--upstream", upstream, "--listen", "127.0.0.1:53", "--config", config];
const children = [spawn(process.execPath, [MAIN, ...forwarder], { stdio: "ignore" })];
if (resolved !== undefined) children.push(spawn(resolved, { stdio: "ignore" }));
try {
  const asked = (): number => server.asked.filter((one) => one === `A ${NAME}`).length;
  let before = await programs(port);
  await until(async () => {
    before = await programs(port);
    return before.getent === ADDRESS && asked() >= 2;
  });
  server.said.set(NAME, "nodata");
  const already = asked();
  await until(async () => {
    await programs(port);
    return asked() > already;
  });
  const during = await programs(port);
  const [, serverPort = ""] = upstream.split("#");
  const dig = ["@127.0.0.1", "-p", serverPort, "+short", NAME, "A"];
  const seen: Seen = { before, during, upstream: await said("dig", ...dig), asked: asked() };
  console.log(JSON.stringify(seen));
} finally {
  for (const child of children) child.kill("SIGKILL");
  service.close();
  server.close();
}
