import type {
  Chance,
  Clock,
  DatagramDialer,
  DatagramListener,
  DatagramThreads,
  Disk,
  DnssecCrypto,
  LargePages,
  Log,
  SocketAddress,
  StreamListener,
} from "../base/index.ts";
import type { Name, TsigKey } from "../dns/index.ts";
import type { RateLimit } from "./serve/rateLimitTable.ts";
import type { TcpLimits } from "./tcp/connectionTable.ts";
import type { CatalogSetup } from "./transfer/catalogZone.ts";
import type { UpdateRights } from "./update/scopes.ts";
import type { ZoneSetup } from "./zone/zoneSetup.ts";

/** What may change while a nameserver runs. */
export interface NameserverSettings {
  readonly setups: readonly ZoneSetup[];
  /** Who may sign. */
  readonly keys: readonly TsigKey[];
  /** What keys may change; one that is not in it may change everything, within the rules. */
  readonly updateRights?: ReadonlyMap<Name, UpdateRights>;
  /**
   * Who signs with it may transfer every zone from anywhere, now and then: no history of changes is
   * kept ready for them, as it is for secondaries and `transferTo`.
   */
  readonly inspectionKey?: Name;
  /** The catalog zone (RFC 9432), made of all served zones. */
  readonly catalog?: CatalogSetup;
  /** Of responses over UDP; absent: none. */
  readonly rateLimit?: RateLimit;
}

/** Everything a nameserver is made of. */
export interface NameserverParts extends NameserverSettings {
  /** Memory for zones; by default as much as the system has, up to 4 GiB. */
  readonly arenaOctets?: number;
  /** UDP and TCP are opened on each. */
  readonly listen: readonly SocketAddress[];
  /** The server's identifier (RFC 5001); absent: none is told. */
  readonly nsid?: string;
  /** A folder of its own. */
  readonly disk: Disk;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
  /** Threads for UDP; absent, or with the reason why there are none: the main thread serves. */
  readonly threads?: DatagramThreads | { readonly absent: string };
  readonly datagrams: DatagramListener;
  readonly streams: StreamListener;
  /** Tells secondaries of changes; without it they have to ask by themselves. */
  readonly dialer?: DatagramDialer;
  /** Signs zones whose setup says so; without it, none is signed. */
  readonly dnssecCrypto?: DnssecCrypto;
  /** Makes look-ups in many names faster, where the system can. */
  readonly largePages?: LargePages;
  /** For tests. */
  readonly tcpLimits?: TcpLimits;
  /** Octets of journal after which a snapshot is written; for tests. */
  readonly journalOctetsMax?: number;
}
