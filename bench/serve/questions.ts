// The questions that every server is asked: Zipf over the names, some of them for names that do
// not exist, in an order that depends on nothing but the seed.
import {
  ADDRESS_STEP,
  APEX,
  addressCount,
  addressOf,
  type BenchZone,
  labelOf,
} from "./benchZone.ts";
import { SeededRandom } from "./seededRandom.ts";

/** Popularity of the name of rank r is r^-s: what resolvers' traffic looks like. */
const ZIPF_EXPONENT = 1;
/** Of a hundred questions, those for names that do not exist, where nothing is said. */
const MISSING_PERCENT = 10;
const WRITE_LINES = 4_096;

/** What the questions are about. */
export interface QuestionPlan {
  readonly zone: BenchZone;
  readonly count: number;
  readonly seed: number;
  /** UPDATEs change the addresses meanwhile. */
  readonly moving: boolean;
  /** Of a hundred questions, those for names that do not exist; {@link MISSING_PERCENT}. */
  readonly missingPercent?: number;
}

/** One question: a name's number, or undefined for a name that does not exist. */
export function* questions(plan: QuestionPlan): Generator<number | undefined> {
  const { missingPercent = MISSING_PERCENT } = plan;
  const { names } = plan.zone;
  const random = new SeededRandom(plan.seed);
  const byRank = random.permutation(names);
  const sums = new Float64Array(names);
  let sum = 0;
  for (let rank = 0; rank < names; rank += 1) {
    sum += (rank + 1) ** -ZIPF_EXPONENT;
    sums[rank] = sum;
  }
  for (let asked = 0; asked < plan.count; asked += 1) {
    const isMissing = random.below(100) < missingPercent;
    yield isMissing ? undefined : byRank[rankAt(sums, random.fraction() * sum)];
  }
}

/** The first rank whose sum is above `at`. */
function rankAt(sums: Float64Array, at: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The lines that dnsLoad reads: each a question and what its answer must be. */
export function* dnsLoadText(plan: QuestionPlan): Generator<string> {
  const missing = new SeededRandom(plan.seed + 1);
  const apex = APEX.slice(0, -1);
  yield* inPieces(plan, (index) => {
    if (index === undefined) return `${missingLabel(missing)}.${apex} 1 3 0 - 0`;
    const span = addressCount(plan.zone, index);
    const answers = plan.zone.weighted ? 1 : span;
    const width = plan.moving ? ADDRESS_STEP : span;
    return `${labelOf(index)}.${apex} 1 0 ${answers} ${addressOf(index)} ${width}`;
  });
}

/** The lines that dnsLoad reads, for every name of a zone once. */
export function* everyNameText(zone: BenchZone): Generator<string> {
  const apex = APEX.slice(0, -1);
  for (let first = 0; first < zone.names; first += WRITE_LINES) {
    const count = Math.min(WRITE_LINES, zone.names - first);
    const lines = Array.from({ length: count }, (_, place) => {
      const span = addressCount(zone, first + place);
      const address = addressOf(first + place);
      return `${labelOf(first + place)}.${apex} 1 0 ${span} ${address} ${span}`;
    });
    yield `${lines.join("\n")}\n`;
  }
}

/** The lines that dnsperf reads; it changes no letter case itself. */
export function* dnsperfText(plan: QuestionPlan): Generator<string> {
  const missing = new SeededRandom(plan.seed + 1);
  const chance = new SeededRandom(plan.seed + 2);
  yield* inPieces(plan, (index) => {
    const label = index === undefined ? missingLabel(missing) : labelOf(index);
    return `${randomCase(`${label}.${APEX}`, chance)} A`;
  });
}

function* inPieces(
  plan: QuestionPlan,
  lineOf: (index: number | undefined) => string,
): Generator<string> {
  let lines: string[] = [];
  for (const index of questions(plan)) {
    lines.push(lineOf(index));
    if (lines.length >= WRITE_LINES) {
      yield `${lines.join("\n")}\n`;
      lines = [];
    }
  }
  if (lines.length > 0) yield `${lines.join("\n")}\n`;
}

/** As long as a name that exists, and in the same places of any order. */
function missingLabel(random: SeededRandom): string {
  return `n${random.below(10_000_000).toString().padStart(7, "0")}x`.slice(0, 9);
}

function randomCase(text: string, random: SeededRandom): string {
  return text.replaceAll(/[a-z]/g, (letter) =>
    random.below(2) === 0 ? letter : letter.toUpperCase(),
  );
}
