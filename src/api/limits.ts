/** Largest request body: a force or a backup is far below, and nothing larger is wanted. */
export const BODY_OCTETS_MAX = 1024 * 1024;
/** Connections held open at once: people, a console and a scraper need few; the rest is abuse. */
export const CONNECTIONS_MAX = 256;
/** A request must be complete in this time, or its connection is closed (slow senders). */
export const REQUEST_MS_MAX = 30_000;
/** Clients that may follow events at once: each costs a socket and a read per event. */
export const WATCHERS_MAX = 64;
/** Events read and written to one watcher at a time: bounds what is queued for a slow one. */
export const WATCH_BATCH = 100;
/** A watcher that takes nothing for this long is cut off; it may resume where it was. */
export const WATCHER_STALL_MS = 10_000;
/** A comment is sent this often on a quiet stream, so that both sides notice a dead one. */
export const WATCH_HEARTBEAT_MS = 10_000;
/** Rows in one page of anything listed, unless the client asks for fewer. */
export const PAGE_ROWS_DEFAULT = 100;
/** Most rows in one page: a page of plan entries stays below a megabyte. */
export const PAGE_ROWS_MAX = 1000;
/** What is worked out over every endpoint is worked out at most this often. */
export const OVERVIEW_MS_MIN = 1_000;
/** Gates are read from DNS at most this often, however many clients ask. */
export const GATES_MS_MIN = 1_000;
/** Names listed in `status` per kind; counts are always complete. */
export const STATUS_NAMES_MAX = 100;
/** Longest wait for the supervisor, a zone store or a held record: a stopped one blocks nobody. */
export const ASK_MS_MAX = 2_000;
/** Characters of a path parameter: a name of 255 octets, each written as `\DDD`. */
export const PARAM_CHARACTERS_MAX = 1024;
/** Whole plans of older generations kept in memory for paging and diffs. */
export const OLD_PLANS_MAX = 4;
/** Longest override: what must last longer belongs into the configuration. Milliseconds. */
export const OVERRIDE_MS_MAX = 7 * 24 * 3_600_000;
/** Shortest override: fences say whole seconds. Milliseconds. */
export const OVERRIDE_MS_MIN = 1_000;
/** Longest TTL of pinned records: resolvers keep them so long after the override ended. */
export const PIN_TTL_SECONDS_MAX = 3_600;
/** How long a retirement waits unless told otherwise: a day has everyone's clients in it. */
export const HOLD_DOWN_MS_DEFAULT = 24 * 3_600_000;
/** Shortest wait of a retirement that is confirmed once: time to see a mistake and cancel. */
export const HOLD_DOWN_MS_MIN = 60_000;
/** Longest wait of a retirement: what is further off is forgotten by whoever asked for it. */
export const HOLD_DOWN_MS_MAX = 90 * 24 * 3_600_000;
/** Longest duration that a request may name at all; each has a limit of its own below this. */
export const DURATION_MS_MAX = 365 * 24 * 3_600_000;
