import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { NetError } from "./netError.ts";
import { acquireLock } from "./stateLock.ts";

const root = mkdtempSync(join(tmpdir(), "holdfast-lock-"));
after(() => rmSync(root, { recursive: true }));

const me = { pid: process.pid, role: "supervisor", sinceMs: 1 };

test("acquireLock() holds till release, and the second hears who has it", () => {
  const folder = join(root, "a", "state");
  const first = acquireLock(folder, "supervisor", me);
  assert.equal(first.kind, "held");
  const second = acquireLock(folder, "supervisor", { ...me, role: "other" });
  assert.deepEqual(second, { kind: "taken", by: me });
  const still = acquireLock(folder, "supervisor", { ...me, role: "other" });
  assert.equal(still.kind, "taken", "asking in vain does not break the lock");
  const unrelated = acquireLock(folder, "nameserver", me);
  assert.equal(unrelated.kind, "held", "locks of other names are other locks");
  if (first.kind === "held") first.release();
  const third = acquireLock(folder, "supervisor", me);
  assert.equal(third.kind, "held");
  if (first.kind === "held") first.release();
  assert.ok(existsSync(join(folder, "supervisor.holder.json")), "a second release does nothing");
  assert.equal(statSync(join(folder, "supervisor.lock")).mode & 0o777, 0o600);
  if (third.kind === "held") third.release();
  if (unrelated.kind === "held") unrelated.release();
});

const children: ChildProcess[] = [];
// One that a failed test left would keep the runner waiting; a stopped one ends by nothing else.
after(() => {
  for (const child of children) child.kill("SIGKILL");
});

async function otherProcess(folder: string, then = ""): Promise<ChildProcess> {
  const code = `
    import { acquireLock } from ${JSON.stringify(new URL("./stateLock.ts", import.meta.url).href)};
    const holder = { pid: process.pid, role: "other", sinceMs: 2 };
    const { kind } = acquireLock(${JSON.stringify(folder)}, "supervisor", holder);
    await new Promise((resolve) => setTimeout(resolve, 1));
    ${then}
    console.log(kind);
    setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ["--expose-gc", "--input-type=module", "-e", code]);
  children.push(child);
  const [said] = await once(child.stdout, "data");
  assert.equal(String(said).trim(), "held");
  return child;
}

test("a stopped process keeps the lock, and kill -9 ends it", async () => {
  const folder = join(root, "b");
  const child = await otherProcess(folder);
  child.kill("SIGSTOP");
  const want = { kind: "taken", by: { pid: child.pid, role: "other", sinceMs: 2 } };
  assert.deepEqual(acquireLock(folder, "supervisor", me), want);
  child.kill("SIGKILL");
  await once(child, "exit");
  const mine = acquireLock(folder, "supervisor", me);
  assert.equal(mine.kind, "held");
  if (mine.kind === "held") mine.release();
});

test("a lock is held until its release, though nobody keeps the outcome", async () => {
  const folder = join(root, "e");
  const child = await otherProcess(folder, "globalThis.gc();");
  assert.equal(acquireLock(folder, "supervisor", me).kind, "taken");
  child.kill("SIGKILL");
  await once(child, "exit");
});

test("acquireLock() says taken when the holder's own words cannot be read", () => {
  const folder = join(root, "c");
  const first = acquireLock(folder, "supervisor", me);
  writeFileSync(join(folder, "supervisor.holder.json"), "{half");
  assert.deepEqual(acquireLock(folder, "supervisor", me), { kind: "taken" });
  if (first.kind === "held") first.release();
});

test("acquireLock() throws folder-unusable when there is a file in the way, or no database", () => {
  const isUnusable = (error: unknown): boolean =>
    error instanceof NetError && error.fault.code === "folder-unusable";
  writeFileSync(join(root, "file"), "");
  assert.throws(() => acquireLock(join(root, "file"), "supervisor", me), isUnusable);
  const folder = join(root, "d");
  const first = acquireLock(folder, "supervisor", me);
  if (first.kind === "held") first.release();
  writeFileSync(join(folder, "supervisor.lock"), "x".repeat(5_000));
  assert.throws(() => acquireLock(folder, "supervisor", me), isUnusable);
});
