import { assert, BoundedQueue, type Clock, errorText, type Log } from "../../base/index.ts";
import {
  decodeSoa,
  encodeSoa,
  makeRRset,
  type Name,
  nextSerial,
  Rcode,
  RRType,
  type Update,
} from "../../dns/index.ts";
import { NameserverError } from "../nameserverError.ts";
import type { ZoneCommit } from "../state/commitCodec.ts";
import type { StateFiles } from "../state/stateFiles.ts";
import { type PreparedCommit, prepareCommit } from "../zone/zoneCommit.ts";
import { memoryFull, type ZoneData } from "../zone/zoneData.ts";
import { type NameChange, ZoneDraft } from "../zone/zoneDraft.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import type { ZoneTable } from "../zone/zoneTable.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import { evaluateSetup } from "./evaluateSetup.ts";
import { evaluateUpdate, NO_TERMS, type UpdateTerms } from "./evaluateUpdate.ts";
import type { ZonesBelow } from "./rules/judgeUpdate.ts";
import type { Rule } from "./rules/refusal.ts";

/** What is answered to an UPDATE. */
export interface UpdateOutcome {
  readonly rcode: number;
  /** Why, for a person; undefined where it was done. */
  readonly problem?: string;
  /** A prerequisite did not hold: somebody else was faster. */
  readonly isConditionFailed?: boolean;
  /** The rule of ours that refused it. */
  readonly rule?: Rule;
}

/** UPDATEs waiting for the one before them to be durable: some seconds of work. */
const WAITING_MAX = 20_000;
/** Octets of their messages, which take many times as much once they are read. */
const WAITING_OCTETS_MAX = 16 * 2 ** 20;
/** UPDATEs that share one sync: more would keep queries waiting while they are evaluated. */
const GROUP_MAX = 256;

interface Waiting {
  readonly work: Work;
  readonly octets: number;
  readonly settle: (outcome: UpdateOutcome) => void;
}

/** A change of a group, and what is answered to it once the group is durable. */
interface Settling {
  readonly settle: (outcome: UpdateOutcome) => void;
  readonly outcome: UpdateOutcome;
}

type Work =
  | { readonly kind: "update"; readonly update: Update; readonly terms: UpdateTerms }
  /** By the server itself: its configuration, its signatures. */
  | {
      readonly kind: "setup";
      readonly zone: Name;
      readonly changes: (draft: ZoneDraft) => readonly NameChange[];
    };

/** Adds what belongs into a commit besides what was asked for: signatures. */
interface CommitSigner {
  /**
   * Completes a draft that changes something, its serial raised, in place. `zone` is as it was
   * before the whole commit. What it throws fails every change of the commit.
   */
  complete(draft: ZoneDraft, zone: ZoneData): void;
  /** Signatures of the zone are due: its commit is not empty, whatever was asked for. */
  hasWork(apex: Name): boolean;
  /** Why nothing may change in a zone; undefined where it may. */
  problem(apex: Name): string | undefined;
}

/** Whoever follows what is committed. */
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

