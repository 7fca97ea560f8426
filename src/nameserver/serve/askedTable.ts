import type { Name } from "../../dns/index.ts";
import { NameKey } from "../../packet/index.ts";

/** Names with one hash stand in one bucket: four words, one cache line's part. */
const BUCKET_WORDS = 4;
/** A cell's hundred thousand endpoints leave most buckets with one name or none; 4 MiB. */
const BUCKETS = 2 ** 18;
/** The upper bits of a hash: which of a bucket's names it is. */
const TAG_SHIFT = 20;
/** Minutes since the start: two years of them, then the last one counts for ever. */
const MINUTE_MAX = 2 ** TAG_SHIFT - 2;
const MINUTE_MS = 60_000;

/** When a name was last asked for, as far as is known here. */
export type LastAsked =
  /** In the minute that begins then; wall clock. */
  | { readonly kind: "asked"; readonly atMs: number }
  /** Not since the start. */
  | { readonly kind: "never" }
  /** Others took its place: nothing can be said. */
  | { readonly kind: "unknown" };

/** Memory for the table, shared by all serving threads. */
export function newAskedTable(): SharedArrayBuffer {
  return new SharedArrayBuffer(BUCKETS * BUCKET_WORDS * 4);
}

/**
 * The minute in which names were last asked for. Threads write single words, and only where they
 * differ, without any order between them: a lost one is a minute that was lost. Two names whose
 * hashes agree may pass for each other: then one that nobody asks for seems to be asked for.
 */
export class AskedTable {
  readonly #words: Int32Array;
  readonly #startedMs: number;
  readonly #key = new NameKey();
  #minute = 1;

  /** `share` as of {@link newAskedTable}; `startedMs`: wall clock from which minutes count. */
  constructor(share: SharedArrayBuffer, startedMs: number) {
    this.#words = new Int32Array(share);
    this.#startedMs = startedMs;
  }

  /** The time at which names are asked for from now on. */
  at(wallMs: number): void {
    const minute = Math.floor((wallMs - this.#startedMs) / MINUTE_MS);
    this.#minute = 1 + Math.min(MINUTE_MAX, Math.max(0, minute));
  }

  /** Notes that the name with this hash was asked for. */
  note(hash: number): void {
    const words = this.#words;
    const first = bucketOf(hash);
    const tag = hash >>> TAG_SHIFT;
    const now = (tag << TAG_SHIFT) | this.#minute;
    let oldest = first;
    let oldestMinute = MINUTE_MAX + 1;
    for (let at = first; at < first + BUCKET_WORDS; at += 1) {
      const held = words[at] as number;
      if (held >>> TAG_SHIFT === tag && held !== 0) {
        if (held !== now) words[at] = now;
        return;
      }
      const minute = held & MINUTE_MASK;
      if (minute < oldestMinute) {
        oldest = at;
        oldestMinute = minute;
      }
    }
    words[oldest] = now;
  }

  /** {@link note} of a name. */
  noteName(name: Name): void {
    if (this.#key.set(name)) this.note(this.#key.hash);
  }

  /** When a name was last asked for. */
  last(name: Name): LastAsked {
    if (!this.#key.set(name)) return { kind: "unknown" };
    const { hash } = this.#key;
    const first = bucketOf(hash);
    let isFull = true;
    for (let at = first; at < first + BUCKET_WORDS; at += 1) {
      const held = this.#words[at] as number;
      if (held === 0) isFull = false;
      else if (held >>> TAG_SHIFT === hash >>> TAG_SHIFT) {
        const minute = (held & MINUTE_MASK) - 1;
        return { kind: "asked", atMs: this.#startedMs + minute * MINUTE_MS };
      }
    }
    return isFull ? { kind: "unknown" } : { kind: "never" };
  }
}

const MINUTE_MASK = 2 ** TAG_SHIFT - 1;

function bucketOf(hash: number): number {
  return (hash & (BUCKETS - 1)) * BUCKET_WORDS;
}
