import { RRClass } from "../codes.ts";
import { absoluteText } from "../fields/domainName.ts";
import { parseDuration } from "../fields/time.ts";
import { TTL_SECONDS_MAX } from "../message.ts";
import { type Name, parseName } from "../name.ts";
import { parseRdataTokens } from "../rdata.ts";
import { isMetaType, typeCode, typeText } from "../rrType.ts";
import { TokenCursor } from "../token.ts";
import type { PlacedToken } from "./zoneEntry.ts";

/** What is wrong with an entry, and at which piece; without one, at its beginning. */
export interface Malformed {
  readonly at?: PlacedToken | undefined;
  readonly problem: string;
}

/** What stands behind the owner of a record. The class is IN. */
export interface RecordBody {
  /** Undefined where none is given. */
  readonly ttlSeconds: number | undefined;
  readonly type: number;
  readonly rdata: Uint8Array;
}

/** Reads `[TTL] [class] type RDATA`, TTL and class in either order (RFC 1035 section 5.1). */
export function readBody(
  tokens: readonly PlacedToken[],
  start: number,
  origin: Name | undefined,
): RecordBody | Malformed {
  let index = start;
  let ttlSeconds: number | undefined;
  let hasClass = false;
  for (; index < tokens.length; index += 1) {
    const text = tokens[index]?.text ?? "";
    if (ttlSeconds === undefined && isDigit(text.charCodeAt(0))) {
      ttlSeconds = readTtl(text);
      if (ttlSeconds === undefined) return { at: tokens[index], problem: TTL_RULE };
    } else if (!hasClass && CLASS.test(text)) {
      if (!CLASS_IN.test(text)) return { at: tokens[index], problem: "its class must be IN" };
      hasClass = true;
    } else break;
  }
  const type = typeCode(tokens[index]?.text ?? "");
  if (type === undefined || isMetaType(type)) return noType(tokens[index]);
  const cursor = new TokenCursor(tokens, origin, index + 1);
  const rdata = parseRdataTokens(type, cursor);
  if (typeof rdata !== "string") return { ttlSeconds, type, rdata };
  const at = tokens[Math.min(cursor.index, tokens.length) - 1];
  const isSentence = rdata.startsWith("Cannot ");
  return { at, problem: isSentence ? rdata : `Cannot read ${typeText(type)} RDATA: ${rdata}` };
}

/** What a TTL must be. */
export const TTL_RULE = `a TTL must be seconds in 0..${TTL_SECONDS_MAX}, or with units as 1h30m`;

/** Seconds of a TTL; undefined where it is none. */
export function readTtl(text: string): number | undefined {
  const seconds = parseDuration(text);
  return seconds === undefined || seconds > TTL_SECONDS_MAX ? undefined : seconds;
}

const CLASS = /^(?:IN|CH|HS|CS|ANY|NONE|CLASS[0-9]{1,5})$/i;
const CLASS_IN = new RegExp(`^(?:IN|CLASS0*${RRClass.IN})$`, "i");

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function noType(at: PlacedToken | undefined): Malformed {
  const shown = at === undefined ? "nothing" : JSON.stringify(at.text.slice(0, 40));
  return { at, problem: `there must be a type of zone data: it is ${shown}` };
}

/** Reads a name, relative to `origin` where it is relative. */
export function readName(
  token: PlacedToken | undefined,
  origin: Name | undefined,
): Name | Malformed {
  if (token === undefined || token.quoted) return { at: token, problem: "there must be a name" };
  const text = absoluteText(token.text, origin);
  if (origin === undefined && !text.endsWith(".")) {
    return { at: token, problem: "the name is relative, and there is no $ORIGIN before it" };
  }
  const parsed = parseName(text);
  return parsed.kind === "parsed" ? parsed.name : { at: token, problem: parsed.problem };
}
