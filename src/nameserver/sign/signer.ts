import {
  type CancelWake,
  type Chance,
  type Clock,
  type Disk,
  type DnssecCrypto,
  errorText,
  type Log,
} from "../../base/index.ts";
import { type Name, RRType } from "../../dns/index.ts";
import { NameserverError } from "../nameserverError.ts";
import type { ZoneDraft } from "../zone/zoneDraft.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import { keyRRsets } from "./apexKeys.ts";
import { Book } from "./book.ts";
import { completeDraft, stripNames } from "./completeDraft.ts";
import {
  INCEPTION_BACK_SECONDS,
  PASS_EVERY_SECONDS,
  REFRESH_LEFT_SECONDS,
  RETRY_MS,
  TICK_MS,
  VALIDITY_JITTER_SECONDS,
  VALIDITY_SECONDS,
} from "./limits.ts";
import { KEY_TYPES } from "./members.ts";
import { type PassStep, stepToSign, stepToStrip } from "./pass.ts";
import { type DnssecReport, reportOf } from "./report.ts";
import { SigningTime } from "./signingTime.ts";
import type { Signing } from "./signName.ts";
import { advance, begun } from "./stages.ts";
import { takeOrders } from "./takeOrders.ts";
import { activeKey, type ZoneSigning } from "./zoneSigning.ts";

/** Ports and parts of a signer. */
export interface SignerParts {
  /** The nameserver's own folder. */
  readonly disk: Disk;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly crypto: DnssecCrypto;
  readonly log: Log;
  /** A zone as it is committed; undefined before it was set up. */
  readonly zoneOf: (apex: Name) => ZoneView | undefined;
  /** In place of TICK_MS; for tests of months. */
  readonly tickMs?: number;
}

/** Commits what {@link Signer.complete} adds to an empty change; no problem: it is durable. */
export type CommitZone = (apex: Name) => Promise<{ readonly problem?: string }>;

/** What is being done with one zone, since this process began. */
interface Work {
  /** Names for the commit that is under way. */
  pending: readonly Name[];
  cursor: Name | undefined;
  isPassing: boolean;
  /** The state that the pass under way, or the last one, works for. */
  passOf: ZoneSigning | undefined;
  /** The state that the last whole pass began and ended with. */
  passedAs: ZoneSigning | undefined;
  nextPassMs: number;
  keys: { readonly of: ZoneSigning; readonly rrsets: ReturnType<typeof keyRRsets> } | undefined;
}

/**
 * Signs zones as changes come, refreshes signatures in time, and takes keys through their stages.
 * What it adds is ordinary zone data: transfers, images and journals carry it as it is.
 */
export class Signer {
  readonly #parts: SignerParts;
  readonly #book: Book;
  readonly #time: SigningTime;
  readonly #work = new Map<Name, Work>();
  #wanted: ReadonlyMap<Name, boolean> = new Map();
  #commit: CommitZone | undefined;
  #cancel: CancelWake = () => {};
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(parts: SignerParts, book: Book) {
    this.#parts = parts;
    this.#book = book;
    this.#time = new SigningTime(parts.clock, parts.log, () => this.#book.record);
  }

  /** Reads keys and stages; what cannot be read stops signing, never answers. */
  static async open(parts: SignerParts): Promise<Signer> {
    return new Signer(parts, await Book.open(parts.disk, parts.log));
  }

  /** Begins the work that goes on by itself. */
  start(commit: CommitZone): void {
    this.#commit = commit;
    this.#wake(0);
  }

