import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyName, anyRdata } from "./arbitraries.suite.ts";
import { Rcode } from "./codes.ts";
import { DnsError } from "./dnsError.ts";
import { emptyMessage, type Message, type ResourceRecord } from "./message.ts";
import { decodeMessage } from "./messageDecode.ts";
import { nameOf, ROOT } from "./name.ts";
import { makeRRset } from "./rrset.ts";
import { RRType } from "./rrType.ts";
import { encodeUpdate, type Prerequisite, type UpdateStep, updateMessage } from "./update.ts";
import { type ParsedUpdate, parseUpdate } from "./updateParse.ts";

const zone = nameOf("example");
const name = nameOf("a.example");
const address = Uint8Array.of(192, 0, 2, 1);
const type = RRType.A;

function readBack(bytes: Uint8Array): ParsedUpdate {
  const decoded = decodeMessage(bytes);
  assert.equal(decoded.kind, "message", decoded.kind === "malformed" ? decoded.problem : "");
  return parseUpdate(decoded.kind === "message" ? decoded.message : emptyMessage(0));
}

/** A plain object, as the code makes it, so that it can be compared strictly. */
function plain<Model>(model: { [Key in keyof Model]: fc.Arbitrary<Model[Key]> }) {
  return fc.record(model, { noNullPrototype: true });
}

const anyPrerequisite: fc.Arbitrary<Prerequisite> = fc.oneof(
  plain({ kind: fc.constant("rrset-exists" as const), name: anyName, type: fc.constant(1) }),
  plain({ kind: fc.constant("rrset-absent" as const), name: anyName, type: fc.constant(16) }),
  plain({ kind: fc.constant("name-in-use" as const), name: anyName }),
  plain({ kind: fc.constant("name-not-in-use" as const), name: anyName }),
);

const anyStep: fc.Arbitrary<UpdateStep> = fc.oneof(
  fc.tuple(anyName, anyRdata).map(([owner, data]): UpdateStep => {
    return { kind: "add", record: { name: owner, class: 1, ttlSeconds: 60, ...data } };
  }),
  plain({ kind: fc.constant("delete-rrset" as const), name: anyName, type: fc.constant(28) }),
  plain({ kind: fc.constant("delete-name" as const), name: anyName }),
  fc.tuple(anyName, anyRdata).map(([owner, data]): UpdateStep => {
    return { kind: "delete-record", name: owner, ...data };
  }),
);

test("parseUpdate() reads what encodeUpdate() wrote, steps in their order", () => {
  const rrset = fc.tuple(
    anyName,
    fc.array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { minLength: 1 }),
  );
  fc.assert(
    fc.property(
      fc.array(anyPrerequisite, { maxLength: 4 }),
      rrset,
      fc.array(anyStep, { maxLength: 6 }),
      (conditions, [owner, rdata], steps) => {
        const { ttlSeconds: _, ...is } = makeRRset(owner, 1, 0, rdata);
        const prerequisites = [...conditions, { kind: "rrset-is" as const, rrset: is }];
        const update = { zone: ROOT, prerequisites, steps };
        assert.deepEqual(readBack(encodeUpdate(9, update)), { kind: "update", update });
      },
    ),
    { numRuns: 500 },
  );
});

test("parseUpdate() gathers RRs of one RRset wherever they stand: RFC 2136 section 3.2.3", () => {
  const rr = (owner: string, last: number): ResourceRecord => ({
    name: nameOf(owner),
    type,
    class: 1,
    ttlSeconds: 0,
    rdata: Uint8Array.of(192, 0, 2, last),
  });
  const message = updateMessage(1, { zone, prerequisites: [], steps: [] });
  const answer = [rr("a.example", 2), rr("b.example", 1), rr("a.example", 1), rr("a.example", 2)];
  const parsed = parseUpdate({ ...message, answer });
  assert.deepEqual(parsed.kind === "update" && parsed.update.prerequisites, [
    {
      kind: "rrset-is",
      rrset: { name, type, rdata: [rr("a.example", 1).rdata, rr("a.example", 2).rdata] },
    },
    { kind: "rrset-is", rrset: { name: "b.example.", type, rdata: [rr("b.example", 1).rdata] } },
  ]);
});

