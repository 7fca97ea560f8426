import { assert, utf8, utf8Text } from "../base/index.ts";
import { decodeTxt, encodeTxt, makeRRset, type Name, type RRset, RRType } from "../dns/index.ts";
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

/** What a control name holds. */
export type ControlText =
  | { readonly kind: "none" }
  | { readonly kind: "text"; readonly text: string }
  /** Anything but one record of text. */
  | { readonly kind: "malformed"; readonly problem: string; readonly texts: readonly string[] };

/**
 * Reads a control text back. `strings`: `one` where the text must be a single character-string, as
 * a fence and a gate are; `joined` where it may be split.
 */
export function readControlText(rrset: RRset | undefined, strings: "one" | "joined"): ControlText {
  if (rrset === undefined) return { kind: "none" };
  const texts = rrset.rdata.map(textOf);
  const malformed = (problem: string): ControlText => ({
    kind: "malformed",
    problem: `Cannot read ${rrset.name} as it must be ${problem}`,
    texts: texts.map((text) => text?.join("") ?? "(not text)"),
  });
  const [only, ...others] = texts;
  if (others.length > 0) return malformed(`one TXT record: there are ${texts.length}`);
  if (only === undefined) return malformed("text");
  if (strings === "one" && only.length !== 1) {
    return malformed(`one character-string: there are ${only.length}`);
  }
  return { kind: "text", text: only.join("") };
}

function textOf(rdata: Uint8Array): readonly string[] | undefined {
  const strings = decodeTxt(rdata)?.map(utf8Text);
  return strings?.every((text) => text !== undefined) ? strings : undefined;
}
