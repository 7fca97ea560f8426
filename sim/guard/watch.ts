// Hears what servers say to the machine, by its own reading of messages.
import {
  extendedErrors,
  type Message,
  Rcode,
  type ResourceRecord,
  RRType,
  rdataNames,
  rdataText,
} from "../../src/dns/index.ts";
import type { Told } from "./model.ts";

const FILTERED_FROM = 15;
const FILTERED_TO = 17;

/** What a message says of a question; undefined: nothing that counts. */
export function toldBy(message: Message, name: string, type: number, isTrusted: boolean): Told {
  const { rcode, authority, aa, ra } = message;
  const isNothing = rcode === Rcode.NXDOMAIN;
  if (rcode !== Rcode.NOERROR && !isNothing) return { kind: "failure" };
  const values = isNothing ? [] : valuesOf(message, name, type);
  if (values.length > 0) {
    const chain = chainOf(message, name, type);
    const ttlSeconds = Math.min(...chain.map((record) => record.ttlSeconds));
    return { kind: "answer", values, ttlSeconds };
  }
  const isReferral = authority.some((record) => record.type === RRType.NS);
  if (isReferral && !aa && !ra) return { kind: "failure" };
  const isFiltered = extendedErrors(message).some(
    ({ code }) => code >= FILTERED_FROM && code <= FILTERED_TO,
  );
  return { kind: "denial", isSure: isFiltered || (isTrusted && message.ad) };
}

/** The values of a name, one alias on the way at most: no server of this world has more. */
export function valuesOf(message: Message, name: string, type: number): readonly string[] {
  return chainOf(message, name, type)
    .filter((record) => record.type === type)
    .map(({ rdata }) => rdataText(type, rdata));
}

function chainOf({ answer }: Message, name: string, type: number): readonly ResourceRecord[] {
  const alias = answer.find((record) => record.name === name && record.type === RRType.CNAME);
  const owner = alias === undefined ? name : rdataNames(RRType.CNAME, alias.rdata)[0];
  const values = answer.filter((record) => record.name === owner && record.type === type);
  return alias === undefined ? values : [alias, ...values];
}

/** Whether a message has a tombstone in it. */
export function hasTombstone({ answer }: Message): boolean {
  return answer.some(({ type }) => type === RRType.TXT);
}
