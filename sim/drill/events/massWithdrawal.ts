import type { Drill } from "../drill.ts";
import {
  addressesClaim,
  at,
  lastSeen,
  NAMES,
  runRegion,
  SETTLED_MS,
  SIGN_IN,
  sceneOf,
  shown,
  TARGETS,
} from "./smallRegion.ts";

/** One fails alone first: that checks are made, and what they say is done, has to be seen. */
const LONE_MS = SETTLED_MS + 1_000;
const DOWN_MS = LONE_MS + 20_000;
const BACK_MS = DOWN_MS + 60_000;

/** 4 October 2021: every site judged itself unhealthy at once, and withdrew. */
export const MASS_WITHDRAWAL: Drill = {
  id: "mass-withdrawal-2021-10-04",
  title: "Social network, 4 October 2021",
  wentWrong: "every DNS site judged itself unhealthy at once, and withdrew itself",
  safeguard: "fail open: all unhealthy is nobody's verdict; answers stay; a floor in service",
  verdict: "held",
  seed: 1,
  run: async (seed, { tell }) => {
    const [lone, ...others] = TARGETS.map(({ id }) => id);
    if (lone === undefined) throw new RangeError("there are load balancers");
    const health = (atMs: number, targets: readonly string[], isUp: boolean) =>
      targets.map((target) => at(atMs, { kind: "health", target, isUp }));
    const seen = await runRegion({
      seed,
      tell,
      startWallMs: Date.UTC(2021, 9, 4, 15, 39),
      scene: sceneOf(NAMES),
      acts: [
        ...health(LONE_MS, [lone], false),
        ...health(DOWN_MS, others, false),
        ...health(BACK_MS, [lone, ...others], true),
      ],
      endMs: BACK_MS + 20_000,
    });
    const alone = lastSeen(seen, SIGN_IN, DOWN_MS);
    const meanwhile = lastSeen(seen, SIGN_IN, BACK_MS);
    const after = lastSeen(seen, SIGN_IN);
    return shown(seen, [
      addressesClaim(
        "A load balancer that fails alone leaves: the checks are heard",
        alone,
        TARGETS.length - 1,
      ),
      addressesClaim(
        "With every load balancer unhealthy, all are served, even the one that had left",
        meanwhile,
        TARGETS.length,
      ),
      addressesClaim("When they are back, all of them are served", after, TARGETS.length),
    ]);
  },
};
