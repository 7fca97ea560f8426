import type { Edit, Mutation } from "./mutation.ts";

const DECIDE = "src/enact/decide.ts";
const STEP = "src/enact/stepProgress.ts";
const STEP_DECISION = "src/enact/stepDecision.ts";
const BUILD = "src/enact/buildWrite.ts";
const UPDATE = "src/provider/updateOf.ts";

/** A claim at the write would stop the process: redundancy that is taken out with the row. */
const NO_CLAIMS: Edit = {
  file: BUILD,
  find: "  check(entry, decision, situation, fence);\n",
  replace: "",
};

const NO_DOUBT: Edit = {
  file: DECIDE,
  find: "  if (isFarAhead(fence.generation, facts.newestGeneration)) return undefined;\n",
  replace: "",
};

/** One row of the fence table, without what claims at the write that it was followed. */
function row(
  id: string,
  safeguard: string,
  find: string,
  replace: string,
  scenario: string,
  caughtBy: string,
  ...more: readonly Edit[]
): Mutation {
  return { id, safeguard, edits: [{ file: DECIDE, find, replace }, ...more], scenario, caughtBy };
}

/** Safeguards of the write and of the enactor's machine. */
const WRITE_MUTATIONS: readonly Mutation[] = [
  {
    id: "no-condition-on-fence",
    safeguard: "a write is made on condition of the fence read",
    edits: [
      {
        file: UPDATE,
        find: "const prerequisites: Prerequisite[] = [textIs(fenceName(endpoint), condition.fence)];",
        replace: "const prerequisites: Prerequisite[] = [];",
      },
    ],
    scenario: "two enactors race",
    caughtBy: "checked-at-the-write",
  },
  {
    id: "no-condition-on-gate",
    safeguard: "a write is made on condition of the gate read",
    edits: [
      {
        file: UPDATE,
        find: '  if (condition.gate !== "unchecked") prerequisites.push(textIs(gateName(zone), condition.gate));\n',
        replace: "",
      },
    ],
    scenario: "a sleeper wakes behind a pause",
    caughtBy: "checked-at-the-write",
  },
  {
    id: "no-condition-on-new-names",
    safeguard: "a first write is made on condition that the name owns nothing",
    edits: [
      {
        file: UPDATE,
        find: "  if (condition.nameNotInUse) prerequisites.push(...nameNotInUse(zone, write));\n",
        replace: "",
      },
    ],
    scenario: "a late first write",
    caughtBy: "never-backwards",
  },
  {
    id: "no-deletes-before-adds",
    safeguard: "what is held is deleted before anything is added, in the same message",
    edits: [{ file: UPDATE, find: "    ...deletes,\n", replace: "" }],
    scenario: "an alias and back",
    caughtBy: "never-empty",
  },
  {
    id: "no-read-after-unknown",
    safeguard: "a write whose outcome is unknown is followed by a read",
    edits: [
      {
        file: STEP,
        find: "return waitFor({ ...progress, attempts, readBack: { writing, sure: false } }, []);",
        replace:
          'return { progress: { ...progress, phase: { kind: "idle" }, standing: ' +
          '{ kind: "confirmed" } }, effects: [] };',
      },
    ],
    scenario: "a lost request",
    caughtBy: "converges",
  },
  {
    id: "no-retry",
    safeguard: "what could not be read is tried again after a while",
    edits: [
      {
        file: STEP_DECISION,
        find:
          '      effects: [{ kind: "wait", wait: backoff(attempts) }],\n    };\n  }\n' +
          "  const fence = plausibleFence(",
        replace: "      effects: [],\n    };\n  }\n  const fence = plausibleFence(",
      },
    ],
    scenario: "a lost reading",
    caughtBy: "converges",
  },
  {
    id: "no-newest-plan-after-a-wait",
    safeguard: "what was planned meanwhile is taken up when a wait ends",
    edits: [
      {
        file: STEP,
        find: "  if (isBusy(held.phase)) return stay(progress);",
        replace: "  if (isBusy(held.phase)) return stay(held);",
      },
    ],
    scenario: "a plan comes while busy",
    caughtBy: "converges",
  },
];

