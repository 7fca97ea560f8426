import { drawScene } from "./drawScene.ts";
import type { Scene, TimedAct } from "./scene.ts";
import { type Result, runScene } from "./world.ts";

/** What a search came to. */
export interface Searched {
  readonly seeds: number;
  readonly replies: number;
  readonly held: number;
  readonly failed: readonly Result[];
}

/** Runs seeds from `first` on; ends at the first that fails unless `keepGoing`. */
export async function searchGuard(
  first: number,
  seeds: number,
  keepGoing = false,
): Promise<Searched> {
  let [replies, held, run] = [0, 0, 0];
  const failed: Result[] = [];
  for (let seed = first; seed < first + seeds; seed += 1) {
    const result = await runScene(drawScene(seed));
    run += 1;
    replies += result.replies;
    held += result.held;
    if (result.violation === undefined) continue;
    failed.push(result);
    if (!keepGoing) break;
  }
  return { seeds: run, replies, held, failed };
}

/** The same world with as few acts as it takes to fail in the same way. */
export async function shrinkScene(scene: Scene, check: string): Promise<Scene> {
  let acts = scene.acts;
  for (let size = Math.ceil(acts.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < acts.length; ) {
      const rest: readonly TimedAct[] = [...acts.slice(0, from), ...acts.slice(from + size)];
      const { violation } = await runScene({ ...scene, acts: rest });
      if (violation?.check === check) acts = rest;
      else from += size;
    }
  }
  return { ...scene, acts };
}
