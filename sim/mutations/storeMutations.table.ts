import type { Edit, Mutation } from "./mutation.ts";

const REVIEW = "src/store/reviewDelta.ts";
const PLANNER = "src/plan/planner.ts";
const FLOOR = "src/store/floor.ts";
const ENTRIES = "src/plan/plannerEntries.ts";
const WATCH = "src/plan/holdDownWatch.ts";
const RULING = "src/plan/plannerRuling.ts";
const GATES = "src/enact/gateWatch.ts";
const SEEDER = "src/enact/seeder.ts";
const STATE = "src/enact/enactorState.ts";
const FOLLOWER = "src/enact/planFollower.ts";

function one(
  id: string,
  safeguard: string,
  scenario: string,
  caughtBy: string,
  edit: Edit,
  ...more: readonly Edit[]
): Mutation {
  return { id, safeguard, scenario, caughtBy, edits: [edit, ...more] };
}

/** Safeguards of planner and plan store. */
const PLAN_MUTATIONS: readonly Mutation[] = [
  one(
    "no-parent-check",
    "the store takes only a child of the newest plan",
    "two planners",
    "never-backwards",
    { file: REVIEW, find: '  if (!isChild) return { kind: "not-a-child" };\n', replace: "" },
    {
      file: REVIEW,
      find: "delta.generation <= head.generation) {",
      replace: "delta.generation < 0) {",
    },
  ),
  one(
    "no-floor-check",
    "the store takes no plan below a fence that it was told of",
    "a planner that missed a raised floor",
    "never-backwards",
    {
      file: REVIEW,
      find: '  if (delta.generation <= head.floorGeneration) return { kind: "not-a-child" };\n',
      replace: "",
    },
  ),
  one(
    "no-seen-epoch-check",
    "the store takes no entry below an epoch that it was told of",
    "a planner that missed a raised epoch",
    "never-backwards",
    {
      file: REVIEW,
      find: '  return isBelowEpochSeen(delta, head) ? { kind: "not-a-child" } : { kind: "sound" };',
      replace:
        '  return delta.generation < 0 && isBelowEpochSeen(delta, head) ? { kind: "not-a-child" } : { kind: "sound" };',
    },
  ),
  one(
    "no-revive-check",
    "the store takes no entry in place of a tombstone that does not name it",
    "a planner that forgets a tombstone",
    "retire-only-on-purpose",
    {
      file: REVIEW,
      find: "  if (tombstoneId === undefined || revives.includes(tombstoneId)) return undefined;",
      replace: "  if (tombstoneId !== null || revives.length >= 0) return undefined;",
    },
  ),
  one(
    "no-retirement-check",
    "the store takes no tombstone that nobody asked for",
    "a planner that retires unasked",
    "retire-only-on-purpose",
    {
      file: REVIEW,
      find: "  if (held.retirementOf(endpoint) === tombstoneId) return undefined;",
      replace: "  if (held.retirementOf(endpoint) !== null) return undefined;",
    },
  ),
  one(
    "no-records-check",
    "the store takes no entry without records",
    "a planner that empties",
    "never-empty",
    {
      file: REVIEW,
      find: "  if (!hasRecords) return",
      replace: "  if (!hasRecords && endpoint.length < 0) return",
    },
  ),
  one(
    "no-epoch-check",
    "the store takes no entry of an older epoch",
    "a planner that lowers an epoch",
    "never-backwards",
    {
      file: REVIEW,
      find: "  if (!Number.isSafeInteger(epoch) || epoch < (newest?.epoch ?? 0)) {",
      replace: "  if (!Number.isSafeInteger(epoch)) {",
    },
  ),
  one("no-floor-in-plans", "the next plan is above every fence seen", "an old store", "converges", {
    file: PLANNER,
    find: "const generation = Math.max(parent.generation, inputs.floorGeneration) + 1;",
    replace: "const generation = parent.generation + 1;",
  }),
  one(
    "no-floor-in-the-store",
    "the store remembers how far fences are",
    "an old store",
    "converges",
    {
      file: FLOOR,
      find: "  return raised > head.floorGeneration ? raised : undefined;",
      replace: "  return raised < 0 ? raised : undefined;",
    },
  ),
  one(
    "no-epoch-in-plans",
    "the next plan has the epoch that a person raised",
    "a fence that is none",
    "converges",
    {
      file: ENTRIES,
      find: "  return Math.max(before, epochs.get(endpoint) ?? 0);",
      replace: "  return Math.max(before, epochs.get(endpoint) === undefined ? 0 : before);",
    },
  ),
  one(
    "no-watched-hold-down",
    "a hold-down counts only what the planner watched itself",
    "a wall clock jumps a day",
    "retire-only-on-purpose",
    {
      file: WATCH,
      find: "    return Math.max(watchedLeftMs, atMs + holdDownMs - wallMs);",
      replace: "    return atMs + holdDownMs - wallMs + 0 * watchedLeftMs;",
    },
  ),
  one(
    "no-hold-down-by-the-wall",
    "a hold-down lasts as long as it was asked for",
    "an hour of a day's hold-down",
    "retire-only-on-purpose",
    {
      file: WATCH,
      find: "    return Math.max(watchedLeftMs, atMs + holdDownMs - wallMs);",
      replace: "    return watchedLeftMs + 0 * (atMs + holdDownMs - wallMs);",
    },
    {
      file: WATCH,
      find: "  const leftMs = Math.min(holdDownMs, Math.max(0, atMs + holdDownMs - wallMs));",
      replace: "  const leftMs = 0 * (atMs + holdDownMs - wallMs);",
    },
    {
      file: RULING,
      find: "  return watched.has(id) && wallMs >= atMs + holdDownMs;",
      replace: "  return watched.has(id) && wallMs + atMs + holdDownMs >= 0;",
    },
  ),
  one(
    "no-clean-up-guard",
    "clean-up keeps what a kept plan needs, so each endpoint's newest entry",
    "a clean-up",
    "clean-up-harmless",
    {
      file: "src/store/memory/memoryLine.ts",
      find:
        "      const needed = versions.findLastIndex(({ plan }) => " +
        "plan.generation <= oldestGeneration);",
      replace:
        "      const needed = versions.filter(({ plan }) => " +
        "plan.generation < oldestGeneration).length;",
    },
  ),
];

/** Safeguards of the enactor's service around its machine. */
const SERVICE_MUTATIONS: readonly Mutation[] = [
  one(
    "no-gate-memory",
    "a gate that was thrown and is lost counts as thrown, and is put back",
    "a pause, and the gate is lost",
    "checked-at-the-write",
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
  one("no-audit", "every endpoint is looked at again and again", "an audit", "converges", {
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
    "converges",
    {
      file: STATE,
      find: '    if (held.kind === "entry") this.#setEntry(held.entry);\n',
      replace: "",
    },
  ),
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
];

/** Safeguards of planner, plan store and the services around the machines. */
export const STORE_MUTATIONS: readonly Mutation[] = [...PLAN_MUTATIONS, ...SERVICE_MUTATIONS];
