import { claimOf, type Drill } from "../drill.ts";
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

/** At most half of the capacity may leave in ten seconds because of checks. */
const VELOCITY = { fractionMax: 0.5, windowMs: 10_000 };
const FLOOR = 2;
const FLAPS = 6;
const FLAP_MS = 4_000;
const OVERLOADED = TARGETS.slice(0, 5);

/** 20 October 2025, after DNS was back: health checks of load balancers flapped. */
export const FLAPPING_CHECKS: Drill = {
  id: "flapping-checks-2025-10-20",
  title: "Cloud load balancers, 20 October 2025",
  wentWrong: "overloaded checks took healthy capacity out of DNS, put it back, and out again",
  safeguard: "velocity limit: capacity leaves no faster than allowed, and not below the floor",
  verdict: "held",
  seed: 1,
  run: async (seed, { tell }) => {
    const scene = sceneOf(NAMES);
    const flaps = Array.from({ length: FLAPS * 2 }, (_, turn) =>
      OVERLOADED.map(({ id: target }) =>
        at(SETTLED_MS + turn * FLAP_MS, { kind: "health", target, isUp: turn % 2 === 1 }),
      ),
    );
    const endMs = SETTLED_MS + FLAPS * 2 * FLAP_MS;
    const seen = await runRegion({
      seed,
      tell,
      startWallMs: Date.UTC(2025, 9, 20, 12, 30),
      scene: { ...scene, tuning: { ...scene.tuning, floor: FLOOR, velocity: VELOCITY } },
      acts: flaps.flat(),
      endMs,
    });
    const counts = seen.answers
      .filter(({ endpoint, atMs }) => endpoint === SIGN_IN && atMs >= SETTLED_MS && atMs <= endMs)
      .map(({ addresses }) => addresses.A);
    const least = Math.min(...counts, TARGETS.length);
    const allowed = TARGETS.length * VELOCITY.fractionMax;
    const after = lastSeen(seen, SIGN_IN);
    return shown(seen, [
      claimOf(
        "Capacity does leave while checks fail: they are heard",
        least < TARGETS.length,
        `as few as ${least} of ${TARGETS.length} addresses`,
      ),
      claimOf(
        "While five of six fail and come back, at least half of the capacity stays in DNS",
        least >= allowed,
        `never fewer than ${least} of ${TARGETS.length} addresses, ${counts.length} changes`,
      ),
      addressesClaim("When the checks are calm again, everything is back", after, TARGETS.length),
    ]);
  },
};
