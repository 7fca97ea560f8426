import { typeText } from "../../src/dns/index.ts";
import { actMoves } from "./acts.ts";
import { fenceOf } from "./checks.ts";
import { isGoal } from "./goal.ts";
import { gateMoves, handMoves } from "./handMoves.ts";
import { NOTHING } from "./heldZone.ts";
import { killMoves } from "./killMoves.ts";
import { type LaneNow, NEW_LANE } from "./lane.ts";
import { laneAt, laneMoves } from "./laneMoves.ts";
import { once } from "./memo.ts";
import type { Model, Move, Successors } from "./model.ts";
import { MoveMemo, type NumberedMove } from "./moveMemo.ts";
import { normalLane, settledLane, settledNow } from "./normal.ts";
import type { Next, Now, OwnNow, Scene } from "./now.ts";
import { EMPTY_LINE } from "./planLine.ts";
import { type Plea, pleaOf, raiseMoves } from "./raiseMoves.ts";
import { hearMoves, storeMoves } from "./storeMoves.ts";
import { type Lanes, WorldNumbers } from "./worldNumbers.ts";
import { heldAt, strayMoves } from "./zoneMoves.ts";

/** Further things that may happen in some scenes only. */
export type MoreMoves = (scene: Scene, now: Now) => readonly Next[];

const NO_MORE: MoreMoves = () => [];
const PLEAS: readonly Plea[] = ["quarantined", "not-ours"];
/** No pleas: what happens around the enactors depends on nothing else. */
const NO_PLEAS = 0;

/**
 * A world of two enactors and a few plans, as a graph to be explored: the shipped machines, and all
 * that may happen between their waits. Both enactors are first in line for every endpoint, so that
 * neither ever waits for the other, and one stands for the other where they change places.
 *
 * A state is three numbers: what is around the enactors, and what each of the two knows and waits
 * for. What an enactor may do depends on the first and its own, never on the other's (its types
 * have no place for it): it is worked out once for each such pair, by the code that ships.
 */
export class SmallWorld implements Model {
  readonly names = ["enactor one", "enactor two"];
  readonly width = 3;
  readonly initial: readonly number[];
  readonly #scene: Scene;
  readonly #more: MoreMoves;
  readonly #normal: (lane: LaneNow) => LaneNow;
  readonly #quiet: (lane: LaneNow) => LaneNow;
  readonly #numbers: WorldNumbers;
  readonly #aroundMoves = new MoveMemo();
  readonly #ownMoves = new MoveMemo();
  readonly #settledOf: number[] = [];
  readonly #pleasOf: number[] = [];
  readonly #isGoalOf: boolean[] = [];

