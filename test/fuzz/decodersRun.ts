// Mutated packets through every decoder in this process.
import { SeededChance } from "../../sim/seededChance.ts";
import { readCorpus } from "./corpus.ts";
import { readAll } from "./decoders.ts";
import { mutated } from "./mutate.ts";

/** What a run of the decoders found. */
export interface DecodersReport {
  readonly packets: number;
  /** Each with the packet in hexadecimal. */
  readonly failures: readonly string[];
  /** How much longer the slowest packet takes than the longest of the corpus. */
  readonly slowest: { readonly ratio: number; readonly hex: string };
}

const FAILURES_MAX = 20;
const SLOWEST_KEPT = 10;
const REPEATS = 25;

/** Feeds `packets` mutated packets, drawn from `seed`, to every decoder. */
export function runDecoders(packets: number, seed: number): DecodersReport {
  const corpus = readCorpus().map(({ bytes }) => bytes);
  const chance = new SeededChance(seed).fork("decoders");
  const failures: string[] = [];
  let slow: { readonly ms: number; readonly bytes: Uint8Array }[] = [];
  let slowAtLeast = 0;
  for (let count = 0; count < packets && failures.length < FAILURES_MAX; count += 1) {
    const bytes = mutated(corpus, chance);
    const started = performance.now();
    try {
      readAll(bytes);
    } catch (error) {
      failures.push(`${hex(bytes)}: ${String(error)}`);
    }
    const ms = performance.now() - started;
    if (ms <= slowAtLeast && slow.length >= SLOWEST_KEPT) continue;
    slow = [...slow, { ms, bytes }].sort((a, b) => b.ms - a.ms).slice(0, SLOWEST_KEPT);
    slowAtLeast = slow.at(-1)?.ms ?? 0;
  }
  return { packets, failures, slowest: slowestOf(slow, corpus) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/**
 * Most slow packets only met a collection of garbage: what counts is the best of several times,
 * against the longest packet that clients really send.
 */
function slowestOf(
  slow: readonly { readonly bytes: Uint8Array }[],
  corpus: readonly Uint8Array[],
): DecodersReport["slowest"] {
  const usual = Math.max(...corpus.map(bestMs));
  let slowest = { ratio: 0, hex: "" };
  for (const { bytes } of slow) {
    const ratio = bestMs(bytes) / usual;
    if (ratio > slowest.ratio) slowest = { ratio, hex: hex(bytes) };
  }
  return slowest;
}

function bestMs(bytes: Uint8Array): number {
  let best = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const started = performance.now();
    try {
      readAll(bytes);
    } catch {
      // Counted where it was met first.
    }
    best = Math.min(best, performance.now() - started);
  }
  return best;
}
