import type { PlannedContent } from "../../plan/index.ts";

const ADDRESSES: readonly string[] = ["A", "AAAA"];

/**
 * Why a name that holds nothing cannot be pinned to `content`, for people; undefined where it can.
 * On a lost disk, say, only the configuration tells what there was: the next plan must be able to
 * take the place of what is pinned.
 *
 * @param wantedTypes address types that the configuration has for it; none where it is not in it.
 */
export function newNameProblem(
  { rrsets }: PlannedContent,
  wantedTypes: readonly string[],
): string | undefined {
  const pinned = rrsets.map(({ type }) => type);
  if (wantedTypes.length === 0 || pinned.includes("CNAME")) return undefined;
  const lacking = wantedTypes.find((type) => !pinned.includes(type));
  if (lacking !== undefined) {
    return `Cannot make it without ${lacking}, which is configured: pin ${lacking} as well`;
  }
  const unwanted = pinned.find((type) => ADDRESSES.includes(type) && !wantedTypes.includes(type));
  if (unwanted === undefined) return undefined;
  return `Cannot pin ${unwanted}, which the configuration lacks: no plan could take it away again`;
}