  constructor(scene: Scene, more = NO_MORE, normal = normalLane) {
    this.#scene = scene;
    this.#more = more;
    this.#normal = normal;
    this.#quiet = once((lane: LaneNow) => settledLane(normal(lane)));
    this.#numbers = new WorldNumbers(scene.endpoints.length);
    const past = {
      deleted: scene.endpoints.map(() => undefined),
      fenceDeletions: 0,
      storeRestored: false,
      endedOverrides: [],
      retired: [],
      revived: [],
    };
    const around = this.#numbers.aroundOf({
      line: EMPTY_LINE,
      circumstances: { hour: "early", faultsLeft: scene.faultsMax, actsDone: 0, past },
      strays: [],
      held: scene.endpoints.map(() => NOTHING),
    });
    const lanes = this.#numbers.listOf(scene.endpoints.map(() => NEW_LANE));
    this.initial = [around, lanes, lanes];
  }

  /** How many different values the states are made of. */
  get sizes(): { readonly arounds: number; readonly lanes: number; readonly pairs: number } {
    return { ...this.#numbers.sizes, pairs: this.#ownMoves.size };
  }

  /** All that an enactor may come to know, by endpoint. */
  get lanesMet(): readonly Lanes[] {
    return this.#numbers.allLanes;
  }

  expand(state: Int32Array, into: Successors): void {
    const around = state[0] ?? 0;
    const one = state[1] ?? 0;
    const two = state[2] ?? 0;
    const pleas = this.#pleasAt(one) | this.#pleasAt(two);
    const block = this.#aroundMoves.of(around, pleas, () => {
      return this.#aroundNext(around, pleas).map((next) => this.#numbered(around, next));
    });
    this.#follow(this.#aroundMoves, block, into, one, two);
    this.#follow(this.#ownMoves, this.#ownBlock(around, one), into, one, two);
    // Two that are alike do alike.
    if (one === two) return;
    this.#follow(this.#ownMoves, this.#ownBlock(around, two), into, two, one);
  }

  #ownBlock(around: number, own: number): number {
    return this.#ownMoves.of(around, own, () => {
      return this.#ownNext(around, own).map((next) => this.#numbered(around, next, own));
    });
  }

  #follow(memo: MoveMemo, block: number, into: Successors, own: number, other: number): void {
    const count = memo.count(block);
    for (let move = 0; move < count; move += 1) {
      const start = into.add(memo.kind(block, move), memo.isBroken(block, move));
      const moved = memo.own(block, move);
      let first = moved < 0 ? own : moved;
      let second = other;
      if (memo.settles(block, move)) {
        first = this.#settled(first);
        second = this.#settled(second);
      }
      const swaps = first > second;
      into.rows[start] = memo.around(block, move);
      into.rows[start + 1] = swaps ? second : first;
      into.rows[start + 2] = swaps ? first : second;
    }
  }

  moves(state: Int32Array): readonly Move[] {
    const around = state[0] ?? 0;
    const one = state[1] ?? 0;
    const two = state[2] ?? 0;
    const told = (next: Next, who: number, own: number, other: number): Move => {
      const { kind, broken } = next;
      const made = this.#numbered(around, next, own);
      const moved = made.own < 0 ? own : made.own;
      const after = made.settles ? [this.#settled(moved), this.#settled(other)] : [moved, other];
      if (who === 1) after.reverse();
      const swaps = (after[0] ?? 0) > (after[1] ?? 0);
      if (swaps) after.reverse();
      const tell = (names: readonly string[]): string => next.tell(names[who] ?? "");
      return { kind, state: [made.around, ...after], tell, swaps, broken };
    };
    const pleas = this.#pleasAt(one) | this.#pleasAt(two);
    return [
      ...this.#aroundNext(around, pleas).map((next) => told(next, 0, one, two)),
      ...this.#ownNext(around, one).map((next) => told(next, 0, one, two)),
      ...this.#ownNext(around, two).map((next) => told(next, 1, two, one)),
    ];
  }

  isGoal(state: Int32Array): boolean {
    const around = state[0] ?? 0;
    const known = this.#isGoalOf[around] ?? isGoal(this.#scene, this.#numbers.now(around));
    this.#isGoalOf[around] = known;
    return known;
  }

  describe(state: Int32Array, names: readonly string[]): readonly string[] {
    const now = this.#numbers.now(state[0] ?? 0);
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
      const own: OwnNow = { ...now, lanes: this.#numbers.lanes(state[1 + who] ?? 0) };
      return this.#scene.endpoints.map((endpoint, place) => {
        const { progress, flight } = laneAt(own, place);
        const known = progress === undefined ? "knows no plan" : `has ${progress.entry.generation}`;
        const doing = `${progress?.phase.kind ?? "idle"}, ${progress?.standing.kind ?? "unseen"}`;
        return `=> ${name} at ${endpoint}: ${known}, ${doing}, under way: ${flight.kind}`;
      });
    });
    return [...zone, ...enactors];
  }

  /** What may happen that no enactor does. */
  #aroundNext(around: number, pleas: number): readonly Next[] {
    const scene = this.#scene;
    const now = this.#numbers.now(around);
    return [
      ...storeMoves(scene, now),
      ...actMoves(scene, now),
      ...gateMoves(scene, now),
      ...strayMoves(now),
      ...scene.endpoints.flatMap((_, place) => [
        ...handMoves(scene, now, place),
        ...raiseMoves(scene, now, place, pleasOf(pleas, place)),
      ]),
      ...this.#more(scene, now),
    ];
  }

  /** What an enactor may do, and what may become of it. */
  #ownNext(around: number, lanes: number): readonly Next<OwnNow>[] {
    const scene = this.#scene;
    const now: OwnNow = { ...this.#numbers.now(around), lanes: this.#numbers.lanes(lanes) };
    return [
      ...scene.endpoints.flatMap((_, place) => laneMoves(scene, now, place)),
      ...hearMoves(scene, now),
      ...killMoves(scene, now),
    ];
  }

  /** `own`: the enactor's lanes before, where it is one that moves. */
  #numbered(before: number, { kind, now, broken }: Next<Now | OwnNow>, own?: number): NumberedMove {
    const isQuiet = now.circumstances.faultsLeft === 0;
    const settles = isQuiet && this.#numbers.now(before).circumstances.faultsLeft > 0;
    const lanes = "lanes" in now ? now.lanes.map(isQuiet ? this.#quiet : this.#normal) : undefined;
    return {
      kind,
      around: this.#numbers.aroundOf(isQuiet ? settledNow(now) : now, before),
      own: lanes === undefined ? -1 : this.#numbers.listOf(lanes, own),
      isBroken: broken !== undefined,
      settles,
    };
  }

  #settled(lanes: number): number {
    const known =
      this.#settledOf[lanes] ??
      this.#numbers.listOf(this.#numbers.lanes(lanes).map(settledLane), lanes);
    this.#settledOf[lanes] = known;
    return known;
  }

  /** What the enactor that knows this asks people for, as bits: of each endpoint, of each plea. */
  #pleasAt(lanes: number): number {
    const known = this.#pleasOf[lanes] ?? pleaBits(this.#numbers.lanes(lanes));
    this.#pleasOf[lanes] = known;
    return known;
  }
}

function pleaBits(lanes: Lanes): number {
  let bits = NO_PLEAS;
  for (const [place, lane] of lanes.entries()) {
    const plea = pleaOf(lane);
    if (plea !== undefined) bits |= 1 << (place * PLEAS.length + PLEAS.indexOf(plea));
  }
  return bits;
}

function pleasOf(bits: number, place: number): readonly Plea[] {
  return PLEAS.filter((_, index) => ((bits >> (place * PLEAS.length + index)) & 1) === 1);
}
