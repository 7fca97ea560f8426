import { type Disk, errorText, type Log } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import { VALIDITY_SECONDS } from "./limits.ts";
import {
  decodeBook,
  EMPTY_BOOK,
  encodeBook,
  type OrderOutcome,
  SIGNING_FILE,
  type SigningBook,
} from "./signingFile.ts";
import type { SigningMoment } from "./signingTime.ts";
import type { TimeRecord } from "./trustedTime.ts";
import type { ZoneSigning } from "./zoneSigning.ts";

/**
 * How far behind the file's newest moment may be: what a wrong clock is found by after a start. A
 * quarter of what a start takes without doubt (trustedTime.ts), so that a crash makes none.
 */
const NEWEST_BEHIND_SECONDS_MAX = 900;

/** Keys and stages of all zones: what is done with them is on disk before it is done. */
export class Book {
  readonly #disk: Disk;
  #held: SigningBook;
  /** Why keys cannot be read: nothing is signed, and no key is made in their place. */
  readonly problem: string | undefined;
  // Of all zones, for they share one clock.
  #newestSeconds = 0;
  #lastExpirationSeconds = 0;
  #aheadSeconds = 0;
  // The newest moment that was written down, or was to be.
  #savedSeconds: number;
  readonly #ttlSeconds = new Map<Name, number>();

  private constructor(disk: Disk, held: SigningBook, problem: string | undefined) {
    this.#disk = disk;
    this.#held = held;
    this.problem = problem;
    for (const { newestSeconds, lastExpirationSeconds, aheadSeconds } of held.zones.values()) {
      this.#newestSeconds = Math.max(this.#newestSeconds, newestSeconds);
      this.#aheadSeconds = aheadSeconds;
      this.noteExpiration(lastExpirationSeconds);
    }
    this.#savedSeconds = this.#newestSeconds;
  }

  /** Reads the file. Never rejects: unreadable is said, and stops signing alone. */
  static async open(disk: Disk, log: Log): Promise<Book> {
    let problem: string | undefined;
    try {
      const bytes = await disk.read(SIGNING_FILE);
      if (bytes === undefined) return new Book(disk, EMPTY_BOOK, undefined);
      const read = decodeBook(bytes);
      if (read.kind === "book") return new Book(disk, read.book, undefined);
      problem = read.problem;
    } catch (error) {
      problem = `${SIGNING_FILE} cannot be read: ${errorText(error)}`;
    }
    log.error("cannot sign", { problem });
    return new Book(disk, EMPTY_BOOK, problem);
  }

  get zones(): ReadonlyMap<Name, ZoneSigning> {
    return this.#held.zones;
  }

  /** The zones, with what is known of time now. */
  get shown(): ReadonlyMap<Name, ZoneSigning> {
    return this.#datedAll(this.zones);
  }

  get(apex: Name): ZoneSigning | undefined {
    return this.#held.zones.get(apex);
  }

  /** What is known of time. */
  get record(): TimeRecord {
    const lastExpirationSeconds = this.#lastExpirationSeconds;
    return { newestSeconds: this.#newestSeconds, lastExpirationSeconds };
  }

  /** Notes how far time has come by a clock that is trusted; on disk later. */
  noteTime({ nowSeconds, certainSeconds }: SigningMoment): void {
    this.#newestSeconds = certainSeconds;
    this.#aheadSeconds = Math.max(0, nowSeconds - certainSeconds);
  }

  /** Notes when a signature ends; on disk later. */
  noteExpiration(expirationSeconds: number): void {
    this.#lastExpirationSeconds = Math.max(this.#lastExpirationSeconds, expirationSeconds);
  }

  /**
   * Goes by another clock from now on, that a person confirmed. Waits go on from where they were:
   * what time it is taken for changes, not how long they lasted.
   */
  redate(movedSeconds: number, moment: SigningMoment): void {
    const zones = new Map(
      [...this.zones].map(([apex, state]) => {
        const sinceSeconds = Math.max(0, state.sinceSeconds + movedSeconds);
        return [apex, { ...state, sinceSeconds }];
      }),
    );
    this.#held = { ...this.#held, zones };
    this.noteTime(moment);
    const last = moment.nowSeconds + VALIDITY_SECONDS;
    this.#lastExpirationSeconds = Math.min(this.#lastExpirationSeconds, last);
  }

  /** Notes the highest TTL that a pass met. */
  noteTtl(apex: Name, ttlSeconds: number): void {
    this.#ttlSeconds.set(apex, Math.max(ttlSeconds, this.#ttlSeconds.get(apex) ?? 0));
  }

  /** Puts a zone's new state on disk, then in place; undefined: it is not signed any more. */
  async put(apex: Name, state: ZoneSigning | undefined): Promise<void> {
    const zones = new Map(this.#held.zones);
    if (state === undefined) zones.delete(apex);
    else zones.set(apex, { ...state, ttlSecondsMax: this.#ttlOf(state) });
    await this.#save({ ...this.#held, zones });
  }

  /** Puts an order's outcome on disk, with the state that it led to. */
  async settle(outcome: OrderOutcome, state?: ZoneSigning): Promise<void> {
    const zones = new Map(this.#held.zones);
    if (state !== undefined) zones.set(state.zone, state);
    await this.#save({ zones, outcomes: [...this.#held.outcomes, outcome] });
  }

  /** Writes down how far time has come, now and then. A failure is tried again only later. */
  async saveIfOld(): Promise<void> {
    const isOld = this.#newestSeconds - this.#savedSeconds > NEWEST_BEHIND_SECONDS_MAX;
    if (!isOld || this.zones.size === 0) return;
    this.#savedSeconds = this.#newestSeconds;
    await this.#save(this.#held);
  }

  #ttlOf({ zone, ttlSecondsMax }: ZoneSigning): number {
    return Math.max(ttlSecondsMax, this.#ttlSeconds.get(zone) ?? 0);
  }

  async #save(book: SigningBook): Promise<void> {
    if (this.problem !== undefined) throw new Error(this.problem);
    const zones = this.#datedAll(book.zones);
    await this.#disk.replace(SIGNING_FILE, encodeBook({ ...book, zones }));
    // What did not change stays the same object: passes go by that.
    this.#held = book;
    this.#savedSeconds = this.#newestSeconds;
  }

  #datedAll(zones: ReadonlyMap<Name, ZoneSigning>): ReadonlyMap<Name, ZoneSigning> {
    return new Map([...zones].map(([apex, state]) => [apex, this.#dated(state)]));
  }

  #dated(state: ZoneSigning): ZoneSigning {
    const newestSeconds = this.#newestSeconds;
    const lastExpirationSeconds = this.#lastExpirationSeconds;
    return { ...state, newestSeconds, lastExpirationSeconds, aheadSeconds: this.#aheadSeconds };
  }
}
