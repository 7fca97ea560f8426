import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { SILENT_LOG } from "../base/index.ts";
import { NetworkProbe } from "../net/index.ts";
import { DemoClient } from "./client.ts";
import { type Demo, startDemo } from "./demo.ts";
import { DemoError } from "./demoError.ts";
import type { DemoTarget } from "./demoTarget.ts";
import type { DemoState } from "./loadBalancer.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-demo-"));
const ended: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const end of ended) await end();
  rmSync(folder, { recursive: true });
});

const listeners = [{ port: 0, paths: ["/healthz"] }];
const three: readonly DemoTarget[] = [
  { id: "lb-a1", availabilityZone: "az1", address: "127.0.0.1", listeners },
  { id: "lb-a2", availabilityZone: "az1", address: "127.0.0.1", listeners },
  { id: "lb-b1", availabilityZone: "az2", address: "127.0.0.1", listeners },
];

let count = 0;
async function started(targets: readonly DemoTarget[]): Promise<[Demo, DemoClient, string]> {
  count += 1;
  const socketPath = join(folder, `demo-${count}.sock`);
  const demo = await startDemo({ targets, socketPath, log: SILENT_LOG });
  const client = new DemoClient(socketPath);
  ended.push(
    () => client.close(),
    () => demo.close(),
  );
  return [demo, client, socketPath];
}

const probe = new NetworkProbe();
async function ask(state: DemoState | undefined, path = "/healthz", timeoutMs = 5_000) {
  const port = state?.ports[0] ?? 0;
  const { detail } = await probe.check("127.0.0.1", { kind: "http", port, path, timeoutMs });
  return detail;
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof DemoError && error.fault.code === code;
}

test("made-up load balancers answer at the check path, and nowhere else", async () => {
  const [demo] = await started(three);
  assert.equal(await ask(demo.states()[0]), "HTTP 200");
  assert.equal(await ask(demo.states()[0], "/healthz?deep=1"), "HTTP 200");
  assert.equal(await ask(demo.states()[0], "/"), "HTTP 404");
});

test("fail refuses connections, heal serves again on the same port", async () => {
  const [demo, client] = await started(three);
  const changed = await client.fail({ targets: ["lb-a1"] });
  assert.deepEqual(
    changed.map(({ id, state }) => [id, state]),
    [["lb-a1", "failed"]],
  );
  assert.equal(await ask(changed[0]), "connection refused");
  assert.equal(await ask(demo.states()[1]), "HTTP 200");
  const healed = await client.heal({ targets: ["lb-a1"] });
  assert.deepEqual(healed[0]?.ports, changed[0]?.ports);
  assert.equal(await ask(healed[0]), "HTTP 200");
});

test("fail breaks connections that are open, so that no answer comes late", async () => {
  const [demo, client] = await started(three);
  await client.slow({ targets: ["lb-a1"] }, 60_000);
  const pending = ask(demo.states()[0]);
  await new Promise((resolve) => setImmediate(resolve));
  await client.fail({ targets: ["lb-a1"] });
  assert.match(await pending, /^connection (reset|refused)$/);
});

test("an availability zone fails and heals as a whole", async () => {
  const [, client] = await started(three);
  const changed = await client.fail({ zone: "az1" });
  assert.deepEqual(
    changed.map(({ id }) => id),
    ["lb-a1", "lb-a2"],
  );
  const states = (await client.states()).map(({ state }) => state);
  assert.deepEqual(states, ["failed", "failed", "serving"]);
  await client.heal({ zone: "az1" });
  assert.ok((await client.states()).every(({ state }) => state === "serving"));
});

test("slow delays each answer till heal", async () => {
  const [demo, client] = await started(three);
  await client.slow({ targets: ["lb-b1"] }, 60_000);
  assert.equal(await ask(demo.states()[2], "/healthz", 50), "no answer in 50 ms");
  await client.heal({ targets: ["lb-b1"] });
  assert.equal(await ask(demo.states()[2]), "HTTP 200");
});

test("what does not exist, or is malformed, is refused and changes nothing", async () => {
  const [demo, client] = await started(three);
  await assert.rejects(client.fail({ targets: ["lb-a1", "lb-x"] }), (error: unknown) => {
    assert.ok(error instanceof DemoError);
    assert.deepEqual(error.fault, { code: "unknown-target", target: "lb-x" });
    assert.match(error.message, /lb-a1, lb-a2, lb-b1/);
    return true;
  });
  await assert.rejects(client.fail({ zone: "az9" }), hasCode("unknown-zone"));
  await assert.rejects(client.slow({ zone: "az1" }, -1), hasCode("malformed"));
  await assert.rejects(client.fail({ targets: [] }), hasCode("malformed"));
  assert.ok(demo.states().every(({ state, delayMs }) => state === "serving" && delayMs === 0));
});

test("a port in use is named, and nothing is left running", async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => void blocker.listen(0, "127.0.0.1", resolve));
  const local = blocker.address();
  assert.ok(local !== null && typeof local === "object");
  const socketPath = join(folder, "taken.sock");
  const blocked = { ...three[0], id: "lb-x", availabilityZone: "az1", address: "127.0.0.1" };
  const targets = [...three, { ...blocked, listeners: [{ port: local.port, paths: [] }] }];
  await assert.rejects(startDemo({ targets, socketPath, log: SILENT_LOG }), (error: unknown) => {
    assert.ok(error instanceof DemoError);
    const at = { target: "lb-x", address: "127.0.0.1", port: local.port };
    assert.deepEqual(error.fault, { code: "port-in-use", ...at });
    assert.match(error.message, new RegExp(`lb-x on 127.0.0.1:${local.port}`));
    return true;
  });
  assert.equal(existsSync(socketPath), false);
  blocker.close();
});

test("the control socket is for this user alone, and replaces a stale one", async () => {
  const [demo, , socketPath] = await started(three);
  assert.equal(statSync(socketPath).mode & 0o777, 0o600);
  const again = await startDemo({ targets: [], socketPath, log: SILENT_LOG });
  await again.close();
  await demo.close();
});

test("the control socket's place must be free and its path short", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "precious");
  const long = join(folder, "x".repeat(100));
  for (const socketPath of [file, long, join(folder, "none", "demo.sock")]) {
    const parts = { targets: three, socketPath, log: SILENT_LOG };
    await assert.rejects(startDemo(parts), hasCode("socket-unusable"));
  }
  assert.equal(statSync(file).size, "precious".length);
});

test("a client says so when no demo runs", async () => {
  const client = new DemoClient(join(folder, "nobody.sock"));
  await assert.rejects(client.states(), hasCode("not-running"));
  await client.close();
});

test("1,000 load balancers start, each on an address of its own", async () => {
  const targets = Array.from({ length: 1_000 }, (_, index) => ({
    id: `lb-${index}`,
    availabilityZone: "az1",
    address: `127.77.${index >> 8}.${index & 0xff}`,
    listeners,
  }));
  const [demo] = await started(targets);
  const places = demo.states().map(({ address, ports }) => `${address}:${ports[0]}`);
  assert.equal(new Set(places).size, 1_000);
  assert.ok(demo.states().every(({ state }) => state === "serving"));
});
