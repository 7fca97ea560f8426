/** What a forwarder has done since it began. */
export interface ForwarderCounts {
  /** Queries that came, by way. */
  udp: number;
  tcp: number;
  /** Messages dropped: no query, from nobody's business, or more than may wait. */
  dropped: number;
  /** Refused: malformed, or asked for what a forwarder has not. */
  refused: number;
  /** Answered without waiting for an upstream. */
  hits: number;
  /** Answered after an upstream was waited for. */
  misses: number;
  /** Answers that were stale (RFC 8767), or held on to while a denial is doubted. */
  stale: number;
  held: number;
  /** SERVFAIL, as no upstream answered and nothing was known. */
  failed: number;
  /** Messages of upstreams. */
  heard: number;
  /** Names asked for anew shortly before their TTL ended. */
  prefetched: number;
}

/** Nothing yet. */
export function newCounts(): ForwarderCounts {
  const answers = { hits: 0, misses: 0, stale: 0, held: 0, failed: 0 };
  return { udp: 0, tcp: 0, dropped: 0, refused: 0, ...answers, heard: 0, prefetched: 0 };
}
