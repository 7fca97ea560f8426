import { assert, assertNever } from "../../src/base/index.ts";
import type { EndpointWrite, PlanEntry, WriteOutcome } from "../../src/plan/index.ts";
import { gateKnown } from "./gateKnown.ts";
import { type Held, readHeld } from "./heldZone.ts";
import { numberOf } from "./interner.ts";
import {
  durableOf,
  type Flight,
  follow,
  isNews,
  type LaneNow,
  readGate,
  stepLane,
  takeAnswer,
} from "./lane.ts";
import { once, onceForBoth } from "./memo.ts";
import type { Hour } from "./names.ts";
import {
  afterFault,
  type Fault,
  mayHappen,
  type Next,
  type OwnNow,
  type Scene,
  type Stray,
} from "./now.ts";
import { entriesOf } from "./planLine.ts";
import { heldAt, reach, withStray } from "./zoneMoves.ts";

const UNKNOWN: WriteOutcome = { kind: "unknown", problem: "no reply in time" };

/** What may happen next between one enactor and one endpoint. */
export function laneMoves(scene: Scene, now: OwnNow, place: number): readonly Next<OwnNow>[] {
  const lane = laneAt(now, place);
  const { hour, gate } = now.circumstances;
  const steps = STEPS[hour];
  const moves: Next<OwnNow>[] = [];
  const step = (next: LaneNow, tell: (name: string) => string): void => {
    moves.push({ kind: "step", now: withLane(scene, now, place, next), tell });
  };
  for (const entry of entriesOf(now.line, place, scene)) {
    if (!isNews(lane, entry)) continue;
    step(steps.follow(lane, entry), (name) => `${name} hears of ${entryText(entry)}`);
  }
  const known = gateKnown(gate);
  if (numberOf(known) !== numberOf(lane.gate)) {
    const next = readGate(lane, known, hour);
    step(next, (name) => `${name} reads the gate: ${gate ?? "none"}`);
  }
  if (lane.progress === undefined) return moves;
  moves.push(...flightMoves(scene, now, place));
  return moves;
}

/** What the zone, the network and the plan store may do with what is under way. */
function flightMoves(scene: Scene, now: OwnNow, place: number): readonly Next<OwnNow>[] {
  const lane = laneAt(now, place);
  const steps = STEPS[now.circumstances.hour];
  const endpoint = scene.endpoints[place];
  const { flight } = lane;
  const to = (next: LaneNow) => withLane(scene, now, place, next);
  const move = (next: LaneNow, tell: (name: string) => string): Next<OwnNow> => {
    return { kind: "step", now: to(next), tell };
  };
  const fault = (
    kind: Fault,
    next: LaneNow,
    tell: (name: string) => string,
  ): readonly Next<OwnNow>[] => {
    if (!mayHappen(scene, now, kind)) return [];
    return [{ kind: "fault", now: afterFault(to(next)), tell }];
  };
  switch (flight.kind) {
    case "nothing":
      return restMoves(scene, lane, steps, move);
    case "read": {
      const found = steps.reads(lane, heldAt(now, place));
      return [
        move(found, (name) => `the zone reads ${endpoint} for ${name}`),
        ...fault("read-lost", LOST_READ(lane), (name) => `${name}'s reading is lost`),
      ];
    }
    case "question": {
      const newest = entriesOf(now.line, place, scene).at(-1);
      const answered = withFlight(lane, { kind: "answer", entry: newest });
      const text = newest === undefined ? "no plan" : entryText(newest);
      return [
        move(answered, (name) => `the plan store tells ${name} that the newest is ${text}`),
        ...fault("store-silent", SILENT(lane), (name) => `the plan store does not answer ${name}`),
      ];
    }
    case "write":
      return writeMoves(scene, now, { place, write: flight.write, knew: flight.knew });
    case "reading":
    case "outcome":
    case "answer":
    case "silent":
      return [move(steps.arrive(lane), (name) => arrivalText(name, lane))];
    default:
      return assertNever(flight);
  }
}

function restMoves(
  scene: Scene,
  lane: LaneNow,
  steps: Steps,
  move: (next: LaneNow, tell: (name: string) => string) => Next<OwnNow>,
): readonly Next<OwnNow>[] {
  const moves: Next<OwnNow>[] = [];
  const { endpoint } = lane.entry ?? {};
  if (lane.isArmed) moves.push(move(steps.due(lane), (name) => `${name}'s wait ends`));
  const phase = lane.progress?.phase.kind;
  const isAudited = phase === "idle" || phase === "held";
  if (isAudited && scene.isUnaudited !== true) {
    moves.push(move(steps.look(lane), (name) => `${name} looks at ${endpoint}`));
  }
  return moves;
}

