// What reads octets from strangers, called as the server calls it, with what must hold afterwards.
import assert from "node:assert/strict";
import {
  clientSubnetReply,
  decodeMessage,
  decodeTxt,
  encodeMessage,
  extendedErrors,
  type Message,
  nameOf,
  parseName,
  parseRdata,
  parseUpdate,
  type ResourceRecord,
  RRClass,
  rdataNames,
  rdataText,
  verifyMessage,
} from "../../src/dns/index.ts";

const KEY = {
  name: nameOf("fuzz."),
  algorithm: "hmac-sha256",
  secret: new Uint8Array(32),
} as const;
const DNSSEC_OPTIONS = { nowSeconds: 1_800_000_000 };

/** Reads a packet in every way there is; throws where something that must hold does not. */
export function readAll(bytes: Uint8Array): void {
  verifyMessage(bytes, () => KEY, DNSSEC_OPTIONS);
  verifyMessage(bytes, () => undefined, DNSSEC_OPTIONS);
  const decoded = decodeMessage(bytes);
  if (decoded.kind === "malformed") {
    assert.ok(decoded.problem.startsWith("Cannot read message as "), decoded.problem);
    return;
  }
  const { message } = decoded;
  parseUpdate(message);
  extendedErrors(message);
  clientSubnetReply(message.edns);
  for (const section of [message.answer, message.authority, message.additional]) {
    for (const record of section) readRecord(record);
  }
  if (decoded.tsig === undefined) readAgain(message);
}

/** Names and data of a record: text that is read again is the same. */
function readRecord({ name, type, class: rrClass, rdata }: ResourceRecord): void {
  const parsedName = parseName(name);
  assert.ok(parsedName.kind === "parsed" && parsedName.name === name, `${name} is read again`);
  rdataNames(type, rdata);
  decodeTxt(rdata);
  if (rrClass !== RRClass.IN) return;
  const text = rdataText(type, rdata);
  const parsed = parseRdata(type, text);
  assert.ok(parsed.kind === "parsed", parsed.kind === "malformed" ? parsed.problem : "");
  assert.deepEqual(parsed.rdata, rdata, `${text} is read again`);
}

/** What was understood is written, and understood again as the same. */
function readAgain(message: Message): void {
  const again = decodeMessage(encodeMessage(message));
  assert.ok(again.kind === "message", "what we write we can read");
  assert.deepEqual(again.message, message);
}
