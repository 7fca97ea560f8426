import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hexText } from "../base/index.ts";
import { anyMessage } from "./arbitraries.suite.ts";
import { DnsError } from "./dnsError.ts";
import {
  emptyMessage,
  type Message,
  makeQuery,
  makeResponse,
  type ResourceRecord,
} from "./message.ts";
import { decodeMessage } from "./messageDecode.ts";
import { encodeMessage } from "./messageEncode.ts";
import { nameOf } from "./name.ts";
import { parseRdata } from "./rdata.ts";
import type { DecodedMessage } from "./readMessage.ts";
import { typeCode } from "./rrType.ts";

const www = nameOf("www.example");

function record(owner: string, type: string, text: string): ResourceRecord {
  const parsed = parseRdata(typeCode(type) ?? 0, text);
  assert.equal(parsed.kind, "parsed");
  const rdata = parsed.kind === "parsed" ? parsed.rdata : new Uint8Array(0);
  return { name: nameOf(owner), type: typeCode(type) ?? 0, class: 1, ttlSeconds: 60, rdata };
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

function messageOf(decoded: DecodedMessage): Message {
  assert.equal(decoded.kind, "message", decoded.kind === "malformed" ? decoded.problem : "");
  return decoded.kind === "message" ? decoded.message : emptyMessage(0);
}

test("decodeMessage() reads what encodeMessage() wrote", () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      assert.deepEqual(messageOf(decodeMessage(encodeMessage(message))), message);
    }),
    { numRuns: 1000 },
  );
});

test("decodeMessage() of a Node Buffer gives octets that share no memory with it", () => {
  const answer = [record("www.example", "TXT", '"abc"'), record("www.example", "NS", "a.example")];
  const buffer = Buffer.from(encodeMessage({ ...emptyMessage(1), qr: true, answer }));
  const decoded = decodeMessage(buffer);
  buffer.fill(0xee);
  assert.deepEqual(messageOf(decoded).answer, answer);
});

test("encodeMessage() compresses owner names and names of RFC 1035 types only", () => {
  const answer = [
    record("www.example", "MX", "1 a.example"),
    record("example", "NS", "www.example"),
  ];
  const additional = [record("a.example", "SRV", "1 2 3 a.example")];
  const query = makeQuery(1, www, 255);
  const bytes = encodeMessage({ ...query, answer, additional });
  assert.equal(
    hexText(bytes.subarray(12)),
    [
      "0377777707" + "6578616d706c6500" + "00ff0001", // www.example at 12, example at 16
      "c00c000f00010000003c0006" + "0001" + "0161c010", // a.example at 43
      "c01000020001" + "0000003c0002" + "c00c",
      "c02b00210001" + "0000003c0011" + "000100020003" + "0161076578616d706c6500",
    ].join(""),
  );
});

test("encodeMessage() writes RDATA that is not what its type says as it is", () => {
  const odd = { ...record("b.example", "MX", "10 a"), rdata: Uint8Array.of(0, 10, 1, 0x61, 0, 9) };
  const answer = [odd, record("a", "A", "192.0.2.1")];
  const bytes = encodeMessage({ ...emptyMessage(1), answer });
  // The name in it was tried and taken back: the owner name behind it must not point there.
  assert.equal(hexText(bytes.subarray(33, 39)), "000a01610009");
  assert.equal(hexText(bytes.subarray(39, 42)), "016100");
});

test("encodeMessage() never points beyond the first 16,384 octets", () => {
  const filler = record("b.example", "TYPE65280", `\\# 16384 ${"00".repeat(16384)}`);
  const late = record("late.example", "A", "192.0.2.1");
  const answer = [filler, late, { ...late, type: 65281 }];
  assert.deepEqual(messageOf(decodeMessage(encodeMessage({ ...emptyMessage(1), answer }))).answer, [
    filler,
    late,
    { ...late, type: 65281 },
  ]);
});

test("a response echoes the letter case of the question, and names still point to it", () => {
  const query = encodeMessage(makeQuery(1, www, 1));
  query.set(Buffer.from("\x03WwW\x07eXaMpLe"), 12);
  const decoded = decodeMessage(query);
  assert.equal(decoded.kind, "message");
  if (decoded.kind !== "message") return;
  assert.equal(decoded.message.question[0]?.name, www);
  const response = {
    ...makeResponse(decoded.message, 0),
    answer: [record("www.example", "A", "192.0.2.1")],
  };
  const bytes = encodeMessage(response, { questionWire: decoded.questionWire });
  assert.equal(Buffer.from(bytes.subarray(12, 24)).toString("latin1"), "\x03WwW\x07eXaMpLe");
  assert.equal(hexText(bytes.subarray(29, 31)), "c00c");
  assert.deepEqual(messageOf(decodeMessage(bytes)), response);
});

