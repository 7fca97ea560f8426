import type { Chance, Clock } from "../../base/index.ts";
import {
  type ExtendedError,
  ExtendedErrorCode,
  type Name,
  Rcode,
  RRType,
} from "../../dns/index.ts";
import { Guard, type GuardReply } from "../machine/guard.ts";
import type { GuardEvent } from "../machine/guardEvent.ts";
import type { Denial, Outcome } from "../machine/outcome.ts";
import type { GuardPolicy } from "../machine/policy.ts";
import type { Prover, Upstream } from "../machine/ports.ts";
import type { QuestionFlags } from "../upstream/exchange.ts";
import { type Heard, type StubParts, StubUpstream } from "../upstream/stubUpstream.ts";
import { keptMessage } from "./keptMessage.ts";
import type { MessageCache } from "./messageCache.ts";
import { type Told, toldAddresses, toldAged, toldNothing, toldStale } from "./told.ts";

/** Ports and settings of a {@link Lane}. */
export interface LaneParts {
  /** Tells its messages from those of other lanes in the one cache. */
  readonly id: string;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly stub: Omit<StubParts, "flags" | "heard" | "clock">;
  readonly flags: QuestionFlags;
  readonly cache: MessageCache;
  readonly prover: Prover;
  readonly policyFor: (name: string) => GuardPolicy;
  readonly report: (event: GuardEvent) => void;
  readonly entriesMax: number;
  /** Whether its values are addresses, which can be answered without the message they came in. */
  readonly hasAddresses: boolean;
  /** Whether addresses of a name are served, whatever is denied. */
  readonly isServed: (name: Name) => boolean;
  /** Told of each message of an upstream. */
  readonly noteHeard: () => void;
  /** Told in the same step that something about a name has changed. */
  readonly changed: (name: string) => void;
}

/** An upstream's failure is passed on for so long: its own words may help whoever looks. */
const FAILURE_MS = 60_000;
/** Part of the TTL that is left when a name that is asked for often is asked anew. */
const PREFETCH_PART = 0.1;
const PREFETCH_HITS = 2;
/** How long at most others may say "no such name" by themselves: addresses may come up. */
const UNSURE_MS_MAX = 10_000;

/** One way to ask the upstream: a machine, and the whole messages that its outcomes were in. */
export class Lane {
  readonly guard: Guard;
  readonly #parts: LaneParts;
  readonly #upstream: StubUpstream;

  constructor(parts: LaneParts) {
    const { stub, clock, flags } = parts;
    const heard = (message: Heard): void => this.#keep(message);
    this.#parts = parts;
    this.#upstream = new StubUpstream({ ...stub, clock, flags, heard });
    const upstream = parts.hasAddresses ? this.#upstream : brief(this.#upstream);
    this.guard = new Guard({ ...parts, upstream });
  }

  /** See {@link StubUpstream.identity}. */
  get identity(): string {
    return this.#upstream.identity;
  }

  /** Whether to ask anew: often asked for (`hits` times since this was asked), and soon too old. */
  isDue(
    name: Name,
    type: number,
    { ttlSeconds }: { readonly ttlSeconds: number },
    hits = 1,
  ): boolean {
    const cached = this.#parts.cache.get(this.#key("answer", name, type));
    if (cached === undefined) return false;
    cached.hits += hits;
    if (cached.hits <= PREFETCH_HITS || ttlSeconds > cached.ttlSeconds * PREFETCH_PART)
      return false;
    cached.hits = Number.NEGATIVE_INFINITY; // once is enough
    return true;
  }

