import type { Mutation } from "./mutation.ts";
import { NO_AUDITS, NO_LOOK_ON_CONTACT } from "./standIns.ts";

const STEP = "src/enact/stepProgress.ts";
const STEP_DECISION = "src/enact/stepDecision.ts";
const BUILD = "src/enact/buildWrite.ts";
const UPDATE = "src/provider/updateOf.ts";

/** Safeguards of the write and of the enactor's machine. */
export const ENACT_MUTATIONS: readonly Mutation[] = [
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
    scenario: "a change",
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
    scenario: "a change",
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
    scenario: "a change",
    caughtBy: "every-change-explained",
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
    standIns: [NO_AUDITS, NO_LOOK_ON_CONTACT],
    scenario: "a lost request",
    caughtBy: "converges",
  },
  {
    id: "blind-repeat",
    safeguard: "a write whose outcome is unknown is not repeated as it was",
    edits: [
      {
        file: STEP,
        find: "return waitFor({ ...progress, attempts, readBack: { writing, sure: false } }, []);",
        replace:
          'return { progress: { ...progress, phase: { kind: "writing", writing } }, ' +
          'effects: [{ kind: "write", write: writing.write }] };',
      },
      {
        file: STEP_DECISION,
        find: "  const writing: Writing = {\n",
        replace: "  const writing: Writing = {\n    write,\n",
      },
    ],
    scenario: "a lost first write",
    caughtBy: "never-backwards",
  },
  {
    id: "no-retry",
    safeguard: "what could not be read is tried again after a while",
    edits: [
      {
        file: STEP_DECISION,
        find:
          '      effects: [...happenings.map(asTold), { kind: "wait", wait: backoff(attempts) }],\n' +
          "    };\n  }\n  const fence = plausibleFence(",
        replace:
          "      effects: happenings.map(asTold),\n    };\n  }\n  const fence = plausibleFence(",
      },
    ],
    standIns: [NO_AUDITS, NO_LOOK_ON_CONTACT],
    scenario: "a server away",
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
  {
    id: "no-limit-of-back-off",
    safeguard: "waits after failures grow, and are bounded",
    edits: [
      {
        file: "src/enact/backoff.ts",
        find: "Math.min(RETRY_MS_MIN * 2 ** Math.min(attempt - 1, 20), RETRY_MS_MAX);",
        replace: "RETRY_MS_MIN * 2 ** Math.min(attempt - 1, 20);",
      },
    ],
    standIns: [NO_AUDITS, NO_LOOK_ON_CONTACT],
    scenario: "a server away for minutes",
    caughtBy: "converges",
  },
  {
    id: "no-jitter-of-back-off",
    safeguard: "waits after failures at a server are jittered: enactors do not march in step",
    edits: [
      {
        file: "src/enact/lane.ts",
        find: "this.#chance.below(Math.ceil(jitterMs) + 1) : 0;",
        replace: "jitterMs : 0;",
      },
    ],
    scenario: "twenty enactors, and a server away",
    caughtBy: "scenario",
  },
  {
    id: "no-jitter-at-the-plan-store",
    safeguard: "waits after failures at the plan store are jittered, too",
    edits: [
      {
        file: "src/enact/planFollower.ts",
        find: "this.#schedule(afterMs + this.#chance.below(Math.ceil(jitterMs) + 1));",
        replace: "this.#schedule(afterMs + jitterMs);",
      },
    ],
    scenario: "twenty enactors, and a plan store away",
    caughtBy: "scenario",
  },
  {
    id: "no-doubts",
    safeguard: "a write in doubt is kept in mind until the zone tells",
    edits: [
      {
        file: "src/enact/doubts.ts",
        find: "  const doubts = [...(progress.doubts ?? []), { writing, answer }].slice(-DOUBTS_MAX);\n",
        replace:
          "  const doubts = [...(progress.doubts ?? []), { writing, answer }].slice(0, 0);\n",
      },
    ],
    scenario: "a doubled write",
    caughtBy: "every-change-explained",
  },
  {
    id: "no-delete-of-unread-aliases",
    safeguard: "a CNAME is deleted with every write, read or not",
    edits: [
      {
        file: BUILD,
        find: "  const alias = entry.endpoint === entry.zone ? [] : [RRType.CNAME];",
        replace: "  const alias = entry.endpoint === entry.zone ? [] : [RRType.CNAME].slice(0, 0);",
      },
    ],
    scenario: "a hand points a name elsewhere",
    caughtBy: "every-change-explained",
  },
  {
    id: "gate-repairs",
    safeguard: "a gate for repairs lets nothing else through",
    edits: [
      {
        file: STEP_DECISION,
        find: '  if (gate.kind === "repairs") return drift !== undefined;',
        replace: '  if (gate.kind === "repairs") return drift !== "";',
      },
    ],
    scenario: "a pause for all but repairs",
    caughtBy: "checked-at-the-write",
  },
];
