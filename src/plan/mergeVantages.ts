import type { TargetHealth } from "./inventory.ts";

/**
 * A vantage that has reported nothing for this long has no vote. A prober gives a sign of life
 * every 2 s, so that it takes several lost ones in a row to silence it.
 */
export const VANTAGE_FRESH_MS = 15_000;

/** What one vantage last said of one target under one check. */
export interface VantageResult {
  readonly vantage: string;
  /** The vantage has reported something within {@link VANTAGE_FRESH_MS}. */
  readonly fresh: boolean;
  readonly result: TargetHealth;
}

/**
 * What all vantages together say of one target under one check: down only where a majority of those
 * who may vote says so. A vantage that is stale, or could not probe the target lately, has none;
 * without any vote the last state is kept and marked as not fresh (unknown is not down).
 *
 * @param results one result per vantage, at least one; their order does not matter.
 * @param last what this function said before; undefined at the first time.
 */
export function mergeVantages(
  results: readonly VantageResult[],
  last: TargetHealth | undefined,
): TargetHealth | undefined {
  const votes = results
    .filter(({ fresh, result }) => fresh && result.fresh && result.state !== "unknown")
    .sort(earlierFirst);
  const [first] = votes;
  if (first === undefined) return withoutVotes(results, last);
  const down = votes.filter(({ result }) => result.state === "down");
  const isDown = down.length * 2 > votes.length;
  const winners = isDown ? down : votes.filter(({ result }) => result.state === "up");
  const { result } = winners[0] ?? first;
  const count = votes.length === 1 ? "" : ` (${winners.length} of ${votes.length} vantages)`;
  return {
    ...result,
    fresh: true,
    sinceMs: last?.state === result.state ? last.sinceMs : result.sinceMs,
    detail: `${result.detail}${count}`,
  };
}

function withoutVotes(
  results: readonly VantageResult[],
  last: TargetHealth | undefined,
): TargetHealth | undefined {
  if (last !== undefined && last.state !== "unknown") return { ...last, fresh: false };
  const known = results.filter(({ result }) => result.state !== "unknown").sort(earlierFirst);
  // Nothing was merged yet: a state said without a vote is better than none, and of two such states
  // the one that keeps the target in.
  const kept = known.find(({ result }) => result.state === "up") ?? known[0];
  const shown = kept ?? [...results].sort(earlierFirst)[0];
  return shown === undefined ? last : { ...shown.result, fresh: false };
}

// By time, then by name: the same reports give the same words in whatever order they arrived.
function earlierFirst(left: VantageResult, right: VantageResult): number {
  const bySince = left.result.sinceMs - right.result.sinceMs;
  if (bySince !== 0) return bySince;
  return left.vantage < right.vantage ? -1 : Number(left.vantage > right.vantage);
}
