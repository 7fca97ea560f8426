/** What was asked for, and what became of it, since the start. */
interface TransferCounts {
  /** Whole zones begun, also in answer to IXFR. */
  readonly axfr: number;
  /** Answers that were differences. */
  readonly ixfr: number;
  /** IXFR answered with a whole zone: history did not reach, or the zone was smaller. */
  readonly ixfrAsAxfr: number;
  /** Answers of one SOA: there was nothing newer, or it did not fit a datagram. */
  readonly soaAlone: number;
  /** Not allowed to whoever asked. */
  readonly refused: number;
  /** Not possible at the time: not seeded, serial not settled, too many at once. */
  readonly notReady: number;
  /** Ended before their end: the reader went, or was too slow. */
  readonly cut: number;
  /** Of now. */
  readonly running: number;
}

/** How one secondary of one zone is doing. */
export interface SecondaryReport {
  readonly zone: string;
  /** `address:port`, IPv6 in brackets. */
  readonly address: string;
  /** Serial that it asked to transfer from; undefined before it asked. */
  readonly askedSerial?: number;
  /** Serial of the last transfer that was sent to its end. */
  readonly transferredSerial?: number;
  /** Milliseconds on the monotonic clock when that was. */
  readonly transferredMs?: number;
  /** Serial of the last NOTIFY that it answered. */
  readonly notifiedSerial?: number;
  /** What is wrong with telling it, in words; undefined where nothing is. */
  readonly problem?: string;
}

/** Transfers as `report()` shows them. */
export interface TransferReport {
  readonly counts: TransferCounts;
  readonly secondaries: readonly SecondaryReport[];
  /** Zones whose secondaries have not yet all said which serial they hold. */
  readonly unsettledZones: readonly string[];
  /** Octets of changes kept for IXFR. */
  readonly historyOctets: number;
}
