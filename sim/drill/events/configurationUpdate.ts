import { claimOf, type Drill } from "../drill.ts";
import {
  at,
  lastSeen,
  NAMES,
  runRegion,
  SETTLED_MS,
  SIGN_IN,
  sceneOf,
  shown,
} from "./smallRegion.ts";

const UPDATED_MS = SETTLED_MS + 1_000;
const ROLLED_BACK_MS = UPDATED_MS + 30_000;
const END_MS = ROLLED_BACK_MS + 15_000;
/** What the wrong update asks for. */
const WRONG_TTL_SECONDS = 1;

/** 22 July 2021: a configuration update set off a bug, and was rolled back after an hour. */
export const CONFIGURATION_UPDATE: Drill = {
  id: "configuration-update-2021-07-22",
  title: "CDN, 22 July 2021",
  wentWrong: "a configuration update set off a DNS bug everywhere; rolled back after an hour",
  safeguard: "rollback: one command, old content in a new generation, in seconds",
  verdict: "held in part",
  seed: 1,
  run: async (seed, { tell }) => {
    const change = { kind: "ttl", endpoint: SIGN_IN, ttlSeconds: WRONG_TTL_SECONDS } as const;
    const seen = await runRegion({
      seed,
      tell,
      startWallMs: Date.UTC(2021, 6, 22, 15, 35),
      scene: sceneOf(NAMES),
      acts: [
        at(UPDATED_MS, { kind: "policy", change }),
        at(ROLLED_BACK_MS, { kind: "rollback", endpoint: SIGN_IN, plansBack: 1 }),
      ],
      endMs: END_MS,
    });
    const before = lastSeen(seen, SIGN_IN, UPDATED_MS);
    const wrong = lastSeen(seen, SIGN_IN, ROLLED_BACK_MS);
    const after = lastSeen(seen, SIGN_IN, END_MS);
    const tookMs = after === undefined ? undefined : after.atMs - ROLLED_BACK_MS;
    return shown(
      seen,
      [
        claimOf(
          "The wrong update reached the name",
          wrong?.ttlSeconds === WRONG_TTL_SECONDS,
          `a TTL of ${wrong?.ttlSeconds ?? 0} s instead of ${before?.ttlSeconds ?? 0} s`,
        ),
        claimOf(
          "Rollback brings the old content back, in a newer generation",
          before !== undefined && after?.content === before.content && isAbove(after, wrong),
          `plan ${after?.generation ?? 0} with the content of plan ${before?.generation ?? 0}, ` +
            `after ${tookMs ?? 0} ms`,
        ),
      ],
      [
        "There is no canary: the update reaches every endpoint that it concerns at once.",
        "Nothing rolls back by itself: a person has to see the trouble first.",
      ],
    );
  },
};

interface Placed {
  readonly generation: number;
}

function isAbove(later: Placed | undefined, earlier: Placed | undefined): boolean {
  return later !== undefined && earlier !== undefined && later.generation > earlier.generation;
}
