import type { Violation } from "../checkers/checker.ts";
import type { Design } from "../design.ts";
import { runSchedule } from "../runSchedule.ts";
import type { Schedule, TimedAct } from "../schedule/act.ts";

/** Runs that shrinking may take: a story that is a little longer than it could be is no harm. */
const RUNS_MAX = 400;

/** The smallest schedule found that still fails in the same way, and how. */
export interface Shrunk {
  readonly schedule: Schedule;
  readonly violation: Violation;
  readonly runs: number;
}

/**
 * Leaves acts out of a failing schedule as long as it fails in the same way (delta debugging: in
 * halves, quarters, and so on down to single acts), then what of its scene nobody needs.
 */
export async function shrink(
  design: Design,
  failing: Schedule,
  violation: Violation,
): Promise<Shrunk> {
  let best: Shrunk = { schedule: { ...failing, faultsMin: 0 }, violation, runs: 0 };
  const tryOne = async (schedule: Schedule): Promise<boolean> => {
    if (best.runs >= RUNS_MAX) return false;
    const { violations } = await runSchedule(design, schedule);
    const same = violations.find(({ invariant }) => invariant === violation.invariant);
    best =
      same === undefined
        ? { ...best, runs: best.runs + 1 }
        : { schedule, violation: same, runs: best.runs + 1 };
    return same !== undefined;
  };
  for (let pieces = 2; best.schedule.acts.length > 0; ) {
    const { acts } = best.schedule;
    if (await leftOut(acts, pieces, (rest) => tryOne({ ...best.schedule, acts: rest }))) {
      pieces = Math.max(2, pieces - 1);
    } else if (pieces >= acts.length || best.runs >= RUNS_MAX) {
      break;
    } else {
      pieces = Math.min(acts.length, pieces * 2);
    }
  }
  for (const simpler of simplerScenes(best.schedule)) await tryOne(simpler);
  return best;
}

/** Tries to leave out each piece; true with the first that was not needed. */
async function leftOut(
  acts: readonly TimedAct[],
  pieces: number,
  tryOne: (rest: readonly TimedAct[]) => Promise<boolean>,
): Promise<boolean> {
  const size = Math.ceil(acts.length / pieces);
  for (let from = 0; from < acts.length; from += size) {
    const rest = [...acts.slice(0, from), ...acts.slice(from + size)];
    if (await tryOne(rest)) return true;
  }
  return false;
}

function simplerScenes(schedule: Schedule): readonly Schedule[] {
  const { scene, acts } = schedule;
  const named = new Set(
    acts.flatMap(({ act }) => JSON.stringify(act).match(/[a-z]+\.sim\.example/g) ?? []),
  );
  const endpoints = scene.endpoints.filter(({ name }) => named.has(name.replace(/\.$/, "")));
  const simpler: Schedule[] = [];
  if (endpoints.length > 0 && endpoints.length < scene.endpoints.length) {
    simpler.push({ ...schedule, scene: { ...scene, endpoints } });
  }
  if (scene.enactors > 2) simpler.push({ ...schedule, scene: { ...scene, enactors: 2 } });
  return simpler;
}