const none = new Uint8Array(0);
const records = [
  {
    in: "answer",
    rr: { ttlSeconds: 1, class: 255, rdata: none },
    rcode: "FORMERR",
    why: "3.2.1: TTL",
  },
  {
    in: "answer",
    rr: { name: ROOT, class: 255, rdata: none },
    rcode: "NOTZONE",
    why: "3.2.1: zone",
  },
  { in: "answer", rr: { class: 255 }, rcode: "FORMERR", why: "3.2.1: RDATA with class ANY" },
  { in: "answer", rr: { class: 254 }, rcode: "FORMERR", why: "3.2.2: RDATA with class NONE" },
  { in: "answer", rr: { class: 3 }, rcode: "FORMERR", why: "3.2.5: another class" },
  { in: "answer", rr: { type: 255 }, rcode: "FORMERR", why: "no RR of a zone has type ANY" },
  { in: "answer", rr: { class: 255, type: 252, rdata: none }, rcode: "FORMERR", why: "nor AXFR" },
  { in: "authority", rr: { name: nameOf("b.other") }, rcode: "NOTZONE", why: "3.4.1.3: zone" },
  { in: "authority", rr: { type: 255 }, rcode: "FORMERR", why: "3.4.1.3: add of type ANY" },
  { in: "authority", rr: { type: 252 }, rcode: "FORMERR", why: "3.4.1.3: add of type AXFR" },
  { in: "authority", rr: { type: 41 }, rcode: "FORMERR", why: "RFC 6895: OPT is no zone data" },
  { in: "authority", rr: { class: 255 }, rcode: "FORMERR", why: "3.4.1.3: RDATA with class ANY" },
  {
    in: "authority",
    rr: { class: 255, ttlSeconds: 1, rdata: none },
    rcode: "FORMERR",
    why: "3.4.1.3: TTL with class ANY",
  },
  {
    in: "authority",
    rr: { class: 255, type: 252, rdata: none },
    rcode: "FORMERR",
    why: "3.4.1.3: type AXFR with class ANY",
  },
  {
    in: "authority",
    rr: { class: 254, ttlSeconds: 1 },
    rcode: "FORMERR",
    why: "TTL with class NONE",
  },
  { in: "authority", rr: { class: 254, type: 255 }, rcode: "FORMERR", why: "ANY with class NONE" },
  { in: "authority", rr: { class: 3 }, rcode: "FORMERR", why: "3.4.1.3: another class" },
] as const;

for (const { in: section, rr, rcode, why } of records) {
  test(`parseUpdate() answers ${rcode} in the ${section} section to ${why}`, () => {
    const message = updateMessage(1, { zone, prerequisites: [], steps: [] });
    const record = { name, type, class: 1, ttlSeconds: 0, rdata: address, ...rr };
    const parsed = parseUpdate({ ...message, [section]: [record] });
    assert.equal(parsed.kind, "malformed");
    if (parsed.kind !== "malformed") return;
    assert.equal(parsed.rcode, Rcode[rcode]);
    assert.match(parsed.problem, /^Cannot update \((FORMERR|NOTZONE)\) as /);
  });
}

const question = { name: zone, type: RRType.SOA, class: 1 };
const headers: readonly { change: Partial<Message>; rcode: number; why: string }[] = [
  { change: { question: [] }, rcode: 1, why: "no zone" },
  { change: { question: [question, question] }, rcode: 1, why: "two zones" },
  { change: { question: [{ ...question, type: 1 }] }, rcode: 1, why: "a zone section of type A" },
  { change: { question: [{ ...question, class: 3 }] }, rcode: 9, why: "a zone of another class" },
  { change: { opcode: 0 }, rcode: 1, why: "a query" },
  { change: { qr: true }, rcode: 1, why: "a response" },
];

for (const { change, rcode, why } of headers) {
  test(`parseUpdate() refuses ${why}`, () => {
    const message = updateMessage(1, { zone, prerequisites: [], steps: [] });
    const parsed = parseUpdate({ ...message, ...change });
    assert.equal(parsed.kind === "malformed" && parsed.rcode, rcode);
  });
}

test("encodeUpdate() throws when the update fits no message: half of it would be another", () => {
  const step = {
    kind: "add",
    record: { name, type: 65280, class: 1, ttlSeconds: 0, rdata: new Uint8Array(40000) },
  } as const;
  const update = {
    zone,
    prerequisites: [],
    steps: [step, { ...step, record: { ...step.record, name: zone } }],
  };
  assert.throws(
    () => encodeUpdate(1, update),
    (error) => error instanceof DnsError && error.fault.code === "message-too-long",
  );
});
