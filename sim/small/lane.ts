import { assert, assertNever } from "../../src/base/index.ts";
import { typeText } from "../../src/dns/index.ts";
import { type HighWaterMark, raiseMark } from "../../src/enact/highWaterMark.ts";
import type {
  GateState,
  Progress,
  ProgressEffect,
  ProgressEvent,
} from "../../src/enact/progress.ts";
import { sameEntry } from "../../src/enact/sameEntry.ts";
import { newProgress, stepProgress } from "../../src/enact/stepProgress.ts";
import {
  comparePositions,
  type EndpointWrite,
  type Fence,
  type PlanEntry,
  type Reading,
  type WriteOutcome,
} from "../../src/plan/index.ts";
import { type Hour, wallMsAt } from "./names.ts";

/** What one enactor knows of one endpoint, and what it waits for. */
export interface LaneNow {
  /** The newest entry that it followed the plan store to; undefined before the first. */
  readonly entry?: PlanEntry;
  /** There where {@link entry} is. */
  readonly progress?: Progress;
  readonly mark?: HighWaterMark;
  /** A wake was asked for, and may come at any time. */
  readonly isArmed: boolean;
  /** The zone's gate as last read. */
  readonly gate: GateState;
  readonly flight: Flight;
  /** What the disk would have lost by a kill now: undefined, where it is up to date. */
  readonly stale?: Durable;
  /** For the checkers: the override that it has seen with all of its records, in this life. */
  readonly sawWhole?: string;
}

/** What an enactor's disk holds of one endpoint. */
export interface Durable {
  readonly entry?: PlanEntry;
  readonly mark?: HighWaterMark;
}

/** The one message of an endpoint that is under way; nothing while the lane waits or rests. */
export type Flight =
  | { readonly kind: "nothing" }
  | { readonly kind: "read" }
  | { readonly kind: "reading"; readonly reading: Reading }
  | { readonly kind: "write"; readonly write: EndpointWrite; readonly knew: Knew }
  | { readonly kind: "outcome"; readonly outcome: WriteOutcome }
  | { readonly kind: "question" }
  /** What the plan store's newest entry was when it answered; `silent`: it did not. */
  | { readonly kind: "answer"; readonly entry: PlanEntry | undefined }
  | { readonly kind: "silent" };

/** What an enactor knew of the endpoint when it sent a write, for the checkers. */
export interface Knew {
  /** The newest fence that it had ever seen or written, as its disk says. */
  readonly fence?: Fence;
  /** See `LaneNow`. */
  readonly sawWhole?: string;
}

const NOTHING: Flight = { kind: "nothing" };
const UNREAD: GateState = { kind: "closed", why: "the gate has not been read yet" };
/** Beyond any generation here, so that nothing is far ahead. */
const NEWEST_GENERATION = 100;

/** A lane that has heard of nothing, in a zone that never had a gate. */
export const NEW_LANE: LaneNow = {
  isArmed: false,
  gate: { kind: "open", text: undefined },
  flight: NOTHING,
};

/** Lets one thing happen to a lane: the shipped machine decides, its effects are put under way. */
export function stepLane(lane: LaneNow, event: ProgressEvent, hour: Hour): LaneNow {
  assert(lane.progress !== undefined, "a lane has heard of an entry before anything happens to it");
  const step = stepProgress(lane.progress, event, {
    wallMs: wallMsAt(hour),
    monotonicMs: 0, // both enactors are the first in line: then nobody ever waits for the other
    newestGeneration: NEWEST_GENERATION,
    ownsWholeName: true,
    newest: "unasked",
    mark: lane.mark,
    gate: lane.gate,
  });
  const mark = step.effects.reduce(markAfter, lane.mark);
  const sawWhole = sawAfter(lane, event);
  const knew: Knew = {
    ...(mark === undefined ? {} : { fence: mark.fence }),
    ...(sawWhole === undefined ? {} : { sawWhole }),
  };
  const held = isAnswer(event) ? NOTHING : lane.flight;
  const flight = step.effects.reduce((now, effect) => flightAfter(now, effect, knew), held);
  const isArmed = step.effects.reduce(armedAfter, lane.isArmed && event.kind !== "due");
  return {
    ...lane,
    progress: step.progress,
    flight,
    isArmed,
    ...(mark === undefined ? {} : { mark }),
    ...(sawWhole === undefined ? {} : { sawWhole }),
  };
}

