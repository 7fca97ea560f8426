import { type Name, rrsetLines } from "../../dns/index.ts";
import { endpointRRsets, type ReadReading } from "../../enact/index.ts";
import type { FenceFound } from "../../plan/index.ts";
import type { DirectTask } from "./carryOut.ts";

/** The records of a reading that a person is shown, one line each. */
export function shownLines(reading: ReadReading, zone: Name): readonly string[] {
  return endpointRRsets(reading, zone).flatMap(rrsetLines);
}

/** The texts of a fence as read: usually one. */
export function shownFence(fence: FenceFound): readonly string[] {
  if (fence.kind === "none") return [];
  return fence.kind === "fence" ? [fence.text] : fence.texts;
}

const MOVED = "it is not as it was shown: nothing was changed; look at it again";

/**
 * A task that writes only over what a person was shown before confirming. What the write's own
 * condition compares is a later reading: others may have come between.
 *
 * @param shown undefined where nothing could be.
 */
export function asShown(task: DirectTask, shown: ReadReading | undefined): DirectTask {
  return {
    ...task,
    decide: (reading) => {
      const step = task.decide(reading);
      if (step.kind !== "write" || (shown && isSame(shown, reading, task.zone))) return step;
      return { kind: "refused", problem: MOVED };
    },
  };
}

function isSame(left: ReadReading, right: ReadReading, zone: Name): boolean {
  const isEqual = (some: readonly string[], others: readonly string[]): boolean => {
    return some.toSorted().join("\n") === others.toSorted().join("\n");
  };
  return (
    isEqual(shownFence(left.fence), shownFence(right.fence)) &&
    isEqual(shownLines(left, zone), shownLines(right, zone))
  );
}
