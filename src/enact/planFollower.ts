import {
  type CancelWake,
  type Chance,
  type Clock,
  errorText,
  type Log,
  sleep,
} from "../base/index.ts";
import {
  comparePositions,
  type EpochSeen,
  type PlanChanges,
  type PlanEntry,
  type PlanHead,
  type PlanStore,
  type Position,
  type ServingEntry,
} from "../plan/index.ts";
import { backoff } from "./backoff.ts";
import type { Cursor } from "./stateRecord.ts";

/** How often the plan store is asked although it said nothing: hints are only hints. */
const POLL_MS = 2_000;
/** How long an endpoint without its fence waits for the plan store's word. */
const ASK_MS_MAX = 2_000;

/** Epochs handed over at once: a person raises them one name at a time. */
const EPOCHS_PER_CALL_MAX = 100;

/** How often a finding raises the floor: a plan of one urgent order may come first, or two. */
const CLIMBS_MAX = 5;
/** Findings counted; where there are more, counting starts again. */
const FINDINGS_MAX = 10_000;

/** Entries handed over at once; more follow when these are planned. */
const REMEMBERED_PER_CALL_MAX = 100;

/** Newest entries of what changed, and where the plan store's line stands. */
export interface PlanNews {
  readonly head: PlanHead;
  readonly entries: readonly PlanEntry[];
  /** The entries are all that the line has: where it is not the line followed so far. */
  readonly isWholeLine: boolean;
}

/** What a follower needs of the enactor. */
export interface FollowerHost {
  cursor(): Cursor;
  /** The highest position known: of a plausible fence seen anywhere, or of an entry held. */
  highest(): Position | undefined;
  /** Epochs known of that are above what the line followed has. */
  epochsAhead(): readonly EpochSeen[];
  /** The highest position held above the line's own entry of an endpoint, after {@link onNews}. */
  aheadOfLine(): Position | undefined;
  /** Positions held above the line's own tombstones, after {@link onNews}. */
  aheadOfTombstones(): readonly Position[];
  /** Entries held of endpoints that the line does not have, after {@link onNews}. */
  unknownToLine(): readonly PlanEntry[];
  /** Those of them that zones hold as well, as far as they were seen. */
  lost(): readonly ServingEntry[];
  /** What the store says; called before anyone is told that it answered. */
  onNews(news: PlanNews): void;
}

/** Follows the plan store's line of plans, for ever, whatever becomes of the store. */
export class PlanFollower {
  readonly #planStore: PlanStore;
  readonly #host: FollowerHost;
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #log: Log;
  #unwatch: () => void = () => {};
  #cancelPoll: CancelWake = () => {};
  #running: Promise<boolean> | undefined;
  #next: Promise<boolean> | undefined;
  #head: Pick<PlanHead, "generation" | "floorGeneration"> = { generation: 0, floorGeneration: 0 };
  readonly #climbs = new Map<string, number>();
  /** What was told of lost endpoints: asked again once the line or their number moved. */
  #lostTold = "";
  /** What the line lacks is not kept on disk: the first reading is of all of it. */
  #hasReadAll = false;
  #failures = 0;
  #isClosed = false;

  constructor(planStore: PlanStore, host: FollowerHost, clock: Clock, chance: Chance, log: Log) {
    this.#planStore = planStore;
    this.#host = host;
    this.#clock = clock;
    this.#chance = chance;
    this.#log = log;
  }

