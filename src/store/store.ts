import type { Clock, Log } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import type { PlanStore } from "../plan/index.ts";

/** What every adapter of this room is: the plan store and the journal, in one. */
export interface Store extends PlanStore, Journal {
  /** Gives up what is held. Calls after it reject with StoreError `unreachable`. */
  close(): Promise<void>;
}

/** What a store of one region needs. */
export interface StoreOptions {
  readonly region: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Events kept in the journal; JOURNAL_EVENTS_MAX where absent. */
  readonly journalEventsMax?: number;
}
