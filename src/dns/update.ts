import { assertNever } from "../base/index.ts";
import { Opcode, RRClass } from "./codes.ts";
import { emptyMessage, type Message, type ResourceRecord } from "./message.ts";
import { encodeMessage } from "./messageEncode.ts";
import type { Name } from "./name.ts";
import type { RRset } from "./rrset.ts";
import { RRType } from "./rrType.ts";

/** A condition on the zone before an update (RFC 2136 section 2.4). */
export type Prerequisite =
  | { readonly kind: "rrset-exists"; readonly name: Name; readonly type: number }
  | {
      readonly kind: "rrset-is";
      /** Compared without TTL; in canonical order, as every RRset. */
      readonly rrset: Pick<RRset, "name" | "type" | "rdata">;
    }
  | { readonly kind: "rrset-absent"; readonly name: Name; readonly type: number }
  | { readonly kind: "name-in-use"; readonly name: Name }
  | { readonly kind: "name-not-in-use"; readonly name: Name };

/** One change to the zone, done in the order given (RFC 2136 section 2.5). */
export type UpdateStep =
  | {
      readonly kind: "add";
      /** Class IN. */
      readonly record: ResourceRecord;
    }
  | { readonly kind: "delete-rrset"; readonly name: Name; readonly type: number }
  | { readonly kind: "delete-name"; readonly name: Name }
  | {
      readonly kind: "delete-record";
      readonly name: Name;
      readonly type: number;
      readonly rdata: Uint8Array;
    };

/** What an UPDATE message asks of one zone: all of it, or where a condition fails, nothing. */
export interface Update {
  readonly zone: Name;
  readonly prerequisites: readonly Prerequisite[];
  readonly steps: readonly UpdateStep[];
}

const NO_RDATA = new Uint8Array(0);

/** The message of an update, without EDNS and TSIG. */
export function updateMessage(id: number, update: Update): Message {
  return {
    ...emptyMessage(id),
    opcode: Opcode.UPDATE,
    question: [{ name: update.zone, type: RRType.SOA, class: RRClass.IN }],
    answer: update.prerequisites.flatMap(prerequisiteRecords),
    authority: update.steps.map(stepRecord),
  };
}

/** Writes an UPDATE message. Throws DnsError `message-too-long` over 65,535 octets. */
export function encodeUpdate(id: number, update: Update): Uint8Array {
  return encodeMessage(updateMessage(id, update));
}

function bare(
  name: Name,
  type: number,
  rrClass: number,
  rdata: Uint8Array = NO_RDATA,
): ResourceRecord {
  return { name, type, class: rrClass, ttlSeconds: 0, rdata };
}

function prerequisiteRecords(prerequisite: Prerequisite): readonly ResourceRecord[] {
  switch (prerequisite.kind) {
    case "rrset-exists":
      return [bare(prerequisite.name, prerequisite.type, RRClass.ANY)];
    case "rrset-is": {
      const { name, type, rdata } = prerequisite.rrset;
      return rdata.map((octets) => bare(name, type, RRClass.IN, octets));
    }
    case "rrset-absent":
      return [bare(prerequisite.name, prerequisite.type, RRClass.NONE)];
    case "name-in-use":
      return [bare(prerequisite.name, RRType.ANY, RRClass.ANY)];
    case "name-not-in-use":
      return [bare(prerequisite.name, RRType.ANY, RRClass.NONE)];
    default:
      return assertNever(prerequisite);
  }
}

function stepRecord(step: UpdateStep): ResourceRecord {
  switch (step.kind) {
    case "add":
      return step.record;
    case "delete-rrset":
      return bare(step.name, step.type, RRClass.ANY);
    case "delete-name":
      return bare(step.name, RRType.ANY, RRClass.ANY);
    case "delete-record":
      return bare(step.name, step.type, RRClass.NONE, step.rdata);
    default:
      return assertNever(step);
  }
}
