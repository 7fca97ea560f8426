import type { SocketAddress } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { Policy } from "../plan/index.ts";

/** One authoritative server named at a zone's apex (its NS records). */
export interface NameserverSettings {
  readonly name: Name;
  /** Canonical IPv4 or IPv6 addresses; only for names inside the zone (glue), else empty. */
  readonly addresses: readonly string[];
}

/** A server that takes a copy of a zone: NOTIFY goes there, and it may transfer. */
export interface SecondarySettings {
  readonly address: SocketAddress;
  /** Id of the TSIG key without which it gets no transfer; absent: its address is enough. */
  readonly keyId?: string;
}

/** Who else may transfer a zone, without being told of changes. */
export interface TransferSettings {
  /** CIDR, canonical: `192.0.2.0/24`. */
  readonly network: string;
  /** Id of the TSIG key that is needed besides; absent: the address is enough. */
  readonly keyId?: string;
}

/** What one TSIG key may change by DNS UPDATE. A key may have several: one must fit each record. */
export interface UpdateKeySettings {
  readonly keyId: string;
  /** Apexes; empty: every zone of ours. */
  readonly zones: readonly Name[];
  /** Owner patterns as `parseOwnerPattern` of src/dns reads them; empty: every owner. */
  readonly names: readonly string[];
  /** RR type codes; empty: every type. */
  readonly types: readonly number[];
}

/** Response rate limiting of our nameserver (UDP without a good cookie). */
export interface RateLimitSettings {
  /** Like responses to one source network in one second: 1..1,000,000. */
  readonly responsesPerSecond: number;
  /** Every so-manieth limited response goes out truncated; 0: none, 1: all. At most 10. */
  readonly slip: number;
  /** Networks that are not limited (CIDR, canonical). */
  readonly exempt: readonly string[];
}

/** Our own nameserver. */
export interface DnsSettings {
  /** UDP and TCP; empty where no store is embedded. */
  readonly listen: readonly SocketAddress[];
  /** What NSID says (RFC 5001), 1..128 octets of UTF-8; absent: nothing. */
  readonly nsid?: string;
  /** Threads that answer UDP; 0: the main thread does. */
  readonly udpThreads: "auto" | number;
  readonly rateLimit: "off" | RateLimitSettings;
  /** Name of the catalog zone (RFC 9432) from which secondaries configure themselves. */
  readonly catalog?: Name;
  /** Those of every zone that names none of its own, and of the catalog zone. */
  readonly secondaries: readonly SecondarySettings[];
  readonly updateKeys: readonly UpdateKeySettings[];
}

/** A nameserver that only answers, and takes updates from our own processes. */
export const PLAIN_DNS: Omit<DnsSettings, "listen"> = {
  udpThreads: "auto",
  rateLimit: "off",
  secondaries: [],
  updateKeys: [],
};

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
  /** Signed by our own nameserver (DNSSEC). */
  readonly dnssec: boolean;
  /** Those of `dns` where the zone names none. */
  readonly secondaries: readonly SecondarySettings[];
  /** Besides the secondaries. */
  readonly transferTo: readonly TransferSettings[];
}

/** What a zone has of which its configuration says nothing. */
export const PLAIN_ZONE: Pick<ZoneSettings, "dnssec" | "secondaries" | "transferTo"> = {
  dnssec: false,
  secondaries: [],
  transferTo: [],
};

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

/** A TSIG key shared with others (RFC 8945). Keys of our own processes are made at start. */
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
  readonly dns: DnsSettings;
  readonly api: { readonly listen: SocketAddress };
  /** Never empty, unique. */
  readonly enactorIds: readonly string[];
  /** Name under which the prober reports. */
  readonly vantage: string;
  readonly demo: { readonly loadBalancers: boolean };
}
