import { compareBytes } from "../base/index.ts";
import { isAtOrBelow, isMetaType, parseRdata, typeCode } from "../dns/index.ts";
import {
  type Order,
  type PlannedContent,
  type PlannedRRset,
  RECORDS_PER_TYPE_MAX,
  WEIGHT_MAX,
} from "../plan/index.ts";
import { refused } from "./storeError.ts";

// An order becomes a plan as it is, and a plan is taken at its word by all who read it: what is not
// well-formed must stop here. Whether it is wise (types, floors) is the planner's and the API's.

/** RDATA of one order: keeps the write that it becomes far below a message's 65,535 octets. */
const CONTENT_OCTETS_MAX = 32_768;
/** A fence lists types in one line of 255 octets. */
const TYPES_MAX = 8;
/** RFC 2181 section 8. */
const TTL_SECONDS_MAX = 2 ** 31 - 1;
/** `answers` as weights can say it: four digits. */
const ANSWERS_MAX = 9_999;
/** The last second that a fence can say: its years have four digits. */
const TIME_MS_MAX = Date.UTC(9999, 11, 31, 23, 59, 59);
/** A wait that nobody means; a retirement that is not wanted yet need not be asked for yet. */
const HOLD_DOWN_MS_MAX = 366 * 86_400_000;
/** A reason is told in the journal beside other words. */
const LINE_CHARACTERS_MAX = 1_000;
const ID = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** Whether a text may be an order's id, as a fence holds it. */
export function isOrderId(text: string): boolean {
  return ID.test(text);
}

/** Throws StoreError `refused` where an order is not well-formed. */
export function checkOrder(order: Order): void {
  const problem = orderProblem(order);
  if (problem === undefined) return;
  throw refused(`Cannot take the ${order.kind} ${order.id} of ${order.endpoint} as ${problem}`);
}

function orderProblem(order: Order): string | undefined {
  const { id, endpoint, zone, actor, reason, atMs } = order;
  if (!ID.test(id)) return "its id must be 1..40 of a-z, 0-9, - as a fence can hold it: it is not";
  if (!isAtOrBelow(endpoint, zone)) return `its name must be in its zone ${zone}: it is not`;
  if (actor === "") return "it must say who asked for it: it does not";
  if (!isOneLine(reason)) return `its reason must be one line of <= ${LINE_CHARACTERS_MAX}`;
  if (!(atMs >= 0 && atMs <= TIME_MS_MAX)) return `its time must be one: it is ${atMs}`;
  switch (order.kind) {
    case "override":
      return untilProblem(order.untilMs) ?? contentProblem(order);
    case "rollback":
      return contentProblem(order);
    case "retirement":
      return holdDownProblem(order.holdDownMs);
    case "revival":
      return ID.test(order.tombstoneId) ? undefined : "its tombstone's id must be one: it is not";
  }
}

function isOneLine(text: string): boolean {
  return text.length <= LINE_CHARACTERS_MAX && !/[\r\n]/.test(text);
}

/** Throws StoreError `refused` where the reason that orders are ended for is not one line. */
export function checkWhy(why: string): void {
  if (isOneLine(why)) return;
  throw refused(
    `Cannot end orders as the reason must be one line of <= ${LINE_CHARACTERS_MAX} characters: ` +
      `it has ${why.length}`,
  );
}

function untilProblem(untilMs: number): string | undefined {
  if (Number.isSafeInteger(untilMs) && untilMs > 0 && untilMs <= TIME_MS_MAX) {
    return untilMs % 1_000 === 0 ? undefined : "its end must be a whole second: it is not";
  }
  return `its end must be a moment before the year 10000: it is ${untilMs}`;
}

function holdDownProblem(holdDownMs: number): string | undefined {
  if (holdDownMs >= 0 && holdDownMs <= HOLD_DOWN_MS_MAX) return undefined;
  return `its hold-down must be in 0..366 days: it is ${holdDownMs} ms`;
}

function contentProblem({ answers, rrsets }: PlannedContent): string | undefined {
  const isCount = answers === "all" || (Number.isInteger(answers) && answers >= 1);
  if (!isCount || (answers !== "all" && answers > ANSWERS_MAX)) {
    return `answers must be "all" or in 1..${ANSWERS_MAX}: it is ${answers}`;
  }
  if (rrsets.length < 1 || rrsets.length > TYPES_MAX) {
    return `it must hold 1..${TYPES_MAX} record types, as an answer is never empty`;
  }
  let codeBefore = 0;
  let octets = 0;
  for (const rrset of rrsets) {
    const code = typeCode(rrset.type);
    if (code === undefined || isMetaType(code)) return `${rrset.type} must be a type of records`;
    if (code <= codeBefore) return "its types must be in order of their codes, each once";
    const read = readRecords(code, rrset);
    if (typeof read === "string") return `${rrset.type}: ${read}`;
    codeBefore = code;
    octets += read;
  }
  if (octets <= CONTENT_OCTETS_MAX) return undefined;
  return `its records must have <= ${CONTENT_OCTETS_MAX} octets together: they have ${octets}`;
}

/** The octets of the records; a text that says what is wrong. */
function readRecords(code: number, { ttlSeconds, records }: PlannedRRset): number | string {
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 0 || ttlSeconds > TTL_SECONDS_MAX) {
    return `its TTL must be in 0..${TTL_SECONDS_MAX} s: it is ${ttlSeconds}`;
  }
  if (records.length < 1 || records.length > RECORDS_PER_TYPE_MAX) {
    return `records must be 1..${RECORDS_PER_TYPE_MAX}: they are ${records.length}`;
  }
  let before: Uint8Array | undefined;
  let octets = 0;
  for (const { rdata, weight } of records) {
    if (!Number.isInteger(weight) || weight < 1 || weight > WEIGHT_MAX) {
      return `a weight must be in 1..${WEIGHT_MAX}: it is ${weight}`;
    }
    const parsed = parseRdata(code, rdata);
    if (parsed.kind !== "parsed") return parsed.problem;
    if (before !== undefined && compareBytes(before, parsed.rdata) >= 0) {
      return "records must be in canonical order, each once: they are not";
    }
    before = parsed.rdata;
    octets += parsed.rdata.length;
  }
  return octets;
}
