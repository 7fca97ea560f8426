import type { Name } from "../dns/index.ts";
import type { QuarantineWhy } from "./decision.ts";
import { describe } from "./gateWatch.ts";
import type { Lane } from "./lane.ts";
import type { Standing } from "./progress.ts";
import { troubleOf } from "./standings.ts";

/** Endpoints listed for each kind of trouble: enough to see what is wrong, not a region's worth. */
const TROUBLES_MAX = 200;

/** Overrides listed: each was made by a person, and lasts for hours. */
const OVERRIDES_MAX = 200;

/** An endpoint that a person should look at. */
export interface EndpointTrouble {
  readonly endpoint: Name;
  readonly store: string;
  readonly standing: string;
  /** Of a quarantined one: what is wrong, in one word. */
  readonly reason?: QuarantineWhy;
  readonly why: string;
}

/** An override that an endpoint's fence was last seen with. */
export interface OverrideSeen {
  readonly endpoint: Name;
  readonly store: string;
  readonly id: string;
  /** Wall clock; it may have passed. */
  readonly untilMs: number;
}

/** How one zone store stands. */
export interface StoreReport {
  readonly store: string;
  readonly reachable: boolean;
  readonly confirmed: number;
  readonly pending: number;
  readonly drifted: number;
  /** Endpoints under an override that no plan has taken up. */
  readonly overridden: number;
  /** Endpoints that are retired, or about to be. */
  readonly retired: number;
  /** By zone: `open`, `repairs only`, or why automation writes nothing. */
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
  /** Overrides seen in fences, whoever wrote them; at most a few hundred. */
  readonly overrides: readonly OverrideSeen[];
  readonly stores: readonly StoreReport[];
  readonly eventsWaiting: number;
}

/** What one lane adds to a report. */
export interface LaneReport {
  readonly store: StoreReport;
  readonly troubles: readonly EndpointTrouble[];
  readonly overrides: readonly OverrideSeen[];
  readonly lagMs: number;
}

/** Counts a lane. */
export function reportLane(
  storeId: string,
  lane: Lane,
  zones: readonly Name[],
  monotonicMs: number,
): LaneReport {
  const counts = new Map<Standing["kind"], number>();
  let behindSinceMs = monotonicMs;
  const troubles: EndpointTrouble[] = [];
  const overrides: OverrideSeen[] = [];
  const listedByKind = new Map<string, number>();
  for (const [endpoint, { standing, behindSinceMs: since }] of lane.progress) {
    counts.set(standing.kind, (counts.get(standing.kind) ?? 0) + 1);
    if (since !== undefined) behindSinceMs = Math.min(behindSinceMs, since);
    const override = lane.overrideSeen(endpoint);
    if (override !== undefined && overrides.length < OVERRIDES_MAX) {
      const { id, untilMs } = override;
      overrides.push({ endpoint, store: storeId, id, untilMs });
    }
    const why = troubleOf(standing);
    if (why === undefined) continue;
    const listed = listedByKind.get(standing.kind) ?? 0;
    listedByKind.set(standing.kind, listed + 1);
    if (listed < TROUBLES_MAX) troubles.push(troubleAt(endpoint, storeId, standing, why));
  }
  const count = (...kinds: readonly Standing["kind"][]) => {
    return kinds.reduce((sum, kind) => sum + (counts.get(kind) ?? 0), 0);
  };
  const gates = zones.map((zone) => [zone, describe(lane.gates.state(zone))] as const);
  const store: StoreReport = {
    store: storeId,
    reachable: lane.isReachable,
    confirmed: count("confirmed"),
    pending: count("unseen", "behind", "drifted", "unconfirmed", "unreadable"),
    drifted: count("drifted"),
    overridden: count("overridden"),
    retired: count("retired"),
    gates: Object.fromEntries(gates),
    unseeded: lane.unseeded,
  };
  return { store, troubles, overrides, lagMs: monotonicMs - behindSinceMs };
}

function troubleAt(
  endpoint: Name,
  store: string,
  standing: Standing,
  why: string,
): EndpointTrouble {
  const reason = standing.kind === "quarantined" ? { reason: standing.reason } : {};
  return { endpoint, store, standing: standing.kind, ...reason, why };
}