/** A write under way: it arrives, or what can go wrong on both ways. */
function writeMoves(scene: Scene, now: OwnNow, stray: Stray): readonly Next<OwnNow>[] {
  const { place, write } = stray;
  const lane = laneAt(now, place);
  const { now: reached, outcome, broken } = reach(now, stray);
  const told = withOutcome(lane, outcome);
  const unsure = withOutcome(lane, UNKNOWN);
  const placed = (world: OwnNow, next: LaneNow) => withLane(scene, world, place, next);
  const text = (name: string): string => `${name}'s ${writeText(write)}`;
  const moves: Next<OwnNow>[] = [
    {
      kind: "step",
      now: placed(reached, told),
      tell: (name) => `${text(name)}: ${outcome.kind}`,
      broken,
    },
  ];
  const fault = (kind: Fault, world: OwnNow, next: LaneNow, what: string): void => {
    if (!mayHappen(scene, now, kind)) return;
    const tell = (name: string): string => `${text(name)} ${what}`;
    moves.push({ kind: "fault", now: afterFault(placed(world, next)), tell, broken });
  };
  if (mayHappen(scene, now, "request-lost")) {
    const tell = (name: string): string => `${text(name)} is lost`;
    moves.push({ kind: "fault", now: afterFault(placed(now, unsure)), tell });
  }
  if (mayHappen(scene, now, "request-delayed")) {
    const late = withStray(now, stray);
    const tell = (name: string): string => `${text(name)} is delayed`;
    moves.push({ kind: "fault", now: afterFault(placed(late, unsure)), tell });
  }
  fault("reply-lost", reached, unsure, `is ${outcome.kind}, and the reply is lost`);
  fault("request-doubled", withStray(reached, stray), told, "is doubled on its way");
  return moves;
}

interface Steps {
  readonly follow: (lane: LaneNow, entry: PlanEntry) => LaneNow;
  readonly look: (lane: LaneNow) => LaneNow;
  readonly due: (lane: LaneNow) => LaneNow;
  readonly arrive: (lane: LaneNow) => LaneNow;
  readonly reads: (lane: LaneNow, held: Held) => LaneNow;
}

function stepsAt(hour: Hour): Steps {
  return {
    follow: onceForBoth((lane: LaneNow, entry: PlanEntry) => follow(lane, entry, hour)),
    look: once((lane: LaneNow) => stepLane(lane, { kind: "look" }, hour)),
    due: once((lane: LaneNow) => stepLane(lane, { kind: "due" }, hour)),
    arrive: once((lane: LaneNow) => arrive(lane, hour)),
    reads: onceForBoth((lane: LaneNow, held: Held) => {
      assert(lane.progress !== undefined, "what is read is known");
      const reading = readHeld(held, lane.progress.entry.endpoint);
      return withFlight(lane, { kind: "reading", reading });
    }),
  };
}

/** What may happen to a lane, each worked out once. */
export const STEPS: Readonly<Record<Hour, Steps>> = {
  early: stepsAt("early"),
  late: stepsAt("late"),
};

function arrive(lane: LaneNow, hour: Hour): LaneNow {
  const { flight } = lane;
  switch (flight.kind) {
    case "reading":
      return stepLane(lane, { kind: "read", reading: flight.reading }, hour);
    case "outcome":
      return stepLane(lane, { kind: "written", outcome: flight.outcome }, hour);
    case "answer":
      return takeAnswer(lane, flight.entry, hour);
    case "silent":
      return takeAnswer(lane, undefined, hour);
    case "nothing":
    case "read":
    case "write":
    case "question":
      return lane; // nothing is on its way here
    default:
      return assertNever(flight);
  }
}

function withFlight(lane: LaneNow, flight: Flight): LaneNow {
  return { ...lane, flight };
}

const withOutcome = onceForBoth((lane: LaneNow, outcome: WriteOutcome) => {
  return withFlight(lane, { kind: "outcome", outcome });
});

const LOST_READ = once((lane: LaneNow) => {
  const endpoint = lane.progress?.entry.endpoint;
  assert(endpoint !== undefined, "what is read is known");
  const reading = { kind: "unreadable", endpoint, problem: "no reply in time" } as const;
  return withFlight(lane, { kind: "reading", reading });
});

const SILENT = once((lane: LaneNow) => withFlight(lane, { kind: "silent" }));

export function laneAt(now: OwnNow, place: number): LaneNow {
  const lane = now.lanes[place];
  assert(lane !== undefined, "an enactor has a lane for each endpoint");
  return lane;
}

/** The world with one lane moved on; what its disk may not have yet is remembered. */
function withLane(scene: Scene, now: OwnNow, place: number, lane: LaneNow): OwnNow {
  const remembers = scene.faults.includes("killed-old-disk");
  const next = remembers ? withStale(laneAt(now, place), lane) : lane;
  return { ...now, lanes: now.lanes.with(place, next) };
}

const withStale = onceForBoth((before: LaneNow, after: LaneNow): LaneNow => {
  const durable = durableOf(before);
  if (numberOf(durable) === numberOf(durableOf(after))) return after;
  return { ...after, stale: durable };
});

function arrivalText(name: string, { flight }: LaneNow): string {
  switch (flight.kind) {
    case "reading":
      return `the reading arrives at ${name}`;
    case "outcome":
      return `${name} hears of its write: ${flight.outcome.kind}`;
    default:
      return `the plan store's ${flight.kind} arrives at ${name}`;
  }
}

function writeText({ fence, endpoint, condition }: EndpointWrite): string {
  const over = condition.fence === undefined ? "nothing" : "the fence read";
  const mark = fence.mark === undefined ? "" : ` (${fence.mark.kind} ${fence.mark.id})`;
  return `write of generation ${fence.generation}${mark} to ${endpoint} over ${over}`;
}

/** An entry in a few words. */
export function entryText(entry: PlanEntry): string {
  const place = `generation ${entry.generation}`;
  if (entry.kind === "tombstone") return `${place}, tombstone ${entry.tombstoneId}`;
  return entry.override === undefined ? place : `${place}, override ${entry.override.id}`;
}
