// Worlds of an hour, with delays of minutes: what befell the enactor of 2025 takes that long. The
// short worlds of the simulator hold as many faults, within seconds.
import type { Chance } from "../../src/base/index.ts";
import { nameOf } from "../../src/dns/index.ts";
import type { Act, Scene, Schedule } from "../schedule/act.ts";
import { SeededChance } from "../seededChance.ts";

const MINUTE_MS = 60_000;
const ZONE = nameOf("long.example");
/** The first plans are in place by then. */
const BEGIN_MS = MINUTE_MS;
const ACTS_MS = 25 * MINUTE_MS;
const FAULT_MS_MIN = 15_000;
/** Faults are drawn over these magnitudes evenly: seconds, minutes and half an hour. */
const FAULT_DOUBLINGS = 7;
/** Longer than any enactor of history backs off: whatever can still repair has done so. */
const QUIET_MS = 9 * MINUTE_MS;
/** Many, so that few seeds are enough to see something. */
const FAULTS_MIN = 4;
const FAULTS_SPREAD = 4;
const HEALTH_MS_MIN = 20_000;
const HEALTH_MS_SPREAD = 60_000;
const DELAYS_MS: readonly number[] = [1_000, 4_000, 30_000, 240_000];
const LINK_FAULTS = ["delayed", "delayed", "request-lost", "reply-lost", "cut-off"] as const;

const SCENE: Scene = {
  zone: ZONE,
  endpoints: ["api", "db", "login", "queue"].map((label) => ({
    name: nameOf(`${label}.${ZONE}`),
    types: ["A", "AAAA"],
    isForeign: false,
  })),
  targets: [1, 2, 3, 4].map((place) => ({
    id: `lb-${place}`,
    ipv4: `192.0.2.${place}`,
    ipv6: `2001:db8::${place}`,
  })),
  enactors: 3,
  server: "plain",
  tuning: { checkIntervalMs: 5_000, stepsMax: 5_000_000 },
};

/** The long world of a seed: the same for every design, drawn without regard to any of them. */
export function drawLongSchedule(seed: number): Schedule {
  const chance = new SeededChance(seed).fork("long");
  const acts: { readonly atMs: number; readonly act: Act }[] = [];
  for (let left = FAULTS_MIN + chance.below(FAULTS_SPREAD); left > 0; left -= 1) {
    acts.push({ atMs: BEGIN_MS + chance.below(ACTS_MS), act: drawFault(chance) });
  }
  const endMs = Math.max(...acts.map(({ atMs, act }) => atMs + lengthOf(act))) + QUIET_MS;
  acts.push(...comingAndGoing(chance.fork("health"), endMs));
  acts.sort((left, right) => left.atMs - right.atMs);
  return { seed, scene: SCENE, acts: acts.map((act, n) => ({ ...act, n })), endMs };
}

function drawFault(chance: Chance): Act {
  const forMs = FAULT_MS_MIN * 2 ** chance.below(FAULT_DOUBLINGS) * (1 + chance.below(100) / 100);
  const process = `enactor-az${1 + chance.below(SCENE.enactors)}`;
  const which = chance.below(4);
  if (which === 0) return { kind: "stopped", process, forMs };
  if (which === 1) {
    const crash = { keep: "everything", disk: "own", midWrite: false } as const;
    return { kind: "killed", process, downMs: forMs, ...crash };
  }
  return {
    kind: "link",
    fault: LINK_FAULTS[chance.below(LINK_FAULTS.length)] ?? "delayed",
    from: process,
    to: "dns",
    forMs,
    perMille: 200 + chance.below(801),
    delayMsMax: DELAYS_MS[chance.below(DELAYS_MS.length)] ?? 0,
  };
}

function lengthOf(act: Act): number {
  if (act.kind === "killed") return act.downMs;
  return act.kind === "stopped" || act.kind === "link" ? act.forMs : 0;
}

/** One load balancer at a time leaves and comes back: capacity changes, nothing is short. */
function comingAndGoing(chance: Chance, endMs: number) {
  const acts: { readonly atMs: number; readonly act: Act }[] = [];
  let out: string | undefined;
  for (let atMs = HEALTH_MS_MIN; atMs < endMs; atMs += HEALTH_MS_MIN) {
    const target = out ?? SCENE.targets[chance.below(SCENE.targets.length)]?.id ?? "lb-1";
    acts.push({ atMs, act: { kind: "health", target, isUp: out !== undefined } });
    out = out === undefined ? target : undefined;
    atMs += chance.below(HEALTH_MS_SPREAD);
  }
  return acts;
}
