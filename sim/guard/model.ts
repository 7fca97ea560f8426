// What a machine may know and may say, kept beside it by its own rules: docs/guard.md in few lines.
// It shares no code with src/guard/machine.
import type { GuardPolicy } from "../../src/guard/machine/policy.ts";
import type { NetworkId } from "./scene.ts";

/** What an upstream said to this life of the process. */
export type Told =
  | {
      readonly kind: "answer";
      readonly values: readonly string[];
      readonly ttlSeconds: number;
    }
  | { readonly kind: "denial"; readonly isSure: boolean }
  | { readonly kind: "failure" };

interface Seen {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly times: number;
  /** The same, since it was last away for so long that it may be forgotten. */
  readonly sureMs: number;
  readonly sureTimes: number;
}

/** Since the upstream denies. */
interface Row {
  readonly sinceMs: number;
  /** From when the time without proof counts. */
  clearMs: number;
  /** The same for whoever does not notice that he was away. */
  surelyClearMs: number;
  /** Since when the machine is, or was, in another network. */
  leftMs: number | undefined;
  /** Since when proofs of it wait for their turn. */
  queuedMs: number | undefined;
  /** Why nothing may be served any more. */
  ended: "sure" | "late" | "never-good" | undefined;
  /** Since when a tombstone that nobody authenticates, or one that is, was there to be seen. */
  plainMs: number | undefined;
  signedMs: number | undefined;
  /** Something is surely held on to. */
  isSure: boolean;
  /** All the time since then an address that is held could be proven by whoever tried. */
  isProvable: boolean;
}

/** One name and type in one network. */
interface Known {
  answer:
    | { readonly values: readonly string[]; ttlSeconds: number; readonly atMs: number }
    | undefined;
  seen: Map<string, Seen>;
  row: Row | undefined;
  /** Something went wrong since anything was said. */
  isFailing: boolean;
  /** Whether a denial was taken in is not known. */
  isUnsure: boolean;
  wantedMs: number;
}

/** What was known at one time, as a file keeps it. */
export type Snapshot = ReadonlyMap<string, Known>;

/** A name that nobody asked for in so long is not looked after. */
const WANTED_MS = 60 * 60_000;
/** All servers together are asked for so long. */
const ASKING_MS = 5500;
/** An address that answers were without for so long may be forgotten. */
const FORGETS_MS = 10 * 60_000;
/** The longest that an answer is good (RFC 8767 section 4). */
const TTL_SECONDS_MAX = 7 * 86_400;

export interface Place {
  readonly network: NetworkId;
  readonly name: string;
  readonly type: number;
}

export class Model {
  readonly #policy: GuardPolicy;
  /** Addresses that were ever given, by network, type and name: no life forgets them. */
  readonly #given = new Map<string, Set<string>>();
  #known = new Map<string, Known>();
  readonly #open = new Map<string, Place>();

  constructor(policy: GuardPolicy) {
    this.#policy = policy;
  }

