import type { Chance } from "../../base/index.ts";
import { COOKIE_SECRET_OCTETS } from "../../dns/index.ts";

const SECRET_WORDS = COOKIE_SECRET_OCTETS / 4;
/** Rises when the secrets have changed. */
export const SECRETS_SEQUENCE = 0;
/** From here the current secret, and behind it the one before. */
export const SECRET_CURRENT = 1;
export const SECRET_PREVIOUS = SECRET_CURRENT + SECRET_WORDS;
const WORDS = SECRET_PREVIOUS + SECRET_WORDS;

/** After so long a secret is replaced: RFC 7873 section 7.1 asks for a day and some hours. */
export const SECRET_AGE_MS_MAX = 24 * 3600 * 1000;

/**
 * The secrets that server cookies are made with, in memory that all serving threads share. A
 * cookie of the secret before is still believed, so a change costs no client anything.
 */
export class CookieSecrets {
  readonly share: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #chance: Chance;

  /** `chance` must be unpredictable. */
  constructor(chance: Chance) {
    this.share = new SharedArrayBuffer(WORDS * 4);
    this.#words = new Int32Array(this.share);
    this.#chance = chance;
    this.rotate();
    this.rotate(); // the secret before is nobody's guess either
  }

  /** Makes a new secret; the current one becomes the one before. */
  rotate(): void {
    const words = this.#words;
    words.copyWithin(SECRET_PREVIOUS, SECRET_CURRENT, SECRET_PREVIOUS);
    for (let index = 0; index < SECRET_WORDS; index += 1) {
      words[SECRET_CURRENT + index] = this.#chance.below(2 ** 32);
    }
    Atomics.add(words, SECRETS_SEQUENCE, 1);
  }
}
