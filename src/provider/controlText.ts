import { assert, compareBytes, utf8, utf8Text } from "../base/index.ts";
import {
  decodeTxt,
  encodeTxt,
  makeRRset,
  type Name,
  parseRdata,
  type RRset,
  RRType,
  rdataText,
} from "../dns/index.ts";
import { FENCE_TTL_SECONDS } from "../plan/index.ts";

const STRING_OCTETS_MAX = 255; // RFC 1035 section 3.3: one character-string

/** A control text as a TXT RRset of one record, split over as many character-strings as needed. */
export function controlRRset(name: Name, text: string): RRset {
  const octets = utf8(text);
  assert(octets.length > 0, "a control text says something");
  const strings: Uint8Array[] = [];
  for (let start = 0; start < octets.length; start += STRING_OCTETS_MAX) {
    strings.push(octets.subarray(start, start + STRING_OCTETS_MAX));
  }
  return makeRRset(name, RRType.TXT, FENCE_TTL_SECONDS, [encodeTxt(strings)]);
}

/**
 * Control texts exactly as they were read, as the TXT RRset that they stand for: a condition on
 * them must find the very records, however malformed.
 */
export function readRRset(name: Name, texts: readonly string[]): RRset {
  assert(texts.length > 0, "what was read is one record or more");
  const rdata = texts.map((text) => {
    if (!isPresentation(text)) return encodeTxt([utf8(text)]);
    const parsed = parseRdata(RRType.TXT, text);
    assert(parsed.kind === "parsed", `${text} was made from RDATA`);
    return parsed.rdata;
  });
  return makeRRset(name, RRType.TXT, FENCE_TTL_SECONDS, rdata);
}

/** What a control name holds. */
export type ControlText =
  | { readonly kind: "none" }
  | { readonly kind: "text"; readonly text: string }
  /**
   * Anything but one record of text. `texts`: by record, in canonical order, the text itself where
   * it is one character-string of UTF-8, else its RDATA in presentation format.
   */
  | { readonly kind: "malformed"; readonly problem: string; readonly texts: readonly string[] };

/**
 * Reads a control text back. `strings`: `one` where the text must be a single character-string, as
 * a fence and a gate are; `joined` where it may be split.
 */
export function readControlText(rrset: RRset | undefined, strings: "one" | "joined"): ControlText {
  if (rrset === undefined) return { kind: "none" };
  const plain = plainText(rrset);
  if (plain !== undefined) return { kind: "text", text: plain };
  const malformed = (problem: string): ControlText => ({
    kind: "malformed",
    problem: `Cannot read ${rrset.name} as it must be ${problem}`,
    texts: rrset.rdata.map(exactText),
  });
  const [only, ...others] = rrset.rdata.map(stringsOf);
  if (others.length > 0) return malformed(`one TXT record: there are ${rrset.rdata.length}`);
  if (only === undefined) return malformed("text");
  if (strings === "one" && only.length !== 1) {
    return malformed(`one character-string: there are ${only.length}`);
  }
  const text = only.join("");
  // A condition on the text must find the very record: a byte order mark, say, is not in the text.
  const isExact = strings === "joined" || rrset.rdata.every((rdata) => exactText(rdata) === text);
  return isExact ? { kind: "text", text } : malformed("plain text");
}

/** First octet of a byte order mark, which a decoder drops. */
const MARK_OCTET = 0xef;

/** The text of one record of one character-string, as nearly all are; undefined: look closer. */
function plainText({ rdata: [rdata, ...others] }: RRset): string | undefined {
  if (rdata === undefined || others.length > 0 || rdata[0] !== rdata.length - 1) return undefined;
  if (rdata[1] === MARK_OCTET) return undefined;
  const text = utf8Text(rdata.subarray(1));
  return text === undefined || isPresentation(text) ? undefined : text;
}

function stringsOf(rdata: Uint8Array): readonly string[] | undefined {
  const strings = decodeTxt(rdata)?.map(utf8Text);
  return strings?.every((text) => text !== undefined) ? strings : undefined;
}

function exactText(rdata: Uint8Array): string {
  const [text = ""] = stringsOf(rdata) ?? [];
  const octets = utf8(text);
  const isSame =
    octets.length <= STRING_OCTETS_MAX && compareBytes(encodeTxt([octets]), rdata) === 0;
  return isSame && !isPresentation(text) ? text : rdataText(RRType.TXT, rdata);
}

/** Presentation format of TXT begins so; no control text does. */
function isPresentation(text: string): boolean {
  return text === "" || text.startsWith('"') || text.startsWith("\\#");
}
