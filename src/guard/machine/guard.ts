import type { CancelWake, Chance, Clock } from "../../base/index.ts";
import { beliefOf } from "./belief.ts";
import { Connections } from "./connections.ts";
import { type Entry, NEW_ENTRY } from "./entry.ts";
import type { GuardEvent, HeldName } from "./guardEvent.ts";
import { heldValues, isGone, servedValues } from "./heldValues.ts";
import type { ProofOutcome } from "./outcome.ts";
import type { GuardPolicy } from "./policy.ts";
import type { Prover, Upstream } from "./ports.ts";
import { afterOutcome, afterProof, afterTombstone, settle } from "./transitions.ts";
import { type Verdict, verdictOf } from "./verdict.ts";
import { wantsOf } from "./wants.ts";

/** What is told to whoever asks. */
export type GuardReply = Exclude<Verdict, { readonly kind: "ask" }>;

/** Ports and settings of a {@link Guard}. */
export interface GuardParts {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly upstream: Upstream;
  readonly prover: Prover;
  readonly policyFor: (name: string) => GuardPolicy;
  readonly report: (event: GuardEvent) => void;
  /** Names and types remembered; the one asked for longest ago is forgotten. */
  readonly entriesMax: number;
}

/** How long a client waits before it gets what is stale (RFC 8767 section 5). */
const CLIENT_TIMEOUT_MS = 1800;
/** Questions under way: whoever asks more gets what is known, or a failure. */
const ASKING_MAX = 2000;
/** A doubted name that nobody asked for in so long is looked after no more. */
const WANTED_MS = 60 * 60_000;
/** Part of a wait that chance adds, so that many clients do not try addresses all at once. */
const JITTER = 0.25;

/** A and AAAA. */
const ADDRESS_TYPES = [1, 28] as const;

interface Slot {
  readonly name: string;
  readonly type: number;
  entry: Entry;
  wantedMs: number;
  asking: Promise<void> | undefined;
  isSeeking: boolean;
  isProving: boolean;
  cancelWake: CancelWake | undefined;
}

/** Looks names up, and does not believe a suspicious "nothing there". */
export class Guard {
  /** What became of connections to addresses. */
  readonly connections = new Connections();
  readonly #parts: GuardParts;
  readonly #slots = new Map<string, Slot>();
  #asking = 0;

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  /** Never throws. `name` as a `Name` of src/dns. */
  async lookUp(name: string, type: number): Promise<GuardReply> {
    const slot = this.#slot(name, type);
    const sinceMs = this.#nowMs;
    slot.wantedMs = sinceMs;
    this.#pursue(slot);
    const verdict = this.#verdict(slot);
    if (verdict.kind !== "ask") return verdict;
    const { asking } = slot;
    if (asking === undefined) return staleOrFailed(verdict, "timeout");
    if (verdict.last === undefined) await asking;
    else await this.#within(asking, CLIENT_TIMEOUT_MS);
    const later = this.#verdict(slot, sinceMs);
    return later.kind === "ask" ? staleOrFailed(later, "timeout") : later;
  }

  /** What is known now; undefined where {@link lookUp} would wait. Never throws. */
  lookUpNow(name: string, type: number): GuardReply | undefined {
    const slot = this.#slot(name, type);
    slot.wantedMs = this.#nowMs;
    this.#pursue(slot);
    const verdict = this.#verdict(slot);
    return verdict.kind === "ask" ? undefined : verdict;
  }

  /**
   * Asks anew though what is known is good yet, so that it stays so. Does nothing while a denial
   * is doubted, or the upstream failed just now: both have a time of their own. Never throws.
   */
  async refresh(name: string, type: number): Promise<void> {
    const slot = this.#slot(name, type);
    const { failure, denials, answer } = slot.entry;
    const { failureBackOffMs } = this.#parts.policyFor(name);
    const isResting = failure !== undefined && this.#nowMs - failure.atMs < failureBackOffMs;
    if (isResting || (denials !== undefined && answer !== undefined)) return;
    this.#ask(slot);
    await slot.asking;
  }

  /** Names and types that are remembered. */
  get size(): number {
    return this.#slots.size;
  }