const HEADER = "1234 0000 0001 0000 0000 0000";
const QUESTION = "0161 00 0001 0001";
const NEXT = "00 ff00 0001 00000000 0000"; // a whole record, empty and of an unknown type
const malformed = [
  { hex: "1234", why: "shorter than a header", header: false },
  { hex: HEADER, why: "a question that is not there" },
  { hex: `${HEADER} ${QUESTION} 00`, why: "an octet behind the end" },
  { hex: `${HEADER} 0161 00 0001 00`, why: "cut off" },
  { hex: `1234 0000 0002 0000 0000 0000 ${QUESTION} ${QUESTION}`, why: "RFC 9619: two questions" },
  { hex: "1234 0000 0000 ffff 0000 0000", why: "a count that nothing stands behind" },
  { hex: `${HEADER} c00c 0001 0001`, why: "a pointer to itself" },
  { hex: `${HEADER} 0161 c00e 0001 0001`, why: "a pointer into its own name" },
  { hex: `${HEADER} c0ff 0001 0001`, why: "a pointer forwards" },
  {
    hex: "1234 8000 0001 0001 0000 0000 c012 0001 0001 00 ff00 0001 00000000 0000",
    why: "a pointer forwards to a name that is one",
  },
  { hex: `${HEADER} c000 0001 0001`, why: "a pointer into the header" },
  {
    hex: `1234 8000 0000 0002 0000 0000 00 0001 0001 00000000 000f c0000201 ${NEXT}`,
    why: "an A record that hides another record",
  },
  {
    hex: `1234 0000 0000 0000 0000 0002 00 0029 04d0 00000000 0005 000a 0002 00 00 ${NEXT}`,
    why: "an EDNS option that reaches into the next record",
  },
  { hex: `${HEADER} 4161 00 0001 0001`, why: "RFC 6891 5: label type 01 is not used" },
  { hex: `${HEADER} 8161 00 0001 0001`, why: "label type 10 was never given" },
  { hex: `${HEADER} ${"013f".repeat(127)} 0161 00 0001 0001`, why: "a name of 257 octets" },
  {
    hex: "1234 8000 0000 0001 0000 0000 00 0001 0001 00000000 0003 c00002",
    why: "an A record of three octets",
  },
  {
    hex: "1234 8000 0000 0001 0000 0000 00 0001 0001 00000000 0005 c000020101",
    why: "an A record of five octets",
  },
  { hex: "1234 8000 0000 0001 0000 0000 00 0001 00fe 00000000 0000", why: "empty, no UPDATE" },
  { hex: "1234 2800 0000 0001 0000 0000 00 0001 0001 00000000 0000", why: "empty in class IN" },
  {
    hex: "1234 8000 0000 0001 0000 0000 00 0002 0001 00000000 0002 0161 00",
    why: "a name that runs out of its RDATA",
  },
  {
    hex: "1234 8000 0000 0001 0000 0000 0161 00 0027 0001 00000000 0002 c00c",
    why: "RFC 6672: a DNAME is never compressed",
  },
  { hex: "1234 0000 0000 0000 0000 0001 0161 00 0029 04d0 00000000 0000", why: "OPT with a name" },
  {
    hex: "1234 0000 0000 0000 0000 0002 00 0029 04d0 00000000 0000 00 0029 04d0 00000000 0000",
    why: "RFC 6891 6.1.1: OPT twice",
  },
  { hex: "1234 0000 0000 0001 0000 0000 00 0029 04d0 00000000 0000", why: "OPT as an answer" },
  {
    hex: "1234 0000 0000 0000 0000 0001 00 0029 04d0 00000000 0005 000a 0002 00",
    why: "an EDNS option longer than OPT",
  },
  { hex: "1234 0000 0000 0000 0001 0000 00 00fa 00ff 00000000 0000", why: "TSIG as authority" },
];

for (const { hex, why, header = true } of malformed) {
  test(`decodeMessage() refuses a message with ${why}`, () => {
    const decoded = decodeMessage(bytesOf(hex));
    assert.equal(decoded.kind, "malformed");
    if (decoded.kind !== "malformed") return;
    assert.match(decoded.problem, /^Cannot read message as /);
    assert.equal(decoded.header !== undefined, header);
    assert.equal(decoded.id, header ? 0x1234 : undefined);
  });
}

test("makeResponse() answers FORMERR to the bare header of a malformed message", () => {
  const decoded = decodeMessage(bytesOf("1234 2910 0001 0000 0000 0000"));
  assert.equal(decoded.kind, "malformed");
  if (decoded.kind !== "malformed" || decoded.header === undefined) return;
  const response = encodeMessage(makeResponse(decoded.header, 1));
  // CD is not for authoritative responses: RFC 4035 section 3.1.6.
  assert.equal(hexText(response), "1234a9010000000000000000");
});

