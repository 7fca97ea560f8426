// Rows 6 and 7: what UPDATEs do to latency, and how many a server takes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Bench, inTurns } from "../bench.ts";
import type { BenchZone } from "../benchZone.ts";
import { type Measured, medianOf } from "../figures.ts";
import { dnsLoad } from "../loads.ts";
import { updateLoad, writeUpdates } from "../updateLoad.ts";
import { PACED_RATE } from "./queries.ts";

const SMALL_NAMES = 10_000;
const LARGE_NAMES = 100_000;
/** UPDATEs per second of row 6. */
const UPDATE_RATE = 200;
/** Whoever falls short of it is not measured under the same UPDATEs. */
const UPDATE_RATE_MIN = 0.9;
const MANY_OUTSTANDING = 256;
const WARM_SECONDS = 2;
const WARM_OUTSTANDING = 16;
/** More than any of them takes in the time; a run that uses all of them ends early. */
const UPDATES_PER_SECOND_MAX = 40_000;

/** Row 6: latency beside UPDATEs and a process that never sleeps. */
export async function busyLatency(bench: Bench): Promise<Measured> {
  const { options, workshop } = bench;
  const { seconds } = options;
  const names = Math.min(SMALL_NAMES, options.names);
  const zone: BenchZone = { names, tenEvery: 10, fences: true, weighted: false };
  const scene = await workshop.scene(zone, true);
  const updates = join(workshop.folder, "updates-busy");
  writeUpdates(updates, zone, UPDATE_RATE * (seconds + WARM_SECONDS + 2) * 2);
  const title = `${PACED_RATE} queries/s beside ${UPDATE_RATE} UPDATEs/s and a busy process`;
  const samples = await inTurns(
    bench,
    title,
    ["ours", "knot", "bind"],
    scene,
    async (server, seed) => {
      const { port } = server;
      const load = { port, questions: scene.questions, rate: PACED_RATE, seed };
      const paced = { port, updates, outstanding: MANY_OUTSTANDING, rate: UPDATE_RATE };
      const stopBusy = keepBusy(options.busyCore);
      try {
        const [, warm] = await Promise.all([
          dnsLoad(workshop.folder, { ...load, seconds: WARM_SECONDS }),
          updateLoad(workshop.folder, { ...paced, seconds: WARM_SECONDS, skip: 0 }),
        ]);
        // UPDATEs begin before the questions that are measured, and end after them.
        const updating = updateLoad(workshop.folder, {
          ...paced,
          seconds: seconds + 1,
          skip: warm.next,
        });
        const report = await dnsLoad(workshop.folder, { ...load, seconds });
        const done = await updating;
        if (report.wrong > 0) throw new Error(`${report.wrong} answers were wrong`);
        if (done.perSecond < UPDATE_RATE_MIN * UPDATE_RATE) {
          throw new Error(`only ${done.perSecond} UPDATEs per second were done`);
        }
        return {
          p50Us: report.p50Us,
          p99Us: report.p99Us,
          p999Us: report.p999Us,
          perSecond: report.perSecond,
          lost: report.lost,
          wrong: report.wrong,
          updatesPerSecond: done.perSecond,
          updateP99Us: done.p99Us,
        };
      } finally {
        await stopBusy();
      }
    },
  );
  const ours = medianOf(samples, "ours", "p99Us");
  const limit = 1.5 * medianOf(samples, "knot", "p99Us");
  const work = "p99 at 40,000 queries/s beside 200 UPDATEs/s and a busy process";
  const rule = "1.5 x Knot";
  const verdict = { row: 6, work, rule, unit: "us", ours, limit, isRate: false };
  return { title, samples, verdicts: [verdict] };
}

/** Row 7: durable, signed UPDATEs over TCP, one after the other and many at once. */
export async function updateRates(bench: Bench): Promise<Measured> {
  const { options, workshop } = bench;
  const { seconds } = options;
  const names = Math.min(LARGE_NAMES, options.names);
  const zone: BenchZone = { names, tenEvery: 1, fences: true, weighted: false };
  const scene = await workshop.scene(zone, true);
  const updates = join(workshop.folder, "updates-many");
  writeUpdates(updates, zone, Math.min(UPDATES_PER_SECOND_MAX * seconds, 5 * LARGE_NAMES));
  const title = `UPDATEs of ${names} fenced names with ten addresses`;
  const samples = await inTurns(bench, title, ["ours", "knot", "bind"], scene, async (server) => {
    const plan = { port: server.port, updates, rate: 0 };
    const warm = { ...plan, skip: 0, seconds: WARM_SECONDS, outstanding: WARM_OUTSTANDING };
    const warmed = await updateLoad(workshop.folder, warm);
    const single = { ...plan, skip: warmed.next, seconds, outstanding: 1 };
    const one = await updateLoad(workshop.folder, single);
    const many = { ...plan, skip: one.next, seconds, outstanding: MANY_OUTSTANDING };
    const all = await updateLoad(workshop.folder, many);
    return {
      perSecondAt1: one.perSecond,
      p99UsAt1: one.p99Us,
      perSecondAt256: all.perSecond,
      p99UsAt256: all.p99Us,
    };
  });
  const shared = { row: 7, unit: "/s", isRate: true };
  return {
    title,
    samples,
    verdicts: [
      {
        ...shared,
        work: "fenced UPDATEs, 1 outstanding",
        rule: "at least 1.0 x BIND",
        ours: medianOf(samples, "ours", "perSecondAt1"),
        limit: 1.0 * medianOf(samples, "bind", "perSecondAt1"),
      },
      {
        ...shared,
        work: "fenced UPDATEs, 256 outstanding",
        rule: "at least 1.5 x Knot",
        ours: medianOf(samples, "ours", "perSecondAt256"),
        limit: 1.5 * medianOf(samples, "knot", "perSecondAt256"),
      },
    ],
  };
}

/** Starts a process that uses all it can get of a core; the answer ends it. */
function keepBusy(core: number): () => Promise<void> {
  const words = ["-c", `${core}`, process.execPath, "-e", "for (;;) {}"];
  const child = spawn("taskset", words, { stdio: "ignore" });
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  return async () => {
    const ended = once(child, "exit");
    kill();
    await ended;
    process.off("exit", kill);
  };
}
