import { assert } from "../../src/base/index.ts";
import type { Held } from "./heldZone.ts";
import { Interner, numberOf } from "./interner.ts";
import type { LaneNow } from "./lane.ts";
import type { Circumstances, Now, Stray } from "./now.ts";
import type { LineNow } from "./planLine.ts";
import { StateTable } from "./stateTable.ts";

/** What an enactor knows, by endpoint. */
export type Lanes = readonly LaneNow[];

/** Columns before those of what is held: line, circumstances, strays. */
const FIRST_HELD = 3;

/** Numbers for what is around the enactors, and for what one of them knows; equal is one number. */
export class WorldNumbers {
  readonly #lines = new Interner<LineNow>();
  readonly #circumstances = new Interner<Circumstances>();
  readonly #strays = new Interner<readonly Stray[]>();
  readonly #held = new Interner<Held>();
  readonly #lanes = new Interner<LaneNow>();
  readonly #arounds: StateTable;
  readonly #nows: Now[] = [];
  readonly #lists: StateTable;
  readonly #lanesOf: Lanes[] = [];
  readonly #around: Int32Array;
  readonly #list: Int32Array;

  /** `endpoints`: how many. */
  constructor(endpoints: number) {
    this.#around = new Int32Array(FIRST_HELD + endpoints);
    this.#arounds = new StateTable(FIRST_HELD + endpoints);
    this.#list = new Int32Array(endpoints);
    this.#lists = new StateTable(endpoints);
  }

  /** How many there are of each. */
  get sizes(): { readonly arounds: number; readonly lanes: number } {
    return { arounds: this.#arounds.size, lanes: this.#lists.size };
  }

  now(around: number): Now {
    const now = this.#nows[around];
    assert(now !== undefined, "what has a number was numbered");
    return now;
  }

  lanes(list: number): Lanes {
    const lanes = this.#lanesOf[list];
    assert(lanes !== undefined, "what has a number was numbered");
    return lanes;
  }

  /** Every list of lanes that has a number. */
  get allLanes(): readonly Lanes[] {
    return this.#lanesOf;
  }

  /** `before`: the number of what it came of, as most of that is still as it was. */
  aroundOf(now: Now, before?: number): number {
    const row = this.#around;
    const was = before === undefined ? undefined : this.now(before);
    if (before !== undefined) this.#arounds.read(before, row);
    const { line, circumstances, strays, held } = now;
    if (line !== was?.line) row[0] = this.#lines.idOf(line);
    if (circumstances !== was?.circumstances) row[1] = this.#circumstances.idOf(circumstances);
    if (strays !== was?.strays) row[2] = this.#strays.idOf(inOrder(strays));
    for (const [place, one] of held.entries()) {
      if (one !== was?.held[place]) row[FIRST_HELD + place] = this.#held.idOf(one);
    }
    const known = this.#arounds.size;
    const around = this.#arounds.add(row);
    if (around === known) this.#nows.push(this.#made(row));
    return around;
  }

  /** `before`: see {@link aroundOf}. */
  listOf(lanes: Lanes, before?: number): number {
    const row = this.#list;
    const was = before === undefined ? undefined : this.lanes(before);
    if (before !== undefined) this.#lists.read(before, row);
    for (const [place, lane] of lanes.entries()) {
      if (lane !== was?.[place]) row[place] = this.#lanes.idOf(lane);
    }
    const known = this.#lists.size;
    const list = this.#lists.add(row);
    if (list === known) this.#lanesOf.push([...row].map((id) => this.#lanes.at(id)));
    return list;
  }

  #made(row: Int32Array): Now {
    const at = (column: number): number => row[column] ?? 0;
    return {
      line: this.#lines.at(at(0)),
      circumstances: this.#circumstances.at(at(1)),
      strays: this.#strays.at(at(2)),
      held: [...row.subarray(FIRST_HELD)].map((id) => this.#held.at(id)),
    };
  }
}

/** Late writes arrive in any order: which was sent first does not matter. */
function inOrder(strays: readonly Stray[]): readonly Stray[] {
  return strays.length < 2
    ? strays
    : strays.toSorted((left, right) => numberOf(left) - numberOf(right));
}
