// The drills, as the command line is given them: outages of history against the code that ships.
import type { DrillOptions, DrillOutcome, DrillSummary, Drills } from "../../src/cli/drills.ts";
import { AWS_2025 } from "./aws/awsDrill.ts";
import type { Drill } from "./drill.ts";
import { OTHER_EVENTS } from "./events/allEvents.ts";

const ALL: readonly Drill[] = [AWS_2025, ...OTHER_EVENTS];

export const drills: Drills = {
  list: () => ALL.map(summaryOf),
  run: async (id: string, options: DrillOptions): Promise<DrillOutcome | undefined> => {
    const drill = ALL.find((one) => one.id === id);
    if (drill === undefined) return undefined;
    const seed = options.seed ?? drill.seed;
    const result = await drill.run(seed, options);
    return { ...summaryOf(drill), seed, ...result };
  },
};

function summaryOf({ id, title, wentWrong, safeguard, verdict }: Drill): DrillSummary {
  return { id, title, wentWrong, safeguard, verdict };
}
