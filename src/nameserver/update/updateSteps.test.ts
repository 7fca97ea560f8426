import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Prerequisite, RRType, rcodeText, type UpdateStep } from "../../dns/index.ts";
import { APEX, at, linesAt, record, rrsetsOf, update, zoneOf } from "../zone/exampleZone.suite.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { failedPrerequisite } from "./prerequisites.ts";
import { applySteps } from "./updateSteps.ts";

const HELD = ["www 300 A 192.0.2.1", "www 300 A 192.0.2.2", 'deep.ent 60 TXT "x"'];

function rrsetIs(...lines: string[]): Prerequisite {
  const [rrset] = rrsetsOf(lines);
  assert.ok(rrset);
  return { kind: "rrset-is", rrset };
}

describe("failedPrerequisite()", () => {
  const { A, AAAA } = RRType;
  const table: readonly (readonly [Prerequisite, string, string])[] = [
    [{ kind: "rrset-exists", name: at("www"), type: A }, "-", "RFC 2136 3.2.1: there"],
    [{ kind: "rrset-exists", name: at("www"), type: AAAA }, "NXRRSET", "another type is not it"],
    [{ kind: "rrset-exists", name: at("none"), type: A }, "NXRRSET", "no name, no RRset"],
    [rrsetIs("www 1 A 192.0.2.2", "www 1 A 192.0.2.1"), "-", "3.2.3: order and TTL do not count"],
    [rrsetIs("www 1 A 192.0.2.1"), "NXRRSET", "a part of it is not it"],
    [rrsetIs("www 1 A 192.0.2.1", "www 1 A 192.0.2.2", "www 1 A 192.0.2.3"), "NXRRSET", "more"],
    [rrsetIs("none 1 A 192.0.2.1"), "NXRRSET", "nothing is not it"],
    [{ kind: "rrset-absent", name: at("www"), type: AAAA }, "-", "2.4.3: not there"],
    [{ kind: "rrset-absent", name: at("www"), type: A }, "YXRRSET", "it is there"],
    [{ kind: "name-in-use", name: at("www") }, "-", "2.4.4"],
    [{ kind: "name-in-use", name: at("ent") }, "NXDOMAIN", "an empty non-terminal is not in use"],
    [{ kind: "name-not-in-use", name: at("ent") }, "-", "2.4.5: an ENT may be taken"],
    [{ kind: "name-not-in-use", name: at("www") }, "YXDOMAIN", "it owns records"],
  ];
  for (const [prerequisite, expected, why] of table) {
    it(`says ${expected} to ${prerequisite.kind}: ${why}`, () => {
      const failed = failedPrerequisite(zoneOf(HELD), [prerequisite]);
      assert.equal(failed === undefined ? "-" : rcodeText(failed.rcode), expected);
    });
  }

  it("stops at the first that does not hold", () => {
    const prerequisites: Prerequisite[] = [
      { kind: "name-in-use", name: at("www") },
      { kind: "rrset-absent", name: at("www"), type: A },
      { kind: "name-in-use", name: at("none") },
    ];
    assert.equal(rcodeText(failedPrerequisite(zoneOf(HELD), prerequisites)?.rcode ?? 0), "YXRRSET");
  });
});

function after(steps: readonly UpdateStep[], name: string, held = HELD): readonly string[] {
  const zone = zoneOf(held);
  const draft = new ZoneDraft(zone);
  applySteps(draft, steps);
  zone.apply(draft);
  return linesAt(zone, name).map((line) => line.replace(`.${APEX}`, ""));
}