  /** Says which zones of the configuration are to be signed. Those it does not name stay as is. */
  configure(wanted: ReadonlyMap<Name, boolean>): void {
    this.#wanted = wanted;
    for (const work of this.#work.values()) work.nextPassMs = 0;
    this.#wake(0);
  }

  /** Ends the work that goes on by itself, and waits for what is being written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#turn;
  }

  /** Names are due in this zone: a commit of it is not empty, whatever was asked for. */
  hasWork(apex: Name): boolean {
    return (this.#work.get(apex)?.pending.length ?? 0) > 0;
  }

  /** Why nothing may change in a zone; undefined where it may. */
  problem(apex: Name): string | undefined {
    if (this.#book.get(apex) !== undefined) return undefined;
    const zone = this.#parts.zoneOf(apex);
    if (zone === undefined || !ownsKeys(zone)) return undefined;
    const why = this.#book.problem ?? "restore dnssec.json from a backup";
    return `zone ${apex} is signed, and its keys are not here: ${why}`;
  }

  /**
   * Adds signatures and NSEC to a draft whose serial is raised, in place.
   *
   * @throws NameserverError `signing-impossible`: the zone is signed, and its keys are not here.
   */
  complete(draft: ZoneDraft, zone: ZoneView): void {
    const { apex } = zone;
    const state = this.#book.get(apex);
    if (state === undefined) {
      const problem = this.problem(apex);
      if (problem === undefined) return;
      throw new NameserverError(
        { code: "signing-impossible", zone: apex },
        `Cannot sign: ${problem}`,
      );
    }
    const pending = this.#work.get(apex)?.pending ?? [];
    if (state.stage === "unsigning") {
      unsign(draft, pending);
      return;
    }
    const signing = this.#signing(state);
    if (signing !== undefined) completeDraft(signing, draft, zone, pending);
  }

  /** What is signed, and how far. */
  report(): DnssecReport {
    const problems = [...this.#wanted.keys()].flatMap((apex) => this.problem(apex) ?? []);
    const { problem, doubt } = this.#time;
    const all = [
      this.#book.problem,
      problem === undefined ? undefined : `Signing waits: ${problem}`,
      doubt === undefined ? undefined : `Look at the clock, then: dnssec trust-clock. ${doubt}`,
    ];
    return reportOf(this.#book.shown, [...all.filter((one) => one !== undefined), ...problems]);
  }

  #signing(state: ZoneSigning): Signing | undefined {
    const active = activeKey(state);
    if (active === undefined) return undefined;
    const { crypto, chance } = this.#parts;
    const { nowSeconds, beginSeconds, isTrusted } = this.#time.now();
    const work = this.#workOf(state.zone);
    if (work.keys?.of !== state) work.keys = { of: state, rrsets: keyRRsets(state) };
    const inceptionSeconds = beginSeconds - INCEPTION_BACK_SECONDS;
    return {
      apex: state.zone,
      active,
      apexKeys: state.keys,
      keyRRsets: work.keys.rrsets,
      validity: () => {
        const jitter = chance.below(VALIDITY_JITTER_SECONDS);
        const expirationSeconds = nowSeconds + VALIDITY_SECONDS - jitter;
        this.#book.noteExpiration(expirationSeconds);
        return { inceptionSeconds, expirationSeconds };
      },
      endsAfterSeconds: isTrusted ? nowSeconds + REFRESH_LEFT_SECONDS : undefined,
      begunBySeconds: beginSeconds,
      crypto,
    };
  }

  #workOf(apex: Name): Work {
    let work = this.#work.get(apex);
    if (work === undefined) {
      const idle = { pending: [], cursor: undefined, isPassing: false, nextPassMs: 0 };
      work = { ...idle, passOf: undefined, passedAs: undefined, keys: undefined };
      this.#work.set(apex, work);
    }
    return work;
  }

  #wake(afterMs: number): void {
    this.#cancel();
    if (this.#isClosed || this.#commit === undefined) return;
    this.#cancel = this.#parts.clock.wakeAfter(afterMs, () => {
      this.#turn = this.#turn.then(() => this.#takeTurn());
    });
  }

  async #takeTurn(): Promise<void> {
    if (this.#isClosed) return;
    let isBusy = false;
    try {
      // Without the file, neither may an order be written down as done.
      if (this.#book.problem === undefined) {
        await takeOrders(this.#parts, this.#book, this.#time);
      }
      const moment = this.#time.now();
      if (moment.isTrusted) {
        this.#book.noteTime(moment);
        for (const apex of new Set([...this.#wanted.keys(), ...this.#book.zones.keys()])) {
          isBusy = (await this.#serve(apex)) || isBusy;
        }
        await this.#book.saveIfOld();
      }
    } catch (error) {
      this.#parts.log.error("cannot go on signing", { problem: errorText(error) });
      isBusy = false;
    }
    this.#wake(isBusy ? 0 : (this.#parts.tickMs ?? TICK_MS));
  }

  /** Takes one zone one step on; says whether there is more to do at once. */
  async #serve(apex: Name): Promise<boolean> {
    const zone = this.#parts.zoneOf(apex);
    if (zone === undefined || rrsetOfType(zone.node(apex), RRType.SOA) === undefined) return false;
    const { certainSeconds } = this.#time.now();
    const state = this.#book.get(apex);
    if (state === undefined) {
      const mayBegin = this.#wanted.get(apex) === true && this.problem(apex) === undefined;
      if (!mayBegin || this.#book.problem !== undefined) return false;
      await this.#book.put(apex, begun(apex, this.#parts.crypto.generate(), certainSeconds));
      this.#parts.log.info("made a key: the zone is being signed", { zone: apex });
      return true;
    }
    const work = this.#workOf(apex);
    const isPassDone = work.passedAs === state;
    const isWanted = this.#wanted.get(apex) ?? true;
    const next = advance(state, { nowSeconds: certainSeconds, isWanted, isPassDone });
    if (next !== state) {
      await this.#book.put(apex, next);
      const stage = next?.stage ?? "unsigned";
      this.#parts.log.info("signing goes on", { zone: apex, from: state.stage, to: stage });
      if (next === undefined) this.#work.delete(apex);
      return true;
    }
    return this.#pass(state, zone, work);
  }

  async #pass(state: ZoneSigning, zone: ZoneView, work: Work): Promise<boolean> {
    const nowMs = this.#parts.clock.monotonicMs();
    const isNews = work.passOf !== state;
    if (isNews || !work.isPassing) {
      if (!isNews && nowMs < work.nextPassMs) return false;
      Object.assign(work, { isPassing: true, cursor: undefined, passOf: state });
    }
    const isUnsigning = state.stage === "unsigning";
    const signing = isUnsigning ? undefined : this.#signing(state);
    const step: PassStep =
      signing === undefined
        ? stepToStrip(zone, work.cursor)
        : stepToSign(signing, zone, work.cursor);
    if (step.due.length > 0 && !(await this.#commitDue(state.zone, work, step.due))) {
      work.nextPassMs = nowMs + RETRY_MS;
      work.isPassing = false;
      return false;
    }
    this.#book.noteTtl(state.zone, step.ttlSecondsMax);
    work.cursor = step.cursor;
    // The first step publishes the keys: only then does the zone have an order to walk by.
    if (step.cursor !== undefined || step.isFirst) return true;
    work.isPassing = false;
    work.nextPassMs = nowMs + PASS_EVERY_SECONDS * 1000;
    work.passedAs = this.#book.get(state.zone);
    return true;
  }

  async #commitDue(apex: Name, work: Work, due: readonly Name[]): Promise<boolean> {
    work.pending = due;
    try {
      const outcome = await this.#commit?.(apex);
      const problem = outcome === undefined ? "signing has not started" : outcome.problem;
      if (problem === undefined) return true;
      this.#parts.log.error("cannot commit signatures", { zone: apex, problem });
      return false;
    } finally {
      work.pending = [];
    }
  }
}

function ownsKeys(zone: ZoneView): boolean {
  return rrsetOfType(zone.node(zone.apex), RRType.DNSKEY) !== undefined;
}

/** Takes signatures from what changed and from what is due; the keys with the apex, at last. */
function unsign(draft: ZoneDraft, pending: readonly Name[]): void {
  const { apex } = draft;
  stripNames(draft, [...draft.changes().map(({ name }) => name), ...pending]);
  if (!pending.includes(apex)) return;
  const rrsets = draft.node(apex)?.rrsets ?? [];
  draft.set(
    apex,
    rrsets.filter(({ type }) => !KEY_TYPES.has(type)),
  );
}
