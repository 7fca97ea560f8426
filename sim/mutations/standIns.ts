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
