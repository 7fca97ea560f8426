import { alone, type Edit, editsIn, type Mutation, one } from "./mutation.ts";
import { ROW_MUTATIONS } from "./rowMutations.table.ts";
import { NO_CLAIMS, NO_FLOOR_OF_COPIES, NO_WORD_OF_TOMBSTONES } from "./standIns.ts";

const REVIEW = "src/store/reviewDelta.ts";
const PLANNER = "src/plan/planner.ts";
const FLOOR = "src/store/floor.ts";
const ENTRIES = "src/plan/plannerEntries.ts";
const WATCH = "src/plan/holdDownWatch.ts";
const RULING = "src/plan/plannerRuling.ts";

// Planners at fault: the store is the last that can stop their plans for all.
const FORGETS_TOMBSTONES: Edit = {
  file: RULING,
  find: '  return { kind: "keep" };\n}\n\nfunction ruleServing(',
  replace:
    '  return { kind: "plan", held: undefined, revival: undefined };\n}\n\nfunction ruleServing(',
};

const RETIRES_UNASKED: Edit = {
  file: RULING,
  find: "  const override = overrideInForce(orders.override, held, facts, complain);\n  if (",
  replace:
    '  const unasked = { kind: "retirement", id: "t-unasked", actor: "nobody", reason: "none", ' +
    "endpoint: held?.endpoint, zone: held?.zone, atMs: 0, holdDownMs: 0 };\n" +
    '  if ((held?.generation ?? 0) > 1) return { kind: "retire", retirement: unasked, held };\n' +
    "  const override = overrideInForce(orders.override, held, facts, complain);\n  if (",
};

const EMPTIES: Edit = {
  file: ENTRIES,
  find: "    rrsets: content.rrsets,\n    ...(override",
  replace: "    rrsets: context.generation > 2 ? [] : content.rrsets,\n    ...(override",
};

const LOWERS_EPOCHS: Edit = {
  file: ENTRIES,
  find: "{ epochs }: EntryContext): number {\n",
  replace: "{ epochs, generation }: EntryContext): number {\n  if (generation > 3) return 0;\n",
};

const REVIVES_ANYTHING = [...editsIn(ROW_MUTATIONS, "row-tombstone")];
const WRITES_NOTHING = [
  ...editsIn(ROW_MUTATIONS, "row-would-empty"),
  NO_CLAIMS,
  {
    file: "src/provider/updateOf.ts",
    find: "  assert(isTombstone === (write.rrsets.length === 0), ",
    replace: "  assert(isTombstone || !isTombstone, ",
  },
];
const NO_SEEN_EPOCHS: Edit = {
  file: REVIEW,
  find: '  return isBelowEpochSeen(delta, head) ? { kind: "not-a-child" } : { kind: "sound" };',
  replace:
    '  return delta.generation < 0 && isBelowEpochSeen(delta, head) ? { kind: "not-a-child" } : { kind: "sound" };',
};

/** Safeguards of planner and plan store. */
export const STORE_MUTATIONS: readonly Mutation[] = [
  one(
    "no-parent-check",
    "the store takes only a child of the newest plan",
    "two planners",
    "every-change-explained",
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
    "scenario",
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
    "scenario",
    NO_SEEN_EPOCHS,
  ),
  alone(
    [FORGETS_TOMBSTONES, ...REVIVES_ANYTHING],
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
  ),
  alone(
    [RETIRES_UNASKED],
    one(
      "no-retirement-check",
      "the store takes no tombstone that nobody asked for",
      "a planner at fault",
      "retire-only-on-purpose",
      {
        file: REVIEW,
        find: "  if (held.retirementOf(endpoint) === tombstoneId) return undefined;",
        replace: "  if (held.retirementOf(endpoint) !== null) return undefined;",
      },
    ),
  ),
  alone(
    [EMPTIES, ...WRITES_NOTHING],
    one(
      "no-records-check",
      "the store takes no entry without records",
      "a planner at fault",
      "never-empty",
      {
        file: REVIEW,
        find: "  if (!hasRecords) return",
        replace: "  if (!hasRecords && endpoint.length < 0) return",
      },
    ),
  ),
  alone(
    [LOWERS_EPOCHS, NO_SEEN_EPOCHS],
    one(
      "no-epoch-check",
      "the store takes no entry of an older epoch",
      "a planner that lowers an epoch",
      "converges",
      {
        file: REVIEW,
        find: "  if (!Number.isSafeInteger(epoch) || epoch < (newest?.epoch ?? 0)) {",
        replace: "  if (!Number.isSafeInteger(epoch)) {",
      },
    ),
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
    "a raised epoch",
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
    "a wall clock jumps two days",
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
    "two hours of a day's hold-down",
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
  alone(
    [NO_WORD_OF_TOMBSTONES],
    one(
      "no-floor-of-copies",
      "a plan store put back from a copy knows that there were plans after its newest",
      "a copy from before a revival",
      "retire-only-on-purpose",
      NO_FLOOR_OF_COPIES,
    ),
  ),
  one(
    "no-floor-of-copied-files",
    "the plan store's file, put back from a copy, has the next plan above its newest",
    "a store's file put back from a copy",
    "scenario",
    {
      file: "src/store/sqlite/sqliteStore.ts",
      find: "    const head = this.#line.headOfCopy();\n",
      replace: "    const head = undefined;\n",
    },
  ),
];
