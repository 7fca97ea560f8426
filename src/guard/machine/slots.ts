import type { Entry } from "./entry.ts";

/** What is forgotten first: what nobody would miss, and what is being held up last of all. */
export type Rank = 0 | 1 | 2;
/** Nothing of it could be held on to; confirmed addresses; their denial is doubted now. */
export const PLAIN: Rank = 0;
export const CONFIRMED: Rank = 1;
export const DOUBTED: Rank = 2;

/** What is remembered of one name and type, as far as its place is concerned. */
export interface Ranked {
  rank: Rank;
  /** How much room it takes: see {@link weightOf}. */
  weight: number;
}

/** Of the room that held names leave, what confirmed ones may take: new ones need some, too. */
const CONFIRMED_SHARE = 0.8;

// Measured in octets: an entry, each of its values, each of its aliases; and what counts as one.
const ENTRY_OCTETS = 600;
const VALUE_OCTETS = 190;
const ALIAS_OCTETS = 100;
const UNIT_OCTETS = 1000;

/** Room that an entry takes: 1 for one with a value or two, more for one with many. */
export function weightOf({ seen, answer }: Entry): number {
  const { values = [], aliases = [] } = answer?.newest ?? {};
  const count = Math.max(seen.length, values.length);
  const octets = ENTRY_OCTETS + count * VALUE_OCTETS + aliases.length * ALIAS_OCTETS;
  return Math.max(1, octets / UNIT_OCTETS);
}

/** Slots by key, in bounded room; those asked for longest ago go first, rank by rank. */
export class Slots<Slot extends Ranked> {
  readonly #room: number;
  readonly #ranks: readonly Map<string, Slot>[] = [new Map(), new Map(), new Map()];
  readonly #weights = [0, 0, 0];

  /** Room for so many entries of weight 1. */
  constructor(room: number) {
    this.#room = room;
  }

  get size(): number {
    return this.#ranks.reduce((sum, { size }) => sum + size, 0);
  }

  get(key: string): Slot | undefined {
    for (const slots of this.#ranks) {
      const slot = slots.get(key);
      if (slot !== undefined) return slot;
    }
    return undefined;
  }

  *entries(): Iterable<readonly [string, Slot]> {
    for (const slots of this.#ranks) yield* slots;
  }

  *values(): Iterable<Slot> {
    for (const slots of this.#ranks) yield* slots.values();
  }

  clear(): void {
    for (const [rank, slots] of this.#ranks.entries()) {
      slots.clear();
      this.#weights[rank] = 0;
    }
  }

  /** Puts a slot last in its rank, with this weight; what had to go for it is given back. */
  put(key: string, slot: Slot, rank: Rank, weight: number): readonly Slot[] {
    if (this.#ranks[slot.rank]?.delete(key) === true) this.#add(slot.rank, -slot.weight);
    slot.rank = rank;
    slot.weight = weight;
    this.#ranks[rank]?.set(key, slot);
    this.#add(rank, weight);
    const gone: Slot[] = [];
    while (this.#weightOf(0) + this.#weightOf(1) + this.#weightOf(2) > this.#room) {
      const oldest = this.#oldest(slot);
      if (oldest === undefined) break;
      const [oldestKey, found] = oldest;
      this.#ranks[found.rank]?.delete(oldestKey);
      this.#add(found.rank, -found.weight);
      gone.push(found);
    }
    return gone;
  }

  /** Who goes next, but not this one. */
  #oldest(but: Slot): readonly [string, Slot] | undefined {
    for (const rank of this.#order()) {
      const [first] = this.#ranks[rank] ?? [];
      if (first !== undefined && first[1] !== but) return first;
    }
    return undefined;
  }

  #order(): readonly Rank[] {
    const confirmedMax = (this.#room - this.#weightOf(DOUBTED)) * CONFIRMED_SHARE;
    if (this.#weightOf(CONFIRMED) > confirmedMax) return [CONFIRMED, PLAIN, DOUBTED];
    return [PLAIN, CONFIRMED, DOUBTED];
  }

  #weightOf(rank: Rank): number {
    return this.#weights[rank] ?? 0;
  }

  #add(rank: Rank, weight: number): void {
    this.#weights[rank] = this.#weightOf(rank) + weight;
  }
}
