import { assert } from "../../src/base/index.ts";
import { typeText } from "../../src/dns/index.ts";
import { pinnedContent } from "../../src/enact/pinned.ts";
import { type Fence, type PlanEntry, rrsetsOf } from "../../src/plan/index.ts";
import { actMoves } from "./acts.ts";
import { fenceOf } from "./checks.ts";
import type { Model, Move } from "./explore.ts";
import { gateMoves, handMoves } from "./handMoves.ts";
import { type Held, NOTHING, readHeld } from "./heldZone.ts";
import { Interner, numberOf } from "./interner.ts";
import { killMoves } from "./killMoves.ts";
import { type LaneNow, NEW_LANE } from "./lane.ts";
import { laneAt, laneMoves } from "./laneMoves.ts";
import { once } from "./memo.ts";
import { wallMsAt } from "./names.ts";
import type { Circumstances, Next, Now, Scene, Stray } from "./now.ts";
import { EMPTY_LINE, entriesOf, type LineNow, nextDelta } from "./planLine.ts";
import { raiseMoves } from "./raiseMoves.ts";
import { hearMoves, storeMoves } from "./storeMoves.ts";
import { heldAt, strayMoves } from "./zoneMoves.ts";

/** Further things that may happen in some scenes only. */
export type MoreMoves = (scene: Scene, now: Now) => readonly Next[];

const ENACTORS = 2;
const NO_MORE: MoreMoves = () => [];

/**
 * A world of two enactors and a few plans, as a graph to be explored: the shipped machines, and all
 * that may happen between their waits. Both enactors are first in line for every endpoint, so that
 * neither ever waits for the other, and one stands for the other where they change places.
 */
export class SmallWorld implements Model {
  readonly names = ["enactor one", "enactor two"];
  readonly width: number;
  readonly initial: readonly number[];
  readonly #scene: Scene;
  readonly #more: MoreMoves;
  readonly #lines = new Interner<LineNow>();
  readonly #circumstances = new Interner<Circumstances>();
  readonly #strays = new Interner<readonly Stray[]>();
  readonly #held = new Interner<Held>();
  readonly #lanes = new Interner<LaneNow>();
  /** Which enactors do anything at all. */
  readonly #working: readonly number[];