/** Takes the plan store's word of the newest entry, as the enactor's state does: nothing falls. */
export function follow(lane: LaneNow, entry: PlanEntry, hour: Hour): LaneNow {
  if (!isNews(lane, entry)) return lane;
  const progress = lane.progress ?? newProgress(entry, 0);
  return stepLane({ ...lane, entry, progress }, { kind: "offered", entry }, hour);
}

/** Whether this entry would replace the one that the enactor has. */
export function isNews({ entry: held }: LaneNow, entry: PlanEntry): boolean {
  if (held === undefined) return true;
  const order = comparePositions(entry, held);
  return order > 0 || (order === 0 && !sameEntry(entry, held));
}

/** The answer to "is this entry the newest?" arrives: the news in it first, as in the service. */
export function takeAnswer(lane: LaneNow, entry: PlanEntry | undefined, hour: Hour): LaneNow {
  const told = entry === undefined ? lane : follow(lane, entry, hour);
  const held = told.entry;
  const isNewest = entry !== undefined && held !== undefined && sameEntry(held, entry);
  const answer = isNewest ? "confirmed" : "unavailable";
  return stepLane(told, { kind: "newest", answer }, hour);
}

/** The gate was read: what was held back by it is looked at again. */
export function readGate(lane: LaneNow, gate: GateState, hour: Hour): LaneNow {
  const next = { ...lane, gate };
  if (gate.kind !== "open" || lane.progress?.phase.kind !== "held") return next;
  return stepLane(next, { kind: "look" }, hour);
}

/** The process was killed and is back, with this on its disk: everything is looked at. */
export function restart({ entry, mark }: Durable, hour: Hour): LaneNow {
  const fresh: LaneNow = {
    isArmed: false,
    gate: UNREAD,
    flight: NOTHING,
    ...(mark === undefined ? {} : { mark }),
  };
  if (entry === undefined) return fresh;
  return stepLane({ ...fresh, entry, progress: newProgress(entry, 0) }, { kind: "look" }, hour);
}

/** What the disk holds once everything is written. */
export function durableOf({ entry, mark }: LaneNow): Durable {
  return {
    ...(entry === undefined ? {} : { entry }),
    ...(mark === undefined ? {} : { mark }),
  };
}

function isAnswer(event: ProgressEvent): boolean {
  return event.kind === "read" || event.kind === "written" || event.kind === "newest";
}

function flightAfter(flight: Flight, effect: ProgressEffect, knew: Knew): Flight {
  switch (effect.kind) {
    case "read":
      return { kind: "read" };
    case "write":
      return { kind: "write", write: effect.write, knew };
    case "ask-newest":
      return { kind: "question" };
    case "wait": // waits may end at any time, gates and plans may be read at any time
    case "hold":
    case "read-gate":
    case "superseded":
    case "seen":
    case "tell":
      return flight;
    default:
      return assertNever(effect);
  }
}

function markAfter(
  mark: HighWaterMark | undefined,
  effect: ProgressEffect,
): HighWaterMark | undefined {
  return effect.kind === "seen" ? raiseMark(mark, effect.fence, effect.pinned) : mark;
}

/** An alarm is set by a wait, and cleared by whatever is sent. */
function armedAfter(isArmed: boolean, { kind }: ProgressEffect): boolean {
  if (kind === "wait") return true;
  return kind === "read" || kind === "write" ? false : isArmed;
}

/** An override that was read with every type that its fence says, so that it could be put back. */
function sawAfter(lane: LaneNow, event: ProgressEvent): string | undefined {
  if (event.kind !== "read" || event.reading.kind !== "read") return lane.sawWhole;
  const { fence: found, rrsets, weights } = event.reading;
  if (found.kind !== "fence" || found.fence.mark?.kind !== "override") return lane.sawWhole;
  const types = new Set(rrsets.map(({ type }) => typeText(type)));
  const isWhole = weights !== undefined && found.fence.types.every((type) => types.has(type));
  return isWhole ? found.fence.mark.id : lane.sawWhole;
}
