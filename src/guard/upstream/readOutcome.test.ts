import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ExtendedErrorCode,
  ednsWithErrors,
  emptyMessage,
  encodeSoa,
  type Message,
  nameOf,
  parseRdata,
  Rcode,
  type ResourceRecord,
  RRType,
} from "../../dns/index.ts";
import type { Outcome } from "../machine/outcome.ts";
import { readOutcome } from "./readOutcome.ts";

const NAME = nameOf("api.example");
const SOA: ResourceRecord = {
  name: nameOf("example"),
  type: RRType.SOA,
  class: 1,
  ttlSeconds: 300,
  rdata: encodeSoa({
    mname: nameOf("ns.example"),
    rname: nameOf("hostmaster.example"),
    serial: 1,
    refreshSeconds: 1,
    retrySeconds: 1,
    expireSeconds: 1,
    minimumSeconds: 60,
  }),
};

function record(name: string, type: number, text: string, ttlSeconds = 30): ResourceRecord {
  const parsed = parseRdata(type, text);
  assert.ok(parsed.kind === "parsed", text);
  return { name: nameOf(name), type, class: 1, ttlSeconds, rdata: parsed.rdata };
}

function read(parts: Partial<Message>, isTrusted = false): Outcome {
  const message = { ...emptyMessage(1), qr: true, ra: true, ...parts };
  return readOutcome(message, NAME, RRType.A, isTrusted);
}

function values(outcome: Outcome): readonly string[] | string {
  return outcome.kind === "answer" ? outcome.values : outcome.kind;
}

test("an answer is its addresses, and the least TTL of all that led to them", () => {
  const answer = [
    record("api.example", RRType.CNAME, "edge.example.", 20),
    record("edge.example", RRType.A, "192.0.2.1", 30),
    record("edge.example", RRType.A, "192.0.2.2", 30),
  ];
  const want = { values: ["192.0.2.1", "192.0.2.2"], ttlSeconds: 20, aliases: ["edge.example."] };
  assert.deepEqual(read({ answer }), { kind: "answer", ...want });
});

test("records beside the chain are nobody's answer (out of bailiwick, unasked)", () => {
  const answer = [
    record("api.example", RRType.A, "192.0.2.1"),
    record("bank.example", RRType.A, "203.0.113.66"),
    record("api.example", RRType.AAAA, "2001:db8::66"),
  ];
  assert.deepEqual(values(read({ answer })), ["192.0.2.1"]);
  assert.equal(values(read({ answer: answer.slice(1) })), "denial");
});

test("a chain that goes in circles, or has no end, is malformed", () => {
  const circle = [
    record("api.example", RRType.CNAME, "b.example."),
    record("b.example", RRType.CNAME, "api.example."),
  ];
  assert.deepEqual(read({ answer: circle }), { kind: "failure", failure: "malformed" });
  const names = ["api", ...Array.from({ length: 30 }, (_, place) => `n${place}`)];
  const long = names.map((name, place) =>
    record(`${name}.example`, RRType.CNAME, `n${place}.example.`),
  );
  assert.deepEqual(read({ answer: long }), { kind: "failure", failure: "malformed" });
});

test("a denial has the TTL of its zone's SOA, a short one without", () => {
  const denial = { isAuthenticated: false, isFiltered: false };
  assert.deepEqual(read({ rcode: Rcode.NXDOMAIN, authority: [SOA] }), {
    ...{ kind: "denial", denial: "nxdomain", ttlSeconds: 60 },
    ...denial,
  });
  const foreign = { ...SOA, name: nameOf("elsewhere.test") };
  assert.deepEqual(read({ authority: [foreign] }), {
    ...{ kind: "denial", denial: "nodata", ttlSeconds: 5 },
    ...denial,
  });
});

test("an alias that leads nowhere is a denial, as RFC 6604 has it", () => {
  const answer = [record("api.example", RRType.CNAME, "gone.example.")];
  const outcome = read({ answer, rcode: Rcode.NXDOMAIN, authority: [SOA] });
  assert.ok(outcome.kind === "denial" && outcome.denial === "nxdomain");
});

test("AD counts only of who is trusted", () => {
  const parts = { authority: [SOA], ad: true };
  const isAuthenticated = (outcome: Outcome): boolean =>
    outcome.kind === "denial" && outcome.isAuthenticated;
  assert.ok(isAuthenticated(read(parts, true)));
  assert.ok(!isAuthenticated(read(parts, false)));
});

test("a filter that says so is told apart", () => {
  const { BLOCKED, CENSORED, FILTERED, STALE_ANSWER } = ExtendedErrorCode;
  const filtered = [BLOCKED, CENSORED, FILTERED, STALE_ANSWER].map((code) => {
    const plain = { udpPayloadSize: 1232, version: 0, dnssecOk: false, options: [] };
    const outcome = read({ authority: [SOA], edns: ednsWithErrors(plain, [{ code, text: "" }]) });
    return outcome.kind === "denial" && outcome.isFiltered;
  });
  assert.deepEqual(filtered, [true, true, true, false]);
});

test("an answer that is stale by its own word is told apart", () => {
  const { STALE_ANSWER, STALE_NXDOMAIN_ANSWER, BLOCKED } = ExtendedErrorCode;
  const stale = [STALE_ANSWER, STALE_NXDOMAIN_ANSWER, BLOCKED].map((code) => {
    const plain = { udpPayloadSize: 1232, version: 0, dnssecOk: false, options: [] };
    const edns = ednsWithErrors(plain, [{ code, text: "" }]);
    const outcome = read({ answer: [record("api.example", RRType.A, "192.0.2.1")], edns });
    return outcome.kind === "answer" && outcome.isStale === true;
  });
  assert.deepEqual(stale, [true, true, false]);
});

test("errors, and servers that send us elsewhere, say nothing of the name", () => {
  const failures = [
    read({ rcode: Rcode.SERVFAIL }),
    read({ rcode: Rcode.NOTIMP }),
    read({ rcode: Rcode.REFUSED }),
    read({ ra: false, authority: [record("example", RRType.NS, "ns.example.")] }),
  ].map((outcome) => (outcome.kind === "failure" ? outcome.failure : outcome.kind));
  assert.deepEqual(failures, ["servfail", "servfail", "refused", "lame"]);
});
