const HOUR = 3600;
const DAY = 24 * HOUR;

/**
 * How long a signature holds at most. With {@link REFRESH_LEFT_SECONDS} it is what a team may take
 * to bring a lost primary back: two months more than most would.
 */
export const VALIDITY_SECONDS = 90 * DAY;
/**
 * Lifetimes differ by so much, so that what was signed in one hour is not due again in one hour.
 */
export const VALIDITY_JITTER_SECONDS = 15 * DAY;
/**
 * What must be left of a signature: a third. More than SOA EXPIRE (28 days, zone/zoneSetup.ts), so
 * that a secondary cut off from us stops answering before it answers with expired signatures.
 */
export const REFRESH_LEFT_SECONDS = 30 * DAY;
/** How far in the past a signature begins: validators' clocks may be slow. */
export const INCEPTION_BACK_SECONDS = HOUR;

/** TTL of DNSKEY, CDS and CDNSKEY: how long a roll waits at least. */
export const KEY_TTL_SECONDS = HOUR;
/** What secondaries may take to hold a change: many times their REFRESH of 300 s. */
export const PROPAGATION_SECONDS = HOUR;
/** How long a DS that left the parent may be believed: most TLDs say one day. */
export const DS_HOLD_SECONDS = 2 * DAY;

/** Names signed in one commit of a pass: some ten milliseconds of one core. */
export const SIGN_NAMES_MAX = 50;
/**
 * Names below a cut or DNAME that comes or goes: they are signed, or unsigned, in its own commit,
 * since the chain would be wrong without. At two signatures or more for each, up to a second of a
 * slow core in which neither TCP nor UPDATE is served.
 */
export const CUT_NAMES_MAX = 1000;
/** Names looked at between two chances for other work. */
export const SCAN_NAMES_MAX = 2000;
/** How often a whole zone is looked through for signatures that are due. */
export const PASS_EVERY_SECONDS = 6 * HOUR;
/** How often orders are looked for, and stages may change. */
export const TICK_MS = 2000;
/** How long a pass waits after a commit that failed: a full disk is not emptied in seconds. */
export const RETRY_MS = 60_000;
