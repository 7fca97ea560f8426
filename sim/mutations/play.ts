// Plays scenarios in this process and prints their verdicts as one line of JSON. Run by the suite
// in a child process with a mutation loaded: node --import ./sim/mutations/hook.ts … <scenario …>
import { errorText } from "../../src/base/index.ts";
import { SCENARIOS, scenarioOf, type Verdict } from "../scenarios/index.ts";

/** A scenario that ended in an error broke a claim of the code itself. */
async function played(id: string): Promise<Verdict & { readonly id: string }> {
  try {
    return { id, ...(await scenarioOf(id).run()) };
  } catch (error) {
    return { id, broken: "no-process-breaks", story: [errorText(error)] };
  }
}

const asked = process.argv.slice(2);
const ids = asked.length > 0 ? asked : SCENARIOS.map(({ id }) => id);
const verdicts: (Verdict & { readonly id: string })[] = [];
for (const id of ids) verdicts.push(await played(id));
process.stdout.write(`${JSON.stringify(verdicts)}\n`);
