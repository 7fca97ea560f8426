import { sha256 } from "@noble/hashes/sha2.js";
import { base64UrlText, utf8 } from "../base/index.ts";

/** Everything that may be journalled, by what happened. */
export const EVENT_KINDS = [
  "plan-accepted",
  "plan-refused",
  "policy-accepted",
  "policy-refused",
  "target-up",
  "target-down",
  "target-unknown",
  "target-forced",
  "target-released",
  "endpoint-failed-open",
  "endpoint-recovered",
  "capacity-held",
  "endpoint-enacted",
  "endpoint-superseded",
  "drift-found",
  "drift-repaired",
  "endpoint-quarantined",
  "write-refused",
  "write-unknown",
  "zone-seeded",
  "zone-paused",
  "zone-resumed",
  "override-set",
  "override-ended",
  "retirement-asked",
  "retirement-cancelled",
  "revival-asked",
  "rollback-asked",
  "rollback-released",
  "order-done",
  "endpoint-adopted",
  "epoch-raised",
  "plans-dropped",
  "process-started",
  "process-ended",
  "process-stopped",
  "events-lost",
] as const;

/** One of {@link EVENT_KINDS}. */
export type EventKind = (typeof EVENT_KINDS)[number];

/** Something that happened, before it has its place in the journal. */
export interface NewEvent {
  /** Wall clock where it happened, for people. */
  readonly atMs: number;
  readonly kind: EventKind;
  /** Who: `planner`, `enactor-az1`, `operator:<name>`, `supervisor`. */
  readonly actor: string;
  /** What it is about: an endpoint, target, zone or process; human-readable. */
  readonly subject: string;
  /** One line for people. */
  readonly text: string;
  /** Small flat facts for programs. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** An event in its place: numbered from 1 without gaps, chained by digest. */
export interface JournalEvent extends NewEvent {
  readonly seq: number;
  /** Digest of the event before; empty text for the first. */
  readonly previousDigest: string;
  readonly digest: string;
}

/** Append-only record of everything that changed or was refused. */
export interface Journal {
  /** Adds events in order, durably. */
  record(events: readonly NewEvent[]): Promise<void>;
  /** Events with `seq` above `after`, oldest first, at most `limit` (1..1000). */
  eventsAfter(after: number, limit: number): Promise<readonly JournalEvent[]>;
  /** The newest events, oldest first, at most `limit` (1..1000); only about `subject` if given. */
  newestEvents(limit: number, subject?: string): Promise<readonly JournalEvent[]>;
  /** Calls back with the newest `seq` whenever it rose. */
  watchJournal(listener: (seq: number) => void): () => void;
}

/** Gives an event its place behind `previous` in the chain. */
export function chainEvent(event: NewEvent, previous: JournalEvent | undefined): JournalEvent {
  const seq = (previous?.seq ?? 0) + 1;
  const previousDigest = previous?.digest ?? "";
  return { ...event, seq, previousDigest, digest: linkDigest(event, seq, previousDigest) };
}

// Covers every member: what is not in the line could be changed without anyone noticing.
function linkDigest(event: NewEvent, seq: number, previousDigest: string): string {
  const facts = Object.keys(event.facts)
    .sort()
    .map((key) => [key, event.facts[key]]);
  const { atMs, kind, actor, subject, text } = event;
  const line = JSON.stringify([previousDigest, seq, atMs, kind, actor, subject, text, facts]);
  return base64UrlText(sha256(utf8(line)));
}

/**
 * The first event, of a run in order of `seq`, whose place in the chain does not hold; undefined
 * where all do. A run may begin anywhere: the oldest event of a bounded journal is not number 1.
 */
export function firstBrokenLink(events: readonly JournalEvent[]): JournalEvent | undefined {
  return events.find((event, index) => {
    if (linkDigest(event, event.seq, event.previousDigest) !== event.digest) return true;
    if (event.seq === 1 && event.previousDigest !== "") return true;
    const before = index === 0 ? undefined : events[index - 1];
    if (before === undefined) return false;
    return event.previousDigest !== before.digest || event.seq !== before.seq + 1;
  });
}
