// One run of one resolver: what it takes to fill its cache, and what answering from it costs.
import { join } from "node:path";
import { writePieces } from "../serve/benchZone.ts";
import { LOAD_CORE, SERVER_CORE } from "../serve/cores.ts";
import { dnsLoad } from "../serve/loads.ts";
import { dnsLoadText, everyNameText } from "../serve/questions.ts";
import { RunningServer } from "../serve/runningServer.ts";
import { NSD } from "../serve/servers/nsd.ts";
import type { Scene, Workshop } from "../serve/workshop.ts";
import type { Resolver } from "./resolvers.ts";

/** What one run showed. */
export interface Trial {
  /** User and system time for each answer from the cache. */
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Resident before any question, with every name in the cache, and the difference by names. */
  readonly emptyMB: number;
  readonly fullMB: number;
  readonly octetsPerName: number;
  /** Answers a second, and time of the processor for each, while the cache was filled. */
  readonly missesPerSecond: number;
  readonly missCpuUs: number;
  /** Questions that got no answer within a second: while it was filled, and from the cache. */
  readonly missesLost: number;
  readonly lost: number;
}

/** Longer than any run: nothing is asked for again. */
export const TTL_SECONDS = 86_400;
const FILL_SECONDS_MAX = 3600;
const WARM_SECONDS = 2;
const MEGA = 1e6;
const MICRO = 1e6;
/** Of questions that are lost, what a run may show by bad luck. */
const LOST_SHARE_MAX = 0.001;
const AS_RESOLVER = ["--resolver"] as const;
/** A late answer may be taken for another question's: answers are checked when none is late. */
const ONCE = ["--resolver", "--once", "--window=64"] as const;

/** Questions of a zone: for every name once, and by popularity, none for what does not exist. */
export interface Questions {
  readonly everyName: string;
  readonly popular: string;
}

const POPULAR_COUNT = 2 ** 18;
const SEED = 20_251_019;

/** Writes the questions of a scene. */
export async function writeQuestions(workshop: Workshop, { zone }: Scene): Promise<Questions> {
  const everyName = join(workshop.folder, `every-${zone.names}`);
  const popular = join(workshop.folder, `popular-${zone.names}`);
  const plan = { zone, count: POPULAR_COUNT, seed: SEED, moving: false, missingPercent: 0 };
  await writePieces(everyName, everyNameText(zone));
  await writePieces(popular, dnsLoadText(plan));
  return { everyName, popular };
}

/** Starts the server that has the names, beside the load. */
export async function startUpstream(workshop: Workshop, scene: Scene): Promise<RunningServer> {
  const job = await workshop.job(scene, false);
  return RunningServer.launch("NSD", NSD.configure(job), job, LOAD_CORE);
}

/** Starts a resolver, fills its cache, and loads it. */
export async function measure(
  workshop: Workshop,
  scene: Scene,
  { everyName, popular }: Questions,
  resolver: Resolver,
  { upstreamPort, seconds, seed }: { upstreamPort: number; seconds: number; seed: number },
): Promise<Trial> {
  const { folder } = workshop;
  const job = await workshop.job(scene, false);
  const { names } = scene.zone;
  const launch = resolver.configure({ job, upstreamPort, names });
  const server = await RunningServer.launch(resolver.title, launch, job, SERVER_CORE);
  try {
    const { port } = server;
    const base = { port, rate: 0, seed };
    const emptyOctets = server.residentOctets;
    const fillFrom = server.cpuSeconds;
    const fill = { questions: everyName, seconds: FILL_SECONDS_MAX };
    const filled = await dnsLoad(folder, { ...base, ...fill, options: ONCE });
    const missCpuUs = ((server.cpuSeconds - fillFrom) / filled.answered) * MICRO;
    const fullOctets = server.residentOctets;
    const options = { questions: popular, options: AS_RESOLVER };
    await dnsLoad(folder, { ...base, ...options, seconds: WARM_SECONDS });
    const before = server.cpuSeconds;
    const report = await dnsLoad(folder, { ...base, ...options, seconds });
    const cpuUs = ((server.cpuSeconds - before) / report.answered) * MICRO;
    check(resolver, report);
    return {
      cpuUs,
      perSecond: report.perSecond,
      p50Us: report.p50Us,
      p99Us: report.p99Us,
      emptyMB: emptyOctets / MEGA,
      fullMB: fullOctets / MEGA,
      octetsPerName: (fullOctets - emptyOctets) / names,
      missesPerSecond: filled.perSecond,
      missCpuUs,
      missesLost: filled.lost,
      lost: report.lost,
    };
  } finally {
    await server.stop();
    workshop.close(job);
  }
}

/** A resolver that answers wrongly is not worth comparing. */
function check({ title }: Resolver, report: Awaited<ReturnType<typeof dnsLoad>>): void {
  const { wrong, firstWrong, lost, sent } = report;
  if (wrong > 0) throw new Error(`Cannot compare as ${title} answers wrongly: ${firstWrong}`);
  if (lost > sent * LOST_SHARE_MAX) console.error(`  ${title} lost ${lost} of ${sent} questions`);
}
