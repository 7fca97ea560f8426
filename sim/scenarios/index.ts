import { type Directed, directed } from "./directedWorld.ts";
import { FENCE_SCENARIOS } from "./fenceScenarios.ts";
import { PACE_SCENARIOS } from "./paceScenarios.ts";
import { PLAN_SCENARIOS } from "./planScenarios.ts";
import { RECOVERY_SCENARIOS } from "./recoveryScenarios.ts";
import type { Scenario } from "./scenario.ts";
import { SERVER_SCENARIOS } from "./serverScenarios.ts";
import { STORE_SCENARIOS } from "./storeScenarios.ts";
import { WRITE_SCENARIOS } from "./writeScenarios.ts";

/** Schedules by hand, in worlds of the simulator. */
const DIRECTED: readonly Directed[] = [
  ...WRITE_SCENARIOS,
  ...FENCE_SCENARIOS,
  ...PLAN_SCENARIOS,
  ...RECOVERY_SCENARIOS,
];

/** Every scenario in which one safeguard alone saves the run. */
export const SCENARIOS: readonly Scenario[] = [
  ...DIRECTED.map(directed),
  ...STORE_SCENARIOS,
  ...PACE_SCENARIOS,
  ...SERVER_SCENARIOS,
];

/** The scenario of this id. Throws where there is none. */
export function scenarioOf(id: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.id === id);
  if (found === undefined) throw new Error(`Cannot run "${id}" as no scenario has that name`);
  return found;
}

export type { Judge, Scenario, Verdict } from "./scenario.ts";
