import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SeededChance } from "../../../sim/seededChance.ts";
import { mutated } from "../../../test/fuzz/mutate.ts";
import { anyMessage, anyName } from "../arbitraries.suite.ts";
import { type Message, makeQuery, type ResourceRecord, UDP_PAYLOAD_OCTETS } from "../message.ts";
import { decodeMessage } from "../messageDecode.ts";
import { encodeMessage } from "../messageEncode.ts";
import { nameOf } from "../name.ts";
import { parseRdata } from "../rdata.ts";
import { RRType } from "../rrType.ts";
import { decodeStubMessage, encodeStubQuery, StubType } from "./stubMessage.ts";

const STUB_TYPES: readonly number[] = Object.values(StubType);

function record(type: number, text: string): ResourceRecord {
  const parsed = parseRdata(type, text);
  assert.ok(parsed.kind === "parsed");
  return { name: nameOf("api.example"), type, class: 1, ttlSeconds: 60, rdata: parsed.rdata };
}

/** A response with everything that a stub reads, names in it compressed. */
const RESPONSE: Message = {
  ...makeQuery(7, nameOf("api.example"), RRType.A, { udpPayloadSize: 1232 }),
  qr: true,
  answer: [
    record(RRType.CNAME, "lb.api.example."),
    record(RRType.A, "192.0.2.1"),
    record(RRType.AAAA, "2001:db8::1"),
    record(RRType.TXT, '"a" "b"'),
  ],
  authority: [
    record(RRType.SOA, "ns.example. host.api.example. 1 2 3 4 5"),
    record(RRType.NS, "ns.api.example."),
  ],
};

/** Whether the full reading can be another than the stub's: of types that a stub does not know. */
function hasOthers({ answer, authority, additional }: Message): boolean {
  return [...answer, ...authority, ...additional].some(({ type }) => !STUB_TYPES.includes(type));
}

test("the stub's types are those of the registry", () => {
  for (const [text, type] of Object.entries(StubType)) {
    assert.equal(RRType[text as keyof typeof RRType], type);
  }
});

test("a query without EDNS ends with its question", () => {
  const query = { id: 7, name: nameOf("api.example"), type: RRType.A, dnssecOk: true, cd: false };
  const decoded = decodeMessage(encodeStubQuery({ ...query, withoutEdns: true }));
  assert.ok(decoded.kind === "message");
  assert.equal(decoded.message.edns, undefined);
  assert.equal(decoded.message.question.length, 1);
});

test("encodeStubQuery() writes what encodeMessage() does", () => {
  const flags = fc.record({ dnssecOk: fc.boolean(), cd: fc.boolean() });
  const u16 = fc.integer({ min: 0, max: 65_535 });
  fc.assert(
    fc.property(u16, anyName, u16, flags, (id, name, type, { dnssecOk, cd }) => {
      const options = { rd: true, udpPayloadSize: UDP_PAYLOAD_OCTETS, dnssecOk };
      const want = encodeMessage({ ...makeQuery(id, name, type, options), ad: true, cd });
      assert.deepEqual(encodeStubQuery({ id, name, type, dnssecOk, cd }), want);
    }),
    { numRuns: 500 },
  );
});

test("decodeStubMessage() reads what decodeMessage() does, of the types that it knows", () => {
  assert.deepEqual(decodeStubMessage(encodeMessage(RESPONSE)), {
    ...decodeMessage(encodeMessage(RESPONSE)),
  });
  fc.assert(
    fc.property(anyMessage, (message) => {
      const known = (records: readonly ResourceRecord[]) =>
        records.filter(({ type }) => STUB_TYPES.includes(type));
      const { answer, authority, additional } = message;
      const bytes = encodeMessage({
        ...message,
        answer: known(answer),
        authority: known(authority),
        additional: known(additional),
      });
      assert.deepEqual(decodeStubMessage(bytes), decodeMessage(bytes));
      const whole = decodeStubMessage(encodeMessage(message));
      assert.ok(whole.kind === "message" && whole.message.answer.length === answer.length);
    }),
    { numRuns: 500 },
  );
});

test("what a stub reads is refused where it is not what its type says", () => {
  const name = nameOf("example");
  const cases: readonly (readonly [number, readonly number[]])[] = [
    [StubType.A, [192, 0, 2]],
    [StubType.A, [192, 0, 2, 1, 1]],
    [StubType.AAAA, [32, 1, 13, 184]],
    [StubType.CNAME, [1, 97, 0, 1]],
    [StubType.NS, [1, 97]],
    [StubType.SOA, [0, 0, 1, 2, 3]],
    [StubType.SOA, [0, 0, ...new Array<number>(21).fill(0)]],
  ];
  for (const [type, octets] of cases) {
    const rdata = Uint8Array.from(octets);
    const answer = [{ name, type, class: 1, ttlSeconds: 60, rdata }];
    const bytes = encodeMessage({ ...RESPONSE, answer, authority: [] });
    assert.equal(decodeMessage(bytes).kind, "malformed");
    assert.equal(decodeStubMessage(bytes).kind, "malformed", `type ${type}`);
  }
});

test("of 20,000 hostile messages a stub takes none that decodeMessage() would not", () => {
  const chance = new SeededChance(11);
  const corpus = [encodeMessage(RESPONSE)];
  let taken = 0;
  for (let at = 0; at < 20_000; at += 1) {
    const bytes = mutated(corpus, chance);
    const stub = decodeStubMessage(bytes);
    const full = decodeMessage(bytes);
    if (stub.kind === "malformed") assert.equal(full.kind, "malformed");
    else if (full.kind === "message") {
      if (!hasOthers(full.message)) assert.deepEqual(stub, full);
      taken += 1;
    } else {
      // TXT is checked by whoever reads it; other classes and types are not looked at.
      const isUnread = ({ type, class: rrClass }: ResourceRecord): boolean =>
        rrClass !== 1 || !STUB_TYPES.includes(type) || type === StubType.TXT;
      const { answer, authority, additional } = stub.message;
      assert.ok([...answer, ...authority, ...additional].some(isUnread), full.problem);
    }
  }
  assert.ok(taken > 1000, `${taken} were messages yet`);
});
