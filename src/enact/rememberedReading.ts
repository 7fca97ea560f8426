import { comparePositions, fenceText } from "../plan/index.ts";
import { decide } from "./decide.ts";
import type { ReadReading, WriteDecision } from "./decision.ts";
import { missingAddressType } from "./match.ts";
import type { Progress, StepFacts } from "./progress.ts";

/** What the zone must still hold, and the decision that follows from it. */
export interface Remembered {
  readonly reading: ReadReading;
  readonly decision: WriteDecision;
}

/**
 * The reading that a newly offered entry may be written on without asking first: the fence as last
 * seen, or nothing where the endpoint is new. It saves a round trip and proves nothing: the write's
 * own condition does, and where memory is wrong it fails and the endpoint is read.
 */
export function rememberedReading(progress: Progress, facts: StepFacts): Remembered | undefined {
  const { entry, standing } = progress;
  const { mark } = facts;
  const isNew = standing.kind === "unseen" && mark === undefined;
  const isKnown =
    standing.kind === "confirmed" && mark !== undefined && comparePositions(mark, entry) < 0;
  if (!isNew && !isKnown) return undefined;
  // Whether a type would be taken away is judged by what answers, which memory does not hold.
  const isWhole = entry.kind === "tombstone" || mark === undefined;
  if (!isWhole && missingAddressType(entry, mark.fence.types) !== undefined) return undefined;
  const fence =
    mark === undefined
      ? ({ kind: "none" } as const)
      : ({ kind: "fence", fence: mark.fence, text: fenceText(mark.fence) } as const);
  const reading: ReadReading = { kind: "read", endpoint: entry.endpoint, fence, rrsets: [] };
  const decision = decide(entry, reading, mark, facts);
  // What is judged by records, which memory does not hold, is read; drift is not seen here.
  const isPlain = decision.kind === "write" && ["create", "advance"].includes(decision.why);
  return isPlain ? { reading, decision: { kind: "write", why: decision.why } } : undefined;
}
