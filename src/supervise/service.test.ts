import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { SILENT_LOG } from "../base/index.ts";
import { stateLayout } from "../config/index.ts";
import { lookAtProcess, RealChance, RealClock } from "../net/index.ts";
import type { ProcessNote } from "./machine/index.ts";
import { Supervisor } from "./service.ts";

// A role that reports, obeys SIGTERM, and ends when its supervisor is gone: no more is needed here.
const FAKE_MAIN = `
  const id = process.argv[process.argv.indexOf("--id") + 1];
  process.on("SIGTERM", () => process.exit(0));
  process.on("disconnect", () => process.exit(0));
  process.on("message", (order) => console.error("told to " + order.kind + " by " + order.actor));
  const report = () =>
    process.send({ kind: "report", ready: true, settled: true, report: { id, pid: process.pid } });
  report();
  setInterval(report, 100);
`;

let folder = "";
let notes: ProcessNote[] = [];
let wake = (): void => {};
let supervisor: Supervisor;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-"));
  writeFileSync(join(folder, "main.cjs"), FAKE_MAIN);
  const layout = stateLayout(folder);
  mkdirSync(layout.logsFolder);
  notes = [];
  supervisor = new Supervisor({
    layout,
    main: join(folder, "main.cjs"),
    clock: new RealClock(),
    chance: new RealChance(),
    log: SILENT_LOG,
    onNote: (note) => {
      notes.push(note);
      wake();
    },
    onReport: () => wake(),
  });
});
afterEach(async () => {
  supervisor.end();
  await supervisor.finished;
  rmSync(folder, { recursive: true, force: true });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

const isRunning = (id: string): boolean =>
  supervisor.rows().some((row) => row.id === id && row.state === "running");
const pidOf = (id: string): number => {
  const pid = supervisor.rows().find((row) => row.id === id)?.pid;
  assert.ok(pid !== undefined);
  return pid;
};

const SPECS = [
  { id: "nameserver", role: "nameserver" },
  { id: "store", role: "store" },
  { id: "enactor-1", role: "enactor" },
] as const;

test("a supervisor starts processes, shows what they say, and leaves none behind", async () => {
  supervisor.want(SPECS, []);
  await until(() => isRunning("enactor-1"));
  const pids = SPECS.map(({ id }) => pidOf(id));
  const [row] = supervisor.rows();
  assert.deepEqual(row?.report, { id: "nameserver", pid: pids[0] });
  supervisor.end();
  assert.equal(await supervisor.finished, undefined);
  for (const pid of pids) assert.equal(lookAtProcess(pid).state, "gone");
  assert.equal(readFileSync(join(folder, "processes.json"), "utf8"), "[]\n");
});

test("a supervisor brings back what is killed, and notes it for whoever comes next", async () => {
  supervisor.want(SPECS, []);
  await until(() => isRunning("enactor-1"));
  const before = pidOf("store");
  process.kill(before, "SIGKILL");
  await until(() => notes.some((note) => note.kind === "started" && note.restarts === 1));
  const noted = JSON.parse(readFileSync(join(folder, "processes.json"), "utf8"));
  const pids = noted.map((record: { pid: number }) => record.pid);
  assert.deepEqual(
    pids,
    SPECS.map(({ id }) => pidOf(id)),
  );
  assert.ok(!pids.includes(before));
});

test("a supervisor leaves a stopped process alone, and kills it at the end", async () => {
  supervisor.want(SPECS, []);
  await until(() => isRunning("enactor-1"));
  const pid = pidOf("enactor-1");
  process.kill(pid, "SIGSTOP");
  await until(() => notes.some(({ kind }) => kind === "stopped"));
  assert.equal(pidOf("enactor-1"), pid);
  supervisor.end();
  await supervisor.finished;
  assert.ok(notes.some(({ kind, id }) => kind === "killed" && id === "enactor-1"));
  assert.equal(lookAtProcess(pid).state, "gone");
});

test("a supervisor tells all processes that the settings have changed", async () => {
  supervisor.want(SPECS, []);
  await until(() => isRunning("enactor-1"));
  supervisor.tellAll({ kind: "reload", actor: "operator:ann" });
  const log = (): string => readFileSync(join(folder, "logs", "store.log"), "utf8");
  await until(() => log().includes("told to reload by operator:ann"));
});
