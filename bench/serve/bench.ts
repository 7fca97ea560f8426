import type { Samples, Trial } from "./figures.ts";
import type { BenchOptions } from "./options.ts";
import { RunningServer } from "./runningServer.ts";
import { SERVERS } from "./servers/allServers.ts";
import type { ServerId } from "./servers/serverKind.ts";
import type { Scene, Workshop } from "./workshop.ts";

/** What every row is measured with. */
export interface Bench {
  readonly options: BenchOptions;
  readonly workshop: Workshop;
  /** Progress, for whoever waits. */
  say(text: string): void;
}

/** One measurement of a server that has just been started. */
export type Measure = (server: RunningServer, seed: number) => Promise<Trial>;

/** Those of the servers that the command line did not leave out. */
function chosen(bench: Bench, ids: readonly ServerId[]): readonly ServerId[] {
  return ids.filter((id) => bench.options.servers.has(id));
}

/** Measures servers in turns: each run starts every one of them once, alone and anew. */
export async function inTurns(
  bench: Bench,
  title: string,
  ids: readonly ServerId[],
  scene: Scene,
  measure: Measure,
  secondaryPort?: number,
): Promise<Samples> {
  const samples = new Map<ServerId, Trial[]>();
  for (let run = 1; run <= bench.options.runs; run += 1) {
    for (const id of chosen(bench, ids)) {
      try {
        const trial = await oneTrial(
          bench,
          id,
          scene,
          (server) => measure(server, run),
          secondaryPort,
        );
        samples.set(id, [...(samples.get(id) ?? []), trial]);
        const figures = Object.entries(trial).map(([name, value]) => `${name} ${short(value)}`);
        bench.say(`${title}, run ${run}, ${SERVERS[id].title}: ${figures.join(", ")}`);
      } catch (error) {
        // The others' figures are worth having all the same; its own are then missing.
        bench.say(`${title}, run ${run}, ${SERVERS[id].title} FAILED: ${String(error)}`);
        process.exitCode = 1;
      }
    }
  }
  return samples;
}

async function oneTrial(
  bench: Bench,
  id: ServerId,
  scene: Scene,
  measure: (server: RunningServer) => Promise<Trial>,
  secondaryPort: number | undefined,
): Promise<Trial> {
  const job = await bench.workshop.job(scene, id === "ours", secondaryPort);
  try {
    const server = await RunningServer.start(SERVERS[id], job);
    try {
      return await measure(server);
    } finally {
      await server.stop();
    }
  } finally {
    bench.workshop.close(job);
  }
}

/** A figure with three digits that say something. */
export function short(value: number): string {
  if (Number.isNaN(value)) return "-";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}
