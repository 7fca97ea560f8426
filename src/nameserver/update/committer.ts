import { BoundedQueue, type Clock, errorText, type Log } from "../../base/index.ts";
import { type Name, Rcode, type Update } from "../../dns/index.ts";
import type { ZoneCommit } from "../state/commitCodec.ts";
import type { StateFiles } from "../state/stateFiles.ts";
import type { PreparedCommit } from "../zone/zoneCommit.ts";
import type { ZoneData } from "../zone/zoneData.ts";
import { type NameChange, ZoneDraft } from "../zone/zoneDraft.ts";
import type { ZoneTable } from "../zone/zoneTable.ts";
import { evaluateSetup } from "./evaluateSetup.ts";
import { evaluateUpdate, NO_TERMS, type UpdateTerms } from "./evaluateUpdate.ts";
import {
  type Commit,
  type CommitSigner,
  commitsOf,
  type GroupDraft,
  prepareOrThrow,
  serialOf,
  soaOf,
} from "./groupCommits.ts";
import { DONE, FAILED, NOT_DURABLE, outcomeOf, type UpdateOutcome } from "./updateOutcome.ts";

/** UPDATEs waiting for the one before them to be durable: some seconds of work. */
const WAITING_MAX = 20_000;
/** Octets of their messages, which take many times as much once they are read. */
const WAITING_OCTETS_MAX = 16 * 2 ** 20;
/** UPDATEs that share one sync: more would keep queries waiting while they are evaluated. */
const GROUP_MAX = 256;
/** Octets of their messages, but for the last one: small ones, each with many names to sign. */
const GROUP_OCTETS_MAX = 256 * 2 ** 10;

interface Waiting {
  readonly work: Work;
  readonly octets: number;
  readonly settle: (outcome: UpdateOutcome) => void;
}

/** A group that is evaluated and fits; nothing of it is on disk. */
interface MadeGroup {
  /** One for each that waited: its answer once the group is durable. */
  readonly outcomes: readonly UpdateOutcome[];
  readonly commits: readonly Commit[];
  readonly prepared: PreparedCommit;
}

type Work =
  | { readonly kind: "update"; readonly update: Update; readonly terms: UpdateTerms }
  /** By the server itself: its configuration, its signatures. */
  | {
      readonly kind: "setup";
      readonly zone: Name;
      readonly changes: (draft: ZoneDraft) => readonly NameChange[];
    };

/** Whoever follows what is committed. What it throws is logged, and stops no commit. */
export interface CommitWatcher {
  /** A commit is durable; its zone still shows what was before it. */
  onDurable(commit: ZoneCommit): void;
  /** The zones of a group of commits show what they were made. */
  onShown(zones: readonly ZoneData[]): void;
}

/** Ports and parts that commits need. */
export interface CommitterParts {
  readonly zones: ZoneTable;
  readonly files: StateFiles;
  readonly clock: Clock;
  readonly log: Log;
  readonly signer?: CommitSigner;
  readonly watcher?: CommitWatcher;
}

/**
 * Makes changes one group after another: while one is being made durable, the next ones wait, and
 * then share a sync. A change is shown to queries, and answered, only once it is durable. They are
 * not evaluated meanwhile, over changes that may never be: under load a sync is one fiftieth of a
 * group's time, and reading the next messages already fills it.
 */
export class Committer {
  readonly #parts: CommitterParts;
  readonly #waiting = new BoundedQueue<Waiting>(WAITING_MAX);
  #waitingOctets = 0;
  #pauses: (() => void)[] = []; // one or two for each reload
  #running: Promise<void> | undefined;
  #snapshot: Promise<void> = Promise.resolve();

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  /** Changes waiting or being made durable. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Does an UPDATE whose writer is known. Never rejects. */
  update(update: Update, terms: UpdateTerms = NO_TERMS): Promise<UpdateOutcome> {
    return this.#enqueue({ kind: "update", update, terms }, terms.octets);
  }