test("decodeMessage() tells the question of a message that is malformed behind it", () => {
  const decoded = decodeMessage(bytesOf("1234 0100 0001 0000 0000 0000 01 41 00 0001 0001 ff"));
  assert.ok(decoded.kind === "malformed");
  assert.deepEqual(decoded.asked?.question, [{ name: "a.", type: 1, class: 1 }]);
  assert.equal(hexText(decoded.asked.questionWire), "01410000010001");
  const cutOff = decodeMessage(bytesOf("1234 0100 0001 0000 0000 0000 01 41 00 0001 00"));
  assert.equal(cutOff.kind === "malformed" && cutOff.asked, undefined);
});

test("decodeMessage() takes a TTL with its top bit set as zero: RFC 2181 section 8", () => {
  const hex = "1234 8000 0000 0001 0000 0000 00 0001 0001 80000001 0004 c0000201";
  assert.equal(messageOf(decodeMessage(bytesOf(hex))).answer[0]?.ttlSeconds, 0);
});

test("decodeMessage() leaves RDATA of other classes alone", () => {
  // RFC 1035 section 3.4.1 gives A fields in class IN only: in CH it holds something else.
  const hex = "1234 8000 0000 0001 0000 0000 00 0001 0003 00000000 0003 00 0102";
  assert.deepEqual(messageOf(decodeMessage(bytesOf(hex))).answer[0]?.rdata, Uint8Array.of(0, 1, 2));
});

const many = Array.from({ length: 45 }, (_, index) =>
  record("www.example", "AAAA", `2001:db8::${index}`),
);
const query = makeQuery(1, www, 28, { udpPayloadSize: 1232 });
const response: Message = { ...makeResponse(query, 0), aa: true };

test("a response that is too long loses whole RRsets and says so: RFC 2181 section 9", () => {
  const alias = record("alias.example", "CNAME", "www.example");
  const soa = record("example", "SOA", "a. b. 1 2 3 4 5");
  const bytes = encodeMessage(
    { ...response, answer: [alias, ...many], authority: [soa] },
    { sizeMax: 1232 },
  );
  const cut = messageOf(decodeMessage(bytes));
  assert.ok(bytes.length <= 1232);
  assert.deepEqual(cut, { ...response, tc: true, answer: [alias] });
});

test("a response is whole when it is exactly as long as it may be", () => {
  const whole = { ...response, answer: many };
  const { length } = encodeMessage(whole);
  assert.deepEqual(messageOf(decodeMessage(encodeMessage(whole, { sizeMax: length }))), whole);
  const cut = messageOf(decodeMessage(encodeMessage(whole, { sizeMax: length - 1 })));
  assert.deepEqual(cut, { ...response, tc: true });
});

test("a response loses additional records without a word, but not the glue of a referral", () => {
  const ns = record("example", "NS", "www.example");
  const sizeMax = 512;
  const helpful = { ...response, answer: [ns], additional: many };
  assert.deepEqual(messageOf(decodeMessage(encodeMessage(helpful, { sizeMax }))), {
    ...helpful,
    additional: [],
  });
  const referral = { ...response, aa: false, authority: [ns], additional: many };
  assert.deepEqual(messageOf(decodeMessage(encodeMessage(referral, { sizeMax }))), {
    ...referral,
    tc: true,
    additional: [],
  });
});

test("a referral loses addresses of other domains' nameservers without a word: RFC 9471", () => {
  const ns = record("child.example", "NS", "www.example");
  const other = { ...response, aa: false, authority: [ns], additional: many };
  const cut = messageOf(decodeMessage(encodeMessage(other, { sizeMax: 512 })));
  assert.deepEqual(cut, { ...other, additional: [] });
});

test("a response says that its negative answer lost the SOA", () => {
  const soa = record("example", "SOA", `${"a.".repeat(120)} ${"b.".repeat(120)} 1 2 3 4 5`);
  const cut = messageOf(
    decodeMessage(encodeMessage({ ...response, authority: [soa] }, { sizeMax: 512 })),
  );
  assert.deepEqual(cut, { ...response, tc: true });
});

test("a response drops EDNS options that no packet could carry", () => {
  const options = [{ code: 15, data: new Uint8Array(600) }];
  const edns = { udpPayloadSize: 1232, version: 0, dnssecOk: false, options };
  const cut = messageOf(decodeMessage(encodeMessage({ ...response, edns }, { sizeMax: 512 })));
  assert.deepEqual(cut.edns, { ...edns, options: [] });
});

test("encodeMessage() throws for a request that is too long instead of asking for less", () => {
  assert.throws(
    () => encodeMessage({ ...query, authority: many }, { sizeMax: 512 }),
    (error) => error instanceof DnsError && error.fault.code === "message-too-long",
  );
});
