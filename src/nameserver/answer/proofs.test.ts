import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SeededChance } from "../../../sim/seededChance.ts";
import {
  decodeNsec,
  decodeRrsig,
  type Message,
  makeQuery,
  makeRRset,
  type Name,
  nsecCovers,
  Rcode,
  type ResourceRecord,
  RRType,
  verifyRrsig,
} from "../../dns/index.ts";
import { completeDraft } from "../sign/completeDraft.ts";
import { crypto, NOW, ordered, testSigning } from "../sign/signedZone.suite.ts";
import { APEX, at, zoneOf } from "../zone/exampleZone.suite.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { answerMessage } from "./answer.ts";
import { closestEncloser, wildcardBelow } from "./lookUp.ts";

const LINES = [
  "www 60 A 192.0.2.1",
  "www 60 A 192.0.2.2",
  "*.w 60 A 192.0.2.3",
  "deep.b.ent 60 A 192.0.2.4",
  "alias 60 CNAME www.example.test.",
  "child 60 NS ns.child.example.test.",
  "ns.child 60 A 192.0.2.5",
  ...Array.from({ length: 20 }, (_, index) => `n${index}.child 60 A 192.0.2.5`),
  "safe 60 NS ns.elsewhere.test.",
  "safe 60 DS 1 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17",
  "moved 60 DNAME w.example.test.",
];
const signing = testSigning();
const data = zoneOf(LINES);
const draft = new ZoneDraft(data);
completeDraft(
  signing,
  draft,
  ordered(data),
  [...data.nodes()].map(([name]) => name),
);
data.apply(draft);
const zone = { ...ordered(data), isSeeded: true };

function ask(name: Name, type: number, dnssecOk = true): Message {
  const query = makeQuery(1, name, type, { udpPayloadSize: 1232, dnssecOk });
  const asker = { isSigned: false, chance: new SeededChance(1) };
  return answerMessage({ zoneFor: () => zone }, query, asker);
}

/** Fails unless every RRset of the section that must be signed is, and rightly. */
function checkSigned(section: readonly ResourceRecord[], exempt: readonly number[] = []): void {
  const dnskey = signing.active.dnskey;
  const keys = new Set(section.map(({ name, type }) => `${name} ${type}`));
  for (const key of keys) {
    const of = section.filter(({ name, type }) => `${name} ${type}` === key);
    const [first] = of;
    if (first === undefined || first.type === RRType.RRSIG || exempt.includes(first.type)) continue;
    const rdata = of.map((record) => record.rdata);
    const rrset = makeRRset(first.name, first.type, first.ttlSeconds, rdata);
    const checks = section
      .filter(({ name, type }) => name === first.name && type === RRType.RRSIG)
      .flatMap((record) => decodeRrsig(record.rdata) ?? [])
      .map((rrsig) => verifyRrsig(crypto, rrset, rrsig, dnskey, NOW));
    assert.ok(checks.includes("verified"), `${key}: ${checks.join()}`);
  }
}

function denials({ authority }: Message) {
  return authority.flatMap(({ name, type, rdata }) => {
    const nsec = type === RRType.NSEC ? decodeNsec(rdata) : undefined;
    return nsec === undefined ? [] : [{ owner: name, ...nsec }];
  });
}

function isCovered(response: Message, name: Name): boolean {
  return denials(response).some(({ owner, next }) => nsecCovers(owner, next, name));
}

describe("withProofs()", () => {
  it("whatever is asked: what is shown is signed, and what is denied is proved", () => {
    const label = fc.constantFrom("www", "w", "*", "a", "ent", "b", "deep", "alias", "moved", "zz");
    const name = fc.array(label, { maxLength: 4 }).map((parts) => at(parts.join(".") || "@"));
    const type = fc.constantFrom(RRType.A, RRType.TXT, RRType.NSEC, RRType.DS, RRType.CNAME);
    fc.assert(
      fc.property(name, type, (owner, asked) => {
        const response = ask(owner, asked);
        const aliased = response.answer.some(({ type: one }) => one === RRType.DNAME);
        checkSigned(response.answer, aliased ? [RRType.CNAME] : []);
        checkSigned(response.authority);
        if (response.rcode !== Rcode.NXDOMAIN || response.answer.length > 0) return;
        assert.ok(isCovered(response, owner), `${owner} is covered`);
        const wildcard = wildcardBelow(closestEncloser(zone, owner));
        assert.ok(isCovered(response, wildcard), `${wildcard} is covered`);
      }),
      { numRuns: 400 },
    );
  });

  it("a denial behind a child zone with much glue is found all the same", () => {
    const response = ask(at("childz"), RRType.A);
    assert.equal(denials(response)[0]?.owner, at("child"));
  });

  it("NODATA is proved by the name's own NSEC, without the type", () => {
    const [nsec, ...more] = denials(ask(at("www"), RRType.TXT));
    assert.deepEqual([nsec?.owner, more], [at("www"), []]);
    assert.deepEqual(nsec?.types, [RRType.A, RRType.RRSIG, RRType.NSEC]);
  });

  it("an empty non-terminal is proved by the NSEC that leads below it", () => {
    const response = ask(at("b.ent"), RRType.A);
    assert.equal(response.rcode, Rcode.NOERROR);
    assert.equal(denials(response)[0]?.next, at("deep.b.ent"));
  });

  it("a wildcard's answer proves that the name itself does not exist", () => {
    const response = ask(at("x.y.w"), RRType.A);
    assert.equal(response.answer[0]?.name, at("x.y.w"));
    assert.ok(isCovered(response, at("x.y.w")));
    checkSigned(response.answer);
  });

  it("a referral shows the DS, or the NSEC that has none, and no signature over NS or glue", () => {
    const safe = ask(at("a.safe"), RRType.A);
    const types = (section: readonly ResourceRecord[]) => section.map(({ type }) => type);
    assert.deepEqual(types(safe.authority), [RRType.NS, RRType.DS, RRType.RRSIG]);
    const child = ask(at("a.child"), RRType.A);
    assert.deepEqual(types(child.authority), [RRType.NS, RRType.NSEC, RRType.RRSIG]);
    assert.deepEqual(denials(child)[0]?.types, [RRType.NS, RRType.RRSIG, RRType.NSEC]);
    assert.deepEqual(types(child.additional), [RRType.A]);
  });

  it("who does not ask for signatures gets none, and a signed RRset whole all the same", () => {
    const { answer, authority } = ask(at("www"), RRType.A, false);
    assert.deepEqual([answer.length, authority.length], [2, 0]);
    assert.deepEqual(ask(at("nope"), RRType.A, false).authority.length, 1);
  });

  it("an unsigned zone answers the same with DO", () => {
    const plain = { ...ordered(zoneOf(LINES)), isSeeded: true, order: undefined };
    const query = makeQuery(1, at("nope"), RRType.A, { udpPayloadSize: 1232, dnssecOk: true });
    const asker = { isSigned: false, chance: new SeededChance(1) };
    const { authority } = answerMessage({ zoneFor: () => plain }, query, asker);
    assert.deepEqual(
      authority.map(({ name }) => name),
      [APEX],
    );
  });
});