  get(place: Place): Known {
    const key = keyOf(place);
    const known = this.#known.get(key) ?? {
      answer: undefined,
      seen: new Map(),
      row: undefined,
      isFailing: false,
      isUnsure: false,
      wantedMs: 0,
    };
    this.#known.set(key, known);
    return known;
  }

  wasGiven(place: Place, value: string): boolean {
    return this.#given.get(keyOf(place))?.has(value) === true;
  }

  /** A server of the network sent these, asked for that name and type. */
  give(place: Place, values: readonly string[]): void {
    const given = this.#given.get(keyOf(place)) ?? new Set();
    this.#given.set(keyOf(place), given);
    for (const value of values) given.add(value);
  }

  /** Somebody asks: what nobody looked after, stood still. */
  want(place: Place, nowMs: number): void {
    const known = this.get(place);
    awake(known, nowMs);
    known.wantedMs = nowMs;
  }

  /** The process stood still for so long: nothing could be proven. */
  pause(forMs: number): void {
    for (const { row } of this.rows()) row.clearMs += forMs;
  }

  /** Proofs wait for their turn, or not any more. */
  queue(place: Place, nowMs: number, isQueued: boolean): void {
    const { row } = this.get(place);
    if (row === undefined) return;
    if (row.queuedMs !== undefined) row.clearMs += nowMs - row.queuedMs;
    row.queuedMs = isQueued ? nowMs : undefined;
  }

  /** The machine left a network: nobody looks after its names until one is asked for there. */
  leave(network: NetworkId, nowMs: number): void {
    for (const [key, known] of this.#known) {
      const { row } = known;
      if (row === undefined || !key.startsWith(`${network} `)) continue;
      row.leftMs ??= nowMs;
      // It may have been too late for whoever asked the other server as well.
      if (nowMs - row.sinceMs > ASKING_MS) continue;
      known.row = undefined;
      known.isUnsure = true;
    }
  }

  /** `isUnsure`: whether whoever asked took it in is not known. */
  hear(place: Place, told: Told, nowMs: number, isUnsure = false): void {
    const known = this.get(place);
    if (isUnsure && told.kind === "denial") {
      known.isUnsure = true;
      return;
    }
    this.lapse(known, nowMs);
    if (told.kind === "failure") known.isFailing = true;
    else if (told.kind === "answer") this.#answer(known, told, nowMs);
    else this.#deny(known, told.isSure, nowMs);
    known.isUnsure ||= isUnsure;
    if (known.row !== undefined) this.#open.set(keyOf(place), place);
  }

  /** What may be held on to: seen twice, over the least age. */
  confirmed({ seen }: Known): readonly string[] {
    const { minAgeMs } = this.#policy;
    return [...seen]
      .filter(([, { firstMs, lastMs, times }]) => times > 1 && lastMs - firstMs >= minAgeMs)
      .map(([value]) => value);
  }

  /** What must be held on to: it was in the last answer, and was never away for long. */
  surelyConfirmed({ seen, answer }: Known): readonly string[] {
    return (answer?.values ?? []).filter((value) => {
      const { lastMs = 0, sureMs = 0, sureTimes = 0 } = seen.get(value) ?? {};
      return sureTimes > 1 && lastMs - sureMs >= this.#policy.minAgeMs;
    });
  }

  /** Until when the addresses of a row of denials may be served. */
  deadlineMs({ sinceMs, clearMs }: Row): number {
    const { confirmMs, holdMsMax } = this.#policy;
    return Math.min(clearMs + confirmMs, sinceMs + holdMsMax);
  }

  /** Until when they must be served. */
  surelyUntilMs({ sinceMs, surelyClearMs }: Row): number {
    const { confirmMs, holdMsMax } = this.#policy;
    return Math.min(surelyClearMs + confirmMs, sinceMs + holdMsMax);
  }

  /** Whether a name is surely being held up. */
  isHeld({ row, isFailing }: Known, nowMs: number): boolean {
    if (row?.isSure !== true || row.ended !== undefined || isFailing) return false;
    const isBuried = row.plainMs !== undefined || row.signedMs !== undefined;
    return !isBuried && nowMs < this.surelyUntilMs(row);
  }

  /** Notes that the time of a row is over, where it is, and nobody failed before. */
  lapse({ row }: Known, nowMs: number): void {
    if (row === undefined || nowMs < this.deadlineMs(row)) return;
    row.ended ??= "late";
  }

  /** An address was the service at this time. */
  prove(place: Place, value: string, nowMs: number): void {
    const known = this.get(place);
    const { row } = known;
    if (row === undefined || row.ended !== undefined || nowMs >= this.deadlineMs(row)) return;
    if (!this.confirmed(known).includes(value)) return;
    row.clearMs = Math.max(row.clearMs, nowMs);
    row.surelyClearMs = nowMs;
  }

  /** Names that are held up, as far as is known. */
  *rows(): Iterable<{ readonly place: Place; readonly known: Known; readonly row: Row }> {
    for (const [key, place] of this.#open) {
      const known = this.#known.get(key);
      if (known?.row === undefined || known.row.ended !== undefined) this.#open.delete(key);
      else yield { place, known, row: known.row };
    }
  }

  snapshot(nowMs: number): Snapshot {
    const copies = new Map([...this.#known].map(([key, known]) => [key, copied(known, 0)]));
    for (const known of copies.values()) {
      const { row } = known;
      if (row?.queuedMs !== undefined) row.clearMs += nowMs - row.queuedMs;
      awake(known, nowMs);
    }
    return copies;
  }

  /**
   * Takes up what a file says, in another life: `ageMs` after it was written by this machine's wall
   * clock, `lateMs` after by its other one.
   */
  restore(snapshot: Snapshot | undefined, ageMs: number, lateMs: number, nowMs: number): void {
    this.#known = new Map();
    this.#open.clear();
    for (const [key, known] of snapshot ?? []) {
      const copy = copied(known, lateMs - ageMs);
      // What was denied and believed is in no file.
      if (copy.answer === undefined || copy.row?.ended !== undefined) continue;
      // Nobody could prove anything while there was no process: that time does not count.
      if (copy.row !== undefined && known.row !== undefined) {
        copy.row.clearMs = known.row.clearMs + lateMs;
        copy.row.surelyClearMs = known.row.surelyClearMs + lateMs;
        // As it is for whoever has not asked for it yet; and a tombstone may have ended it.
        copy.row.leftMs = nowMs;
        copy.row.queuedMs = undefined;
        if (copy.row.plainMs !== undefined || copy.row.signedMs !== undefined) {
          copy.row.isSure = false;
        }
        copy.row.plainMs = undefined;
        copy.row.signedMs = undefined;
      }
      copy.isFailing = false;
      this.#known.set(key, copy);
      if (copy.row !== undefined) this.#open.set(key, placeOf(key));
    }
  }

  #answer(
    known: Known,
    { values, ttlSeconds }: Extract<Told, { kind: "answer" }>,
    nowMs: number,
  ): void {
    const { row } = known;
    if (row?.ended !== undefined) known.seen = new Map();
    // Believed, and forgotten, by whoever counts more strictly.
    const isBuried = row?.plainMs !== undefined || row?.signedMs !== undefined;
    if (row !== undefined && (isBuried || nowMs >= this.surelyUntilMs(row))) {
      for (const [value, one] of known.seen) known.seen.set(value, { ...one, sureTimes: 0 });
    }
    for (const [value, one] of known.seen) {
      const isOld = !values.includes(value) && one.lastMs < nowMs - FORGETS_MS;
      if (isOld) known.seen.set(value, { ...one, sureTimes: 0 });
    }
    for (const value of new Set(values)) {
      const {
        firstMs = nowMs,
        times = 0,
        sureMs = nowMs,
        sureTimes = 0,
      } = known.seen.get(value) ?? {};
      known.seen.set(value, {
        ...{ firstMs, lastMs: nowMs, times: times + 1 },
        ...{ sureMs: sureTimes === 0 ? nowMs : sureMs, sureTimes: sureTimes + 1 },
      });
    }
    known.answer = { values, ttlSeconds: Math.min(ttlSeconds, TTL_SECONDS_MAX), atMs: nowMs };
    known.row = undefined;
    known.isUnsure = false;
    known.isFailing = false;
  }

  #deny(known: Known, isSure: boolean, nowMs: number): void {
    known.isFailing = false;
    const isHeld = this.#policy.isGuarded && this.confirmed(known).length > 0;
    const isSurelyHeld = this.surelyConfirmed(known).length > 0;
    known.row ??= {
      sinceMs: nowMs,
      clearMs: nowMs,
      surelyClearMs: nowMs,
      leftMs: undefined,
      queuedMs: undefined,
      ended: isHeld ? undefined : "never-good",
      plainMs: undefined,
      signedMs: undefined,
      isSure: isSurelyHeld && !known.isUnsure,
      isProvable: true,
    };
    // What failures put off is due now.
    this.lapse(known, nowMs);
    if (isSure) known.row.ended ??= "sure";
    if (known.row.ended !== undefined) known.seen = new Map();
  }
}

function keyOf({ network, name, type }: Place): string {
  return `${network} ${type} ${name}`;
}

/** What nobody looked after, stood still for proofs. */
function awake({ row, wantedMs }: Known, nowMs: number): void {
  if (row === undefined) return;
  const restMs = nowMs - Math.min(row.leftMs ?? nowMs, wantedMs + WANTED_MS);
  row.clearMs += Math.max(0, restMs);
  row.leftMs = undefined;
}

function placeOf(key: string): Place {
  const [network, type, name = ""] = key.split(" ");
  return { network: network === "office" ? "office" : "home", type: Number(type), name };
}

function copied({ answer, seen, row, ...rest }: Known, byMs: number): Known {
  const moved = [...seen].map(([value, one]): [string, Seen] => {
    const { firstMs, lastMs, sureMs } = one;
    const times = { firstMs: firstMs + byMs, lastMs: lastMs + byMs, sureMs: sureMs + byMs };
    return [value, { ...one, ...times }];
  });
  return {
    ...rest,
    answer: answer && { ...answer, atMs: answer.atMs + byMs },
    seen: new Map(moved),
    row: row && { ...row, sinceMs: row.sinceMs + byMs, clearMs: row.clearMs + byMs },
  };
}
