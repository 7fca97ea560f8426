import assert from "node:assert/strict";
import { test } from "node:test";
import { ednsWithErrors, extendedErrors } from "./edns.ts";
import { type Edns, emptyMessage, makeQuery, makeResponse } from "./message.ts";
import { decodeMessage } from "./messageDecode.ts";
import { encodeMessage } from "./messageEncode.ts";
import { nameOf } from "./name.ts";

const edns: Edns = { udpPayloadSize: 1232, version: 0, dnssecOk: false, options: [] };

test("extended errors survive the wire, in order, behind other options", () => {
  const errors = [
    { code: 14, text: "not seeded yet" },
    { code: 65535, text: "" },
    { code: 0, text: "zu früh" },
  ];
  const cookie = { code: 10, data: new Uint8Array(8) };
  const sent = { ...emptyMessage(1), edns: ednsWithErrors({ ...edns, options: [cookie] }, errors) };
  const decoded = decodeMessage(encodeMessage(sent));
  assert.equal(decoded.kind, "message");
  if (decoded.kind !== "message") return;
  assert.deepEqual(extendedErrors(decoded.message), errors);
  assert.deepEqual(decoded.message.edns?.options[0], cookie);
});

test("extendedErrors() leaves out what is too short, and shows bad UTF-8 as U+FFFD", () => {
  const options = [
    { code: 15, data: Uint8Array.of(0) },
    { code: 15, data: Uint8Array.of(0, 3, 0xff) },
    { code: 15, data: Uint8Array.of(0, 3, 0x61, 0) },
  ];
  assert.deepEqual(extendedErrors({ ...emptyMessage(1), edns: { ...edns, options } }), [
    { code: 3, text: "\uFFFD" },
    { code: 3, text: "a" },
  ]);
});

test("makeResponse() answers with EDNS when the request had it, and only then", () => {
  const query = makeQuery(7, nameOf("a.example"), 1, { udpPayloadSize: 4096, dnssecOk: true });
  assert.deepEqual(makeResponse(query, 2).edns, { ...edns, dnssecOk: true });
  assert.equal(makeResponse(makeQuery(7, nameOf("a.example"), 1), 2).edns, undefined);
});

test("encodeMessage() keeps all twelve bits of an RCODE with EDNS", () => {
  const decoded = decodeMessage(encodeMessage({ ...emptyMessage(1), rcode: 0xabc, edns }));
  assert.equal(decoded.kind === "message" && decoded.message.rcode, 0xabc);
});
