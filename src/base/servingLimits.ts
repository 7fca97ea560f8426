// What the configuration allows and the nameserver has room for: the same numbers for both.

/** Threads that may serve UDP, over all addresses: zones in memory have so many readers' places. */
export const UDP_THREADS_MAX = 47;

/** Octets of a server's identifier (RFC 5001): with every other option it fits any response. */
export const NSID_OCTETS_MAX = 64;

/** Networks without a rate limit: every packet is compared with each, so name larger networks. */
export const EXEMPT_NETWORKS_MAX = 32;
