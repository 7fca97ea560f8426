import { Opcode, Rcode, RRClass, rcodeText } from "./codes.ts";
import type { Message, ResourceRecord } from "./message.ts";
import type { Name } from "./name.ts";
import { isAtOrBelow } from "./nameTree.ts";
import { sortRdata } from "./rrset.ts";
import { isMetaType, RRType, typeText } from "./rrType.ts";
import type { Prerequisite, Update, UpdateStep } from "./update.ts";

/** What {@link parseUpdate} says. */
export type ParsedUpdate =
  | { readonly kind: "update"; readonly update: Update }
  | {
      readonly kind: "malformed";
      readonly rcode: number;
      readonly problem: string;
      /**
       * What stands before the record that is wrong; absent where the zone section is. Whether the
       * zone is served, and these conditions hold, is answered first (RFC 2136 section 3).
       */
      readonly before?: Update;
    };

type Malformed = Extract<ParsedUpdate, { kind: "malformed" }>;

/**
 * Reads an UPDATE message: the checks that need no zone (RFC 2136 sections 3.1.1, 3.2.5 and
 * 3.4.1.3), each with the RCODE to answer. Whether the zone is served, and whether the conditions
 * hold, is for whoever holds it.
 */
export function parseUpdate(message: Message): ParsedUpdate {
  const [question] = message.question;
  if (message.opcode !== Opcode.UPDATE || message.qr) {
    return malformed(Rcode.FORMERR, "it must be a request with opcode UPDATE");
  }
  if (question === undefined || message.question.length !== 1 || question.type !== RRType.SOA) {
    return malformed(Rcode.FORMERR, "its zone section must be one name of type SOA");
  }
  if (question.class !== RRClass.IN) return malformed(Rcode.NOTAUTH, "its zone must be class IN");
  const zone = question.name;
  const prerequisites: Prerequisite[] = [];
  const steps: UpdateStep[] = [];
  const update = { zone, prerequisites, steps };
  const problem = parsePrerequisites(zone, message.answer, prerequisites);
  if (problem !== undefined) return { ...problem, before: update };
  for (const record of message.authority) {
    const step = parseStep(zone, record);
    if (step.kind === "malformed") return { ...step, before: update };
    steps.push(step);
  }
  return { kind: "update", update };
}

/** Puts conditions into `prerequisites`; those on whole RRsets last (RFC 2136 section 3.2.5). */
function parsePrerequisites(
  zone: Name,
  records: readonly ResourceRecord[],
  prerequisites: Prerequisite[],
): Malformed | undefined {
  // RRs of class IN make up RRsets, wherever they stand in the section (RFC 2136 section 3.2.3).
  const rrsets = new Map<string, { name: Name; type: number; rdata: Uint8Array[] }>();
  for (const record of records) {
    const { name, type, rdata } = record;
    if (record.ttlSeconds !== 0) return malformedRecord(record, "its TTL must be 0");
    if (!isAtOrBelow(name, zone)) return outsideZone(record);
    if (record.class !== RRClass.IN) {
      const parsed = parseEmptyPrerequisite(record);
      if (parsed.kind === "malformed") return parsed;
      prerequisites.push(parsed);
      continue;
    }
    if (isMetaType(type)) return malformedRecord(record, "its type must be one of zone data");
    const key = `${name} ${type}`;
    const known = rrsets.get(key);
    if (known === undefined) rrsets.set(key, { name, type, rdata: [rdata] });
    else known.rdata.push(rdata);
  }
  for (const { name, type, rdata } of rrsets.values()) {
    prerequisites.push({ kind: "rrset-is", rrset: { name, type, rdata: sortRdata(rdata) } });
  }
  return undefined;
}

function parseEmptyPrerequisite(record: ResourceRecord): Prerequisite | Malformed {
  const { name, type } = record;
  if (record.class !== RRClass.ANY && record.class !== RRClass.NONE) {
    return malformedRecord(record, "its class must be IN, ANY or NONE");
  }
  if (record.rdata.length > 0) return malformedRecord(record, "its RDATA must be empty");
  const mustExist = record.class === RRClass.ANY;
  if (type === RRType.ANY) return { kind: mustExist ? "name-in-use" : "name-not-in-use", name };
  if (isMetaType(type)) return malformedRecord(record, "its type must be one of zone data");
  return { kind: mustExist ? "rrset-exists" : "rrset-absent", name, type };
}

function parseStep(zone: Name, record: ResourceRecord): UpdateStep | Malformed {
  const { name, type, rdata } = record;
  if (!isAtOrBelow(name, zone)) return outsideZone(record);
  const deletesName = record.class === RRClass.ANY && type === RRType.ANY;
  if (isMetaType(type) && !deletesName) {
    return malformedRecord(record, "its type must be one of zone data");
  }
  if (record.class === RRClass.IN) return { kind: "add", record };
  if (record.ttlSeconds !== 0) return malformedRecord(record, "its TTL must be 0");
  if (record.class === RRClass.NONE) return { kind: "delete-record", name, type, rdata };
  if (record.class !== RRClass.ANY) {
    return malformedRecord(record, "its class must be IN, ANY or NONE");
  }
  if (rdata.length > 0) return malformedRecord(record, "its RDATA must be empty");
  return deletesName ? { kind: "delete-name", name } : { kind: "delete-rrset", name, type };
}

function outsideZone(record: ResourceRecord): Malformed {
  return malformedRecord(record, "it must be in the zone", Rcode.NOTZONE);
}

function malformedRecord(
  record: ResourceRecord,
  detail: string,
  rcode: number = Rcode.FORMERR,
): Malformed {
  return malformed(rcode, `${record.name} ${typeText(record.type)}: ${detail}`);
}

function malformed(rcode: number, detail: string): Malformed {
  return { kind: "malformed", rcode, problem: `Cannot update (${rcodeText(rcode)}) as ${detail}` };
}
