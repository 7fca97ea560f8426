import type { CancelWake, Clock } from "../../base/index.ts";

/** Something that does work in small portions. */
export interface Worker {
  /** Who it works for: sources get equal turns, however many workers each has. */
  readonly source: string;
  /** Does at most so much of its work. */
  work(messagesMax: number): WorkDone;
  /** Its work threw: it is over, and all others go on. */
  fail(error: unknown): void;
}

/** What one portion was. */
export interface WorkDone {
  /** Messages' worth of work: at least what a message costs is counted for a visit. */
  readonly messages: number;
  /** There is more to do at once. */
  readonly isMore: boolean;
}

/** How much is done before sockets are read again. */
export interface TurnLimits {
  readonly messagesPerTurn: number;
  readonly messagesPerVisit: number;
  readonly turnMs: number;
}

interface Source {
  readonly key: string;
  /** In the order of their next visits. */
  readonly workers: Set<Worker>;
}

/**
 * Shares one thread among sources. A turn is a bounded amount of work, after which whatever else
 * waits (new connections, datagrams, the disk) has its go. Within turns, sources are visited one
 * after another, and those that had nothing waiting come between: so a newcomer with one question
 * waits for one visit to each of its like, not for the queues of those who keep thousands waiting.
 */
export class FairTurns {
  readonly #limits: TurnLimits;
  readonly #clock: Clock;
  readonly #sources = new Map<string, Source>();
  // Visited once since they last had nothing to do, or not yet.
  readonly #waiting = new Set<Source>();
  readonly #fresh = new Set<Source>();
  #isFreshNext = true;
  #isRunning = false;
  #messagesLeft: number;
  #turnEndsMs: number | undefined;
  #cancelNext: CancelWake | undefined;

  constructor(clock: Clock, limits: TurnLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#messagesLeft = limits.messagesPerTurn;
  }

  /** Sources with work waiting. */
  get waitingSources(): number {
    return this.#sources.size;
  }

  /** Has a worker visited: at once where this turn has room, and nobody came before. */
  ask(worker: Worker): void {
    let source = this.#sources.get(worker.source);
    if (source === undefined) {
      source = { key: worker.source, workers: new Set() };
      this.#sources.set(worker.source, source);
      this.#fresh.add(source);
    }
    source.workers.add(worker);
    this.#run();
  }

  /** Takes a worker out that has nothing to do any more. */
  forget(worker: Worker): void {
    const source = this.#sources.get(worker.source);
    if (source?.workers.delete(worker) === true && source.workers.size === 0) this.#drop(source);
  }

  /** Stops: nobody is visited any more. */
  close(): void {
    this.#sources.clear();
    this.#fresh.clear();
    this.#waiting.clear();
    this.#cancelNext?.();
  }

  #run(): void {
    if (this.#isRunning) return; // a worker's work gave another one work
    this.#isRunning = true;
    try {
      this.#turnEndsMs ??= this.#clock.monotonicMs() + this.#limits.turnMs;
      while (this.#messagesLeft > 0 && this.#clock.monotonicMs() <= this.#turnEndsMs) {
        const source = this.#nextSource();
        if (source === undefined) break;
        this.#visit(source);
      }
    } finally {
      this.#isRunning = false;
      this.#cancelNext ??= this.#clock.wakeAfter(0, () => this.#beginTurn());
    }
  }

  #beginTurn(): void {
    this.#cancelNext = undefined;
    this.#messagesLeft = this.#limits.messagesPerTurn;
    this.#turnEndsMs = undefined;
    if (this.#sources.size > 0) this.#run();
  }

  #nextSource(): Source | undefined {
    const [first, second] = this.#isFreshNext
      ? [this.#fresh, this.#waiting]
      : [this.#waiting, this.#fresh];
    this.#isFreshNext = !this.#isFreshNext;
    for (const source of first) return source;
    for (const source of second) return source;
    return undefined;
  }

  #visit(source: Source): void {
    this.#fresh.delete(source);
    this.#waiting.delete(source);
    const [worker] = source.workers;
    if (worker === undefined) return;
    source.workers.delete(worker);
    const portion = Math.min(this.#limits.messagesPerVisit, this.#messagesLeft);
    const { messages, isMore } = workOrFail(worker, portion);
    this.#messagesLeft -= Math.max(1, messages);
    if (isMore) source.workers.add(worker);
    if (source.workers.size > 0) this.#waiting.add(source);
    else this.#drop(source);
  }

  #drop(source: Source): void {
    this.#fresh.delete(source);
    this.#waiting.delete(source);
    if (this.#sources.get(source.key) === source) this.#sources.delete(source.key);
  }
}

/** One worker's exception must not end the turns of all. */
function workOrFail(worker: Worker, messagesMax: number): WorkDone {
  try {
    return worker.work(messagesMax);
  } catch (error) {
    worker.fail(error);
    return { messages: messagesMax, isMore: false };
  }
}
