import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { RRClass } from "./codes.ts";
import { emptyMessage, type Message, type ResourceRecord } from "./message.ts";
import { decodeMessage } from "./messageDecode.ts";
import { encodeMessage } from "./messageEncode.ts";
import { type Name, nameOf } from "./name.ts";
import { RRType } from "./rrType.ts";
import { encodeSoa } from "./soa.ts";
import { ixfrSerial, makeAxfrQuery, makeIxfrQuery, makeNotify } from "./transferQuery.ts";
import { type Transfer, type TransferRead, TransferReader } from "./transferReader.ts";
import { type TransferQuestion, TransferWriter } from "./transferWriter.ts";
import { encodeName } from "./wireWriter.ts";

const ZONE = nameOf("example.test.");
const QUESTION: TransferQuestion = { id: 7, zone: ZONE, type: RRType.AXFR, rd: false };

const soa = (serial: number): ResourceRecord => ({
  name: ZONE,
  type: RRType.SOA,
  class: RRClass.IN,
  ttlSeconds: 60,
  rdata: encodeSoa({
    mname: nameOf("ns.example.test."),
    rname: ZONE,
    serial,
    refreshSeconds: 1,
    retrySeconds: 2,
    expireSeconds: 3,
    minimumSeconds: 4,
  }),
});
const txt = (name: string, octets: Uint8Array): ResourceRecord => {
  const rdata = Uint8Array.of(octets.length, ...octets);
  const owner = nameOf(name === "" ? ZONE : `${name}.${ZONE}`);
  return { name: owner, type: RRType.TXT, class: RRClass.IN, ttlSeconds: 30, rdata };
};
const a = (name: string, last: number): ResourceRecord => ({
  ...txt(name, new Uint8Array(0)),
  type: RRType.A,
  rdata: Uint8Array.of(192, 0, 2, last),
});

/** Writes records as messages of at most so many octets. */
function write(records: readonly ResourceRecord[], octetsMax?: number, question = QUESTION) {
  const writer = new TransferWriter(question, octetsMax);
  const messages: Uint8Array[] = [];
  for (const record of records) {
    const owner = encodeName(record.name);
    const { type, ttlSeconds, rdata } = record;
    const octets = Uint8Array.of(
      ...[type >> 8, type, 0, 1, 0, 0, ttlSeconds >> 8, ttlSeconds],
      ...[rdata.length >> 8, rdata.length],
      ...rdata,
    );
    writer.setOwner(owner, 0, owner.length);
    let outcome = writer.add(octets, 0, octets.length);
    if (outcome === "full") {
      messages.push(writer.take());
      outcome = writer.add(octets, 0, octets.length);
    }
    assert.equal(outcome, "added");
  }
  messages.push(writer.take());
  return messages;
}

function message(bytes: Uint8Array): Message {
  const decoded = decodeMessage(bytes);
  return decoded.kind === "message" ? decoded.message : assert.fail(decoded.problem);
}

function read(reader: TransferReader, messages: readonly Uint8Array[]): TransferRead {
  let last: TransferRead = { kind: "more" };
  for (const bytes of messages) last = reader.push(message(bytes));
  return last;
}

const axfr = () => new TransferReader({ id: 7, zone: ZONE, type: RRType.AXFR });
const ixfr = (serial: number, isUdp = false) =>
  new TransferReader({ id: 7, zone: ZONE, type: RRType.IXFR, serial, isUdp });
const answered = (answer: readonly ResourceRecord[], type: number = RRType.IXFR): Message => ({
  ...emptyMessage(7),
  qr: true,
  aa: true,
  question: [{ name: ZONE, type, class: RRClass.IN }],
  answer,
});
const transferred = (last: TransferRead): Transfer =>
  last.kind === "done" ? last.transfer : assert.fail(JSON.stringify(last));
const problem = (last: TransferRead): string =>
  last.kind === "failed" ? last.problem : assert.fail(last.kind);

describe("TransferWriter", () => {
  it("writes what TransferReader reads, however it is cut into messages", () => {
    const label = fc.constantFrom("", "a", "b", "c.a", "long-label-number-one.b", "*.a");
    const record = fc
      .tuple(label, fc.uint8Array({ maxLength: 200 }))
      .map(([name, octets]) => txt(name, octets));
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 60 }),
        fc.integer({ min: 300, max: 40_000 }),
        (records, octetsMax) => {
          const all = [soa(3), ...records, soa(3)];
          const messages = write(all, octetsMax);
          assert.ok(messages.every(({ length }) => length <= octetsMax));
          const transfer = transferred(read(axfr(), messages));
          assert.deepEqual(transfer, { kind: "whole", records: all.slice(0, -1) });
        },
      ),
    );
  });

  it("points every owner to the question, and to itself where it comes again", () => {
    const [bytes] = write([soa(1), a("www", 1), a("www", 2)]);
    const plain = write([soa(1)])[0]?.length ?? 0;
    assert.equal(bytes?.length, plain + (4 + 2 + 10 + 4) + (2 + 10 + 4));
  });

  it("carries EDNS where the request did", () => {
    const question = { ...QUESTION, edns: { dnssecOk: true } };
    const [bytes] = write([soa(1)], undefined, question);
    assert.equal(message(bytes ?? assert.fail()).edns?.dnssecOk, true);
  });

  it("says what fits no message, and takes what fits one alone", () => {
    const writer = new TransferWriter(QUESTION, 512);
    const owner = encodeName(ZONE);
    writer.setOwner(owner, 0, owner.length);
    assert.equal(writer.add(new Uint8Array(60_000), 0, 60_000), "added");
    assert.equal(writer.add(new Uint8Array(12), 0, 12), "full");
    writer.take();
    assert.equal(writer.add(new Uint8Array(65_400), 0, 65_400), "impossible");
  });
});

