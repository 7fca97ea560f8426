import { type Fence, fenceText } from "../plan/index.ts";
import type { ReadReading } from "./decision.ts";
import type { Happening } from "./happening.ts";
import type { Doubt, Progress, Writing } from "./progress.ts";

/** Writes in doubt that are kept in mind: each waited out a time-out or lost a race. */
const DOUBTS_MAX = 4;

/** What became of writes in doubt, as far as a reading tells. */
export interface SettledDoubts {
  readonly progress: Progress;
  readonly happenings: readonly Happening[];
}

/** Keeps in mind a write that may yet turn up. */
export function keepDoubt(progress: Progress, writing: Writing, answer: Doubt["answer"]): Progress {
  const doubts = [...(progress.doubts ?? []), { writing, answer }].slice(-DOUBTS_MAX);
  return { ...progress, doubts };
}

/**
 * A write without an answer, which is not what was read: it is told once, as it may arrive later,
 * or was there in between. That another has its edition says nothing: a server that lost its disk
 * counts editions anew.
 */
export function doubtUnanswered(
  progress: Progress,
  writing: Writing,
  reading: ReadReading,
): SettledDoubts {
  const edition = reading.fence.kind === "fence" ? reading.fence.fence.edition : undefined;
  const mayArrive = edition === undefined || edition < writing.fence.edition;
  return {
    progress: mayArrive ? keepDoubt(progress, writing, "none") : progress,
    happenings: [unknown(writing)],
  };
}

/**
 * A reading failed: when the next one is answered, another's fence may cover a write that was
 * applied although its condition failed, as the answer was its double's. It is told now, for good.
 */
export function giveUpDoubts(held: Progress): SettledDoubts {
  const { doubts = [], ...progress } = held;
  const left = doubts.filter(({ answer }) => answer === "none");
  const failed = doubts.filter(({ answer }) => answer === "condition-failed");
  return {
    progress: left.length === 0 ? progress : { ...progress, doubts: left },
    happenings: failed.map(({ writing }) => unknown(writing)),
  };
}

/**
 * Settles what the reading settles, so that the journal hears of every write. Where the condition
 * of a write failed that was made on a reading, and the zone has left its edition behind already,
 * it may have been there in between. Memory is often that old: of a write on it that says nothing.
 */
export function settleDoubts(held: Progress, reading: ReadReading): SettledDoubts {
  const { doubts, ...progress } = held;
  if (doubts === undefined || reading.fence.kind !== "fence") {
    return { progress: held, happenings: [] };
  }
  const { fence, text } = reading.fence;
  const found = doubts.filter(({ writing }) => fenceText(writing.fence) === text);
  const left = doubts.filter(({ writing }) => writing.fence.edition > fence.edition);
  const covered = doubts.filter(({ writing, answer }) => {
    const mayHaveBeen = answer === "condition-failed" && !writing.isByMemory;
    return mayHaveBeen && writing.fence.edition < fence.edition;
  });
  const happenings = covered.map(({ writing }) => unknown(writing));
  return {
    progress: left.length === 0 ? progress : { ...progress, doubts: left },
    happenings: [...happenings, ...found.slice(0, 1).map((doubt) => turnedUp(doubt, fence))],
  };
}

/** Equal texts are made by enactors that race with one entry: whose it is, a race does not tell. */
function turnedUp({ writing, answer }: Doubt, fence: Fence): Happening {
  return answer === "none"
    ? { kind: "enacted", why: writing.why, fence }
    : { kind: "outcome-unknown", fence };
}

function unknown({ fence }: Writing): Happening {
  return { kind: "outcome-unknown", fence };
}
