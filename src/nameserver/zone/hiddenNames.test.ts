import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Name, nameOf } from "../../dns/index.ts";
import { APEX, at, fenceLine, rrsetsOf, zoneOf } from "./exampleZone.suite.ts";
import { hiddenNames } from "./hiddenNames.ts";
import { ZoneData } from "./zoneData.ts";
import { ZoneDraft } from "./zoneDraft.ts";

const NEW = at("sub");

function hiddenBy(apex: Name, zones: readonly ZoneData[], served: readonly Name[] = []) {
  const held = new Map(zones.map((zone) => [zone.apex, zone]));
  const found = hiddenNames([apex], { held, isServed: (name) => served.includes(name) }).get(apex);
  return found === undefined ? undefined : `${found.inside} ${found.names}`;
}

function otherZone(apex: Name, lines: readonly string[]): ZoneData {
  const zone = new ZoneData(apex);
  const draft = new ZoneDraft(zone);
  for (const rrset of rrsetsOf(lines, apex)) {
    draft.set(rrset.name, [...(draft.node(rrset.name)?.rrsets ?? []), rrset]);
  }
  zone.apply(draft);
  return zone;
}

describe("hiddenNames()", () => {
  it("finds endpoints at or below the apex of a new zone", () => {
    const zone = zoneOf(["ep.sub 60 A 192.0.2.1", fenceLine("ep.sub", "A")]);
    assert.equal(hiddenBy(NEW, [zone]), `${APEX} 1`);
    assert.equal(hiddenBy(at("ep.sub"), [zone]), `${APEX} 1`);
    assert.equal(hiddenBy(NEW, [zone], [NEW]), `${APEX} 1`, "whoever served it before");
    assert.equal(hiddenBy(at("other"), [zone]), undefined);
    assert.equal(hiddenBy(APEX, [zone]), undefined, "a zone hides nothing of its own");
  });

  it("finds an endpoint whose CNAME leads to a name below it", () => {
    const target = "b.sub 60 A 192.0.2.1";
    const alias = ["api 60 CNAME b.sub.example.test.", fenceLine("api", "CNAME")];
    assert.equal(hiddenBy(NEW, [zoneOf([target, ...alias])]), `${APEX} 1`);
    assert.equal(hiddenBy(at("b.sub"), [zoneOf([target, ...alias])]), `${APEX} 1`);
    assert.equal(hiddenBy(at("other"), [zoneOf([target, ...alias])]), undefined);
    const plain = zoneOf([target, "api 60 CNAME b.sub.example.test."]);
    assert.equal(hiddenBy(NEW, [plain]), undefined, "nobody planned that one");
    assert.equal(hiddenBy(NEW, [zoneOf([target, ...alias])], [NEW]), undefined, "served before");
  });

  it("follows CNAMEs up over several names, wildcards and zones", () => {
    const lines = [
      "b.sub 60 A 192.0.2.1",
      "*.w 60 CNAME b.sub.example.test.",
      "two 60 CNAME x.w.example.test.",
    ];
    const end = ["one 60 CNAME two.example.test.", fenceLine("one", "CNAME")];
    assert.equal(hiddenBy(NEW, [zoneOf([...lines, ...end])]), `${APEX} 1`);
    const apex = nameOf("other.test.");
    const other = otherZone(apex, end);
    assert.equal(hiddenBy(NEW, [zoneOf(lines), other]), `${apex} 1`);
    const loop = ["c 60 CNAME d.example.test.", "d 60 CNAME c.example.test."];
    assert.equal(hiddenBy(NEW, [zoneOf([...lines, ...loop])]), undefined, "and it ends");
  });

  it("finds a target that a wildcard answers for, and none that nothing answers", () => {
    const alias = ["api 60 CNAME b.sub.example.test.", fenceLine("api", "CNAME")];
    assert.equal(hiddenBy(NEW, [zoneOf(["*.sub 60 A 192.0.2.1", ...alias])]), `${APEX} 1`);
    assert.equal(hiddenBy(NEW, [zoneOf(alias)]), undefined);
    const cut = ["sub 60 NS ns.example.org.", "b.sub 60 A 192.0.2.1"];
    assert.equal(hiddenBy(NEW, [zoneOf([...cut, ...alias])]), undefined, "others answered");
  });

  it("finds nameservers of a zone with endpoints", () => {
    const endpoint = ["ep 60 A 192.0.2.1", fenceLine("ep", "A")];
    const ns1 = at("ns1");
    assert.equal(hiddenBy(ns1, [zoneOf(endpoint)]), `${APEX} 1`);
    assert.equal(hiddenBy(ns1, [zoneOf([])]), undefined, "nothing needs them yet");
    assert.equal(hiddenBy(ns1, [zoneOf(endpoint)], [ns1]), undefined);
  });
});
