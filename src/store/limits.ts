import { refused } from "./storeError.ts";

/** Entries of one plan, and so endpoints of a region: a cell's size in DESIGN.md. */
export const ENTRIES_MAX = 100_000;
/** Rows that one call may ask for: keeps an answer small beside a plan. */
const ROWS_MAX = 1_000;
/** Accepted policies kept: each may be several megabytes, and the journal says who and when. */
export const POLICY_REVISIONS_MAX = 20;
/** Targets that people may force at once: ten times the load balancers of a large region. */
export const FORCES_MAX = 10_000;
/**
 * Orders held at once: one for every endpoint of a full cell, as a rollback of it all is. Past it
 * a person must release some; nothing that is held is ever dropped for room.
 */
export const ORDERS_MAX = 100_000;
/** Ids of ended orders that are remembered, so that a repeat that comes late changes nothing. */
export const ENDED_ORDERS_MAX = 100_000;
/** Acts of people that were taken in and are remembered: no act is told twice after a crash. */
export const TAKEN_ACTS_MAX = 10_000;
/** Endpoints whose epoch was seen above their newest entry's: each is a person's act by hand. */
export const EPOCHS_SEEN_MAX = 1_000;
/** Entries that enactors remember and no plan has: each stays for one plan, and more come then. */
export const REMEMBERED_MAX = 100;
/** Endpoints with overrides that ended before their time, and that no entry names yet. */
export const ENDED_OVERRIDES_MAX = 1_000;
/** Vantages that may ever report to one region; each is a prober that somebody named. */
export const VANTAGES_MAX = 64;
/** Results that one vantage may hold: ten checks on each target of a very large region. */
export const HEALTH_RESULTS_MAX = 100_000;
/** Events of one call: what an enactor buffers while the store is away. */
export const EVENTS_PER_CALL_MAX = 10_000;
/** Events kept; about 200 MB on disk. The oldest go first, and where the chain begins is noted. */
export const JOURNAL_EVENTS_MAX = 500_000;

/** Throws StoreError `refused` unless `limit` is in 1..1000. */
export function checkRows(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= ROWS_MAX) return;
  throw refused(`Cannot list rows as the limit must be in 1..${ROWS_MAX}: it is ${limit}`);
}

/** Throws StoreError `refused` where one call brings too many events. */
export function checkEventCount(count: number): void {
  if (count <= EVENTS_PER_CALL_MAX) return;
  throw refused(
    `Cannot record events as a call may bring <= ${EVENTS_PER_CALL_MAX}: it brings ${count}`,
  );
}
