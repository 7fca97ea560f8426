import { comparePositions, type Fence, fenceText, type Position } from "../plan/index.ts";

/**
 * What an enactor durably remembers of one endpoint in one zone store: the highest plausible fence
 * it ever saw there or wrote. A lower bound: the zone may hold more, never (by our hand) less.
 */
export interface HighWaterMark extends Position {
  /** The fence last known at this position. */
  readonly fence: Fence;
  /** Highest edition ever seen, whichever fence carried it: the next write is above it. */
  readonly editionMax: number;
}

/** The mark after a fence was seen: it only rises. */
export function raiseMark(mark: HighWaterMark | undefined, seen: Fence): HighWaterMark {
  const { epoch, generation } = seen;
  const fresh: HighWaterMark = { epoch, generation, fence: seen, editionMax: seen.edition };
  if (mark === undefined) return fresh;
  const editionMax = Math.max(mark.editionMax, seen.edition);
  const order = comparePositions(seen, mark) || seen.edition - mark.fence.edition;
  return order >= 0 ? { ...fresh, editionMax } : { ...mark, editionMax };
}

/** Whether two marks say the same: what is equal needs no second place on disk. */
export function sameMark(left: HighWaterMark | undefined, right: HighWaterMark): boolean {
  if (left === undefined || left.editionMax !== right.editionMax) return false;
  return left.fence === right.fence || fenceText(left.fence) === fenceText(right.fence);
}
