import {
  comparePositions,
  type Fence,
  fenceText,
  type PlannedContent,
  type Position,
} from "../plan/index.ts";

/**
 * What an enactor durably remembers of one endpoint in one zone store: the highest plausible fence
 * it ever saw there or wrote. A lower bound: the zone may hold more, never (by our hand) less.
 */
export interface HighWaterMark extends Position {
  /** The fence last known at this position. */
  readonly fence: Fence;
  /** Highest edition ever seen, whichever fence carried it: the next write is above it. */
  readonly editionMax: number;
  /** What that fence's override pins, where all of it was seen once: it can be put back. */
  readonly pinned?: PlannedContent;
  /** Address types that the name had when an override made an alias of it: it has them still. */
  readonly beneath?: readonly string[];
}

/** The mark after a fence was seen, with what its override pins where that is known: it rises. */
export function raiseMark(
  mark: HighWaterMark | undefined,
  seen: Fence,
  pinned?: PlannedContent,
): HighWaterMark {
  const { epoch, generation } = seen;
  const kept = pinned ?? (mark === undefined ? undefined : pinnedBy(mark, seen));
  const content = kept === undefined ? {} : { pinned: kept };
  const fresh: HighWaterMark = {
    epoch,
    generation,
    fence: seen,
    editionMax: seen.edition,
    ...content,
    ...beneathAlias(mark, seen),
  };
  if (mark === undefined) return fresh;
  const editionMax = Math.max(mark.editionMax, seen.edition);
  const order = comparePositions(seen, mark) || seen.edition - mark.fence.edition;
  return order >= 0 ? { ...fresh, editionMax } : { ...mark, editionMax };
}

function beneathAlias(
  mark: HighWaterMark | undefined,
  seen: Fence,
): Pick<HighWaterMark, "beneath"> {
  if (mark === undefined || seen.mark?.kind !== "override" || !seen.types.includes("CNAME")) {
    return {};
  }
  const types = mark.fence.types.filter((type) => type === "A" || type === "AAAA");
  const beneath = mark.beneath ?? (types.length > 0 ? types : undefined);
  return beneath === undefined ? {} : { beneath };
}

/** What the override of a fence pins, as far as the mark remembers that very override. */
export function pinnedBy(mark: HighWaterMark, fence: Fence): PlannedContent | undefined {
  const held = mark.fence;
  if (fence.mark?.kind !== "override" || held.mark?.kind !== "override") return undefined;
  const isSame = held.mark.id === fence.mark.id && held.digest === fence.digest;
  return isSame ? mark.pinned : undefined;
}

/** Whether two marks say the same: what is equal needs no second place on disk. */
export function sameMark(left: HighWaterMark | undefined, right: HighWaterMark): boolean {
  if (left === undefined || left.editionMax !== right.editionMax) return false;
  // What is pinned digests to what the fence says: it can only be known or not.
  if ((left.pinned === undefined) !== (right.pinned === undefined)) return false;
  if (left.beneath?.join() !== right.beneath?.join()) return false;
  return left.fence === right.fence || fenceText(left.fence) === fenceText(right.fence);
}
