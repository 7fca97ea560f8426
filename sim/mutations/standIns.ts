import type { Edit } from "./mutation.ts";

// What would save a run in a safeguard's place: redundancy hides dead mechanisms.

/** A claim at the write stops the process: taken out with the row that it repeats. */
export const NO_CLAIMS: Edit = {
  file: "src/enact/buildWrite.ts",
  find: "  check(entry, decision, situation, fence);\n",
  replace: "",
};

/** Nobody looks at what nobody speaks of. */
export const NO_AUDITS: Edit = {
  file: "src/enact/auditor.ts",
  find: "    if (!this.#hasRoom()) return;",
  replace: "    if (this.#hasRoom()) return;",
};

/** A connection made anew makes nobody look at what was confirmed. */
export const NO_LOOK_ON_CONTACT: Edit = {
  file: "src/enact/lane.ts",
  find: "    this.#lookAtAll();\n  }\n\n  /** The whole store",
  replace: "  }\n\n  /** The whole store",
};

/** The plan store says nothing by itself. */
export const NO_HINTS: Edit = {
  file: "src/enact/planFollower.ts",
  find: '      if (hint.topic === "connected" || hint.topic === "plan") void this.refresh();\n',
  replace: "      if (this.#isClosed) void hint;\n",
};

/** The simulator's plan store forgets with its process: there, this is what our file's does. */
export const NO_FLOOR_OF_COPIES: Edit = {
  file: "sim/ours/storeHouse.ts",
  find: "  await on.raiseFloor({ epoch: 0, generation });\n",
  replace: "  void generation;\n",
};

/** Nobody tells the plan store that its tombstones are old. */
export const NO_WORD_OF_TOMBSTONES: Edit = {
  file: "src/enact/planFollower.ts",
  find: "[...this.#host.unknownToLine(), ...this.#host.aheadOfTombstones()]",
  replace: "[...this.#host.unknownToLine()]",
};

/** Nobody tells the plan store of names that it lost, whose epoch a person raised since. */
export const NO_WORD_OF_RAISED_NAMES: Edit = {
  file: "src/enact/service.ts",
  find: '(isRaised && kind === "superseded")',
  replace: '(isRaised && kind === "confirmed")',
};

/** What is gone is not put back in a position that no entry has. */
export const NO_PUTTING_BACK: Edit = {
  file: "src/enact/decide.ts",
  find: 'const isGone = left === "nothing" && sameRecords(entry, mark.fence);',
  replace: "const isGone = held.length > 99 && sameRecords(entry, mark.fence);",
};
