// Row 9: transfers of a million records, and what they do to answers meanwhile.
import { join } from "node:path";
import { type Bench, inTurns } from "../bench.ts";
import { APEX, type BenchZone } from "../benchZone.ts";
import { type Measured, median, medianOf } from "../figures.ts";
import { dnsLoad, runLoad } from "../loads.ts";
import { PACED_RATE } from "./queries.ts";

const TIMES_ALONE = 3;
const PAUSE_SECONDS = 0.3;
/** Transfers beside a load of some seconds: as many as a quick server makes in that time. */
const TIMES_PER_SECOND = 1;

interface TransferReport {
  readonly tookMs: readonly number[];
  readonly records: number;
  readonly octets: number;
}

/** Row 9. `latencyLimitUs`: what row 6 allowed, where it was measured in this run. */
export async function transfers(
  bench: Bench,
  latencyLimitUs: number | undefined,
): Promise<Measured> {
  const { options, workshop } = bench;
  const { seconds } = options;
  const zone: BenchZone = { names: options.names, tenEvery: 0, fences: false, weighted: false };
  const scene = await workshop.scene(zone);
  const title = `AXFR of ${options.names} records`;
  const transfer = async (port: number, times: number): Promise<TransferReport> => {
    const words = [`--port=${port}`, `--zone=${APEX}`, `--times=${times}`];
    const program = join(workshop.folder, "transferLoad");
    return (await runLoad(program, [...words, `--pause=${PAUSE_SECONDS}`])) as TransferReport;
  };
  const samples = await inTurns(
    bench,
    title,
    ["ours", "knot", "bind"],
    scene,
    async (server, seed) => {
      const { port } = server;
      const load = { port, questions: scene.questions, rate: PACED_RATE, seed };
      await dnsLoad(workshop.folder, { ...load, seconds: 2 });
      const alone = await transfer(port, TIMES_ALONE);
      if (alone.records < options.names) {
        throw new Error(`Cannot compare as ${alone.records} of ${options.names} records came`);
      }
      const [report, beside] = await Promise.all([
        dnsLoad(workshop.folder, { ...load, seconds }),
        transfer(port, TIMES_PER_SECOND * seconds),
      ]);
      return {
        tookMs: median(alone.tookMs),
        besideTookMs: median(beside.tookMs),
        p50Us: report.p50Us,
        p99Us: report.p99Us,
        maxUs: report.maxUs,
        lost: report.lost,
        megaOctets: alone.octets / 1e6,
      };
    },
  );
  const shared = { row: 9, isRate: false };
  const knotLimitUs = 1.5 * medianOf(samples, "knot", "p99Us");
  return {
    title,
    samples,
    verdicts: [
      {
        ...shared,
        work: "AXFR of 1,000,000 records",
        rule: "3.0 x Knot",
        unit: "ms",
        ours: medianOf(samples, "ours", "tookMs"),
        limit: 3.0 * medianOf(samples, "knot", "tookMs"),
      },
      {
        ...shared,
        work: "p99 of UDP answers meanwhile",
        rule: latencyLimitUs === undefined ? "1.5 x Knot meanwhile" : "the limit of row 6",
        unit: "us",
        ours: medianOf(samples, "ours", "p99Us"),
        limit: latencyLimitUs ?? knotLimitUs,
      },
    ],
  };
}
