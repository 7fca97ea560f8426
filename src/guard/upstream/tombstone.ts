import { utf8Text } from "../../base/index.ts";
import {
  decodeTxt,
  isAtOrBelow,
  type Message,
  type Name,
  parseName,
  Rcode,
  RRClass,
  StubType,
} from "../../dns/stub/index.ts";
import type { TombstoneOutcome } from "../machine/outcome.ts";
import { isReferral } from "./readOutcome.ts";

/** Where the fence of an endpoint is (docs/fence-protocol.md). */
const FENCE_LABEL = "_holdfast";

/**
 * A fence that is a tombstone, as docs/fence-protocol.md has it: it holds no types. What is not
 * exactly that is none: a reader does not guess.
 */
const NUMBER = "(0|[1-9]\\d{0,14})";
const POSITION = `holdfast=1 epoch=${NUMBER} generation=${NUMBER} edition=${NUMBER}`;
const ID_AND_TIME = "[a-z0-9][a-z0-9-]{0,39} at=\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ";
const TOMBSTONE = new RegExp(
  `^${POSITION} types=- digest=[A-Za-z0-9_-]{16,64} tombstone=${ID_AND_TIME}$`,
);

/** The name where a name's fence is; undefined where that would be too long for a name. */
export function fenceName(name: Name): Name | undefined {
  const parsed = parseName(`${FENCE_LABEL}.${name}`);
  return parsed.kind === "parsed" && isAtOrBelow(parsed.name, name) ? parsed.name : undefined;
}

/** What the response to a question for `fence`, type TXT, says of a tombstone. */
export function readTombstone(message: Message, fence: Name, isTrusted: boolean): TombstoneOutcome {
  const isAuthenticated = isTrusted && message.ad;
  const isSaid = message.rcode === Rcode.NOERROR || message.rcode === Rcode.NXDOMAIN;
  if (!isSaid || isReferral(message)) {
    return { found: "unknown", isAuthenticated: false };
  }
  const texts = message.answer.filter(({ name, type, class: rrClass }) => {
    return name === fence && type === StubType.TXT && rrClass === RRClass.IN;
  });
  const [only] = texts;
  const strings = only === undefined || texts.length > 1 ? [] : (decodeTxt(only.rdata) ?? []);
  const [text] = strings;
  const isTombstone =
    text !== undefined && strings.length === 1 && TOMBSTONE.test(utf8Text(text) ?? "");
  return isTombstone ? { found: "tombstone", isAuthenticated } : { found: "none", isAuthenticated };
}
