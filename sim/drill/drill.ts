import type { DrillClaim, DrillOptions, DrillOutcome, DrillSummary } from "../../src/cli/drills.ts";

/** What a run of a drill brought. */
export type DrillResult = Pick<DrillOutcome, "claims" | "notHeldYet" | "detail" | "page">;

/** One outage of history, put to the code of today. */
export interface Drill extends DrillSummary {
  /** Of the run that is shown where nobody asks for another. */
  readonly seed: number;
  run(seed: number, options: Pick<DrillOptions, "tell">): Promise<DrillResult>;
}

/** A claim of a drill, with what was seen of it. */
export function claimOf(claim: string, holds: boolean, seen: string): DrillClaim {
  return { claim, holds, seen };
}
