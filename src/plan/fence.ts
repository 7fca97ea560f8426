/**
 * The fence: what an endpoint holds, as one TXT string beside its records, changed in the same
 * atomic step. Words and numbers in fixed order, so that equal fences are equal texts and a person
 * can read one in `dig`:
 *
 *   holdfast=1 epoch=0 generation=42 edition=57 types=A,AAAA digest=… [override=ID until=TIME]
 *   holdfast=1 epoch=0 generation=43 edition=58 types=- digest=… tombstone=ID at=TIME
 */
export interface Fence {
  readonly epoch: number;
  readonly generation: number;
  /** Rises with every write of any kind, so that no fence text ever comes back. */
  readonly edition: number;
  /** RR type mnemonics held, in order of type code; empty only for a tombstone. */
  readonly types: readonly string[];
  /** Digest of the entry held; stored and compared, never recomputed. */
  readonly digest: string;
  readonly mark?:
    | { readonly kind: "override"; readonly id: string; readonly untilMs: number }
    | { readonly kind: "tombstone"; readonly id: string; readonly atMs: number };
}

/** The outcome of reading a fence text. */
export type ParsedFence =
  | { readonly kind: "fence"; readonly fence: Fence }
  | { readonly kind: "malformed"; readonly problem: string };

/** One TXT character-string (RFC 1035 section 3.3) is at most this long. */
export const FENCE_OCTETS_MAX = 255;
/** TTL of fence, gate and weights RRsets: DESIGN.md allows 30 s at most. */
export const FENCE_TTL_SECONDS = 30;

const NUMBER = "(0|[1-9][0-9]{0,14})";
const TYPES = "(-|[A-Z][A-Z0-9]{0,9}(?:,[A-Z][A-Z0-9]{0,9})*)";
const DIGEST = "([A-Za-z0-9_-]{16,64})";
const ID = "([a-z0-9][a-z0-9-]{0,39})";
const TIME = "(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ)";
const GRAMMAR = new RegExp(
  `^holdfast=1 epoch=${NUMBER} generation=${NUMBER} edition=${NUMBER} types=${TYPES} ` +
    `digest=${DIGEST}(?: override=${ID} until=${TIME}| tombstone=${ID} at=${TIME})?$`,
);

/** Fences kept parsed: the same ones are read again and again, by every audit. */
const KEPT_MAX = 4_096;
const kept = new Map<string, ParsedFence>();

/** Reads a fence text strictly: what is not exactly in the grammar is malformed, never guessed. */
export function parseFence(text: string): ParsedFence {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const parsed = parseStrictly(text);
  if (parsed.kind === "malformed") return parsed; // an attacker's, perhaps, and long
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(text, parsed);
  return parsed;
}

function parseStrictly(text: string): ParsedFence {
  const malformed = (problem: string): ParsedFence => ({
    kind: "malformed",
    problem: `Cannot read the fence "${text.slice(0, FENCE_OCTETS_MAX)}": ${problem}`,
  });
  if (text.length > FENCE_OCTETS_MAX) return malformed(`it has ${text.length} octets, over 255`);
  const found = GRAMMAR.exec(text);
  if (found === null) {
    const version = /^holdfast=(\d{1,9}) /.exec(text)?.[1];
    return malformed(
      version !== undefined && version !== "1"
        ? `version ${version} is unknown here`
        : "it does not follow the grammar of docs/fence-protocol.md",
    );
  }
  const [, epoch, generation, edition, types, digest, overrideId, until, tombstoneId, at] = found;
  const listed = types === undefined || types === "-" ? [] : types.split(",");
  if (new Set(listed).size !== listed.length) return malformed("a type is listed twice");
  const mark = readMark(overrideId, until, tombstoneId, at);
  if (mark === "malformed") return malformed("its time does not exist");
  if (listed.length === 0 && mark?.kind !== "tombstone") {
    return malformed("only a tombstone may hold no types");
  }
  const fence: Fence = {
    epoch: Number(epoch),
    generation: Number(generation),
    edition: Number(edition),
    types: listed,
    digest: digest ?? "",
    ...(mark === undefined ? {} : { mark }),
  };
  return { kind: "fence", fence };
}

function readMark(
  overrideId: string | undefined,
  until: string | undefined,
  tombstoneId: string | undefined,
  at: string | undefined,
): Fence["mark"] | "malformed" {
  if (overrideId !== undefined && until !== undefined) {
    const untilMs = timeMs(until);
    return untilMs === undefined ? "malformed" : { kind: "override", id: overrideId, untilMs };
  }
  if (tombstoneId !== undefined && at !== undefined) {
    const atMs = timeMs(at);
    return atMs === undefined ? "malformed" : { kind: "tombstone", id: tombstoneId, atMs };
  }
  return undefined;
}

/** The one text of a fence. */
export function fenceText(fence: Fence): string {
  const types = fence.types.length === 0 ? "-" : fence.types.join(",");
  const base =
    `holdfast=1 epoch=${fence.epoch} generation=${fence.generation} edition=${fence.edition} ` +
    `types=${types} digest=${fence.digest}`;
  if (fence.mark === undefined) return base;
  return fence.mark.kind === "override"
    ? `${base} override=${fence.mark.id} until=${timeText(fence.mark.untilMs)}`
    : `${base} tombstone=${fence.mark.id} at=${timeText(fence.mark.atMs)}`;
}

/** Anything that has a place in an endpoint's line: a fence, a plan entry, a high-water mark. */
export interface Position {
  readonly epoch: number;
  readonly generation: number;
}

/** Orders positions by epoch, then generation: negative when `left` is older. */
export function comparePositions(left: Position, right: Position): number {
  return left.epoch - right.epoch || left.generation - right.generation;
}

// Times are whole seconds of UTC. `Date` only converts here: nothing asks it what time it is.
function timeMs(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || timeText(ms) !== text ? undefined : ms;
}

function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
