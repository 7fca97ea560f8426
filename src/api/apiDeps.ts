import type { Chance, Clock, Log, SocketAddress } from "../base/index.ts";
import type { Settings } from "../config/index.ts";
import type { Name } from "../dns/index.ts";
import type { Journal } from "../journal/index.ts";
import type { GateFound, PlanStore, Reading } from "../plan/index.ts";
import type { ProcessTable } from "../supervise/index.ts";

/** What one zone store holds of an endpoint, as just read from it. */
export interface HeldView {
  readonly storeId: string;
  readonly reading: Reading;
}

/** One zone's switch and seed mark on one zone store, as just read from it. */
export interface GateView {
  readonly zone: Name;
  readonly storeId: string;
  readonly gate: GateFound;
  /** `not-needed`: a server that speaks for its zones whether or not we have seeded them. */
  readonly seeded: "seeded" | "unseeded" | "unknown" | "not-needed";
}

/** Everything the API needs of the process it runs in. */
export interface ApiDeps {
  readonly listen: SocketAddress;
  readonly store: PlanStore;
  readonly journal: Journal;
  /** The supervisor's table; undefined where there is no supervisor or it cannot be asked. */
  readonly processes: () => Promise<ProcessTable | undefined>;
  /** What each zone store of the endpoint's zone holds now. */
  readonly held: (endpoint: Name, zone: Name) => Promise<readonly HeldView[]>;
  /** Every zone on each of its stores. */
  readonly gates: () => Promise<readonly GateView[]>;
  readonly settings: () => Settings;
  /** Wanted of whatever changes anything. */
  readonly token: string;
  /** Where people find the token, for the hint of a refusal. */
  readonly tokenPath: string;
  /**
   * Writes a consistent copy of the plan store to a path that does not exist yet; absent where
   * the store is not a file (memory).
   */
  readonly backup?: (path: string) => Promise<void>;
  readonly clock: Clock;
  /** For the ids of orders. */
  readonly chance: Chance;
  readonly log: Log;
}

/** A running API. */
export interface RunningApi {
  readonly local: SocketAddress;
  /** Ends event streams, finishes what was begun, frees the port. */
  close(): Promise<void>;
}