  start(): void {
    this.#unwatch = this.#planStore.watch((hint) => {
      if (hint.topic === "connected" || hint.topic === "plan") void this.refresh();
    });
    void this.refresh();
  }

  /** Whether the plan store answered the last time. */
  get isReachable(): boolean {
    return this.#failures === 0;
  }

  close(): void {
    this.#isClosed = true;
    this.#unwatch();
    this.#cancelPoll();
  }

  /** Asks the plan store, at once; true where it answered. What is new was offered before. */
  refresh(): Promise<boolean> {
    if (this.#running === undefined) {
      this.#running = this.#refreshOnce().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    // An answer under way may be older than the question: one more, shared by all who ask now.
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.refresh();
    });
    return this.#next;
  }

  /** {@link refresh} for those who cannot wait for a store that hangs: false after a while. */
  ask(): Promise<boolean> {
    const late = sleep(this.#clock, ASK_MS_MAX).then(() => false);
    return Promise.race([this.refresh(), late]);
  }

  /**
   * Has the next plan above this position, and above the newest plan, so that every entry is made
   * anew above it. `why` tells one finding from another: each is brought up a few times only, as a
   * plan that cannot put it right would be followed by others without end.
   */
  async climbAbove(seen: Position, why: string): Promise<void> {
    const { generation, floorGeneration } = this.#head;
    // A floor above the head has the next plan made above it already.
    if (floorGeneration >= seen.generation && floorGeneration > generation) return;
    const key = `${why} ${seen.epoch}/${seen.generation}`;
    const times = this.#climbs.get(key) ?? 0;
    if (times >= CLIMBS_MAX) return;
    const floor = Math.max(seen.generation, generation + 1);
    try {
      await this.#planStore.raiseFloor({ epoch: seen.epoch, generation: floor });
      this.#head = { generation, floorGeneration: Math.max(floor, floorGeneration) };
      if (this.#climbs.size >= FINDINGS_MAX) this.#climbs.clear();
      this.#climbs.set(key, times + 1);
    } catch (error) {
      this.#log.warn("plan store not reachable", { problem: errorText(error) });
    }
  }

  async #refreshOnce(): Promise<boolean> {
    if (this.#isClosed) return false;
    this.#cancelPoll();
    try {
      const news = await this.#read();
      if (this.#isClosed) return false;
      this.#failures = 0;
      this.#head = news.head;
      this.#hasReadAll = true;
      this.#host.onNews(news);
      await this.#raiseFloor(news.head);
      // Before epochs: those of old tombstones are not raised, if it is known that they are old.
      await this.#tellOfOldLine(news.head);
      await this.#raiseEpochs(news.head);
      await this.#tellOfLost(news.head);
      const held = this.#host.aheadOfLine();
      if (held !== undefined) await this.climbAbove(held, "held");
      this.#schedule(POLL_MS);
      return true;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === 1) {
        this.#log.warn("plan store not reachable", { problem: errorText(error) });
      }
      const { afterMs, jitterMs } = backoff(this.#failures);
      this.#schedule(afterMs + this.#chance.below(Math.ceil(jitterMs) + 1));
      return false;
    }
  }

  /** What changed after our place in the line; everything at first, and where it is another one. */
  async #read(): Promise<PlanNews> {
    const cursor = this.#host.cursor();
    if (!this.#hasReadAll) return newsOf(await this.#planStore.changesAfter(0));
    const changes = await this.#planStore.changesAfter(cursor.generation);
    const { generation, digest } = changes.head;
    if (generation === cursor.generation && digest === cursor.digest) return newsOf(changes);
    // Asked behind the changes: a line put back may have come as far again before them.
    const isSameLine = generation > cursor.generation && (await this.#isOnLine(cursor));
    if (cursor.generation === 0 || isSameLine) return newsOf(changes);
    return newsOf(await this.#planStore.changesAfter(0));
  }

  /** A store restored from a copy, or made anew, has another plan at our generation, or none. */
  async #isOnLine(cursor: Cursor): Promise<boolean> {
    if (cursor.generation === 0) return true;
    const [held] = await this.#planStore.summaries(1, cursor.generation + 1);
    return held?.generation === cursor.generation && held.digest === cursor.digest;
  }

  async #raiseFloor(head: PlanHead): Promise<void> {
    const seen = this.#host.highest();
    if (seen === undefined) return;
    const known = {
      epoch: seen.epoch,
      generation: Math.max(head.generation, head.floorGeneration),
    };
    if (comparePositions(seen, known) <= 0) return;
    this.#log.warn("a zone is ahead of the plan store", { generation: seen.generation });
    await this.#planStore.raiseFloor({ epoch: seen.epoch, generation: seen.generation });
  }

  /** Whoever reads the line must know that it is not the first: it lacks what we hold. */
  async #tellOfOldLine({ generation, floorGeneration }: PlanHead): Promise<void> {
    const held = [...this.#host.unknownToLine(), ...this.#host.aheadOfTombstones()];
    // Above the newest plan, whatever is highest has been told already.
    const below = held.filter((position) => position.generation <= generation);
    const highest = below.reduce((most, position) => Math.max(most, position.generation), 0);
    if (highest <= floorGeneration) return;
    await this.#planStore.raiseFloor({ epoch: 0, generation: highest });
  }

  /** Names that neither line nor policy have, and zones do: nobody could act on them any more. */
  async #tellOfLost({ digest }: PlanHead): Promise<void> {
    const lost = this.#host.lost();
    const finding = `${digest} ${lost.length}`;
    if (lost.length === 0 || finding === this.#lostTold) return;
    const held = await this.#planStore.policy();
    const wanted = new Set(held?.policy.endpoints.map(({ name }) => name));
    const unwanted = lost.filter(({ endpoint }) => !wanted.has(endpoint));
    if (held !== undefined && unwanted.length > 0) {
      this.#log.warn("the plan store has lost endpoints", { endpoints: unwanted.length });
      await this.#planStore.remember(unwanted.slice(0, REMEMBERED_PER_CALL_MAX));
    }
    if (held !== undefined) this.#lostTold = finding;
  }

  /** A person raised them in the zone: the next plan must be above them, or none is written. */
  async #raiseEpochs(head: PlanHead): Promise<void> {
    const known = new Map(head.epochs.map(({ endpoint, epoch }) => [endpoint, epoch]));
    const ahead = this.#host
      .epochsAhead()
      .filter(({ endpoint, epoch }) => epoch > (known.get(endpoint) ?? 0));
    if (ahead.length === 0) return;
    this.#log.warn("zones hold epochs above the plan's", { endpoints: ahead.length });
    // Some may not be taken (the store's list is bounded): begin anywhere, so that all come up.
    const start = ahead.length > EPOCHS_PER_CALL_MAX ? this.#chance.below(ahead.length) : 0;
    const turned = [...ahead.slice(start), ...ahead.slice(0, start)];
    await this.#planStore.raiseEpochs(turned.slice(0, EPOCHS_PER_CALL_MAX));
  }

  #schedule(afterMs: number): void {
    if (this.#isClosed) return;
    this.#cancelPoll = this.#clock.wakeAfter(afterMs, () => void this.refresh());
  }
}

function newsOf({ head, entries, after }: PlanChanges): PlanNews {
  return { head, entries, isWholeLine: after === 0 };
}