  /**
   * Writes names of a zone that is held, by the server's own will. Rules hold all the same: a name
   * that they forbid to change stays, and the outcome says why. Never rejects.
   */
  setUp(zone: Name, changes: (draft: ZoneDraft) => readonly NameChange[]): Promise<UpdateOutcome> {
    return this.#enqueue({ kind: "setup", zone, changes }, 0);
  }

  /**
   * Runs `task` while no change is being made durable: all that was accepted is in the zones, and
   * nothing is accepted before it ends. Rejects with what it throws.
   */
  betweenCommits<Result>(task: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#pauses.push(() => {
        try {
          resolve(task());
        } catch (error) {
          reject(error);
        }
      });
      this.#running ??= this.#run();
    });
  }

  /** Resolves once nothing is waiting, being written or being put into a snapshot. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    await this.#snapshot;
  }

  #enqueue(work: Work, octets: number): Promise<UpdateOutcome> {
    return new Promise((resolve) => {
      const waiting = { work, octets, settle: resolve };
      const isTooMuch = this.#waitingOctets + octets > WAITING_OCTETS_MAX;
      if (isTooMuch || this.#waiting.push(waiting) === "full") {
        resolve({ rcode: Rcode.SERVFAIL, problem: "Cannot update as too many updates wait" });
        return;
      }
      this.#waitingOctets += octets;
      this.#running ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    // Requests that arrived together are then in the queue together.
    await Promise.resolve();
    try {
      while (this.#waiting.size > 0 || this.#pauses.length > 0) {
        const pauses = this.#pauses;
        this.#pauses = [];
        for (const pause of pauses) pause();
        const isDurable = await this.#commitGroup(this.#nextGroup(), "whole");
        if (isDurable && this.#parts.files.wantsSnapshot) await this.#beginSnapshot();
      }
    } finally {
      this.#running = undefined; // whatever it was, the next change begins anew
    }
  }

  #nextGroup(): readonly Waiting[] {
    const group: Waiting[] = [];
    let octets = 0;
    while (group.length < GROUP_MAX && octets < GROUP_OCTETS_MAX) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) break;
      octets += waiting.octets;
      group.push(waiting);
    }
    this.#waitingOctets -= octets;
    return group;
  }

  /** Answers every change of a group; says whether the disk took any. Never rejects. */
  async #commitGroup(group: readonly Waiting[], part: "whole" | "half"): Promise<boolean> {
    try {
      const made = this.#make(group, part);
      return made.kind === "made"
        ? await this.#write(group, made)
        : await this.#commitRefused(group, made.outcome);
    } catch (error) {
      // A bug: some of this group may be durable, but nobody is left without an answer.
      this.#parts.log.error("cannot go on with a group of updates", { problem: errorText(error) });
      settleAll(group, FAILED);
      return false;
    }
  }

  /** One that is too large must not fail the others: what does not go together goes in halves. */
  async #commitRefused(group: readonly Waiting[], outcome: UpdateOutcome): Promise<boolean> {
    if (group.length <= 1) {
      settleAll(group, outcome);
      return false;
    }
    const middle = group.length >> 1;
    const first = await this.#commitGroup(group.slice(0, middle), "half");
    const second = await this.#commitGroup(group.slice(middle), "half");
    return first || second;
  }

  #make(
    group: readonly Waiting[],
    part: "whole" | "half",
  ): ({ kind: "made" } & MadeGroup) | { kind: "refused"; outcome: UpdateOutcome } {
    try {
      const drafts = new Map<ZoneData, GroupDraft>();
      const outcomes = group.map(({ work }) => this.#evaluate(work, drafts));
      const commits = commitsOf(drafts, this.#parts.signer);
      return { kind: "made", outcomes, commits, prepared: prepareOrThrow(commits) };
    } catch (error) {
      const outcome = outcomeOf(error);
      // Of what is to be expected, one line for all that went together.
      if (part === "whole" || outcome === FAILED) {
        this.#parts.log.error("cannot make a group of updates", {
          updates: group.length,
          problem: errorText(error),
        });
      }
      return { kind: "refused", outcome };
    }
  }

  async #write(group: readonly Waiting[], made: MadeGroup): Promise<boolean> {
    const { commits, prepared, outcomes } = made;
    try {
      if (commits.length > 0) {
        await this.#parts.files.append(commits.map(({ written }) => written));
      }
    } catch (error) {
      prepared.abandon();
      this.#parts.log.error("cannot make updates durable", { problem: errorText(error) });
      // Refusals too: they may rest on a change of this group that never was.
      settleAll(group, NOT_DURABLE);
      return false;
    }
    const { watcher } = this.#parts;
    for (const { written } of commits) this.#tell(() => watcher?.onDurable(written));
    prepared.publish();
    if (commits.length > 0) this.#tell(() => watcher?.onShown(commits.map(({ zone }) => zone)));
    for (const [index, { settle }] of group.entries()) settle(outcomes[index] ?? FAILED);
    return true;
  }

  /** What is durable is shown and answered, whatever becomes of those who only follow. */
  #tell(news: () => void): void {
    try {
      news();
    } catch (error) {
      this.#parts.log.error("whoever follows commits failed", { problem: errorText(error) });
    }
  }

  #evaluate(work: Work, drafts: Map<ZoneData, GroupDraft>): UpdateOutcome {
    const { zones } = this.#parts;
    const apex = work.kind === "setup" ? work.zone : work.update.zone;
    const zone = work.kind === "setup" ? zones.get(apex) : zones.served.get(apex);
    if (zone === undefined) {
      return { rcode: Rcode.NOTAUTH, problem: `Cannot update as zone ${apex} is not served here` };
    }
    const problem = this.#parts.signer?.problem(apex);
    if (problem !== undefined)
      return { rcode: Rcode.SERVFAIL, problem: `Cannot update: ${problem}` };
    let group = drafts.get(zone);
    if (group === undefined) {
      const draft = new ZoneDraft(zone);
      const zonesBelow = zones.below(apex);
      group = { draft, zonesBelow, setsSerial: false, serialFloor: zone.serial };
      drafts.set(zone, group);
    }
    try {
      if (work.kind === "setup") {
        const before = serialOf(group.draft);
        const changes = work.changes(group.draft);
        const refused = evaluateSetup(group.draft, changes, group.zonesBelow);
        const serial = serialOf(group.draft);
        if (serial !== undefined && serial !== before) {
          // To be above what secondaries hold, whatever ours was.
          group.setsSerial = true;
          group.serialFloor = (serial - 1) >>> 0;
        }
        return refused ?? DONE;
      }
      const evaluated = evaluateUpdate(group.draft, work.update, group.zonesBelow, work.terms);
      if (evaluated.kind === "condition-failed") return { ...evaluated, isConditionFailed: true };
      if (evaluated.kind !== "accepted") return evaluated;
      if (soaOf(evaluated.draft) !== soaOf(group.draft)) group.setsSerial = true;
      group.draft.merge(evaluated.draft);
      return DONE;
    } catch (error) {
      // A bug that one message meets must not stop the answers to all others, and nothing was
      // changed: the message's own draft is dropped.
      this.#parts.log.error("cannot evaluate an update", { problem: errorText(error) });
      return FAILED;
    }
  }

  async #beginSnapshot(): Promise<void> {
    const { files, zones, log } = this.#parts;
    const warn = (error: unknown) => {
      log.warn("cannot write a snapshot; the journal goes on", { problem: errorText(error) });
    };
    try {
      await files.beginJournal();
      this.#snapshot = files.writeSnapshot(zones.held, () => this.#pause()).catch(warn);
    } catch (error) {
      warn(error);
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.clock.wakeAfter(0, resolve);
    });
  }
}

function settleAll(group: readonly Waiting[], outcome: UpdateOutcome): void {
  for (const { settle } of group) settle(outcome);
}
