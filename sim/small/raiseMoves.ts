import { adoptedPosition, adoptStep } from "../../src/cli/direct/adoptStep.ts";
import type { DirectStep } from "../../src/cli/direct/directStep.ts";
import {
  type EntryKnown,
  epochStep,
  fenceFault,
  nextEpoch,
} from "../../src/cli/direct/epochStep.ts";
import type { ReadReading } from "../../src/enact/decision.ts";
import type { PlanEntry } from "../../src/plan/index.ts";
import { judge } from "./checks.ts";
import { applyWrite, readHeld } from "./heldZone.ts";
import type { LaneNow } from "./lane.ts";
import type { MoveKind } from "./model.ts";
import { wallMsAt, ZONE } from "./names.ts";
import type { Next, Now, Scene } from "./now.ts";
import { entriesOf } from "./planLine.ts";
import { heldAt, withHeld } from "./zoneMoves.ts";

/** What an enactor asks a person for, by how an endpoint stands with it. */
export type Plea = "quarantined" | "not-ours";

export function pleaOf({ progress }: LaneNow): Plea | undefined {
  const kind = progress?.standing.kind;
  return kind === "quarantined" || kind === "not-ours" ? kind : undefined;
}

/** The ways out for what no enactor may decide: a person looks, and acts by hand. */
export function raiseMoves(
  scene: Scene,
  now: Now,
  place: number,
  pleas: readonly Plea[],
): readonly Next[] {
  if (pleas.length === 0) return [];
  const newest = entriesOf(now.line, place, scene).at(-1);
  const reading = readingAt(scene, now, place);
  if (newest === undefined || reading === undefined) return [];
  if (pleas.includes("quarantined")) {
    const step = raised(reading, newest, wallMsAt(now.circumstances.hour));
    return step === undefined ? [] : directMoves(now, place, step, "person");
  }
  if (newest.kind === "tombstone" || !pleas.includes("not-ours")) return [];
  const plannedTypes = newest.rrsets.map(({ type }) => type);
  const step = adoptStep(reading, {
    zone: ZONE,
    ownsWholeName: true,
    plannedTypes,
    position: adoptedPosition(newest),
    nowMs: wallMsAt(now.circumstances.hour),
  });
  return directMoves(now, place, step, "person");
}

function raised(reading: ReadReading, newest: PlanEntry, nowMs: number): DirectStep | undefined {
  const entry = knownOf(newest);
  if (fenceFault(reading, entry) === undefined) return undefined;
  return epochStep(reading, {
    zone: ZONE,
    ownsWholeName: true,
    epoch: nextEpoch([{ reading, holdsFences: false }], entry),
    entry,
    nowMs,
  });
}

function knownOf(entry: PlanEntry): EntryKnown {
  const { epoch, generation, digest } = entry;
  if (entry.kind === "serving") {
    const { answers, rrsets } = entry;
    return { epoch, generation, digest, content: { answers, rrsets } };
  }
  const tombstone = { kind: "tombstone", id: entry.tombstoneId, atMs: entry.retiredAtMs } as const;
  return { epoch, generation, digest, tombstone };
}

/** What is read of an endpoint at this moment. */
export function readingAt(scene: Scene, now: Now, place: number): ReadReading | undefined {
  const endpoint = scene.endpoints[place];
  if (endpoint === undefined) return undefined;
  const reading = readHeld(heldAt(now, place), endpoint);
  return reading.kind === "read" ? reading : undefined;
}

/** A person's hand reads and writes; where the condition fails, nothing happened. */
export function directMoves(
  now: Now,
  place: number,
  step: DirectStep,
  kind: MoveKind,
): readonly Next[] {
  if (step.kind !== "write") return [];
  const { write, text } = step;
  const { circumstances } = now;
  const before = heldAt(now, place);
  const { outcome, held } = applyWrite(before, circumstances.gate, write);
  if (outcome.kind !== "applied") return [];
  const { endpoint } = write;
  const stray = { place, write, knew: {} };
  const broken = judge({ endpoint, before, after: held, stray, circumstances });
  const tell = (): string => `a person writes to the DNS server itself: ${endpoint} ${text}`;
  return [{ kind, now: withHeld(now, place, held), tell, broken }];
}
