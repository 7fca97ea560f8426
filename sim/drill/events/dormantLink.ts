import { claimOf, type Drill } from "../drill.ts";
import {
  at,
  lastSeen,
  NAMES,
  QUEUE,
  runRegion,
  SETTLED_MS,
  SIGN_IN,
  sceneOf,
  shown,
} from "./smallRegion.ts";

const REMOVED_MS = SETTLED_MS + 1_000;
const EMPTIED_MS = REMOVED_MS + 20_000;
const END_MS = EMPTIED_MS + 60_000;

/** 14 July 2025: a wrong link lay dormant for 38 days; a later change withdrew everything. */
export const DORMANT_LINK: Drill = {
  id: "dormant-link-2025-07-14",
  title: "Public resolver, 14 July 2025",
  wentWrong: "a wrong link lay dormant for 38 days; a later change withdrew everything, for 62 min",
  safeguard: "a shrink to zero is refused: what leaves the configuration goes on answering",
  verdict: "held in part",
  seed: 1,
  run: async (seed, { tell }) => {
    const seen = await runRegion({
      seed,
      tell,
      startWallMs: Date.UTC(2025, 6, 14, 21, 48),
      scene: sceneOf(NAMES),
      acts: [
        at(REMOVED_MS, { kind: "policy", change: { kind: "endpoint-removed", endpoint: QUEUE } }),
        at(EMPTIED_MS, { kind: "policy", change: { kind: "emptied" } }),
      ],
      endMs: END_MS,
    });
    const before = NAMES.map((name) => lastSeen(seen, name, REMOVED_MS)?.content ?? "");
    const after = NAMES.map((name) => lastSeen(seen, name, END_MS)?.content ?? "");
    const isSame = before.every((content, index) => content !== "" && content === after[index]);
    return shown(
      seen,
      [
        claimOf(
          "A name that a wrong configuration drops goes on answering as it was",
          before[1] !== "" && before[1] === after[1],
          `${QUEUE} answers ${lastSeen(seen, QUEUE, END_MS)?.addresses.A ?? 0} addresses`,
        ),
        claimOf(
          "A configuration that withdraws everything changes nothing",
          isSame,
          `${SIGN_IN} answers ${lastSeen(seen, SIGN_IN, END_MS)?.addresses.A ?? 0} addresses`,
        ),
      ],
      ["A change that people make goes to every endpoint at once: there are no waves yet."],
    );
  },
};
