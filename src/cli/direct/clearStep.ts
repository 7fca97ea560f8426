import type { Name } from "../../dns/index.ts";
import { contentOf, EDITION_MAX, holdingsOf, type ReadReading } from "../../enact/index.ts";
import { momentText } from "../output/time.ts";
import { type DirectStep, writeStep } from "./directStep.ts";

/** An override that a person wants to end. */
export interface ClearWish {
  readonly zone: Name;
  readonly ownsWholeName: boolean;
  /** Wall clock of whoever clears. */
  readonly nowMs: number;
}

/** It ended so long ago by the fence: enactors' clocks may be behind the one of whoever clears. */
const ENDED_BEFORE_MS = 24 * 3600 * 1000;

/**
 * What ends a name's override: its fence says that it ended, well in the past, and its records
 * stay as they are until an enactor brings the plan back. So it ends with no plan at hand, too.
 */
export function clearStep(reading: ReadReading, wish: ClearWish): DirectStep {
  const { endpoint, fence } = reading;
  if (fence.kind === "malformed") {
    const problem = 'its fence cannot be read: the way out is "holdfast epoch raise"';
    return { kind: "refused", problem };
  }
  const mark = fence.kind === "fence" ? fence.fence.mark : undefined;
  if (fence.kind === "none" || mark?.kind !== "override") {
    return { kind: "done", text: "it has no override" };
  }
  if (mark.untilMs <= wish.nowMs) {
    return { kind: "done", text: `${mark.id} is over: until ${momentText(mark.untilMs)}` };
  }
  const { epoch, generation, edition } = fence.fence;
  if (edition > EDITION_MAX) {
    const problem = 'the edition of its fence cannot rise: first "holdfast epoch raise"';
    return { kind: "refused", problem };
  }
  const { ours } = holdingsOf(reading, wish.zone, wish.ownsWholeName);
  const content = contentOf(ours, reading.weights);
  if (content === undefined) {
    const problem = "it answers nothing: enactors bring the plan's answer, with no clearing needed";
    return { kind: "refused", problem };
  }
  const untilMs = Math.floor((wish.nowMs - ENDED_BEFORE_MS) / 1000) * 1000;
  return writeStep({
    endpoint,
    content,
    fence: { epoch, generation, edition: edition + 1, mark: { ...mark, untilMs } },
    condition: { fence: fence.text, nameNotInUse: false, records: ours },
    deletes: [],
    text: `${mark.id} is over`,
  });
}
