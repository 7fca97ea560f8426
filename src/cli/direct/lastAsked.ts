import { errorText, utf8Text } from "../../base/index.ts";
import {
  decodeTxt,
  type Message,
  makeQuery,
  type Name,
  prefixName,
  Rcode,
  RRType,
} from "../../dns/index.ts";
import { TcpDialer } from "../../net/index.ts";
import type { CliIo } from "../io.ts";
import { agoText, durationText } from "../output/time.ts";
import type { Region } from "../region.ts";
import { type AskedWith, accessOf, askSigned, type Taken } from "./signedQuestion.ts";

/** When clients last asked our own nameserver for a name. */
export type LastAsked =
  /** In the minute that begins at `atMs` (wall clock). */
  | { readonly kind: "asked"; readonly atMs: number; readonly sinceMs: number }
  /** Not since the nameserver started. */
  | { readonly kind: "never"; readonly sinceMs: number }
  | { readonly kind: "unknown"; readonly problem: string };

const ANSWER_MS_MAX = 3_000;
const MINUTE_MS = 60_000;
const GRAMMAR = /^holdfast-asked=1 last=(never|unknown|[0-9TZ:-]{20}) since=([0-9TZ:-]{20})$/;

/**
 * Asks our own nameserver when a name was last asked for. Only that one notes it: what secondaries
 * and servers of others were asked is not known.
 */
export async function lastAskedOf(endpoint: Name, region: Region, io: CliIo): Promise<LastAsked> {
  const embedded = region.settings.stores.find(({ kind }) => kind === "embedded");
  if (embedded === undefined) return unknown("only our own nameserver notes it");
  try {
    const asked = { ...accessOf(embedded, region), dialer: new TcpDialer(), clock: io.clock };
    return await askLastAsked(endpoint, asked);
  } catch (error) {
    return unknown(errorText(error));
  }
}

/** {@link lastAskedOf} of one server. Rejects where it cannot be dialled. */
async function askLastAsked(endpoint: Name, asked: AskedWith): Promise<LastAsked> {
  const fence = prefixName("_holdfast", endpoint);
  const name = fence.kind === "parsed" ? prefixName("_asked", fence.name) : fence;
  if (name.kind === "malformed") return unknown(name.problem);
  let last: LastAsked = unknown("it gave no answer");
  const take = (message: Message): Taken => {
    last = readAnswer(message);
    return { kind: "done" };
  };
  const make = (id: number) => makeQuery(id, name.name, RRType.TXT);
  const problem = await askSigned(asked, ANSWER_MS_MAX, make, take);
  return problem === undefined ? last : unknown(problem);
}

function readAnswer({ rcode, answer }: Message): LastAsked {
  const [record] = answer;
  if (rcode !== Rcode.NOERROR || record?.type !== RRType.TXT) {
    return unknown("the nameserver is of a version that does not note it");
  }
  const text = decodeTxt(record.rdata)?.map(utf8Text).join("") ?? "";
  const [, last, since] = GRAMMAR.exec(text) ?? [];
  const sinceMs = Date.parse(since ?? "");
  if (last === undefined || Number.isNaN(sinceMs)) return unknown("its answer cannot be read");
  if (last === "never") return { kind: "never", sinceMs };
  if (last === "unknown") return unknown("too many names were asked for since");
  const atMs = Date.parse(last);
  return Number.isNaN(atMs)
    ? unknown("its answer cannot be read")
    : { kind: "asked", atMs, sinceMs };
}

function unknown(problem: string): LastAsked {
  return { kind: "unknown", problem };
}

/** For people: `asked for 3 h ago`. */
export function lastAskedText(last: LastAsked, nowMs: number): string {
  switch (last.kind) {
    case "asked":
      if (nowMs - last.atMs < 2 * MINUTE_MS) return "asked for within the last two minutes";
      return `last asked for ${agoText(last.atMs, nowMs)}`;
    case "never":
      return `not asked for since the nameserver started (${durationText(nowMs - last.sinceMs)})`;
    case "unknown":
      return `when it was last asked for is not known: ${last.problem}`;
  }
}
