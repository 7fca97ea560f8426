import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf, RRType } from "../../../dns/index.ts";
import { APEX, at, rrsetsOf, update, zoneOf } from "../../zone/exampleZone.suite.ts";
import { ZoneDraft } from "../../zone/zoneDraft.ts";
import { evaluateUpdate } from "../evaluateUpdate.ts";
import type { Rule } from "./refusal.ts";

const KEY = "257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+";
const DIGEST = "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17";

function ruleOf(deletes: readonly string[], adds: readonly string[], held: readonly string[] = []) {
  const evaluated = evaluateUpdate(zoneOf(held), update(deletes, adds), [nameOf(`sub.${APEX}`)]);
  return evaluated.kind === "refused" ? evaluated.rule : evaluated.kind;
}

describe("judgeSigningSteps()", () => {
  const refused: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["the first DNSKEY of an unsigned zone", [], [`@ 60 DNSKEY ${KEY}`]],
    ["a CDNSKEY", [], [`@ 60 CDNSKEY ${KEY}`]],
    ["a CDS", [], [`@ 60 CDS 1 13 2 ${DIGEST}`]],
    ["a DNSKEY deleted", ["@ DNSKEY"], []],
    ["a DNSKEY at the apex of a zone below", [], [`sub 60 DNSKEY ${KEY}`]],
    ["an NSEC3PARAM", [], ["@ 60 NSEC3PARAM 1 0 0 -"]],
  ];
  for (const [what, deletes, adds] of refused) {
    it(`refuses ${what}: nothing could be changed any more`, () => {
      assert.equal(ruleOf(deletes, adds), "signing-is-the-servers" satisfies Rule);
    });
  }

  it("says what makes keys", () => {
    const evaluated = evaluateUpdate(zoneOf([]), update([], [`@ 60 DNSKEY ${KEY}`]), []);
    assert.match(evaluated.kind === "refused" ? evaluated.problem : "", /DNSKEY.*"dnssec": true/);
  });

  it("leaves keys at other names, and a DS, to whoever writes them", () => {
    const adds = [
      `www 60 DNSKEY ${KEY}`,
      "cut 60 NS ns.example.org.",
      `cut 60 DS 1 13 2 ${DIGEST}`,
    ];
    assert.equal(ruleOf([], adds), "accepted");
  });
});

function soa(refresh: number, retry: number, expire: number): string {
  return `@ 60 SOA ns1.${APEX} hostmaster.${APEX} 101 ${refresh} ${retry} ${expire} 5`;
}

describe("judgeTimers()", () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ["the server's own", soa(300, 60, 2_419_200), "accepted"],
    ["the least", soa(30, 30, 1_209_600), "accepted"],
    ["EXPIRE 0: secondaries would go dark", soa(300, 60, 0), "soa-timers-hold"],
    ["EXPIRE of a day", soa(300, 60, 86_400), "soa-timers-hold"],
    ["EXPIRE beyond what signatures last", soa(300, 60, 2_419_201), "soa-timers-hold"],
    ["REFRESH 0", soa(0, 60, 2_419_200), "soa-timers-hold"],
    [
      "REFRESH of a year: who misses a NOTIFY falls behind",
      soa(31_536_000, 60, 2_419_200),
      "soa-timers-hold",
    ],
    ["RETRY 0", soa(300, 0, 2_419_200), "soa-timers-hold"],
  ];
  for (const [what, line, expected] of rows) {
    it(`says ${expected}: ${what}`, () => assert.equal(ruleOf([], [line]), expected));
  }

  it("lets a zone with timers of before change, but not its timers to worse", () => {
    const zone = zoneOf([]);
    const draft = new ZoneDraft(zone);
    draft.set(APEX, rrsetsOf([soa(7200, 900, 86_400), "@ 60 NS ns1.example.test."]));
    zone.apply(draft);
    const other = evaluateUpdate(zone, update([], ['@ 60 TXT "x"']), []);
    assert.equal(other.kind, "accepted");
    const next = soa(7200, 900, 3600).replace(" 101 ", " 102 ");
    assert.equal(evaluateUpdate(zone, update([], [next]), []).kind, "refused");
  });
});

describe("judgeApexServers()", () => {
  const dark = "@ 60 NS dark.example.test.";
  const rows: readonly (readonly [string, readonly string[], readonly string[], string])[] = [
    ["a name here without an address", ["@ NS"], [dark], "nameserver-stays-reachable"],
    ["one with its address", ["@ NS"], [dark, "dark 60 AAAA 2001:db8::5"], "accepted"],
    ["one of others", ["@ NS"], ["@ 60 NS ns.example.org."], "accepted"],
    ["a dark one beside one that answers", [], [dark], "accepted"],
    ["one in a zone below", ["@ NS"], ["@ 60 NS ns.sub.example.test."], "accepted"],
  ];
  for (const [what, deletes, adds, expected] of rows) {
    it(`says ${expected}: ${what}`, () => {
      // The last NS of an apex stays (RFC 2136 3.4.2.4): the old one goes after the new one came.
      const steps = [...update([], adds).steps, ...remove(deletes)];
      const change = { zone: APEX, prerequisites: [], steps };
      const evaluated = evaluateUpdate(zoneOf([]), change, [nameOf(`sub.${APEX}`)]);
      const found = evaluated.kind === "refused" ? evaluated.rule : evaluated.kind;
      assert.equal(found, expected);
    });
  }

  function remove(deletes: readonly string[]) {
    if (deletes.length === 0) return [];
    const held = zoneOf([])
      .node(APEX)
      ?.rrsets.find(({ type }) => type === RRType.NS);
    const rdata = held?.rdata[0] ?? assert.fail("the zone has an NS");
    return [{ kind: "delete-record", name: at("@"), type: RRType.NS, rdata } as const];
  }
});