/** Each row of the fence table. */
const ROW_MUTATIONS: readonly Mutation[] = [
  row(
    "row-newer-fence",
    "a fence newer than the entry: superseded",
    '  if (order > 0) return { kind: "superseded", seen: fence, by: "fence" };\n  if (order < 0)',
    "  if (order > 0) return advance(entry, fence, situation);\n  if (order < 0)",
    "two enactors race",
    "never-backwards",
    NO_CLAIMS,
  ),
  row(
    "row-older-fence",
    "a fence older than the entry: write",
    "  if (order < 0) return advance(entry, fence, situation);\n",
    '  if (order < 0) return { kind: "done" };\n',
    "two enactors race",
    "converges",
  ),
  row(
    "row-drift",
    "the entry's fence, other records: write them again",
    '  return drift === undefined ? { kind: "done" } : { kind: "write", why: "repair", drift };',
    '  return drift === undefined ? { kind: "done" } : { kind: "done" };',
    "lost records",
    "converges",
  ),
  row(
    "row-impostor",
    "the entry's position, another digest: quarantine",
    '  if (entry.kind === "tombstone" || fence.digest !== entry.digest) {',
    '  if (entry.kind === "tombstone") {',
    "an old store",
    "every-change-explained",
  ),
  row(
    "row-malformed",
    "a fence that cannot be read: quarantine",
    '      return { kind: "quarantine", why: "malformed", problem: found.problem };',
    '      return { kind: "leave-alone", why: "retired" };',
    "a fence that is none",
    "converges",
  ),
  row(
    "row-far-ahead",
    "a fence implausibly far ahead: quarantine",
    "  if (fence.epoch < entry.epoch || !isFarAhead(fence.generation, facts.newestGeneration)) {",
    "  if (fence.generation >= 0) {",
    "a fence far ahead",
    "plausible-only",
    NO_DOUBT,
  ),
  {
    id: "far-ahead-is-forgotten",
    safeguard: "a fence implausibly far ahead is not remembered, not even in an older epoch",
    edits: [NO_DOUBT],
    scenario: "a fence far ahead",
    caughtBy: "plausible-only",
  },
  row(
    "row-would-empty",
    "an entry that lacks an address type which the fence lists: quarantine",
    "  return missingAddressType(entry, [...fence.types, ...beneath]);",
    "  return missingAddressType(entry, [...fence.types, ...beneath].slice(0, 0));",
    "an old store and a narrower policy",
    "never-empty",
  ),
  row(
    "row-new-name",
    "neither fence nor records: create",
    '    if (held.length === 0) return { kind: "write", why: "create" };\n',
    "",
    "a first plan",
    "converges",
  ),
  row(
    "row-not-ours",
    "records that were never ours: refuse",
    '    return { kind: "not-ours", problem: "it has records, but never had a fence of ours" };',
    '    return { kind: "write", why: "create" };',
    "a name of somebody else",
    "others-left-alone",
  ),
  row(
    "row-everything-deleted",
    "fence and records deleted: write the newest entry known at once",
    '  if (left === "nothing") {',
    '  if (left === "nothing" && held.length > 99) {',
    "lost everything, and nobody to ask",
    "converges",
  ),
  row(
    "row-fence-deleted",
    "the fence deleted, the name answers: only what the plan store confirms",
    '  if (facts.newest === "confirmed") {',
    "  if (held.length > 0) {",
    "a lost fence",
    "never-backwards",
  ),
  row(
    "row-type-deleted",
    "the fence and an address type deleted, nobody to ask: write at once",
    '  if (left === "lacking" && facts.newest === "unavailable") {',
    '  if (left === "lacking" && held.length > 99) {',
    "a lost fence and type, and nobody to ask",
    "converges",
  ),
  row(
    "mark-as-lower-bound",
    "the high-water mark: nothing older than what was seen is written where the fence is gone",
    "  if (comparePositions(entry, mark) < 0) {\n",
    "  if (entry.generation < 0) {\n",
    "an old store and a lost fence",
    "never-backwards",
    NO_CLAIMS,
  ),
  row(
    "mark-as-memory",
    "the high-water mark: a name once held is ours though its fence is gone",
    "  if (mark === undefined) {\n    if (held.length === 0)",
    "  if (mark === undefined || held.length > 0) {\n    if (held.length === 0)",
    "a lost fence, and no people",
    "converges",
  ),
  row(
    "row-override-in-force",
    "an override in force: leave alone",
    "  if (drift === undefined) return leaveAlone;",
    '  if (drift === undefined) return { kind: "write", why: "override-ended" };',
    "an override straight to the server",
    "override-respected",
    NO_CLAIMS,
  ),
  row(
    "row-override-of-the-plan",
    "an override that the plan has: as a plain fence",
    "  if (serving?.override?.id === override.id) return decideAtPlain(entry, fence, situation);\n",
    "",
    "an override whose records a hand changed",
    "converges",
  ),
  row(
    "row-override-expired",
    "an override whose time is over: write",
    "  if (facts.wallMs >= override.untilMs) {",
    "  if (facts.wallMs < 0) {",
    "an override straight to the server",
    "converges",
  ),
  row(
    "row-override-ended",
    "an override that the plan ends: write",
    "  if (!isOlder && serving?.ends?.includes(override.id) === true) {",
    "  if (!isOlder && serving?.ends?.includes(fence.digest) === true) {",
    "an override taken back",
    "converges",
  ),
  row(
    "row-override-restored",
    "an override whose records are gone, remembered: write them again",
    '  if (pinned !== undefined) return { kind: "write", why: "override-restored", drift, pinned };\n',
    "",
    "an override without its records",
    "override-respected",
  ),
  row(
    "row-override-emptied",
    "an override whose records are gone, not remembered: the newest entry",
    '  return { kind: "write", why: "override-emptied", drift: "the override\'s records are gone" };',
    "  return leaveAlone;",
    "an override that nobody saw whole",
    "converges",
  ),
  row(
    "row-retire",
    "an older fence, the entry is a tombstone: write it",
    '  if (entry.kind === "tombstone") return { kind: "write", why: "retire" };\n  const held',
    '  if (entry.kind === "tombstone") return { kind: "leave-alone", why: "retiring" };\n  const held',
    "retired",
    "converges",
  ),
  row(
    "row-tombstone",
    "a tombstone: only an entry that names it brings the name back",
    "  return order > 0 && revives(entry, tombstone)\n",
    "  return order > 0 && tombstone.id.length > 0\n",
    "retired, and an old store",
    "retire-only-on-purpose",
    NO_CLAIMS,
  ),
  row(
    "row-revive",
    "a tombstone that the entry names: write",
    "  return order > 0 && revives(entry, tombstone)\n",
    "  return order > 0 && tombstone.id.length === 0\n",
    "retired and revived",
    "converges",
  ),
  row(
    "row-tombstone-remembered",
    "no fence, the last one known a tombstone: leave alone",
    '  if (mark.fence.mark?.kind === "tombstone") {',
    '  if (mark.fence.mark?.kind === "tombstone" && held.length > 99) {',
    "retired, the fence lost, and an old store",
    "retire-only-on-purpose",
    NO_CLAIMS,
  ),
  row(
    "row-revive-after-loss",
    "no fence, the last one known a tombstone that the entry names: write",
    "    return isRevival && held.length === 0\n",
    "    return isRevival && held.length > 99\n",
    "revived after the fence was lost",
    "converges",
  ),
];

/** Safeguards of the write, of the enactor's machine, and each row of the fence table. */
export const ENACT_MUTATIONS: readonly Mutation[] = [...WRITE_MUTATIONS, ...ROW_MUTATIONS];