const DONE: UpdateOutcome = { rcode: Rcode.NOERROR };

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
    while (this.#waiting.size > 0 || this.#pauses.length > 0) {
      const pauses = this.#pauses;
      this.#pauses = [];
      for (const pause of pauses) pause();
      const isDurable = await this.#commitGroup();
      if (isDurable && this.#parts.files.wantsSnapshot) await this.#beginSnapshot();
    }
    this.#running = undefined;
  }

  /** Says whether the disk took it. */
  async #commitGroup(): Promise<boolean> {
    const drafts = new Map<ZoneData, GroupDraft>();
    const group: Settling[] = [];
    while (group.length < GROUP_MAX) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) break;
      this.#waitingOctets -= waiting.octets;
      const outcome = this.#evaluate(waiting.work, drafts);
      group.push({ settle: waiting.settle, outcome });
    }
    const { files, signer, watcher } = this.#parts;
    let commits: readonly Commit[] = [];
    let prepared: PreparedCommit | undefined;
    try {
      commits = commitsOf(drafts, signer);
      prepared = prepareOrThrow(commits);
      if (commits.length > 0) await files.append(commits.map(({ written }) => written));
    } catch (error) {
      prepared?.abandon();
      this.#parts.log.error("cannot make updates durable", { problem: errorText(error) });
      // Refusals too: they may rest on a change of this group that never was.
      for (const { settle } of group) settle(isMemoryFull(error) ? NO_MEMORY : NOT_DURABLE);
      return false;
    }
    for (const { written } of commits) watcher?.onDurable(written);
    prepared.publish();
    if (commits.length > 0) watcher?.onShown(commits.map(({ zone }) => zone));
    for (const { settle, outcome } of group) settle(outcome);
    return true;
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
      group = { draft: new ZoneDraft(zone), zonesBelow: zones.below(apex), setsSerial: false };
      drafts.set(zone, group);
    }
    try {
      if (work.kind === "setup") {
        const changes = work.changes(group.draft);
        const refused = evaluateSetup(group.draft, changes, group.zonesBelow);
        // To be above what secondaries hold, whatever ours was.
        if (serialOf(group.draft) !== zone.serial) group.setsSerial = true;
        return refused ?? DONE;
      }
      const evaluated = evaluateUpdate(group.draft, work.update, group.zonesBelow, work.terms);
      if (evaluated.kind === "condition-failed") return { ...evaluated, isConditionFailed: true };
      if (evaluated.kind !== "accepted") return evaluated;
      // RDATA is never changed in place: another SOA is another object.
      if (soaOf(evaluated.draft) !== soaOf(group.draft)) group.setsSerial = true;
      group.draft.merge(evaluated.draft);
      return DONE;
    } catch (error) {
      // A bug that one message meets must not stop the answers to all others, and nothing was
      // changed: the message's own draft is dropped.
      this.#parts.log.error("cannot evaluate an update", { problem: errorText(error) });
      return { rcode: Rcode.SERVFAIL, problem: "Cannot update as the server failed: see its log" };
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

const NOT_DURABLE: UpdateOutcome = {
  rcode: Rcode.SERVFAIL,
  problem: "Cannot update as the change must be durable: the disk did not take it",
};

const NO_MEMORY: UpdateOutcome = {
  rcode: Rcode.SERVFAIL,
  problem: "Cannot update as the zones must fit the server's memory: they would not",
};

function isMemoryFull(error: unknown): boolean {
  return error instanceof NameserverError && error.fault.code === "memory-full";
}

/** Makes room for all commits before one is written down. Throws NameserverError `memory-full`. */
function prepareOrThrow(commits: readonly Commit[]): PreparedCommit {
  const prepared = prepareCommit(new Map(commits.map(({ zone, draft }) => [zone, draft])));
  const [first] = commits;
  if (prepared === "full" && first !== undefined) throw memoryFull(first.zone.arena);
  assert(prepared !== "full", "nothing fits every memory");
  return prepared;
}

interface GroupDraft {
  readonly draft: ZoneDraft;
  /** The same for all of a group: what is served changes between groups only. */
  readonly zonesBelow: ZonesBelow;
  /** An UPDATE brought a serial of its own (RFC 2136 section 3.6). */
  setsSerial: boolean;
}

interface Commit {
  readonly zone: ZoneData;
  readonly draft: ZoneDraft;
  readonly written: ZoneCommit;
}

/** What is to be written: one commit, and one new serial, for each zone that changes. */
function commitsOf(
  drafts: ReadonlyMap<ZoneData, GroupDraft>,
  signer: CommitSigner | undefined,
): readonly Commit[] {
  return [...drafts].flatMap(([zone, { draft, setsSerial }]) => {
    if (!draft.isChanged && signer?.hasWork(zone.apex) !== true) return [];
    if (!setsSerial) raiseSerial(zone, draft);
    signer?.complete(draft, zone);
    return [{ zone, draft, written: { zone: zone.apex, changes: draft.changes() } }];
  });
}

function raiseSerial(zone: ZoneData, draft: ZoneDraft): void {
  const node = draft.node(draft.apex);
  const soa = rrsetOfType(node, RRType.SOA);
  const [rdata] = soa?.rdata ?? [];
  // A zone without an SOA is being set up: its first serial is in the change.
  if (zone.serial === undefined || soa === undefined || rdata === undefined) return;
  const next = encodeSoa({ ...decodeSoa(rdata), serial: nextSerial(zone.serial) });
  const others = node?.rrsets.filter(({ type }) => type !== RRType.SOA) ?? [];
  draft.set(draft.apex, [makeRRset(draft.apex, RRType.SOA, soa.ttlSeconds, [next]), ...others]);
}

function serialOf(view: ZoneView): number | undefined {
  const rdata = soaOf(view);
  return rdata === undefined ? undefined : decodeSoa(rdata).serial;
}

function soaOf(view: ZoneView): Uint8Array | undefined {
  return rrsetOfType(view.node(view.apex), RRType.SOA)?.rdata[0];
}
