import { pinnedContent } from "../../src/enact/pinned.ts";
import { type Fence, type PlanEntry, rrsetsOf } from "../../src/plan/index.ts";
import { fenceOf } from "./checks.ts";
import { type Held, readHeld } from "./heldZone.ts";
import { numberOf } from "./interner.ts";
import { wallMsAt } from "./names.ts";
import type { Now, Scene } from "./now.ts";
import { entriesOf, nextDelta } from "./planLine.ts";
import { heldAt } from "./zoneMoves.ts";

/** Nothing is left to plan, and the newest plan is in place. */
export function isGoal(scene: Scene, now: Now): boolean {
  if (nextDelta(now.line, scene, now.circumstances.hour) !== undefined) return false;
  return scene.endpoints.every((_, place) => isInPlace(scene, now, place));
}

/** The newest entry is in place, or what people put there stands for it. */
function isInPlace(scene: Scene, now: Now, place: number): boolean {
  const entry = entriesOf(now.line, place, scene).at(-1);
  if (entry === undefined) return false;
  const held = heldAt(now, place);
  const fence = fenceOf(entry.endpoint, held);
  if (holdsEntry(held, fence, entry)) return true;
  const deleted = now.circumstances.past.deleted[place];
  return isHeldByPeople(now, held, fence ?? deleted, entry);
}

/** As a resolver and a fence reader see it. */
function holdsEntry(held: Held, fence: Fence | undefined, entry: PlanEntry): boolean {
  // A name that holds nothing is retired, also where nothing, or nonsense, says so.
  if (entry.kind === "tombstone" && held.records.length === 0 && fence === undefined) return true;
  if (fence?.generation !== entry.generation || fence.epoch !== entry.epoch) return false;
  if (fence.digest !== entry.digest) return false;
  if (entry.kind === "tombstone") {
    return held.records.length === 0 && fence.mark?.kind === "tombstone";
  }
  const override = fence.mark?.kind === "override" ? fence.mark.id : undefined;
  if (override !== entry.override?.id) return false;
  return numberOf(held.records) === numberOf(rrsetsOf(entry));
}

/**
 * A tombstone stays where the plan store has forgotten it, until a person revives the name; so does
 * an override until its end, as long as its records are there.
 */
function isHeldByPeople(
  { circumstances }: Now,
  held: Held,
  fence: Fence | undefined,
  entry: PlanEntry,
): boolean {
  const mark = fence?.mark;
  // An old copy's tombstone does not empty what was revived since.
  const { revived } = circumstances.past;
  if (entry.kind === "tombstone" && revived.includes(entry.tombstoneId)) return true;
  if (fence === undefined || mark === undefined || entry.kind === "tombstone") return false;
  if (mark.kind === "tombstone") {
    const isLeft = held.records.length === 0 && circumstances.past.retired.includes(mark.id);
    return isLeft && entry.revives?.includes(mark.id) !== true;
  }
  const isOver = wallMsAt(circumstances.hour) >= mark.untilMs || entry.ends?.includes(mark.id);
  if (isOver === true || held.fence === undefined) return false;
  const reading = readHeld(held, entry.endpoint);
  return reading.kind === "read" && pinnedContent(reading, fence) !== undefined;
}
