// Rows 1 to 5: what answering costs, and how large and how quick to start a server is.

import { type Bench, inTurns } from "../bench.ts";
import { addressCount, type BenchZone } from "../benchZone.ts";
import { type Measured, medianOf, type Samples, type Trial } from "../figures.ts";
import { learntCookie } from "../firstAnswer.ts";
import { dnsLoad, dnsperf, type LoadReport } from "../loads.ts";
import type { RunningServer } from "../runningServer.ts";
import type { Scene } from "../workshop.ts";

/** Queries per second of the latency figures. */
export const PACED_RATE = 40_000;
const WARM_SECONDS = 2;
const SMALL_NAMES = 10_000;
const MICRO = 1e6;
const MEGA = 1e6;
/** Of questions that are lost or answered wrongly, what a run may show by bad luck. */
const LOST_SHARE_MAX = 0.001;
/** Least part of an even share that every address must get; the least weight is due 0.3. */
const CHOICE_SHARE_MIN = 0.125;

/** Rows 1: ten thousand names, one in ten of them with ten addresses. */
export async function tenThousand(bench: Bench): Promise<Measured> {
  const names = Math.min(SMALL_NAMES, bench.options.names);
  const zone: BenchZone = { names, tenEvery: 10, fences: false, weighted: false };
  const scene = await bench.workshop.scene(zone);
  const title = `${names} names`;
  const ids = ["ours", "nsd", "knot", "bind", "pdns", "gdnsd"] as const;
  const samples = await inTurns(bench, title, ids, scene, (server, seed) => {
    return answering(bench, scene, server, seed);
  });
  const limit = Math.min(medianOf(samples, "nsd", "cpuUs"), medianOf(samples, "knot", "cpuUs"));
  const verdict = cpuVerdict(samples, 1, "CPU per query, 10,000 names", limit);
  return { title, samples, verdicts: [{ ...verdict, rule: "1.0 x the better of NSD and Knot" }] };
}

/** Row 2: one of ten addresses, chosen by weight for each answer. */
export async function weightedChoice(bench: Bench): Promise<Measured> {
  const names = Math.min(SMALL_NAMES, bench.options.names);
  const zone: BenchZone = { names, tenEvery: 1, fences: true, weighted: true };
  const scene = await bench.workshop.scene(zone);
  const title = `${names} names, weighted choice of 10`;
  const samples = await inTurns(bench, title, ["ours", "gdnsd"], scene, (server, seed) => {
    return answering(bench, scene, server, seed);
  });
  const limit = 0.8 * medianOf(samples, "gdnsd", "cpuUs");
  const verdict = cpuVerdict(samples, 2, "the same, weighted choice of 10", limit);
  return { title, samples, verdicts: [{ ...verdict, rule: "0.8 x gdnsd's weighted plug-in" }] };
}

/** Rows 3 to 5: a million names, and a fence beside each. */
export async function million(bench: Bench): Promise<Measured> {
  const { names } = bench.options;
  const zone: BenchZone = { names, tenEvery: 0, fences: true, weighted: false };
  const scene = await bench.workshop.scene(zone);
  const title = `${names} names and as many fences`;
  const ids = ["ours", "nsd", "knot", "bind", "pdns", "gdnsd"] as const;
  const samples = await inTurns(bench, title, ids, scene, (server, seed) => {
    return answering(bench, scene, server, seed);
  });
  const knot = (figure: string) => medianOf(samples, "knot", figure);
  const bind = (figure: string) => medianOf(samples, "bind", figure);
  const cpu = cpuVerdict(samples, 3, "CPU per query, 1,000,000 names", 1.0 * knot("cpuUs"));
  const shared = { unit: "MB", isRate: false } as const;
  return {
    title,
    samples,
    verdicts: [
      { ...cpu, rule: "1.0 x Knot" },
      {
        ...shared,
        row: 4,
        work: "memory, 1,000,000 names",
        rule: "1.0 x BIND",
        ours: medianOf(samples, "ours", "memoryMB"),
        limit: 1.0 * bind("memoryMB"),
      },
      {
        ...shared,
        row: 5,
        work: "start to first right answer, 1,000,000 names",
        rule: "2.0 x Knot",
        unit: "s",
        ours: medianOf(samples, "ours", "startS"),
        limit: 2.0 * knot("startS"),
      },
    ],
  };
}

function cpuVerdict(samples: Samples, row: number, work: string, limit: number) {
  const ours = medianOf(samples, "ours", "cpuUs");
  return { row, work, unit: "us", ours, limit, isRate: false } as const;
}

/** A closed loop, a paced load, and dnsperf, one after the other. */
async function answering(
  bench: Bench,
  scene: Scene,
  server: RunningServer,
  seed: number,
): Promise<Trial> {
  const { folder } = bench.workshop;
  const { port } = server;
  const { questions } = scene;
  const { seconds } = bench.options;
  const cookie = await learntCookie(port);
  await dnsLoad(folder, { port, questions, seconds: WARM_SECONDS, rate: 0, seed: 1000 + seed });
  const closed = await costing(server, () => {
    return dnsLoad(folder, { port, questions, seconds, rate: 0, seed });
  });
  checkReport(bench, scene, closed.report);
  const memoryMB = server.residentOctets / MEGA;
  const paced = await costing(server, () => {
    return dnsLoad(folder, { port, questions, seconds, rate: PACED_RATE, seed });
  });
  const perf = await costing(server, () => {
    return dnsperf({ port, questions: scene.dnsperfQuestions, seconds }, cookie);
  });
  return {
    cpuUs: closed.cpuUs,
    perSecond: closed.report.perSecond,
    p50Us: closed.report.p50Us,
    p99Us: closed.report.p99Us,
    cpuAt40kUs: paced.cpuUs,
    p50At40kUs: paced.report.p50Us,
    p99At40kUs: paced.report.p99Us,
    dnsperfCpuUs: perf.cpuUs,
    dnsperfPerSecond: perf.report.perSecond,
    octets: closed.report.octets,
    lost: closed.report.lost,
    serverCookies: closed.report.serverCookies,
    memoryMB,
    startS: server.startMs / 1000,
  };
}

/** Runs a load, and divides the server's user and system time by the answers. */
async function costing<Report extends { readonly answered: number }>(
  server: RunningServer,
  load: () => Promise<Report>,
): Promise<{ readonly report: Report; readonly cpuUs: number }> {
  const before = server.cpuSeconds;
  const report = await load();
  const cpuUs = ((server.cpuSeconds - before) / report.answered) * MICRO;
  return { report, cpuUs };
}

/** A server that answers wrongly is not worth comparing. */
function checkReport(bench: Bench, { zone }: Scene, report: LoadReport): void {
  if (report.wrong > 0) {
    throw new Error(`Cannot compare as ${report.wrong} answers are wrong: ${report.firstWrong}`);
  }
  if (report.lost > report.sent * LOST_SHARE_MAX) {
    bench.say(`  ${report.lost} of ${report.sent} questions were lost`);
  }
  if (!zone.weighted || addressCount(zone, 0) === 1) return;
  const total = report.offsets.reduce((sum, count) => sum + count, 0);
  const due = total / report.offsets.length;
  if (Math.min(...report.offsets) < CHOICE_SHARE_MIN * due) {
    throw new Error(`Cannot compare as the choice does not vary: ${report.offsets.join(", ")}`);
  }
}