  /**
   * What others may say by themselves, and until when: what the upstream said, as it said it, while
   * its time runs. Undefined where this lane is to be asked each time.
   */
  lasting(name: Name, type: number, reply: GuardReply): Lasting | undefined {
    if (reply.kind !== "fresh" && reply.kind !== "denied") return undefined;
    const isAnswer = reply.kind === "fresh";
    const cached = this.#parts.cache.get(this.#key(isAnswer ? "answer" : "denial", name, type));
    if (cached === undefined) return undefined;
    const { message, atMs, ttlSeconds } = cached;
    const told = toldAged(message, 0, isAnswer ? undefined : ttlSeconds);
    const nowMs = this.#parts.clock.monotonicMs();
    // The machine may have heard of something since that makes it shorter.
    const endsMs = Math.min(atMs + ttlSeconds * 1000, nowMs + reply.ttlSeconds * 1000);
    const dueMs = endsMs - Math.floor(ttlSeconds * PREFETCH_PART) * 1000;
    if (isAnswer || isSure(reply.denial)) return { told, atMs, endsMs, dueMs };
    if (this.#parts.isServed(name)) return undefined;
    const lastMs = Math.min(endsMs, nowMs + UNSURE_MS_MAX);
    return { told, atMs, endsMs: lastMs, dueMs: lastMs };
  }

  /** What is said for a verdict; undefined where the message that it is about is gone. */
  told(name: Name, type: number, reply: GuardReply): Told | undefined {
    switch (reply.kind) {
      case "fresh":
        return this.#aged("answer", name, type);
      case "stale":
        return this.#stale(name, type, reply);
      case "held":
        return toldAddresses(name, type, reply.values, reply.ttlSeconds, [this.#heldError(reply)]);
      case "denied":
        return this.#denied(name, type, reply);
      case "failed":
        return this.#failed(name, type, reply.failure);
    }
  }

  /** The same where the message cannot be had again. */
  toldWithout(name: Name, type: number, reply: GuardReply): Told {
    if (reply.kind === "denied") {
      return toldNothing(reply.denial.denial === "nodata" ? Rcode.NOERROR : Rcode.NXDOMAIN);
    }
    if (this.#parts.hasAddresses && (reply.kind === "fresh" || reply.kind === "stale")) {
      return toldAddresses(name, type, reply.values, reply.ttlSeconds, []);
    }
    return toldNothing(Rcode.SERVFAIL, [NO_ANSWER]);
  }

  #aged(kind: Kind, name: Name, type: number, ttlSecondsMax?: number): Told | undefined {
    const cached = this.#parts.cache.get(this.#key(kind, name, type));
    if (cached === undefined) return undefined;
    const ageSeconds = Math.floor((this.#parts.clock.monotonicMs() - cached.atMs) / 1000);
    return toldAged(cached.message, ageSeconds, ttlSecondsMax);
  }

  /**
   * "No such name" of one type would take away the addresses that are served: resolvers and
   * programs (musl's among them) conclude from it that there is nothing at all (RFC 8020). So it is
   * told as "no such type", unless the upstream's word is beyond doubt.
   */
  #denied(
    name: Name,
    type: number,
    { denial, ttlSeconds }: Extract<GuardReply, { kind: "denied" }>,
  ): Told | undefined {
    const told = this.#aged("denial", name, type, ttlSeconds);
    if (told === undefined || isSure(denial) || !this.#parts.isServed(name)) return told;
    const authority = told.authority.filter((record) => record.type === RRType.SOA);
    return { ...told, rcode: Rcode.NOERROR, ad: false, authority, errors: [SERVED] };
  }

  #stale(name: Name, type: number, reply: Extract<GuardReply, { kind: "stale" }>): Told {
    const { ttlSeconds, values } = reply;
    const cached = this.#parts.cache.get(this.#key("answer", name, type));
    if (cached !== undefined) return toldStale(cached.message, ttlSeconds, STALE);
    if (this.#parts.hasAddresses) return toldAddresses(name, type, values, ttlSeconds, [STALE]);
    return toldNothing(Rcode.SERVFAIL, [NO_ANSWER]);
  }

  #failed(name: Name, type: number, failure: string): Told {
    const isSilence = failure === "timeout";
    const cached = this.#parts.cache.get(this.#key("failure", name, type));
    const ageMs = this.#parts.clock.monotonicMs() - (cached?.atMs ?? 0);
    if (isSilence || cached === undefined || ageMs > FAILURE_MS) {
      return toldNothing(Rcode.SERVFAIL, [isSilence ? NO_ANSWER : failedError(failure)]);
    }
    const { rcode, errors } = toldAged(cached.message, 0);
    const isSaid = rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN;
    return toldNothing(isSaid ? rcode : Rcode.SERVFAIL, [...errors, failedError(failure)]);
  }

  #heldError({ sinceMs, denial }: Extract<GuardReply, { kind: "held" }>): ExtendedError {
    const { clock } = this.#parts;
    const wallMs = clock.wallMs() - (clock.monotonicMs() - sinceMs);
    const since = `${new Date(wallMs).toISOString().slice(0, 19)}Z`;
    const said = denial.toUpperCase();
    const text = `held: upstream says ${said} since ${since}; docs/guard.md`;
    return { code: ExtendedErrorCode.STALE_ANSWER, text };
  }

  /** Before the machine hears of it: when it does, the message is there. */
  #keep({ name, type, message, isTrusted, outcome }: Heard): void {
    const { cache, clock, noteHeard } = this.#parts;
    noteHeard();
    const kept = keptMessage({ ...message, ad: message.ad && isTrusted }, name, type);
    if (outcome.kind === "answer") {
      cache.delete(this.#key("denial", name, type));
      cache.delete(this.#key("failure", name, type));
    }
    // Of what was denied the machine says which addresses may be served yet: not the whole message.
    if (outcome.kind === "denial") cache.delete(this.#key("answer", name, type));
    const ttlSeconds = outcome.kind === "failure" ? 0 : outcome.ttlSeconds;
    cache.put(this.#key(outcome.kind, name, type), kept, clock.monotonicMs(), ttlSeconds);
  }

  #key(kind: Kind, name: Name, type: number): string {
    return `${this.#parts.id}${kind.charAt(0)}${type} ${name}`;
  }
}

type Kind = Outcome["kind"];

/** Something to say, and when it is of, ends, and is to be heard of if it is often said. */
export interface Lasting {
  readonly told: Told;
  readonly atMs: number;
  readonly endsMs: number;
  readonly dueMs: number;
}

/** Whether a denial says nothing of what else a name may have, or is beyond doubt. */
function isSure({ isAuthenticated, isFiltered, denial }: Denial): boolean {
  return isAuthenticated || isFiltered || denial === "nodata";
}

const STALE: ExtendedError = {
  code: ExtendedErrorCode.STALE_ANSWER,
  text: "stale: no upstream answers; docs/guard.md",
};
const SERVED: ExtendedError = {
  code: ExtendedErrorCode.STALE_ANSWER,
  text: "held: upstream says NXDOMAIN, and addresses are served; docs/guard.md",
};
const NO_ANSWER: ExtendedError = {
  code: ExtendedErrorCode.NETWORK_ERROR,
  text: "no upstream answered",
};

function failedError(failure: string): ExtendedError {
  return { code: ExtendedErrorCode.OTHER, text: `upstream: ${failure}` };
}

/** The machine need not hold values that only the message can answer with. */
function brief(upstream: StubUpstream): Upstream {
  return {
    get identity() {
      return upstream.identity;
    },
    ask: async (name, type) => {
      const outcome = await upstream.ask(name, type);
      return outcome.kind === "answer" ? { ...outcome, values: ["one"], aliases: [] } : outcome;
    },
    findTombstone: (names) => upstream.findTombstone(names),
  };
}
