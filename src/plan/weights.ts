/**
 * Weights and answer count of an endpoint, which plain DNS cannot say, as zone data:
 *
 *   holdfast-weights=1 answers=2 A=100,100,50 AAAA=100,100,50
 *
 * Weights stand in the canonical order (RFC 4034 section 6.3) of the RRset's RDATA.
 */
export interface Weights {
  readonly answers: number | "all";
  /** By RR type mnemonic, in order of type code. */
  readonly byType: ReadonlyMap<string, readonly number[]>;
}

/** The outcome of reading a weights text. */
export type ParsedWeights =
  | { readonly kind: "weights"; readonly weights: Weights }
  | { readonly kind: "malformed"; readonly problem: string };

/** Largest weight of one record. */
export const WEIGHT_MAX = 65_535;
/** Most records an endpoint may have per type: keeps the largest write far below 65,535 octets. */
export const RECORDS_PER_TYPE_MAX = 400;

const HEAD = /^holdfast-weights=1 answers=(all|[1-9][0-9]{0,3})((?: [A-Z][A-Z0-9]{0,9}=[0-9,]+)*)$/;

/** Weights kept parsed: most endpoints of a cell have the same few. */
const KEPT_MAX = 4_096;
const KEPT_CHARACTERS_MAX = 256;
const kept = new Map<string, ParsedWeights>();

/** Reads a weights text strictly. */
export function parseWeights(text: string): ParsedWeights {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const parsed = parseStrictly(text);
  if (text.length > KEPT_CHARACTERS_MAX) return parsed;
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(text, parsed);
  return parsed;
}

function parseStrictly(text: string): ParsedWeights {
  const malformed = (problem: string): ParsedWeights => ({
    kind: "malformed",
    problem: `Cannot read the weights "${text.slice(0, 80)}": ${problem}`,
  });
  const found = HEAD.exec(text);
  if (found === null) return malformed("not in their grammar");
  const byType = new Map<string, readonly number[]>();
  for (const part of (found[2] ?? "").split(" ").slice(1)) {
    const [type = "", list = ""] = part.split("=");
    const weights = list.split(",").map(readWeight);
    if (!weights.every((weight) => weight !== undefined)) {
      return malformed(`weights of ${type} must be whole numbers in 1..${WEIGHT_MAX}`);
    }
    if (weights.length > RECORDS_PER_TYPE_MAX) return malformed(`too many weights of ${type}`);
    if (byType.has(type)) return malformed(`${type} is listed twice`);
    byType.set(type, weights);
  }
  const answers = found[1] === "all" ? "all" : Number(found[1]);
  return { kind: "weights", weights: { answers, byType } };
}

function readWeight(text: string): number | undefined {
  const weight = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : 0;
  return weight >= 1 && weight <= WEIGHT_MAX ? weight : undefined;
}

/** The one text of the weights of an entry. May be longer than one TXT character-string. */
export function weightsText(weights: Weights): string {
  const parts = [...weights.byType].map(([type, list]) => ` ${type}=${list.join(",")}`);
  return `holdfast-weights=1 answers=${weights.answers}${parts.join("")}`;
}
