import type { Chance, Clock } from "../../base/index.ts";
import { beliefOf } from "./belief.ts";
import { Connections } from "./connections.ts";
import type { Entry } from "./entry.ts";
import type { GuardEvent, HeldName } from "./guardEvent.ts";
import { heldValues, isGone, servedValues } from "./heldValues.ts";
import type { ProofOutcome } from "./outcome.ts";
import type { GuardPolicy } from "./policy.ts";
import type { Prover, Upstream } from "./ports.ts";
import { forget, newSlot, ownerOf, type Slot } from "./slot.ts";
import { CONFIRMED, DOUBTED, PLAIN, Slots, weightOf } from "./slots.ts";
import { afterOutcome, afterProof, afterTombstone, rested, settle } from "./transitions.ts";
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
  /** Told in the same step that something about a name has changed. */
  readonly changed?: (name: string) => void;
  /** Names and types remembered, see Slots: those asked for longest ago are forgotten first. */
  readonly entriesMax: number;
}

/** How long a client waits before it gets what is stale (RFC 8767 section 5). */
const CLIENT_TIMEOUT_MS = 1800;
/** After a failure, the upstream is taken to fail yet for so many times as it is left alone. */
const FAILING_BACK_OFFS = 2;
/** Questions under way: whoever asks more gets what is known, or a failure. */
const ASKING_MAX = 2000;
/** A look that comes so much too late: the process stood still meanwhile. */
const PAUSE_MS = 1000;
/** A doubted name that nobody asked for in so long is looked after no more. */
const WANTED_MS = 60 * 60_000;
/** Part of a wait that chance adds, so that many clients do not try addresses all at once. */
const JITTER = 0.25;

/** A and AAAA. */
const ADDRESS_TYPES = [1, 28] as const;

/** Looks names up, and does not believe a suspicious "nothing there". */
export class Guard {
  /** What became of connections to addresses. */
  readonly connections = new Connections();
  readonly #parts: GuardParts;
  readonly #slots: Slots<Slot>;
  #asking = 0;

  constructor(parts: GuardParts) {
    this.#parts = parts;
    this.#slots = new Slots(parts.entriesMax);
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
    if (verdict.kind !== "ask") return verdict;
    const { failure } = slot.entry;
    const { failureBackOffMs } = this.#parts.policyFor(name);
    // It failed lately, and is asked once more: nobody waits for that who can be told something.
    const isFailing =
      failure !== undefined && this.#nowMs - failure.atMs < FAILING_BACK_OFFS * failureBackOffMs;
    return isFailing && verdict.last !== undefined ? staleOrFailed(verdict, "timeout") : undefined;
  }

