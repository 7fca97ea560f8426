import type { Design } from "../design.ts";
import { runSchedule } from "../runSchedule.ts";
import type { Schedule } from "../schedule/act.ts";
import { NO_RECORDS } from "./historyDesign.ts";

/** What became of a design over many seeds: the seeds, by what went wrong. */
export interface Outcomes {
  readonly emptied: readonly number[];
  readonly backwards: readonly number[];
  /** Emptied, and still so when every fault is long over: nothing repairs it. */
  readonly stuck: readonly number[];
  /** Whatever any checker found, one sentence each. */
  readonly all: readonly string[];
}

/** Runs a design through the schedules of these seeds. */
export async function outcomesOf(
  design: Design,
  draw: (seed: number) => Schedule,
  seeds: readonly number[],
): Promise<Outcomes> {
  const emptied: number[] = [];
  const backwards: number[] = [];
  const stuck: number[] = [];
  const all: string[] = [];
  for (const seed of seeds) {
    const { violations } = await runSchedule(design, draw(seed), { goesOn: true });
    const found = (invariant: string): boolean =>
      violations.some((violation) => violation.invariant === invariant);
    if (found("never-empty")) emptied.push(seed);
    if (found("never-backwards")) backwards.push(seed);
    const isStuck = violations.some(({ invariant, text }) => {
      return invariant === "converges" && text.includes(NO_RECORDS);
    });
    if (isStuck) stuck.push(seed);
    all.push(...violations.map(({ text }) => `seed ${seed}: ${text}`));
  }
  return { emptied, backwards, stuck, all };
}

/** Seeds from the first on. */
export function seedsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