describe("TransferReader", () => {
  it("reads differences of several versions (RFC 1995 section 7)", () => {
    const records = [
      soa(3),
      ...[soa(1), a("x", 1), soa(2), a("x", 2), a("y", 2)],
      ...[soa(2), a("y", 2), soa(3), a("z", 3)],
      soa(3),
    ];
    const question = { ...QUESTION, type: RRType.IXFR };
    const transfer = transferred(read(ixfr(1), write(records, 200, question)));
    assert.deepEqual(transfer, {
      kind: "differences",
      sequences: [
        { fromSoa: soa(1), toSoa: soa(2), removed: [a("x", 1)], added: [a("x", 2), a("y", 2)] },
        { fromSoa: soa(2), toSoa: soa(3), removed: [a("y", 2)], added: [a("z", 3)] },
      ],
    });
  });

  it("takes a whole zone for an answer to IXFR, and one SOA for nothing newer", () => {
    const whole = transferred(ixfr(1).push(answered([soa(3), a("x", 1), soa(3)])));
    assert.equal(whole.kind, "whole");
    assert.equal(transferred(ixfr(3).push(answered([soa(3)]))).kind, "soa-alone");
    assert.equal(transferred(ixfr(4).push(answered([soa(3)]))).kind, "soa-alone");
    assert.equal(transferred(ixfr(1, true).push(answered([soa(3)]))).kind, "soa-alone");
    assert.equal(ixfr(1).push(answered([soa(3)])).kind, "more");
  });

  it("refuses what is no such transfer", () => {
    const push = (...records: ResourceRecord[]) =>
      problem(axfr().push(answered(records, RRType.AXFR)));
    assert.match(push(), /no record/);
    assert.match(push(a("x", 1)), /begins with A/);
    assert.match(push(soa(1), soa(2)), /SOAs differ/);
    assert.match(push(soa(1), soa(1), a("x", 1)), /behind its end/);
    const outside = { ...a("x", 1), name: nameOf("x.other.test.") };
    assert.match(push(soa(1), outside), /not in the zone/);
    const below = { ...soa(1), name: nameOf("x.example.test.") };
    assert.match(push(soa(1), below), /not at the apex/);
    assert.match(problem(ixfr(1).push({ ...answered([]), rcode: 5 })), /REFUSED/);
    assert.match(problem(ixfr(1).push({ ...answered([soa(2)]), id: 8 })), /no response/);
    assert.match(problem(ixfr(1).push({ ...answered([soa(2)]), tc: true })), /truncated/);
    assert.match(problem(axfr().push(answered([soa(2)]))), /another question/);
    const jump = [soa(3), soa(1), soa(2), soa(4), soa(3), soa(3)];
    assert.match(problem(ixfr(1).push(answered(jump))), /does not begin where/);
  });

  it("keeps no more than its limits", () => {
    const asked = { id: 7, zone: ZONE, type: RRType.AXFR } as const;
    const many = answered([soa(1), a("x", 1), a("x", 2)], RRType.AXFR);
    const few = new TransferReader(asked, { recordsMax: 2, octetsMax: 1000 });
    assert.match(problem(few.push(many)), /too many records/);
    const small = new TransferReader(asked, { recordsMax: 9, octetsMax: 50 });
    assert.match(problem(small.push(many)), /too many octets/);
  });
});

describe("transfer queries", () => {
  it("say which serial is held, and survive the wire", () => {
    const query = message(encodeMessage(makeIxfrQuery(1, ZONE, 4_294_967_295)));
    assert.equal(ixfrSerial(query), 4_294_967_295);
    assert.equal(ixfrSerial(makeAxfrQuery(1, ZONE)), undefined);
    const other = { ...query, question: [{ name: nameOf("b.") as Name, type: 251, class: 1 }] };
    assert.equal(ixfrSerial(other), undefined);
  });

  it("tell of a change as RFC 1996 section 3.7 says", () => {
    const { rdata, ttlSeconds } = soa(9);
    const notify = message(encodeMessage(makeNotify(3, { zone: ZONE, rdata, ttlSeconds })));
    assert.deepEqual([notify.opcode, notify.aa, notify.qr], [4, true, false]);
    assert.deepEqual(notify.answer, [soa(9)]);
  });
});
