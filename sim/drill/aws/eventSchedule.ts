// The morning of 20 October 2025 as a schedule: what happens to whoever manages this DNS.
import { nameOf } from "../../../src/dns/index.ts";
import type { Scene, SceneTarget, Schedule, TimedAct } from "../../schedule/act.ts";
import { SeededChance } from "../../seededChance.ts";
import type { EventMark } from "../replay.ts";

const ZONE = nameOf("us-east-1.api.example");
/** The regional endpoint: the one that was emptied. */
export const ENDPOINT = nameOf("dynamodb.us-east-1.api.example");

const TARGETS: readonly SceneTarget[] = [1, 2, 3, 4, 5, 6].map((place) => ({
  id: `lb-${place}`,
  ipv4: `192.0.2.${place}`,
  ipv6: `2001:db8::${place}`,
}));

/** Variants are endpoints of their own that share load balancers, as they did. */
export const SCENE: Scene = {
  zone: ZONE,
  // The regional endpoint comes last: an enactor that is held up at another is late for this one.
  endpoints: ["dynamodb-fips", "dynamodb-dualstack", "dynamodb"].map((label) => ({
    name: nameOf(`${label}.${ZONE}`),
    types: ["A", "AAAA"],
    isForeign: false,
  })),
  targets: TARGETS,
  enactors: 3,
  server: "plain",
  // Three hours of world time: nothing is lost where checks come less often.
  tuning: { checkIntervalMs: 5_000, stepsMax: 5_000_000 },
};

/**
 * The run that is shown where nobody asks for another: in it the race comes about, and so does a
 * late write of ours. Where the code of either has changed, `findSeed.ts 1 200` finds another.
 */
export const EVENT_SEED = 196;
/** How it was found: of so many seeds, those in which the design of 2025 went wrong. */
export const SEARCHED = { seeds: 200, backwards: 46, emptied: 13 } as const;
/** When, in the world time of that run, the name of 2025 is emptied: 06:48 UTC. */
const EMPTIED_AFTER_MS = 715_000;
export const START_MS = at(6, 48) - EMPTIED_AFTER_MS;
export const END_MS = at(9, 50);
/** Fleets of devices come back long after the name. */
export const DEPENDENTS_END_MS = at(11, 0);
export const REPAIR_MS = at(9, 25);
export const RACE_FROM_MS = at(6, 46, 20);
export const RACE_TO_MS = at(6, 48, 40);
/** Moments that are told in full. */
export const DETAIL_FROM_MS = at(6, 47, 50);
export const DETAIL_TO_MS = at(6, 48, 16);
/** The enactor that was held up: the one of ours that is the first to see to this endpoint. */
export const LATE_ENACTOR = "enactor-az1";
/** From when to when everything between it and DNS takes far too long. */
export const LATE_FROM_MS = START_MS + 70_000;
export const LATE_TO_MS = START_MS + 670_000;

/** A load balancer leaves or comes back so often: each time there is a new plan. */
const CHANGE_MS = 20_000;
/** How long a message of the late enactor may take. */
export const LATE_MS_MAX = 240_000;
/** Not all of them: now and then it reads in time what it then changes too late. */
export const LATE_PER_MILLE = 600;
/** DNS changes took their time for everybody. */
export const SLOW_MS_MAX = 300;

export const EVENT: readonly EventMark[] = [
  { atMs: at(6, 48), text: "the addresses are gone" },
  { atMs: at(7, 38), text: "DNS is found to be the cause" },
  { atMs: at(8, 15), text: "first mitigations" },
  { atMs: at(9, 25), text: "the records are put back by hand" },
  { atMs: at(9, 40), text: "customers connect again" },
];

/** The schedule, the same for every design; one seed gives one schedule. */
export function eventSchedule(seed: number): Schedule {
  const chance = new SeededChance(seed).fork("event");
  const endMs = END_MS - START_MS;
  const acts: PlacedAct[] = [
    {
      atMs: 0,
      act: {
        kind: "link",
        fault: "delayed",
        from: "*",
        to: "dns",
        forMs: endMs,
        perMille: 1000,
        delayMsMax: SLOW_MS_MAX,
      },
    },
    {
      atMs: LATE_FROM_MS - START_MS,
      act: {
        kind: "link",
        fault: "delayed",
        from: LATE_ENACTOR,
        to: "dns",
        forMs: LATE_TO_MS - LATE_FROM_MS,
        perMille: LATE_PER_MILLE,
        delayMsMax: LATE_MS_MAX,
      },
    },
    ...comingAndGoing(chance, endMs),
  ];
  acts.sort((left, right) => left.atMs - right.atMs);
  return { seed, scene: SCENE, acts: acts.map((act, n) => ({ ...act, n })), endMs };
}

type PlacedAct = Omit<TimedAct, "n">;

/** One load balancer at a time is taken out and put back: capacity changes, nothing is short. */
function comingAndGoing(chance: SeededChance, endMs: number): readonly PlacedAct[] {
  const acts: PlacedAct[] = [];
  let out: string | undefined;
  for (let atMs = CHANGE_MS; atMs < endMs; atMs += CHANGE_MS) {
    const target = out ?? TARGETS[chance.below(TARGETS.length)]?.id ?? "lb-1";
    const act = { kind: "health", target, isUp: out !== undefined } as const;
    acts.push({ atMs: atMs + chance.below(3000), act });
    out = out === undefined ? target : undefined;
  }
  return acts;
}

function at(hours: number, minutes: number, seconds = 0): number {
  return Date.UTC(2025, 9, 20, hours, minutes, seconds);
}
