import type { Scenario } from "./scenario.ts";
import { SERVER_SCENARIOS } from "./serverScenarios.ts";
import { SERVICE_SCENARIOS } from "./serviceScenarios.ts";
import { SMALL_SCENARIOS } from "./smallScenarios.ts";

/** Every scenario in which one safeguard alone saves the run. */
export const SCENARIOS: readonly Scenario[] = [
  ...SMALL_SCENARIOS,
  ...SERVER_SCENARIOS,
  ...SERVICE_SCENARIOS,
];

/** The scenario of this id. Throws where there is none. */
export function scenarioOf(id: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.id === id);
  if (found === undefined) throw new Error(`Cannot run "${id}" as no scenario has that name`);
  return found;
}

export type { Scenario, Verdict } from "./scenario.ts";
