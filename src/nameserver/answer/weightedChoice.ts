import type { Chance } from "../../base/index.ts";
import { type RRset, RRType, typeText } from "../../dns/index.ts";
import type { Weights } from "../../plan/index.ts";

/** What of an RRset one answer carries, and in which order. */
export function chooseRdata(
  rrset: RRset,
  weights: Weights | undefined,
  chance: Chance,
): readonly Uint8Array[] {
  const { rdata, type } = rrset;
  if (rdata.length < 2 || (type !== RRType.A && type !== RRType.AAAA)) return rdata;
  const answers = weights?.answers ?? "all";
  // Most clients take the first address: no address may always be it.
  if (answers === "all") return rotate(rdata, chance);
  const listed = weights?.byType.get(typeText(type));
  const odds = listed?.length === rdata.length ? [...listed] : rdata.map(() => 1);
  return drawByWeight(rdata, odds, Math.min(answers, rdata.length), chance);
}

function rotate(rdata: readonly Uint8Array[], chance: Chance): readonly Uint8Array[] {
  const start = chance.below(rdata.length);
  return start === 0 ? rdata : [...rdata.slice(start), ...rdata.slice(0, start)];
}

/** Draws `count` items without replacement, each draw by the weights left. Spends `odds`. */
function drawByWeight(
  rdata: readonly Uint8Array[],
  odds: number[],
  count: number,
  chance: Chance,
): readonly Uint8Array[] {
  // At most 400 weights of 16 bits (src/plan/weights.ts): their sum stays below 2^32.
  let total = odds.reduce((sum, weight) => sum + weight, 0);
  const drawn: Uint8Array[] = [];
  while (drawn.length < count && total > 0) {
    let left = chance.below(total);
    for (const [index, weight] of odds.entries()) {
      left -= weight;
      const octets = rdata[index];
      if (left >= 0 || octets === undefined) continue;
      drawn.push(octets);
      odds[index] = 0;
      total -= weight;
      break;
    }
  }
  return drawn;
}
