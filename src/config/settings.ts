import type { SocketAddress } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { Policy } from "../plan/index.ts";

/** One authoritative server named at a zone's apex (its NS records). */
export interface NameserverSettings {
  readonly name: Name;
  /** Canonical IPv4 or IPv6 addresses; only for names inside the zone (glue), else empty. */
  readonly addresses: readonly string[];
}

/** A zone: what stands at its apex, and where it is stored. */
export interface ZoneSettings {
  readonly name: Name;
  /**
   * The first is the primary of the SOA record (RFC 1035 section 3.3.13). Empty only where our own
   * nameserver does not hold the zone: then its apex is none of our business.
   */
  readonly nameservers: readonly NameserverSettings[];
  /** Mailbox of the SOA record, as a name: `hostmaster.example.` is hostmaster@example. */
  readonly hostmaster: Name;
  /** How long resolvers may believe that a name does not exist: 1..30 (RFC 2308 section 4). */
  readonly negativeTtlSeconds: number;
  /** TTL of the SOA, NS and glue records. */
  readonly apexTtlSeconds: number;
  /** Ids of zone stores; never empty. */
  readonly storeIds: readonly string[];
}

/** Our own nameserver, run by this instance. */
export interface EmbeddedStoreSettings {
  readonly id: string;
  readonly kind: "embedded";
}

/** A DNS server of others that takes DNS UPDATE (RFC 2136) with TSIG. */
export interface Rfc2136StoreSettings {
  readonly id: string;
  readonly kind: "rfc2136";
  readonly server: SocketAddress;
  readonly keyId: string;
  /** Whether one signed ANY query reads a name whole, or each type is asked for by itself. */
  readonly reads: "any" | "by-type";
}

/** Where the served records of zones live. */
export type StoreSettings = EmbeddedStoreSettings | Rfc2136StoreSettings;

/** Where a TSIG secret (base64) is to be read from; never in the configuration itself. */
export type SecretSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "environment"; readonly variable: string };

/** A TSIG key for a server of others (RFC 8945). Keys of our own processes are made at start. */
export interface KeySettings {
  readonly id: string;
  readonly name: Name;
  readonly algorithm: "hmac-sha256" | "hmac-sha384" | "hmac-sha512";
  readonly secret: SecretSource;
}

/** A configuration that was read and checked whole: every id in it refers to something in it. */
export interface Settings {
  readonly formatVersion: 1;
  /** State folder as written, relative to the current directory; absent: `.holdfast`. */
  readonly stateFolder?: string;
  readonly policy: Policy;
  /** Same zones, in the same order, as in the policy. */
  readonly zones: readonly ZoneSettings[];
  readonly stores: readonly StoreSettings[];
  readonly keys: readonly KeySettings[];
  /** Where our nameserver listens, UDP and TCP; empty where no store is embedded. */
  readonly dns: { readonly listen: readonly SocketAddress[] };
  readonly api: { readonly listen: SocketAddress };
  /** Never empty, unique. */
  readonly enactorIds: readonly string[];
  /** Name under which the prober reports. */
  readonly vantage: string;
  readonly demo: { readonly loadBalancers: boolean };
}
