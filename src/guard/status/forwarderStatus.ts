import { typeText } from "../../dns/index.ts";
import type { ForwarderCounts } from "../forwarder/counts.ts";
import type { AnswerCounts } from "../forwarder/fast/answerPlan.ts";
import type { Forwarder } from "../forwarder/forwarder.ts";

/** A name that is being held up, for people and programs. */
export interface HeldView {
  readonly name: string;
  readonly type: string;
  /** Addresses that are served. */
  readonly values: readonly string[];
  /** What the upstream says, and since when (RFC 3339). */
  readonly denial: string;
  readonly since: string;
  /** When the denial is believed, if nothing more is proven. */
  readonly until: string;
  readonly why: string;
}

/** How UDP is answered, and what threads did. */
export interface UdpStatus {
  readonly by: "threads" | "main thread";
  /** At work now; 0 where the main thread answers. */
  readonly threads: number;
  /** Times that a thread ended unasked and was started again. */
  readonly restarts: number;
  /** Why no threads answer. */
  readonly reason?: string;
  readonly counts?: AnswerCounts;
}

/** What a forwarder says of itself. */
export interface ForwarderStatus {
  readonly upSeconds: number;
  readonly held: readonly HeldView[];
  readonly counts: Readonly<ForwarderCounts>;
  readonly cache: {
    readonly messages: number;
    readonly octets: number;
    readonly octetsMax: number;
    readonly evicted: number;
    /** Answers that threads give by themselves. */
    readonly ready: number;
  };
  readonly udp: UdpStatus;
  /** Names and types remembered. */
  readonly entries: number;
  /** Queries that wait for an upstream now. */
  readonly waiting: number;
}

/** How a forwarder is at this moment. `wallMs`: since the Unix epoch. */
export function statusOf(
  forwarder: Forwarder,
  udp: UdpStatus,
  upSeconds: number,
  wallMs: number,
): ForwarderStatus {
  const { cache, entries, waiting, table } = forwarder;
  const { octets, octetsMax, evicted, size } = cache;
  const held = forwarder.held().map((one): HeldView => {
    const { name, type, values, denial, heldMs, leftMs, tombstone, provenMsAgo } = one;
    return {
      ...{ name, type: typeText(type), values, denial: denial.toUpperCase() },
      since: timeText(wallMs - heldMs),
      until: timeText(wallMs + leftMs),
      why: whyText(tombstone, provenMsAgo),
    };
  });
  const sizes = { messages: size, octets, octetsMax, evicted, ready: table?.size ?? 0 };
  const counts = withThreads(forwarder.counts, udp.counts);
  return { upSeconds, held, counts, cache: sizes, udp, entries, waiting };
}

/** What the main thread counted, and what threads answered or dropped before it saw it. */
function withThreads(
  counts: Readonly<ForwarderCounts>,
  threads: AnswerCounts | undefined,
): Readonly<ForwarderCounts> {
  if (threads === undefined) return { ...counts };
  const { hits, dropped, handOverFull } = threads;
  return {
    ...counts,
    udp: counts.udp + hits + dropped + handOverFull,
    hits: counts.hits + hits,
    dropped: counts.dropped + dropped + handOverFull,
  };
}

function whyText(tombstone: string, provenMsAgo: number | undefined): string {
  if (tombstone === "tombstone") return "retired, but nobody validated that: waiting to be sure";
  if (provenMsAgo === undefined) return "not yet known whether the addresses are the service";
  return `the addresses were the service ${Math.round(provenMsAgo / 1000)} s ago`;
}

function timeText(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 19)}Z`;
}
