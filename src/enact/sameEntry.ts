import { comparePositions, type PlanEntry } from "../plan/index.ts";

/**
 * Whether two entries of one endpoint say the same. Of two lines of plans they may share position
 * and digest, and still be two: a tombstone has the digest of the entry that it ends.
 */
export function sameEntry(left: PlanEntry, right: PlanEntry): boolean {
  return (
    comparePositions(left, right) === 0 &&
    left.digest === right.digest &&
    idsOf(left) === idsOf(right)
  );
}

/** What an entry says besides its records. */
function idsOf(entry: PlanEntry): string {
  const carried = `${entry.ends?.join()} ${entry.revives?.join()}`;
  if (entry.kind === "tombstone") return `tombstone ${entry.tombstoneId} ${carried}`;
  return `serving ${entry.override?.id} ${carried}`;
}
