import type { ServerResponse } from "node:http";
import { type Clock, errorText, type Log } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { WATCH_BATCH, WATCH_HEARTBEAT_MS, WATCHER_STALL_MS, WATCHERS_MAX } from "./limits.ts";

/** How long a watcher may be idle or slow; shorter in tests. */
export interface FeedLimits {
  readonly stallMs: number;
  readonly heartbeatMs: number;
  readonly watchersMax: number;
}

const LIMITS: FeedLimits = {
  stallMs: WATCHER_STALL_MS,
  heartbeatMs: WATCH_HEARTBEAT_MS,
  watchersMax: WATCHERS_MAX,
};

/**
 * Streams of events to watchers (server-sent events, HTML standard section 9.2). Each watcher is
 * read for and written to in turn, so that what is queued for it is one batch at most; one that
 * takes nothing is cut off, and may resume after the last event it has.
 */
export class EventFeeds {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #limits: FeedLimits;
  readonly #open = new Set<Feed>();

  constructor(journal: Journal, clock: Clock, log: Log, limits: FeedLimits = LIMITS) {
    this.#journal = journal;
    this.#clock = clock;
    this.#log = log;
    this.#limits = limits;
  }

  /** Watchers connected now. */
  get size(): number {
    return this.#open.size;
  }

  /** True where one more would be too many. */
  get full(): boolean {
    return this.#open.size >= this.#limits.watchersMax;
  }

  /** Streams every event above `after` to a response, until either side ends. */
  async follow(response: ServerResponse, after: number): Promise<void> {
    const feed = new Feed(response, this.#clock);
    this.#open.add(feed);
    const unwatch = this.#journal.watchJournal(() => feed.wake());
    try {
      feed.begin();
      await this.#stream(feed, after);
    } catch (error) {
      // The journal cannot be read: the watcher comes back by itself and resumes.
      this.#log.warn("event stream ended", { problem: errorText(error) });
    } finally {
      unwatch();
      this.#open.delete(feed);
      feed.end();
    }
  }

  /** Ends every stream. */
  close(): void {
    for (const feed of this.#open) feed.end();
  }

  async #stream(feed: Feed, after: number): Promise<void> {
    let cursor = after;
    while (!feed.ended) {
      const news = feed.news();
      const events = await this.#journal.eventsAfter(cursor, WATCH_BATCH);
      if (events.length === 0) {
        if ((await news(this.#limits.heartbeatMs)) === "woken" || feed.ended) continue;
        if (!(await feed.write(": nothing new\n\n", this.#limits.stallMs))) return;
        continue;
      }
      const text = events.map((event) => eventText(event.seq, event.kind, event)).join("");
      if (!(await feed.write(text, this.#limits.stallMs))) return;
      cursor = events.at(-1)?.seq ?? cursor;
    }
  }
}

function eventText(id: number, kind: string, data: unknown): string {
  return `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** One watcher's response. */
class Feed {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  #woken = false;
  #onWake: (() => void) | undefined;

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response;
    this.#clock = clock;
    response.on("close", () => this.wake());
    response.on("error", () => this.wake());
  }

  get ended(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  begin(): void {
    this.#response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    this.#response.write("retry: 1000\n\n");
  }

  end(): void {
    if (!this.ended) this.#response.end();
    this.wake();
  }

  wake(): void {
    this.#woken = true;
    this.#onWake?.();
  }

  /** Begins to listen for news now, so that none between a read and a wait is missed. */
  news(): (limitMs: number) => Promise<"woken" | "timed-out"> {
    this.#woken = false;
    return (limitMs) => this.#wait(limitMs, () => this.#woken);
  }

  /** Writes, and waits until the watcher takes it; false (and cut off) where it does not. */
  async write(text: string, stallMs: number): Promise<boolean> {
    if (this.ended) return false;
    if (this.#response.write(text)) return true;
    const onDrain = (): void => this.#onWake?.();
    this.#response.on("drain", onDrain);
    const taken = await this.#wait(stallMs, () => !this.#response.writableNeedDrain || this.ended);
    this.#response.off("drain", onDrain);
    if (taken === "timed-out") this.#response.destroy();
    return taken === "woken" && !this.ended;
  }

  #wait(limitMs: number, done: () => boolean): Promise<"woken" | "timed-out"> {
    if (done()) return Promise.resolve("woken");
    return new Promise((resolve) => {
      const settle = (outcome: "woken" | "timed-out"): void => {
        cancel();
        this.#onWake = undefined;
        resolve(outcome);
      };
      const cancel = this.#clock.wakeAfter(limitMs, () => settle("timed-out"));
      this.#onWake = () => {
        if (done()) settle("woken");
      };
    });
  }
}