describe("applySteps()", () => {
  it("adds to an RRset, once, and takes the newest TTL for all (RFC 2181 5.2)", () => {
    const { steps } = update([], ["www 60 A 192.0.2.3", "www 60 A 192.0.2.1"]);
    assert.deepEqual(after(steps, "www"), [
      "www 60 IN A 192.0.2.1",
      "www 60 IN A 192.0.2.2",
      "www 60 IN A 192.0.2.3",
    ]);
  });

  it("does its steps in order: what is deleted first may be added again", () => {
    const { steps } = update(["www A"], ["www 60 A 192.0.2.9"]);
    assert.deepEqual(after(steps, "www"), ["www 60 IN A 192.0.2.9"]);
    assert.deepEqual(after([...steps].reverse(), "www"), []);
  });

  it("ignores a CNAME beside other types, and other types beside a CNAME (3.4.2.2)", () => {
    const alias = update([], ["www 60 CNAME other.example.test."]).steps;
    assert.equal(after(alias, "www").length, 2, "the A records stay");
    const address = update([], ["al 60 A 192.0.2.1"]).steps;
    const held = ["al 60 CNAME www.example.test."];
    assert.deepEqual(after(address, "al", held), ["al 60 IN CNAME www.example.test."]);
  });

  it("replaces one CNAME by another, and takes a CNAME after the other types are deleted", () => {
    const held = ["al 60 CNAME www.example.test."];
    const { steps } = update([], ["al 30 CNAME new.example.test."]);
    assert.deepEqual(after(steps, "al", held), ["al 30 IN CNAME new.example.test."]);
    const change = update(["www A"], ["www 30 CNAME new.example.test."]).steps;
    assert.deepEqual(after(change, "www"), ["www 30 IN CNAME new.example.test."]);
  });

  it("deletes one record, one RRset, or all that a name owns", () => {
    const { rdata } = record("www 0 A 192.0.2.1");
    const one: UpdateStep = { kind: "delete-record", name: at("www"), type: RRType.A, rdata };
    assert.deepEqual(after([one], "www"), ["www 300 IN A 192.0.2.2"]);
    assert.deepEqual(after(update(["www A"], []).steps, "www"), []);
    assert.deepEqual(after(update(["deep.ent"], []).steps, "deep.ent"), []);
  });

  it("keeps the apex's SOA and its last NS, whatever is deleted (3.4.2.3, 3.4.2.4)", () => {
    const before = after([], "@");
    assert.deepEqual(after(update(["@"], []).steps, "@"), before);
    assert.deepEqual(after(update(["@ SOA", "@ NS"], []).steps, "@"), before);
    const last: UpdateStep = {
      kind: "delete-record",
      name: APEX,
      type: RRType.NS,
      rdata: record("@ 0 NS ns1.example.test.").rdata,
    };
    assert.deepEqual(after([last], "@"), before);
    const soa: UpdateStep = {
      kind: "delete-record",
      name: APEX,
      type: RRType.SOA,
      rdata: record("@ 0 SOA ns1.example.test. hostmaster.example.test. 100 300 60 2419200 5")
        .rdata,
    };
    assert.deepEqual(after([soa], "@"), before);
  });

  it("takes an SOA only at the apex and only with a greater serial (3.4.2.2)", () => {
    const soa = (name: string, serial: number) =>
      update([], [`${name} 60 SOA ns1.example.test. hostmaster.example.test. ${serial} 1 1 1 5`])
        .steps;
    assert.ok(after(soa("@", 101), "@").some((line) => line.includes(" 101 ")));
    assert.ok(after(soa("@", 100), "@").some((line) => line.includes(" 100 300 ")));
    assert.ok(after(soa("@", 99), "@").some((line) => line.includes(" 100 300 ")));
    assert.equal(after(soa("www", 101), "www").length, 2, "SOA elsewhere is ignored");
  });
});

describe("ZoneDraft", () => {
  it("makes empty non-terminals on the way, and drops them again", () => {
    const zone = zoneOf([]);
    const change = (deletes: string[], adds: string[]) => {
      const draft = new ZoneDraft(zone);
      applySteps(draft, update(deletes, adds).steps);
      zone.apply(draft);
    };
    change([], ["a.b.c 60 A 192.0.2.1", "x.c 60 A 192.0.2.2"]);
    assert.equal(zone.node(at("c"))?.childCount, 2);
    assert.equal(zone.node(at("b.c"))?.childCount, 1);
    change(["a.b.c"], []);
    assert.equal(zone.node(at("b.c")), undefined);
    assert.equal(zone.node(at("c"))?.childCount, 1);
    change(["x.c"], []);
    assert.equal(zone.node(at("c")), undefined);
    assert.ok(zone.node(APEX));
  });

  it("leaves the view below as it is until it is applied", () => {
    const zone = zoneOf(HELD);
    const draft = new ZoneDraft(zone);
    applySteps(draft, update(["www A"], ["new 60 A 192.0.2.1"]).steps);
    assert.equal(draft.node(at("www")), undefined);
    assert.equal(linesAt(zone, "www").length, 2);
    assert.equal(zone.node(at("new")), undefined);
  });

  it("counts a repeat of what is held as no change", () => {
    const draft = new ZoneDraft(zoneOf(HELD));
    applySteps(draft, update(["www A"], ["www 300 A 192.0.2.2", "www 300 A 192.0.2.1"]).steps);
    assert.deepEqual(draft.changes(), []);
  });
});
