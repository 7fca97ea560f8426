import { alone, type Mutation, one } from "./mutation.ts";
import {
  NO_FLOOR_OF_COPIES,
  NO_HINTS,
  NO_PUTTING_BACK,
  NO_WORD_OF_RAISED_NAMES,
  NO_WORD_OF_TOMBSTONES,
} from "./standIns.ts";

const GATES = "src/enact/gateWatch.ts";
const SEEDER = "src/enact/seeder.ts";
const STATE = "src/enact/enactorState.ts";
const FOLLOWER = "src/enact/planFollower.ts";

/** Safeguards of the enactor's service around its machine. */
export const SERVICE_MUTATIONS: readonly Mutation[] = [
  one(
    "no-gate-memory",
    "a gate that was thrown and is lost counts as thrown, and is put back",
    "a pause, and the gate is lost",
    "scenario",
    {
      file: GATES,
      find: '        return stateOf(this.#memory.last(zone)?.automation ?? "on", undefined);',
      replace: '        return stateOf("on", undefined);',
    },
    {
      file: GATES,
      find: '    if (found.kind === "none") this.#putBack(zone);\n',
      replace: "",
    },
  ),
  one(
    "no-seed-mark-guard",
    "a zone speaks only once every endpoint is in place",
    "a server without its disk",
    "never-empty",
    {
      file: SEEDER,
      find: "    if (this.#judge.missing(zone) > 0 || !this.#judge.isOpen(zone)) return;",
      replace: "    if (!this.#judge.isOpen(zone)) return;",
    },
    {
      file: SEEDER,
      find: "    if (contact !== this.#contact || this.#judge.missing(zone) > 0) return;",
      replace: "    if (contact !== this.#contact) return;",
    },
  ),
  one("no-audit", "every endpoint is looked at again and again", "lost records", "converges", {
    file: "src/enact/auditor.ts",
    find: "    if (!this.#hasRoom()) return;",
    replace: "    if (this.#hasRoom()) return;",
  }),
  one(
    "no-durable-marks",
    "high-water marks outlive the process",
    "a disk remembers marks",
    "converges",
    {
      file: STATE,
      find: '    if (held.kind === "mark") this.#setMark(held.storeId, held.endpoint, held.mark);\n',
      replace: "",
    },
  ),
  one(
    "no-durable-entries",
    "the newest entries outlive the process",
    "a disk remembers entries",
    "scenario",
    {
      file: STATE,
      find: '    if (held.kind === "entry") this.#setEntry(held.entry);\n',
      replace: "",
    },
  ),
  alone(
    [NO_HINTS],
    one(
      "no-retry-of-the-plan-store",
      "a plan store that is away is asked again",
      "a plan store comes back",
      "converges",
      {
        file: FOLLOWER,
        find: "      this.#schedule(afterMs + this.#chance.below(Math.ceil(jitterMs) + 1));\n",
        replace: "      this.#chance.below(Math.ceil(afterMs + jitterMs) + 1);\n",
      },
    ),
  ),
  one(
    "no-climbing",
    "where the line has an older entry than the zone, the next plan is made above the zone",
    "a new line as long as the old one",
    "converges",
    {
      file: FOLLOWER,
      find: "    if (times >= CLIMBS_MAX) return;",
      replace: "    if (times >= 0) return;",
    },
  ),
  one(
    "no-look-at-the-line",
    "a plan store that was put back is known by its plan at our place in the line",
    "an old copy as long as its successor",
    "converges",
    {
      file: FOLLOWER,
      find: "    if (cursor.generation === 0 || isSameLine) return newsOf(changes);",
      replace: "    if (cursor.generation >= 0 || isSameLine) return newsOf(changes);",
    },
  ),
  one(
    "no-setting-aside",
    "a spoilt name that answers does not keep all others of a lost zone silent",
    "a lost zone with one bad name",
    "scenario",
    {
      file: "src/enact/standings.ts",
      find: '      return standing.isWhole ? "in-place" : "set-aside";',
      replace: '      return standing.isWhole ? "missing" : "set-aside";',
    },
  ),
  one(
    "no-memory-of-lost-names",
    "a name that the plan store lost, and the configuration does not have, is told of",
    "a name that the plan store lost",
    "scenario",
    {
      file: FOLLOWER,
      find: "    if (held !== undefined && unwanted.length > 0) {",
      replace: "    if (held !== undefined && unwanted.length < 0) {",
    },
  ),
  one(
    "no-wait-of-newcomers",
    "who knows less than zones once held leaves a silent zone to the others for a while",
    "a newcomer, and a server without its disk",
    "never-empty",
    {
      file: SEEDER,
      find: "      return nowMs - sinceMs >= SEED_NEWCOMER_MS;",
      replace: "      return nowMs >= sinceMs;",
    },
  ),
  one(
    "no-condition-on-retired-names",
    "a zone speaks on condition that names read without a fence have none still",
    "a retired name, and a server without its disk",
    "never-backwards",
    {
      file: "src/provider/updateOf.ts",
      find: "    prerequisites: unfenced.map((endpoint) => textIs(fenceName(endpoint), undefined)),\n",
      replace: "    prerequisites: [],\n",
    },
  ),
  alone(
    [NO_PUTTING_BACK],
    one(
      "no-memory-of-raised-names",
      "a name that the plan store lost is told of, also where a person raised its epoch since",
      "a lost store and a raised epoch",
      "never-empty",
      NO_WORD_OF_RAISED_NAMES,
    ),
  ),
  alone(
    [NO_FLOOR_OF_COPIES],
    one(
      "no-word-of-old-tombstones",
      "a plan store that has a tombstone below what zones held since is told that it is old",
      "a copy from before a revival",
      "retire-only-on-purpose",
      NO_WORD_OF_TOMBSTONES,
    ),
  ),
  one(
    "no-edition-of-old-gates",
    "a gate that counts on from an older one is not old, though it was seen before",
    "a gate older than the last",
    "checked-at-the-write",
    {
      file: STATE,
      find: "    if (newest === undefined || newest.edition <= gate.edition) return false;",
      replace: "    if (newest === undefined || gateText(newest) === gateText(gate)) return false;",
    },
  ),
];
