import { compareBytes, utf8, utf8Text } from "../../base/index.ts";
import { decodeTxt, type Name, type RRset, RRType, sameRRset } from "../../dns/index.ts";
import { type FenceFound, parseFence, parseWeights, type Weights } from "../../plan/index.ts";

/** What a zone holds at one name. Never changed: a commit puts another node in its place. */
export interface ZoneNode {
  /**
   * In order of type code; none at an empty non-terminal (RFC 4592 section 2.2.2). One for each
   * type, but RRSIGs: one for each type covered, with the TTL of what it covers.
   */
  readonly rrsets: readonly RRset[];
  /** Names directly below that exist. */
  readonly childCount: number;
  /** Fences at or below this name: what must not be hidden. */
  readonly fenceCount: number;
  /** Names at or below that own a DNAME or, not at the apex, an NS: what hides others. */
  readonly cutCount: number;
  /** Read once, where this is the owner of a fence. */
  readonly fence?: FenceFound;
  /** Read once, where this is the owner of weights that can be read. */
  readonly weights?: Weights;
}

/** Counts that a node passes up to its ancestors. */
export interface SubtreeCounts {
  readonly childCount: number;
  readonly fenceCount: number;
  readonly cutCount: number;
}

/** First label of a fence's owner, and the last label of every control name. */
export const FENCE_PREFIX = "_holdfast.";
/** First two labels of the owner of weights. */
export const WEIGHTS_PREFIX = `_weights.${FENCE_PREFIX}`;

/** The node of a name that nothing is known of. */
export const EMPTY_NODE: ZoneNode = { rrsets: [], childCount: 0, fenceCount: 0, cutCount: 0 };

/** The RRset of one type; undefined where there is none. */
export function rrsetOfType(node: ZoneNode | undefined, type: number): RRset | undefined {
  if (node === undefined) return undefined;
  for (const rrset of node.rrsets) if (rrset.type === type) return rrset;
  return undefined;
}

/** Makes a node; `rrsets` in order of type code. */
export function makeNode(name: Name, rrsets: readonly RRset[], counts: SubtreeCounts): ZoneNode {
  const { childCount, fenceCount, cutCount } = counts;
  const node: ZoneNode = { rrsets, childCount, fenceCount, cutCount };
  if (name.startsWith(FENCE_PREFIX)) return { ...node, fence: readFence(node) };
  const weights = name.startsWith(WEIGHTS_PREFIX) ? readWeights(node) : undefined;
  return weights === undefined ? node : { ...node, weights };
}

/** How much a name itself adds to the counts of its ancestors. */
export function ownCounts(
  name: Name,
  apex: Name,
  rrsets: readonly RRset[],
): Pick<SubtreeCounts, "fenceCount" | "cutCount"> {
  const holds = (type: number) => rrsets.some((rrset) => rrset.type === type);
  const isFence = name.startsWith(FENCE_PREFIX) && holds(RRType.TXT);
  const isCut = holds(RRType.DNAME) || (name !== apex && holds(RRType.NS));
  return { fenceCount: isFence ? 1 : 0, cutCount: isCut ? 1 : 0 };
}

/** The texts of a TXT RRset, each with its character-strings joined; undefined: not text. */
export function txtTexts(rrset: RRset): readonly (string | undefined)[] {
  return rrset.rdata.map((rdata) => {
    const texts = decodeTxt(rdata)?.map((part) => utf8Text(part));
    return texts?.includes(undefined) === false ? texts.join("") : undefined;
  });
}

/** Whether a TXT RRset is exactly one record with exactly this text. */
export function isText(rrset: RRset | undefined, text: string): boolean {
  const [only, ...more] = rrset?.rdata ?? [];
  if (only === undefined || more.length > 0) return false;
  return compareBytes(only.subarray(1), utf8(text)) === 0;
}

/** Whether two nodes' RRsets are the same, TTLs included. */
export function sameRRsets(left: readonly RRset[], right: readonly RRset[]): boolean {
  if (left === right) return true;
  if (left.length !== right.length) return false;
  return left.every((rrset, index) => {
    const other = right[index];
    return other === rrset || (other !== undefined && sameRRset(rrset, other));
  });
}

function readFence(node: ZoneNode): FenceFound {
  const rrset = rrsetOfType(node, RRType.TXT);
  if (rrset === undefined) return { kind: "none" };
  const malformed = (problem: string): FenceFound => {
    return { kind: "malformed", problem, texts: txtTexts(rrset).map((text) => text ?? "") };
  };
  const [rdata] = rrset.rdata;
  const count = rrset.rdata.length;
  if (rdata === undefined || count > 1) return malformed(`it has ${count} records`);
  // One character-string has all octets but its length (RFC 1035 section 3.3).
  if (rdata[0] !== rdata.length - 1) return malformed("it is not one character-string");
  const text = utf8Text(rdata.subarray(1)) ?? "";
  const parsed = parseFence(text);
  if (parsed.kind === "malformed") return malformed(parsed.problem);
  return { kind: "fence", fence: parsed.fence, text };
}

function readWeights(node: ZoneNode): Weights | undefined {
  const rrset = rrsetOfType(node, RRType.TXT);
  const [text, ...more] = rrset === undefined ? [] : txtTexts(rrset);
  if (text === undefined || more.length > 0) return undefined;
  const parsed = parseWeights(text);
  return parsed.kind === "weights" ? parsed.weights : undefined;
}
