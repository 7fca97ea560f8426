import type { Clock, Log } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { PlannerJournal } from "./plannerJournal.ts";
import type { OrdersReport } from "./plannerOrders.ts";
import type { PlannerStanding } from "./plannerStanding.ts";
import type { PlanStore } from "./planStore.ts";

/** Endpoint names listed in a report; more are counted. */
const NAMES_REPORTED_MAX = 20;

/** What a planner needs. */
export interface PlannerSetup {
  readonly region: string;
  readonly planStore: PlanStore;
  readonly journal: PlannerJournal;
  readonly clock: Clock;
  readonly log: Log;
  /** Who the plans say made them: `planner`. */
  readonly actor: string;
}

/** How a planner stands. */
export interface PlannerReport extends OrdersReport {
  readonly state: "starting" | "waiting-for-first-health" | "planning" | "store-unreachable";
  readonly problem?: string;
  readonly generation: number;
  /** 0 before a policy was read. */
  readonly policyRevision: number;
  readonly endpoints: number;
  readonly failedOpen: number;
  readonly failedOver: number;
  readonly capacityHeld: number;
  /** The first few of those failed open. */
  readonly failedOpenNames: readonly Name[];
  readonly plansMade: number;
  /** Monotonic milliseconds that the last plan took to decide, and until it was stored. */
  readonly lastDecideMs: number;
  readonly lastStoreMs: number;
}

/** How endpoints are served that are not served by their first pool's usable targets. */
export function modesReport(
  standing: PlannerStanding,
): Pick<PlannerReport, "failedOpen" | "failedOver" | "capacityHeld" | "failedOpenNames"> {
  const modes = [...standing.modes];
  const open = modes.filter(([, mode]) => mode !== "failed-over").map(([name]) => name);
  return {
    failedOpen: open.length,
    failedOver: modes.length - open.length,
    capacityHeld: standing.holding.size,
    failedOpenNames: open.sort().slice(0, NAMES_REPORTED_MAX),
  };
}
