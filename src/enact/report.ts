import type { Name } from "../dns/index.ts";
import { describe } from "./gateWatch.ts";
import type { Lane } from "./lane.ts";
import { troubleOf } from "./standings.ts";

/** Endpoints listed for each kind of trouble: enough to see what is wrong, not a region's worth. */
const TROUBLES_MAX = 200;

/** An endpoint that a person should look at. */
export interface EndpointTrouble {
  readonly endpoint: Name;
  readonly store: string;
  readonly standing: string;
  readonly why: string;
}

/** How one zone store stands. */
export interface StoreReport {
  readonly store: string;
  readonly reachable: boolean;
  readonly confirmed: number;
  readonly pending: number;
  readonly drifted: number;
  /** By zone: `open`, or why automation writes nothing. */
  readonly gates: Readonly<Record<string, string>>;
  /** Zones that do not answer the public yet, or are not known to. */
  readonly unseeded: readonly Name[];
}

/** What an enactor knows and has done. */
export interface EnactorReport {
  readonly id: string;
  /** Newest plan heard of. */
  readonly generation: number;
  readonly planStoreReachable: boolean;
  /** Endpoints, counted once for each store that holds them. */
  readonly confirmed: number;
  readonly pending: number;
  /** How long the oldest endpoint known to be behind has been so; 0 where none is. */
  readonly lagMs: number;
  readonly quarantined: readonly EndpointTrouble[];
  /** All that a person should look at, the quarantined included; at most a few hundred. */
  readonly troubles: readonly EndpointTrouble[];
  readonly stores: readonly StoreReport[];
  readonly eventsWaiting: number;
}

/** What one lane adds to a report. */
export interface LaneReport {
  readonly store: StoreReport;
  readonly troubles: readonly EndpointTrouble[];
  readonly lagMs: number;
}

/** Counts a lane. */
export function reportLane(
  storeId: string,
  lane: Lane,
  zones: readonly Name[],
  monotonicMs: number,
): LaneReport {
  let confirmed = 0;
  let pending = 0;
  let drifted = 0;
  let behindSinceMs = monotonicMs;
  const troubles: EndpointTrouble[] = [];
  const listedByKind = new Map<string, number>();
  for (const [endpoint, { standing, behindSinceMs: since }] of lane.progress) {
    const why = troubleOf(standing);
    if (standing.kind === "confirmed") confirmed += 1;
    if (standing.kind === "drifted") drifted += 1;
    if (["unseen", "behind", "drifted", "unconfirmed", "unreadable"].includes(standing.kind)) {
      pending += 1;
    }
    if (since !== undefined) behindSinceMs = Math.min(behindSinceMs, since);
    if (why === undefined) continue;
    const listed = listedByKind.get(standing.kind) ?? 0;
    listedByKind.set(standing.kind, listed + 1);
    if (listed >= TROUBLES_MAX) continue;
    troubles.push({ endpoint, store: storeId, standing: standing.kind, why });
  }
  const gates = zones.map((zone) => [zone, describe(lane.gates.state(zone))] as const);
  const store: StoreReport = {
    store: storeId,
    reachable: lane.isReachable,
    confirmed,
    pending,
    drifted,
    gates: Object.fromEntries(gates),
    unseeded: lane.unseeded,
  };
  return { store, troubles, lagMs: monotonicMs - behindSinceMs };
}