  /**
   * Asks anew though what is known is good yet, so that it stays so. Does nothing while a denial
   * is doubted, or the upstream failed just now: both have a time of their own. Where something is
   * known, it waits no longer than a client does. Never throws.
   */
  async refresh(name: string, type: number): Promise<void> {
    const slot = this.#slot(name, type);
    const { failure, denials, answer } = slot.entry;
    const { failureBackOffMs } = this.#parts.policyFor(name);
    const isResting = failure !== undefined && this.#nowMs - failure.atMs < failureBackOffMs;
    if (isResting || (denials !== undefined && answer !== undefined)) return;
    this.#ask(slot);
    if (slot.asking === undefined) return;
    if (answer === undefined) await slot.asking;
    else await this.#within(slot.asking, CLIENT_TIMEOUT_MS);
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
    for (const [key, slot] of this.#slots.entries()) yield { key, entry: this.#awake(slot) };
  }

  /** Takes up what is known of a key of {@link entries}; times are of this clock. */
  restore(key: string, entry: Entry): void {
    const [identity = "", type, name] = key.split(" ");
    if (type === undefined || name === undefined || this.#slots.get(key) !== undefined) return;
    const slot = newSlot(identity, name, Number(type), this.#nowMs);
    slot.restedMs = this.#nowMs;
    this.#put(key, slot);
    this.#become(slot, entry);
  }

  /** Ends all that waits. */
  close(): void {
    for (const slot of this.#slots.values()) forget(slot);
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
    const { identity } = this.#parts.upstream;
    const slot = known ?? newSlot(identity, name, type, this.#nowMs);
    this.#put(key, slot);
    return slot;
  }

  /** Puts a slot last in its rank; others go where there are too many. */
  #put(key: string, slot: Slot, rank = slot.rank, weight = slot.weight): void {
    for (const gone of this.#slots.put(key, slot, rank, weight)) forget(gone);
  }

  /** Gives a slot the rank and the room of what it has now. */
  #rank(slot: Slot, policy: GuardPolicy): void {
    const { entry, identity, type, name } = slot;
    const isDoubted = entry.denials !== undefined && entry.answer !== undefined;
    const isConfirmed = !isDoubted && heldValues(entry, policy).length > 0;
    const rank = isDoubted ? DOUBTED : isConfirmed ? CONFIRMED : PLAIN;
    if (!slot.isGone) this.#put(`${identity} ${type} ${name}`, slot, rank, weightOf(entry));
  }

  #verdict(slot: Slot, sinceMs?: number): Verdict {
    return verdictOf(this.#awake(slot), this.#parts.policyFor(slot.name), this.#nowMs, sinceMs);
  }

  /** Begins all that is wanted to be known of a slot. */
  #pursue(slot: Slot): void {
    if (slot.isGone) return;
    slot.cancelWake?.();
    slot.cancelWake = undefined;
    const isUnwanted = this.#nowMs - slot.wantedMs > WANTED_MS;
    if (isUnwanted || !this.#isHere(slot)) {
      slot.restedMs ??= this.#nowMs;
      return;
    }
    const policy = this.#parts.policyFor(slot.name);
    this.#become(slot, settle(this.#wake(slot), policy, this.#nowMs));
    const wants = wantsOf(slot.entry, policy, this.#nowMs);
    if (wants.upstream) this.#ask(slot);
    if (wants.tombstone && !slot.isSeeking) void this.#seek(slot);
    if (wants.proof && !slot.isProving) void this.#prove(slot);
    if (wants.lookAgainMs === undefined) return;
    // What was begun just now took its time.
    const waitMs = this.#jittered(Math.max(0, wants.lookAgainMs - this.#nowMs));
    slot.dueMs = this.#nowMs + waitMs;
    slot.cancelWake = this.#parts.clock.wakeAfter(waitMs, () => this.#pursue(slot));
  }

  /**
   * The entry as it is once it is looked after again: time in which nobody could does not count,
   * be it that nobody wanted it, that the process stood still, or that proofs had to wait.
   */
  #awake({ entry, restedMs, dueMs, queuedMs }: Slot): Entry {
    if (entry.denials === undefined) return entry;
    const nowMs = this.#nowMs;
    const lateMs = nowMs - (dueMs ?? nowMs);
    const since = [restedMs, queuedMs, lateMs > PAUSE_MS ? dueMs : undefined];
    return rested(entry, nowMs - Math.min(nowMs, ...since.map((ms) => ms ?? nowMs)));
  }

  /** The same, once for all. */
  #wake(slot: Slot): Entry {
    const awake = this.#awake(slot);
    slot.restedMs = undefined;
    slot.dueMs = undefined;
    if (slot.queuedMs !== undefined) slot.queuedMs = this.#nowMs;
    return awake;
  }

  /** Whether the network that a slot is of is the one that can be asked now. */
  #isHere(slot: Slot): boolean {
    return !slot.isGone && slot.identity === this.#parts.upstream.identity;
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
    const { upstream, policyFor, report } = this.#parts;
    const { name, type } = slot;
    const asking = policyFor(name);
    const isDenialDoubted = asking.isGuarded && heldValues(slot.entry, asking).length > 0;
    const outcome = await upstream.ask(name, type, isDenialDoubted);
    // Of another network: it says nothing of what this slot is about.
    if (slot.identity !== upstream.identity) return;
    const policy = policyFor(name);
    const next = afterOutcome(this.#wake(slot), outcome, policy, this.#nowMs);
    if (slot.isGone) {
      slot.entry = next; // for whoever waits for it
      return;
    }
    const isDisputed = outcome.kind === "answer" && outcome.isDisputed === true;
    if (isDisputed && slot.entry.answer?.newest.isDisputed !== true) {
      report({ kind: "upstreams-disagree", name, type });
    }
    this.#become(slot, next);
    this.#pursue(slot);
  }

  async #seek(slot: Slot): Promise<void> {
    const { upstream, policyFor } = this.#parts;
    const { name } = slot;
    const owner = ownerOf(slot.entry, policyFor(name));
    slot.isSeeking = true;
    const found = await upstream.findTombstone(owner === undefined ? [name] : [name, owner]);
    slot.isSeeking = false;
    if (!this.#isHere(slot)) return;
    this.#become(slot, afterTombstone(this.#wake(slot), found, policyFor(name), this.#nowMs));
    this.#pursue(slot);
  }

  async #prove(slot: Slot): Promise<void> {
    const { prover, policyFor } = this.#parts;
    slot.isProving = true;
    const policy = policyFor(slot.name);
    // Few are tried at a time: those first whose last time is longest ago, and that are served.
    const triedMs = (address: string): number => slot.tried.get(address) ?? 0;
    const served = servedValues(slot.entry, policy);
    const addresses = [...new Set([...served, ...heldValues(slot.entry, policy)])];
    addresses.sort((left, right) => triedMs(left) - triedMs(right));
    slot.queuedMs = this.#nowMs;
    const outcome = await prover.prove(slot.name, addresses, () => {
      const { entry, queuedMs = this.#nowMs } = slot;
      slot.entry = rested(entry, this.#nowMs - queuedMs);
      slot.queuedMs = undefined;
      return this.#isHere(slot) && entry.denials !== undefined && entry.answer !== undefined;
    });
    slot.isProving = false;
    slot.queuedMs = undefined;
    for (const address of [...outcome.proven, ...outcome.disproven]) {
      slot.tried.set(address, this.#nowMs);
    }
    if (this.#isHere(slot)) this.#proved(slot, outcome);
  }

  #proved(slot: Slot, outcome: ProofOutcome): void {
    const policy = this.#parts.policyFor(slot.name);
    this.#become(slot, afterProof(this.#wake(slot), outcome, policy, this.#nowMs));
    this.#pursue(slot);
  }

  /** Takes up an entry, and reports what became of a hold by it. */
  #become(slot: Slot, next: Entry): void {
    const { policyFor, report } = this.#parts;
    const { name, type, entry: before } = slot;
    const policy = policyFor(name);
    slot.entry = next;
    if (next !== before) {
      this.#parts.changed?.(name);
      this.#rank(slot, policy);
    }
    const wasDoubted = before.denials !== undefined && before.answer !== undefined;
    const isDoubted = next.denials !== undefined && next.answer !== undefined;
    if (!wasDoubted && isDoubted && next.denials !== undefined) {
      const { denial } = next.denials.newest;
      const values = heldValues(next, policy);
      report({ kind: "hold-began", name, type, denial, values });
    }
    if (!wasDoubted || isDoubted || before.denials === undefined) return;
    slot.tried.clear();
    const heldMs = this.#nowMs - before.denials.sinceMs;
    if (next.believed === undefined) report({ kind: "hold-ended", name, type, heldMs });
    else report({ kind: "denial-believed", name, type, why: next.believed, heldMs });
  }

  #heldName(slot: Slot): HeldName | undefined {
    const { name, type } = slot;
    const entry = this.#awake(slot);
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

function staleOrFailed(
  verdict: Extract<Verdict, { readonly kind: "ask" }>,
  failure: "timeout",
): GuardReply {
  if (verdict.last === undefined) return { kind: "failed", failure };
  return { kind: "stale", ...verdict.last };
}
