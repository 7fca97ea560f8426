import type { Judge } from "../scenarios/index.ts";
import type { Mutation } from "./mutation.ts";
import { GROUPS, MUTATIONS } from "./mutations.table.ts";

/** Where the table is kept. */
export const DOCUMENT = new URL("../../docs/mutations.md", import.meta.url);

const INTRODUCTION = `# Each safeguard, taken out

Made by \`node sim/mutations/run.ts --seeds N --docs\`; a test compares it with the code.

Each line takes one safeguard out of the shipped source as it is loaded, and runs its **scenario**:
a schedule of the simulator in which nothing else saves the run (what would stand in for it is taken
out as well; the scenario holds with that alone taken out). *Caught by* is the simulator's checker
([CHECKERS.md](../sim/CHECKERS.md)) that says so before any other; \`scenario\`: no checker asks
this, so the scenario does. \`npm test\` plays all of them, each also with its safeguard in place.

*In random worlds*: with only the safeguard taken out and everything else in place, seeds from 1 on
were run up to the first that failed: who said so, and after how many seeds. *Not in 100*: in none
of so many, since something else saves the run, or what it is for did not happen: that is what the
scenarios are for.
`;

const BEHIND = `## Why a scenario has to ask

What a scenario asks by itself no invariant forbids in any world, or no world has it:

- **Numbers and words**: that a far generation raises no plan's (row 3), that a person is told of a
  fence that is none (row 2), that nothing is written where nothing is to do (row 23).
- **After a hand**: what it took is owed at the end, not at once (rows 13, 15, 17, 33, 35; entries
  on disk; names set aside), and a fence, a gate or a tombstone that it took binds only those who
  remember it (rows 25, 31; the gate's memory), as does a name that the plan store lost.
- **Row 24** (the fence is gone, and a tombstone is below the last one known): without it the plan
  store is asked, and what it confirms puts the name's last fence back (row 25), which stands above
  the tombstone (row 18): the name answers either way, at the position that it had.
- **Jitter** of back-off: of enactors whose writes meet one always succeeds, so that no run hangs on
  it. It spares servers. That waits are bounded, the simulator says (\`no-limit-of-back-off\`).
- **The plan store alone**: what it refuses, a planner that reads again does not ask for. Its file
  is not in the simulator, whose store does what the file does where it is put back: that one is
  taken out as well (\`no-floor-of-copies\`).
- **Time at others**: how long caches believe a denial, and secondaries a zone.
`;

/** One mutation in the document. */
export interface DocumentedMutation {
  readonly id: string;
  readonly caughtBy: string;
  readonly scenario: string;
  /** In random worlds, in a few words. */
  readonly searched: string;
}

const NOT_SEARCHED = "-";

/** The document: what was searched now, and for all others what it said before. */
export function documentText(
  searched: ReadonlyMap<string, string>,
  before: readonly DocumentedMutation[],
): string {
  const known = new Map(before.map((one) => [one.id, one.searched]));
  const sections = GROUPS.map(({ title, mutations }) => {
    const rows = mutations.map((mutation) => {
      const { id } = mutation;
      return rowOf(mutation, searched.get(id) ?? known.get(id) ?? NOT_SEARCHED);
    });
    const head = [
      "| mutation | what is taken out | scenario | caught by | in random worlds |",
      "| --- | --- | --- | --- | --- |",
    ];
    return [`## ${title}`, "", ...head, ...rows].join("\n");
  });
  const count = `${MUTATIONS.length} mutations.`;
  return `${[`${INTRODUCTION}\n${count}`, ...sections, BEHIND.trimEnd()].join("\n\n")}\n`;
}

function rowOf({ id, safeguard, scenario, caughtBy }: Mutation, searched: string): string {
  return `| ${[`\`${id}\``, safeguard, scenario, textOf(caughtBy), searched].join(" | ")} |`;
}

function textOf(caughtBy: Judge): string {
  return caughtBy === "scenario" ? "`scenario`" : caughtBy;
}

/** What a document says of each mutation, in its order. */
export function readDocument(text: string): readonly DocumentedMutation[] {
  return text.split("\n").flatMap((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    const [, name = "", , scenario = "", caughtBy = "", searched = ""] = cells;
    if (!/^`[a-z0-9-]+`$/.test(name)) return [];
    const id = name.replaceAll("`", "");
    return [{ id, scenario, caughtBy: caughtBy.replaceAll("`", ""), searched }];
  });
}
