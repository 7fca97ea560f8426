import { type Disk, errorText, type Log } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import {
  decodeBook,
  EMPTY_BOOK,
  encodeBook,
  type OrderOutcome,
  SIGNING_FILE,
  type SigningBook,
} from "./signingFile.ts";
import type { TimeRecord } from "./trustedTime.ts";
import type { ZoneSigning } from "./zoneSigning.ts";

/** How far behind the file's newest moment may be: what a wrong clock is found by after a start. */
const NEWEST_BEHIND_SECONDS_MAX = 3600;

/** Keys and stages of all zones: what is done with them is on disk before it is done. */
export class Book {
  readonly #disk: Disk;
  #held: SigningBook;
  #saved: SigningBook;
  /** Why keys cannot be read: nothing is signed, and no key is made in their place. */
  readonly problem: string | undefined;
  // Of signatures made since, by zone.
  readonly #noted = new Map<Name, { newestSeconds: number; lastExpirationSeconds: number }>();
  readonly #ttlSeconds = new Map<Name, number>();

  private constructor(disk: Disk, held: SigningBook, problem: string | undefined) {
    this.#disk = disk;
    this.#held = held;
    this.#saved = held;
    this.problem = problem;
  }

  /** Reads the file. Never rejects: unreadable is said, and stops signing alone. */
  static async open(disk: Disk, log: Log): Promise<Book> {
    let problem: string | undefined;
    try {
      const bytes = await disk.read(SIGNING_FILE);
      if (bytes === undefined) return new Book(disk, EMPTY_BOOK, undefined);
      const book = decodeBook(bytes);
      if (book !== undefined) return new Book(disk, book, undefined);
      problem = `${SIGNING_FILE} is not what this program writes`;
    } catch (error) {
      problem = `${SIGNING_FILE} cannot be read: ${errorText(error)}`;
    }
    log.error("cannot sign: restore the file from a backup", { problem });
    return new Book(disk, EMPTY_BOOK, problem);
  }

  get zones(): ReadonlyMap<Name, ZoneSigning> {
    return this.#held.zones;
  }

  get(apex: Name): ZoneSigning | undefined {
    return this.#held.zones.get(apex);
  }

  /** What is known of time; of all zones, for they share one clock. */
  get record(): TimeRecord {
    const all = [...this.#held.zones.values(), ...this.#noted.values()];
    return all.reduce<TimeRecord>(
      (record, one) => ({
        newestSeconds: Math.max(record.newestSeconds, one.newestSeconds),
        lastExpirationSeconds: Math.max(record.lastExpirationSeconds, one.lastExpirationSeconds),
      }),
      { newestSeconds: 0, lastExpirationSeconds: 0 },
    );
  }

  /** Notes that a signature was made; on disk later. */
  note(apex: Name, nowSeconds: number, expirationSeconds: number): void {
    const noted = this.#noted.get(apex);
    if (noted === undefined) {
      const newest = { newestSeconds: nowSeconds, lastExpirationSeconds: expirationSeconds };
      this.#noted.set(apex, newest);
      return;
    }
    noted.newestSeconds = Math.max(noted.newestSeconds, nowSeconds);
    noted.lastExpirationSeconds = Math.max(noted.lastExpirationSeconds, expirationSeconds);
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

  /** Writes down how far time has come, now and then. */
  async saveIfOld(): Promise<void> {
    for (const [apex, { newestSeconds }] of this.#noted) {
      const saved = this.#saved.zones.get(apex)?.newestSeconds;
      if (saved === undefined || newestSeconds - saved <= NEWEST_BEHIND_SECONDS_MAX) continue;
      await this.#save(this.#held);
      return;
    }
  }

  #ttlOf({ zone, ttlSecondsMax }: ZoneSigning): number {
    return Math.max(ttlSecondsMax, this.#ttlSeconds.get(zone) ?? 0);
  }

  async #save(book: SigningBook): Promise<void> {
    if (this.problem !== undefined) throw new Error(this.problem);
    const dated = { ...book, zones: new Map([...book.zones].map(([k, v]) => [k, this.#dated(v)])) };
    await this.#disk.replace(SIGNING_FILE, encodeBook(dated));
    // What did not change stays the same object: passes go by that.
    this.#held = book;
    this.#saved = dated;
  }

  #dated(state: ZoneSigning): ZoneSigning {
    const noted = this.#noted.get(state.zone);
    if (noted === undefined) return state;
    const { newestSeconds, lastExpirationSeconds } = noted;
    return {
      ...state,
      newestSeconds: Math.max(newestSeconds, state.newestSeconds),
      lastExpirationSeconds: Math.max(lastExpirationSeconds, state.lastExpirationSeconds),
    };
  }
}