  /** The application's own connection to this address was the service: a proof, if it is held. */
  proven(name: string, address: string): void {
    const policy = this.#parts.policyFor(name);
    for (const type of ADDRESS_TYPES) {
      const slot = this.#slots.get(this.#key(name, type));
      if (slot === undefined || !heldValues(slot.entry, policy).includes(address)) continue;
      this.#proved(slot, { proven: [address], disproven: [] });
    }
  }

  /**
   * Whether an address was one of a name's, and is not any more: the last answers do without it.
   */
  hasLeft(name: string, address: string): boolean {
    return ADDRESS_TYPES.some((type) => {
      const slot = this.#slots.get(this.#key(name, type));
      return slot !== undefined && isGone(slot.entry, address);
    });
  }

  /** Whether addresses of a name are served, or would be if they were denied now. */
  hasAddresses(name: string): boolean {
    const policy = this.#parts.policyFor(name);
    return ADDRESS_TYPES.some((type) => {
      const slot = this.#slots.get(this.#key(name, type));
      if (slot === undefined) return false;
      const { kind } = this.#verdict(slot);
      if (kind === "ask") return policy.isGuarded && heldValues(slot.entry, policy).length > 0;
      return kind !== "denied" && kind !== "failed";
    });
  }

  /** Names that are being held up now. */
  held(): readonly HeldName[] {
    return [...this.#slots.values()].flatMap((slot) => this.#heldName(slot) ?? []);
  }

  /** What is known, for {@link restore} in another life; ages instead of times. */
  *entries(): Iterable<{ readonly key: string; readonly entry: Entry }> {
    for (const [key, { entry }] of this.#slots) yield { key, entry };
  }

  /** Takes up what is known of a key of {@link entries}; times are of this clock. */
  restore(key: string, entry: Entry): void {
    const [, type, name] = key.split(" ");
    if (type === undefined || name === undefined || this.#slots.has(key)) return;
    this.#put(key, newSlot(name, Number(type), entry, this.#nowMs));
  }

  /** Ends all that waits. */
  close(): void {
    for (const slot of this.#slots.values()) slot.cancelWake?.();
    this.#slots.clear();
  }

  get #nowMs(): number {
    return this.#parts.clock.monotonicMs();
  }

  #key(name: string, type: number): string {
    return `${this.#parts.upstream.identity} ${type} ${name}`;
  }

  #slot(name: string, type: number): Slot {
    const key = this.#key(name, type);
    const known = this.#slots.get(key);
    const slot = known ?? newSlot(name, type, NEW_ENTRY, this.#nowMs);
    this.#put(key, slot);
    return slot;
  }

  /** Puts a slot last; the first ones go where there are too many. */
  #put(key: string, slot: Slot): void {
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    for (const [oldest, { cancelWake }] of this.#slots) {
      if (this.#slots.size <= this.#parts.entriesMax) break;
      cancelWake?.();
      this.#slots.delete(oldest);
    }
  }

  #verdict(slot: Slot, sinceMs?: number): Verdict {
    return verdictOf(slot.entry, this.#parts.policyFor(slot.name), this.#nowMs, sinceMs);
  }

  /** Begins all that is wanted to be known of a slot. */
  #pursue(slot: Slot): void {
    const policy = this.#parts.policyFor(slot.name);
    this.#become(slot, settle(slot.entry, policy, this.#nowMs));
    const wants = wantsOf(slot.entry, policy, this.#nowMs);
    if (wants.upstream) this.#ask(slot);
    if (wants.tombstone && !slot.isSeeking) void this.#seek(slot);
    if (wants.proof && !slot.isProving) void this.#prove(slot);
    slot.cancelWake?.();
    slot.cancelWake = undefined;
    if (wants.lookAgainMs === undefined) return;
    if (this.#nowMs - slot.wantedMs > WANTED_MS) return;
    // What was begun just now took its time.
    const waitMs = Math.max(0, wants.lookAgainMs - this.#nowMs);
    slot.cancelWake = this.#parts.clock.wakeAfter(this.#jittered(waitMs), () => {
      this.#pursue(slot);
    });
  }

  #jittered(waitMs: number): number {
    return waitMs + this.#parts.chance.below(1 + Math.ceil(waitMs * JITTER));
  }

  #ask(slot: Slot): void {
    if (slot.asking !== undefined || this.#asking >= ASKING_MAX) return;
    this.#asking += 1;
    slot.asking = this.#asked(slot).finally(() => {
      this.#asking -= 1;
      slot.asking = undefined;
    });
  }

  async #asked(slot: Slot): Promise<void> {
    const { upstream, policyFor } = this.#parts;
    const { identity } = upstream;
    const outcome = await upstream.ask(slot.name, slot.type);
    // Of another network: it says nothing of what this slot is about.
    if (upstream.identity !== identity) return;
    const policy = policyFor(slot.name);
    this.#become(slot, afterOutcome(slot.entry, outcome, policy, this.#nowMs));
    this.#pursue(slot);
  }

  async #seek(slot: Slot): Promise<void> {
    const { upstream, policyFor } = this.#parts;
    const { name, entry } = slot;
    const owner = entry.answer?.newest.aliases.at(-1);
    slot.isSeeking = true;
    const found = await upstream.findTombstone(owner === undefined ? [name] : [name, owner]);
    slot.isSeeking = false;
    this.#become(slot, afterTombstone(slot.entry, found, policyFor(name), this.#nowMs));
    this.#pursue(slot);
  }

  async #prove(slot: Slot): Promise<void> {
    const { prover, policyFor } = this.#parts;
    slot.isProving = true;
    const policy = policyFor(slot.name);
    // Those first that are served: few are tried at a time.
    const served = servedValues(slot.entry, policy);
    const addresses = new Set([...served, ...heldValues(slot.entry, policy)]);
    const outcome = await prover.prove(slot.name, [...addresses]);
    slot.isProving = false;
    this.#proved(slot, outcome);
  }

  #proved(slot: Slot, outcome: ProofOutcome): void {
    const policy = this.#parts.policyFor(slot.name);
    this.#become(slot, afterProof(slot.entry, outcome, policy, this.#nowMs));
    this.#pursue(slot);
  }

  /** Takes up an entry, and reports what became of a hold by it. */
  #become(slot: Slot, next: Entry): void {
    const { policyFor, report } = this.#parts;
    const { name, type, entry: before } = slot;
    const policy = policyFor(name);
    slot.entry = next;
    const wasDoubted = before.denials !== undefined && before.answer !== undefined;
    const isDoubted = next.denials !== undefined && next.answer !== undefined;
    if (!wasDoubted && isDoubted && next.denials !== undefined) {
      const { denial } = next.denials.newest;
      const values = heldValues(next, policy);
      report({ kind: "hold-began", name, type, denial, values });
    }
    if (!wasDoubted || isDoubted || before.denials === undefined) return;
    const heldMs = this.#nowMs - before.denials.sinceMs;
    if (next.believed === undefined) report({ kind: "hold-ended", name, type, heldMs });
    else report({ kind: "denial-believed", name, type, why: next.believed, heldMs });
  }

  #heldName({ name, type, entry }: Slot): HeldName | undefined {
    const policy = this.#parts.policyFor(name);
    const nowMs = this.#nowMs;
    const verdict = verdictOf(entry, policy, nowMs);
    const belief = beliefOf(entry, policy);
    if (verdict.kind !== "held" || belief === undefined) return undefined;
    const { values, denial, sinceMs } = verdict;
    const tombstone = entry.tombstone?.newest.found ?? "unknown";
    const facts = { name, type, values, denial, tombstone };
    const held = { ...facts, heldMs: nowMs - sinceMs, leftMs: belief.atMs - nowMs };
    const provenMs = entry.proof?.provenMs;
    return provenMs === undefined ? held : { ...held, provenMsAgo: nowMs - provenMs };
  }

  /** Waits for something, but no longer than this. */
  #within(work: Promise<void>, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.wakeAfter(waitMs, resolve);
      void work.finally(() => {
        cancel();
        resolve();
      });
    });
  }
}

function newSlot(name: string, type: number, entry: Entry, wantedMs: number): Slot {
  const idle = { asking: undefined, isSeeking: false, isProving: false, cancelWake: undefined };
  return { name, type, entry, wantedMs, ...idle };
}

function staleOrFailed(
  verdict: Extract<Verdict, { readonly kind: "ask" }>,
  failure: "timeout",
): GuardReply {
  if (verdict.last === undefined) return { kind: "failed", failure };
  return { kind: "stale", ...verdict.last };
}
