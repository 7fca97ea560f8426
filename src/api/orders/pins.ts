import { isMetaType, parseRdata, rdataText, sortRdata, typeCode } from "../../dns/index.ts";
import type { NonEmpty, PlannedContent, PlannedRRset } from "../../plan/index.ts";

/** The records of one RR type that a person pins. */
export interface Pin {
  /** RR type mnemonic. */
  readonly type: string;
  /** RDATA in presentation format, canonical, in canonical order, unique. */
  readonly records: NonEmpty<string>;
}

/** The outcome of reading what a person pins; `problem` is one sentence. */
export type ReadPins =
  | { readonly kind: "pins"; readonly pins: NonEmpty<Pin> }
  | { readonly kind: "malformed"; readonly problem: string };

/** TTL of a type that the endpoint does not hold yet: what is pinned in haste is soon changed. */
export const PIN_TTL_SECONDS = 30;
/** RR types in one override: an endpoint has one or two. */
const PINS_MAX = 8;

/** Reads pins given as type and RDATA texts: what clients of the API send. */
export function readPins(
  given: readonly { readonly type: string; readonly rdata: readonly string[] }[],
): ReadPins {
  const pins: Pin[] = [];
  for (const one of given) {
    const pin = readPin(one.type.toUpperCase(), one.rdata);
    if (typeof pin === "string") return malformed(pin);
    if (pins.some(({ type }) => type === pin.type)) {
      return malformed(`Cannot pin ${pin.type} twice: give all of its records together`);
    }
    pins.push(pin);
  }
  const [first, ...rest] = pins;
  if (first === undefined) return malformed("Cannot pin nothing: an override is never empty");
  if (pins.length > PINS_MAX) return malformed(`Cannot pin more than ${PINS_MAX} types at once`);
  return { kind: "pins", pins: [first, ...rest] };
}

/** Reads pins as people type them: `A 192.0.2.1 192.0.2.2 AAAA 2001:db8::1`. */
export function readPinWords(words: readonly string[]): ReadPins {
  const given: { type: string; rdata: string[] }[] = [];
  for (const word of words) {
    const last = given.at(-1);
    // Right behind a type stands RDATA, whatever it looks like.
    const isType = typeCode(word.toUpperCase()) !== undefined && last?.rdata.length !== 0;
    if (isType) given.push({ type: word, rdata: [] });
    else if (last !== undefined) last.rdata.push(word);
    else return malformed(`Cannot read "${word}": it must be an RR type first, such as A`);
  }
  return readPins(given);
}

function readPin(type: string, texts: readonly string[]): Pin | string {
  const code = typeCode(type);
  if (code === undefined || isMetaType(code)) return `Cannot pin "${type}": it is no RR type`;
  const wires: Uint8Array[] = [];
  for (const text of texts) {
    const parsed = parseRdata(code, text);
    if (parsed.kind === "malformed") return parsed.problem;
    wires.push(parsed.rdata);
  }
  const [first, ...rest] = sortRdata(wires).map((rdata) => rdataText(code, rdata));
  if (first === undefined) return `Cannot pin ${type} without a record: an override is never empty`;
  return { type, records: [first, ...rest] };
}

function malformed(problem: string): ReadPins {
  return { kind: "malformed", problem };
}

/**
 * What an endpoint answers while it is pinned: the pinned types, and the others as held. A CNAME
 * stands alone; where the endpoint holds one now, the others are those that were planned
 * (`beneath`).
 *
 * @param ttlSeconds of the pinned types; as held where absent.
 */
export function mergePins(
  pins: NonEmpty<Pin>,
  ttlSeconds: number | undefined,
  held: PlannedContent | undefined,
  beneath?: PlannedContent,
): PlannedContent {
  const [head, ...tail] = pins;
  const first = pinned(head, ttlSeconds, held);
  const rest = tail.map((pin) => pinned(pin, ttlSeconds, held));
  const answers = held?.answers ?? "all";
  if (pins.some(({ type }) => type === "CNAME")) {
    return { answers, rrsets: inTypeOrder([first, ...rest]) };
  }
  const base = isAlias(held) ? beneath : held;
  const types = new Set(pins.map(({ type }) => type));
  const kept = (base?.rrsets ?? []).filter((rrset) => !types.has(rrset.type));
  return { answers, rrsets: inTypeOrder([first, ...rest, ...kept]) };
}

function pinned(
  { type, records }: Pin,
  ttlSeconds: number | undefined,
  held: PlannedContent | undefined,
): PlannedRRset {
  const asHeld = held?.rrsets.find((rrset) => rrset.type === type)?.ttlSeconds;
  const [first, ...rest] = records;
  const ofRecord = (rdata: string) => ({ rdata, weight: 1 });
  return {
    type,
    ttlSeconds: ttlSeconds ?? asHeld ?? PIN_TTL_SECONDS,
    records: [ofRecord(first), ...rest.map(ofRecord)],
  };
}

function isAlias(content: PlannedContent | undefined): boolean {
  return content?.rrsets.some(({ type }) => type === "CNAME") ?? false;
}

function inTypeOrder(rrsets: NonEmpty<PlannedRRset>): NonEmpty<PlannedRRset> {
  const [first, ...rest] = rrsets.toSorted((left, right) => {
    return (typeCode(left.type) ?? 0) - (typeCode(right.type) ?? 0);
  });
  return first === undefined ? rrsets : [first, ...rest];
}