  constructor(scene: Scene, more = NO_MORE) {
    this.#scene = scene;
    this.#more = more;
    this.#working = scene.dead?.includes("enactor-two") === true ? [0] : [0, 1];
    const count = scene.endpoints.length;
    this.width = 3 + count * (1 + ENACTORS);
    const past = {
      deleted: scene.endpoints.map(() => undefined),
      fenceDeletions: 0,
      storeRestored: false,
      endedOverrides: [],
      retired: [],
      revived: [],
    };
    const lanes = scene.endpoints.map(() => NEW_LANE);
    this.initial = this.#numbers({
      line: EMPTY_LINE,
      circumstances: { hour: "early", faultsLeft: scene.faultsMax, actsDone: 0, past },
      strays: [],
      held: scene.endpoints.map(() => NOTHING),
      lanes: Array.from({ length: ENACTORS }, () => lanes),
    }).numbers;
  }

  moves(state: readonly number[]): readonly Move[] {
    return this.#next(this.#now(state)).map(({ kind, now, tell, broken }) => {
      const { numbers, swaps } = this.#numbers(now);
      return { kind, state: numbers, tell, swaps, broken };
    });
  }

  isGoal(state: readonly number[]): boolean {
    const now = this.#now(state);
    if (nextDelta(now.line, this.#scene, now.circumstances.hour) !== undefined) return false;
    return this.#scene.endpoints.every((_, place) => this.#isInPlace(now, place));
  }

  describe(state: readonly number[], names: readonly string[]): readonly string[] {
    const now = this.#now(state);
    const zone = this.#scene.endpoints.map((endpoint, place) => {
      const held = heldAt(now, place);
      const fence = fenceOf(endpoint, held);
      const types = held.records.map(({ type }) => typeText(type)).join(" ") || "nothing";
      const at =
        fence === undefined
          ? "no readable fence"
          : `epoch ${fence.epoch} generation ${fence.generation}`;
      return `=> ${endpoint}: ${at}${fence?.mark ? ` ${fence.mark.kind}` : ""}, holds ${types}`;
    });
    const enactors = names.flatMap((name, who) => {
      return this.#scene.endpoints.map((endpoint, place) => {
        const { progress, flight } = laneAt(now, who, place);
        const known = progress === undefined ? "knows no plan" : `has ${progress.entry.generation}`;
        const doing = `${progress?.phase.kind ?? "idle"}, ${progress?.standing.kind ?? "unseen"}`;
        return `=> ${name} at ${endpoint}: ${known}, ${doing}, under way: ${flight.kind}`;
      });
    });
    return [...zone, ...enactors];
  }

  #next(now: Now): readonly Next[] {
    const scene = this.#scene;
    const places = scene.endpoints.map((_, place) => place);
    return [
      ...storeMoves(scene, now),
      ...actMoves(scene, now),
      ...gateMoves(scene, now),
      ...this.#working.flatMap((who) => [
        ...places.flatMap((place) => laneMoves(scene, now, who, place)),
        ...hearMoves(scene, now, who),
        ...killMoves(scene, now, who),
      ]),
      ...strayMoves(now),
      ...places.flatMap((place) => [
        ...handMoves(scene, now, place),
        ...raiseMoves(scene, now, place),
      ]),
      ...this.#more(scene, now),
    ];
  }

  /** The newest entry is in place, or what people put there stands for it. */
  #isInPlace(now: Now, place: number): boolean {
    const entry = entriesOf(now.line, place, this.#scene).at(-1);
    if (entry === undefined) return false;
    const held = heldAt(now, place);
    const fence = fenceOf(entry.endpoint, held);
    if (holdsEntry(held, fence, entry)) return true;
    const deleted = now.circumstances.past.deleted[place];
    // Nobody retires a name whose fence a hand deleted: it goes on answering.
    if (entry.kind === "tombstone" && held.fence === undefined && deleted !== undefined)
      return true;
    return isHeldByPeople(now, held, fence ?? deleted, entry);
  }

  #now(state: readonly number[]): Now {
    const count = this.#scene.endpoints.length;
    const at = (index: number): number => state[index] ?? 0;
    const places = Array.from({ length: count }, (_, place) => place);
    return {
      line: this.#lines.at(at(0)),
      circumstances: this.#circumstances.at(at(1)),
      strays: this.#strays.at(at(2)),
      held: places.map((place) => this.#held.at(at(3 + place))),
      lanes: Array.from({ length: ENACTORS }, (_, who) => {
        return places.map((place) => this.#lanes.at(at(3 + count * (1 + who) + place)));
      }),
    };
  }

  /** A world as numbers, the enactors in an order of their own. */
  #numbers(now: Now): { readonly numbers: readonly number[]; readonly swaps: boolean } {
    const isQuiet = now.circumstances.faultsLeft === 0;
    const [one, two] = now.lanes.map((lanes) => {
      return lanes.map((lane) => this.#lanes.idOf(isQuiet ? settled(lane) : lane));
    });
    assert(one !== undefined && two !== undefined, "there are two enactors");
    const swaps = this.#working.length > 1 && isAfter(one, two);
    const strays = now.strays.toSorted((left, right) => numberOf(left) - numberOf(right));
    const numbers = [
      this.#lines.idOf(now.line),
      this.#circumstances.idOf(now.circumstances),
      this.#strays.idOf(now.strays.length < 2 ? now.strays : strays),
      ...now.held.map((held) => this.#held.idOf(held)),
      ...(swaps ? [...two, ...one] : [...one, ...two]),
    ];
    return { numbers, swaps };
  }
}

/** Where nothing can be killed any more, it does not matter what a disk lacks. */
const settled = once((lane: LaneNow): LaneNow => {
  if (lane.stale === undefined) return lane;
  const { stale: _, ...kept } = lane;
  return kept;
});

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

function isAfter(left: readonly number[], right: readonly number[]): boolean {
  for (const [index, number] of left.entries()) {
    const other = right[index] ?? 0;
    if (number !== other) return number > other;
  }
  return false;
}
