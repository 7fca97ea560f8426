// What of two responses must be the same, and how they differ.
import {
  decodeMessage,
  type Message,
  type ResourceRecord,
  rcodeText,
  rdataText,
  typeText,
} from "../../src/dns/index.ts";
import type { Asked } from "./questions.ts";

/** A response, as far as servers are compared. */
export interface Seen {
  readonly rcode: string;
  /** Header bits that are set, without QR: `aa tc rd ra ad cd`. */
  readonly flags: readonly string[];
  /** Records of each section, sorted. */
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  /** Version and DO of the EDNS; undefined without EDNS. */
  readonly edns: string | undefined;
  /** Options but extended errors, which servers word as they like. */
  readonly options: readonly string[];
  /** Whether the question came back as it was sent, letter case and all. */
  readonly echoes: boolean;
}

/** What came back for a question: nothing, a response, or octets that are none. */
export type Outcome =
  | { readonly kind: "silence" }
  | { readonly kind: "malformed"; readonly problem: string }
  | { readonly kind: "seen"; readonly seen: Seen };

const EXTENDED_ERROR_OPTION = 15;

/** Reads what came back. */
export function outcomeOf(asked: Asked, reply: Uint8Array | undefined): Outcome {
  if (reply === undefined) return { kind: "silence" };
  const decoded = decodeMessage(reply);
  if (decoded.kind === "malformed") return { kind: "malformed", problem: decoded.problem };
  const { message, questionWire } = decoded;
  const sent = asked.bytes.subarray(12, 12 + questionWire.length);
  const echoes = message.question.length === 1 && Buffer.compare(sent, questionWire) === 0;
  return { kind: "seen", seen: seenOf(message, echoes) };
}

function seenOf(message: Message, echoes: boolean): Seen {
  const { aa, tc, rd, ra, ad, cd, edns } = message;
  const flags = Object.entries({ aa, tc, rd, ra, ad, cd }).flatMap(([name, isSet]) =>
    isSet ? [name] : [],
  );
  return {
    rcode: rcodeText(message.rcode),
    flags,
    answer: lines(message.answer),
    authority: lines(message.authority),
    additional: lines(message.additional),
    edns: edns === undefined ? undefined : `${edns.version}${edns.dnssecOk ? " do" : ""}`,
    options: (edns?.options ?? []).flatMap(({ code, data }) =>
      code === EXTENDED_ERROR_OPTION ? [] : [`${code} ${Buffer.from(data).toString("hex")}`],
    ),
    echoes,
  };
}

function lines(records: readonly ResourceRecord[]): readonly string[] {
  return records
    .map(({ name, type, ttlSeconds, rdata }) => {
      return `${name} ${ttlSeconds} ${typeText(type)} ${rdataText(type, rdata)}`;
    })
    .sort();
}

/** Whether two outcomes are the same in all that is compared. */
export function isSame(left: Outcome, right: Outcome): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** A difference for people: the question, then both outcomes. */
export function differenceText(asked: Asked, peer: string, ours: Outcome, theirs: Outcome): string {
  const { name, type, edns, dnssecOk, oddity } = asked;
  const question = `${name} ${typeText(type)} class ${asked.class} edns ${edns ?? "-"}`;
  const rest = `${dnssecOk ? " do" : ""}${oddity === undefined ? "" : ` ${oddity}`}`;
  const both = `ours ${JSON.stringify(ours)}\n    ${peer} ${JSON.stringify(theirs)}`;
  return `${question}${rest}\n    ${both}`;
}
