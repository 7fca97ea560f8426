import { utf8 } from "../base/index.ts";
import {
  encodeTxt,
  type Message,
  makeResponse,
  type Name,
  Opcode,
  parentOf,
  Rcode,
  RRClass,
  RRType,
} from "../dns/index.ts";
import type { LastAsked } from "./serve/askedTable.ts";

/** What is known of when names were asked for. */
export interface AskedNames {
  /** A name that exists was asked for. */
  note(name: Name): void;
  /** Absent where nobody may be told: in threads, which have no keys. */
  last?(name: Name): LastAsked;
  /** Wall clock since which names are noted. */
  readonly sinceMs: number;
}

/** In front of a name: when was it last asked for? Only signed askers are told. */
const PREFIX = "_asked._holdfast.";

/**
 * The answer to a signed question for TXT of `_asked._holdfast.<name>`, which is in no zone:
 *
 *   holdfast-asked=1 last=2026-11-22T14:05:00Z since=2026-11-20T08:00:12Z
 *
 * `last` is the minute in which the public last asked for the name, `never` (not since the start),
 * or `unknown`. Undefined for all other questions.
 */
export function askedAnswer(asked: AskedNames, request: Message): Message | undefined {
  const [question] = request.question;
  if (asked.last === undefined || question === undefined) return undefined;
  const { name, type, class: rrClass } = question;
  if (!name.startsWith(PREFIX) || type !== RRType.TXT || rrClass !== RRClass.IN) return undefined;
  if (request.opcode !== Opcode.QUERY) return undefined;
  const endpoint = parentOf(parentOf(name) ?? name);
  if (endpoint === undefined) return undefined;
  const last = asked.last(endpoint);
  const when = last.kind === "asked" ? timeText(last.atMs) : last.kind;
  const text = `holdfast-asked=1 last=${when} since=${timeText(asked.sinceMs)}`;
  const rdata = encodeTxt([utf8(text)]);
  const record = { name, type: RRType.TXT, class: RRClass.IN, ttlSeconds: 0, rdata };
  return { ...makeResponse(request, Rcode.NOERROR), aa: true, answer: [record] };
}

function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
