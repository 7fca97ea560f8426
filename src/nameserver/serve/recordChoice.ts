import { copyWords } from "../../packet/index.ts";
import { type Words, word } from "../zone/arenaLayout.ts";
import type { FastChance } from "./fastChance.ts";

/**
 * More records of the smallest kind, an A of sixteen octets, than one UDP response can carry: who
 * draws from more has their answer cut anyway.
 */
const DRAWN_MAX = 128;
/** More than the weights of one RRset may be (see src/plan). */
const WEIGHTS_MAX = 400;

/** Copies records of one size into a packet: some of them, or all in another order. */
export class RecordChoice {
  readonly #words: Words;
  readonly #to: DataView;
  readonly #chance: FastChance;
  /** Weights not yet drawn. */
  readonly #odds = new Int32Array(WEIGHTS_MAX);

  constructor(words: Words, to: DataView, chance: FastChance) {
    this.#words = words;
    this.#to = to;
    this.#chance = chance;
  }

  /**
   * All `count` records of `size` octets, which begin at word `body`, from a random one on: most
   * clients take the first, and no address may always be it. Returns the octet behind them.
   */
  rotate(at: number, body: number, count: number, size: number): number {
    const words = this.#words;
    const start = count < 2 ? 0 : this.#chance.below(count);
    const tail = (count - start) * size;
    copyWords(this.#to, at, words, body + ((start * size) >> 2), tail);
    if (start > 0) copyWords(this.#to, at + tail, words, body, start * size);
    return at + count * size;
  }

  /** Whether `draw` can: what is larger the general path draws. */
  canDraw(count: number, answers: number): boolean {
    return count <= WEIGHTS_MAX && answers <= DRAWN_MAX;
  }

  /**
   * Draws `answers` of `count` records without replacement, each draw by the weights left, which
   * stand from word `weights` on. Returns the octet behind them.
   */
  draw(
    at: number,
    body: number,
    count: number,
    size: number,
    weights: number,
    answers: number,
  ): number {
    const words = this.#words;
    const odds = this.#odds;
    let total = 0;
    for (let index = 0; index < count; index += 1) {
      const weight = word(words, weights + index);
      odds[index] = weight;
      total += weight;
    }
    let next = at;
    for (let left = answers; left > 0 && total > 0; left -= 1) {
      let rest = this.#chance.below(total);
      let index = 0;
      for (; index < count - 1; index += 1) {
        rest -= odds[index] as number;
        if (rest < 0) break;
      }
      total -= odds[index] as number;
      odds[index] = 0;
      copyWords(this.#to, next, words, body + ((index * size) >> 2), size);
      next += size;
    }
    return next;
  }
}
