import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf } from "../../../dns/index.ts";
import { APEX, fenceLine, update, zoneOf } from "../../zone/exampleZone.suite.ts";
import { evaluateUpdate } from "../evaluateUpdate.ts";
import type { Rule } from "./refusal.ts";

const DEAD = " tombstone=t1 at=2025-10-20T00:00:00Z";
const PINNED = " override=o1 until=2025-10-20T00:00:00Z";
const GATE = (text: string) => `_gate._holdfast 30 TXT "${text}"`;

// What the rules protect: endpoints of several kinds, and names of nobody in particular.
const HELD = [
  "ep 60 A 192.0.2.1",
  "ep 60 A 192.0.2.2",
  "ep 60 AAAA 2001:db8::1",
  '_weights._holdfast.ep 30 TXT "holdfast-weights=1 answers=2 A=1,1 AAAA=1"',
  fenceLine("ep", "A,AAAA", { epoch: 1, generation: 5, edition: 7 }),
  "deep.er.ep 60 A 192.0.2.3",
  fenceLine("deep.er.ep", "A"),
  "alias 60 CNAME target.example.test.",
  fenceLine("alias", "CNAME"),
  "target 60 A 192.0.2.4",
  "far 60 CNAME hop.example.test.",
  fenceLine("far", "CNAME"),
  "hop 60 CNAME x.wild.example.test.",
  "*.wild 60 A 192.0.2.5",
  "out 60 CNAME www.example.org.",
  fenceLine("out", "CNAME"),
  "relay 60 CNAME www.example.org.",
  "out2 60 CNAME relay.example.test.",
  fenceLine("out2", "CNAME"),
  "below 60 CNAME x.cut.example.test.",
  fenceLine("below", "CNAME"),
  "moved 60 CNAME x.old.example.test.",
  fenceLine("moved", "CNAME"),
  "old 60 DNAME now.example.test.",
  "x.now 60 A 192.0.2.10",
  "many 60 CNAME y.any.example.test.",
  fenceLine("many", "CNAME"),
  "*.any 60 CNAME one.example.test.",
  "one 60 A 192.0.2.11",
  fenceLine("dead", "-", { mark: DEAD }),
  'drifted 60 TXT "its A was deleted behind our back"',
  fenceLine("drifted", "A,TXT"),
  "*.star 60 A 192.0.2.6",
  fenceLine("*.star", "A"),
  "odd 60 A 192.0.2.7",
  '_holdfast.odd 30 TXT "no fence at all"',
  "plain 60 A 192.0.2.8",
  "cut 60 NS ns.example.org.",
  "dcut 60 DNAME www.example.org.",
  GATE("holdfast-gate=1 edition=3 automation=on"),
  '@ 60 TXT "apex"',
];

const NEXT = { epoch: 1, generation: 6, edition: 8 };

interface Row {
  readonly why: string;
  readonly deletes?: readonly string[];
  readonly adds?: readonly string[];
  /** Undefined: allowed. */
  readonly rule?: Rule;
}

/** The whole write of `ep` with these lines and this fence. */
function epWrite(lines: readonly string[], fence: string): Pick<Row, "deletes" | "adds"> {
  const deletes = ["ep A", "ep AAAA", "ep CNAME", "ep TXT", "_holdfast.ep TXT"];
  return { deletes, adds: [...lines, fence] };
}

const BOTH = ["ep 60 A 192.0.2.9", "ep 60 AAAA 2001:db8::9"];

const ALLOWED: readonly Row[] = [
  {
    why: "another address of the zone's nameserver in place of its only one",
    deletes: ["ns1 A"],
    adds: ["ns1 60 A 192.0.2.54"],
  },
  {
    why: "an IPv6 address in place of the nameserver's IPv4 one",
    deletes: ["ns1 A"],
    adds: ["ns1 60 AAAA 2001:db8::53"],
  },
  { why: "a new plan's write", ...epWrite(BOTH, fenceLine("ep", "A,AAAA", NEXT)) },
  {
    why: "drift repair: same generation, next edition",
    ...epWrite(BOTH, fenceLine("ep", "A,AAAA", { epoch: 1, generation: 5, edition: 8 })),
  },
  {
    why: "an override, in the same generation",
    ...epWrite(
      BOTH,
      fenceLine("ep", "A,AAAA", { epoch: 1, generation: 5, edition: 8, mark: PINNED }),
    ),
  },
  {
    why: "a new epoch after the last generation of one, and an edition by the clock",
    ...epWrite(
      BOTH,
      fenceLine("ep", "A,AAAA", {
        epoch: 2,
        generation: 999_999_999_999_999,
        edition: 900_000_000_000,
      }),
    ),
  },
  {
    why: "a new epoch may begin at any generation",
    ...epWrite(BOTH, fenceLine("ep", "A,AAAA", { epoch: 2, generation: 1, edition: 8 })),
  },
  { why: "a tombstone empties", ...epWrite([], fenceLine("ep", "-", { ...NEXT, mark: DEAD })) },
  {
    why: "a CNAME to an in-zone name that answers both types",
    ...epWrite(
      ["ep 60 CNAME both.example.test.", "both 60 A 192.0.2.1", "both 60 AAAA 2001:db8::1"],
      fenceLine("ep", "CNAME", NEXT),
    ),
  },
  {
    why: "a CNAME out of the zone, which only others can judge",
    ...epWrite(["ep 60 CNAME www.example.org."], fenceLine("ep", "CNAME", NEXT)),
  },
  {
    why: "an alias out of the zone comes home with the one type that is left",
    deletes: ["out CNAME", "_holdfast.out TXT"],
    adds: ["out 60 A 192.0.2.1", fenceLine("out", "A", { generation: 2, edition: 2 })],
  },
  {
    why: "the hop to others is turned to an address here",
    deletes: ["relay CNAME"],
    adds: ["relay 60 A 192.0.2.1"],
  },
  {
    why: "what a DNAME leads to changes its addresses",
    deletes: ["x.now A"],
    adds: ["x.now 60 A 192.0.2.12"],
  },
  { why: "a repeat of what is held changes nothing", adds: ["ep 60 A 192.0.2.1"] },
  {
    why: "a first fence with its records",
    adds: ["new 60 A 192.0.2.1", fenceLine("new", "A")],
  },
  { why: "a name that is adopted", adds: [fenceLine("plain", "A")] },
  {
    why: "the apex as an endpoint: its SOA and NS are the zone's",
    adds: [fenceLine("@", "TXT")],
  },
  {
    why: "a retired name comes back",
    deletes: ["_holdfast.dead TXT"],
    adds: ["dead 60 A 192.0.2.1", fenceLine("dead", "A", { generation: 2, edition: 2 })],
  },
  {
    why: "a fence that nobody can read gives way to one that can be read",
    deletes: ["_holdfast.odd TXT"],
    adds: [fenceLine("odd", "A")],
  },
  { why: "names without a fence are free", deletes: ["plain A"], adds: ['p2 60 TXT "x"'] },
  { why: "NS where no endpoint is below", adds: ["plain2 60 NS ns.example.org."] },
  {
    why: "a CNAME where no endpoint is below",
    deletes: ["plain A"],
    adds: ["plain 60 CNAME x.example.org."],
  },
  { why: "an NS at the apex", adds: ["@ 60 NS ns2.example.test."] },
  {
    why: "the target of an alias changes its addresses",
    deletes: ["target A"],
    adds: ["target 60 A 192.0.2.44"],
  },
  {
    why: "the next gate",
    deletes: ["_gate._holdfast TXT"],
    adds: [GATE("holdfast-gate=1 edition=4 automation=paused")],
  },
  {
    why: "an alias and its target change together",
    deletes: ["alias CNAME", "_holdfast.alias TXT", "target A"],
    adds: ["alias 60 A 192.0.2.1", fenceLine("alias", "A", { generation: 2, edition: 2 })],
  },
];

const REFUSED: readonly (Row & { readonly rule: Rule })[] = [
  { rule: "change-carries-fence", why: "records deleted by hand", deletes: ["ep A"] },
  { rule: "change-carries-fence", why: "all types deleted by hand", deletes: ["ep"] },
  { rule: "change-carries-fence", why: "an address added", adds: ["ep 60 A 192.0.2.99"] },
  {
    rule: "change-carries-fence",
    why: "a TTL changed",
    deletes: ["ep A"],
    adds: ["ep 999 A 192.0.2.1", "ep 999 A 192.0.2.2"],
  },
  { rule: "change-carries-fence", why: "another type added", adds: ['ep 60 TXT "x"'] },
  { rule: "change-carries-fence", why: "weights deleted", deletes: ["_weights._holdfast.ep"] },
  {
    rule: "change-carries-fence",
    why: "a CNAME in place of the records",
    deletes: ["ep"],
    adds: ["ep 60 CNAME www.example.org."],
  },
  {
    rule: "change-carries-fence",
    why: "records at a retired name",
    deletes: ["dead"],
    adds: ["dead 60 A 192.0.2.1"],
  },
  { rule: "fence-stays", why: "the fence deleted", deletes: ["_holdfast.ep TXT"] },
  { rule: "fence-stays", why: "fence and records deleted", deletes: ["ep", "_holdfast.ep"] },
  { rule: "fence-stays", why: "a tombstone deleted", deletes: ["_holdfast.dead"] },
  {
    rule: "fence-is-readable",
    why: "a second fence beside it",
    adds: [fenceLine("ep", "A,AAAA", NEXT)],
  },
  {
    rule: "fence-is-readable",
    why: "no grammar",
    deletes: ["_holdfast.ep TXT"],
    adds: ['_holdfast.ep 30 TXT "x"'],
  },
  {
    rule: "fence-is-readable",
    why: "a first fence without grammar",
    adds: ['_holdfast.plain 30 TXT "x"'],
  },
  {
    rule: "fence-is-readable",
    why: "a first fence in two strings",
    adds: [fenceLine("plain", "A").replace(" types", '" " types')],
  },
  {
    rule: "edition-rises",
    why: "the same edition",
    ...epWrite(BOTH, fenceLine("ep", "A,AAAA", { ...NEXT, edition: 7 })),
  },
  {
    rule: "edition-rises",
    why: "a lower one in a new epoch",
    ...epWrite(BOTH, fenceLine("ep", "A,AAAA", { epoch: 2, generation: 1, edition: 6 })),
  },
  {
    rule: "numbers-can-rise",
    why: "the last edition that there is: no write could follow",
    ...epWrite(BOTH, fenceLine("ep", "A,AAAA", { ...NEXT, edition: 999_999_999_999_999 })),
  },
  {
    rule: "numbers-can-rise",
    why: "the last epoch that there is",
    ...epWrite(BOTH, fenceLine("ep", "A,AAAA", { ...NEXT, epoch: 999_999_999_999_999 })),
  },
  {
    rule: "numbers-can-rise",
    why: "a first fence without a next",
    adds: [fenceLine("plain", "A", { edition: 999_999_999_999_999 })],
  },
  {
    rule: "numbers-can-rise",
    why: "a gate that could never be switched again",
    deletes: ["_gate._holdfast TXT"],
    adds: [GATE("holdfast-gate=1 edition=999999999999999 automation=paused")],
  },
  {
    rule: "generation-does-not-fall",
    why: "an older generation",
    ...epWrite(BOTH, fenceLine("ep", "A,AAAA", { epoch: 1, generation: 4, edition: 8 })),
  },
  {
    rule: "generation-does-not-fall",
    why: "an older epoch",
    ...epWrite(BOTH, fenceLine("ep", "A,AAAA", { epoch: 0, generation: 99, edition: 8 })),
  },
  {
    rule: "fence-says-types",
    why: "a type too many",
    ...epWrite(BOTH, fenceLine("ep", "A,TXT,AAAA", NEXT)),
  },
  { rule: "fence-says-types", why: "a type too few", ...epWrite(BOTH, fenceLine("ep", "A", NEXT)) },
  {
    rule: "fence-says-types",
    why: "a tombstone beside records",
    ...epWrite(BOTH, fenceLine("ep", "-", { ...NEXT, mark: DEAD })),
  },
  {
    rule: "fence-says-types",
    why: "records ignored beside a CNAME (RFC 2136 3.4.2.2)",
    ...epWrite(["ep 60 CNAME www.example.org.", ...BOTH], fenceLine("ep", "A,AAAA", NEXT)),
  },
  {
    rule: "address-type-stays",
    why: "AAAA gone",
    ...epWrite(["ep 60 A 192.0.2.9"], fenceLine("ep", "A", NEXT)),
  },
  {
    rule: "address-type-stays",
    why: "A gone",
    ...epWrite(["ep 60 AAAA 2001:db8::9"], fenceLine("ep", "AAAA", NEXT)),
  },
  {
    rule: "address-type-stays",
    why: "only a TXT left",
    ...epWrite(['ep 60 TXT "x"'], fenceLine("ep", "TXT", NEXT)),
  },
  {
    rule: "address-type-stays",
    why: "an override does not empty either",
    ...epWrite(['ep 60 TXT "x"'], fenceLine("ep", "TXT", { ...NEXT, mark: PINNED })),
  },
  {
    rule: "address-type-stays",
    why: "a CNAME to a name that has only A",
    ...epWrite(["ep 60 CNAME target.example.test."], fenceLine("ep", "CNAME", NEXT)),
  },
  {
    rule: "address-type-stays",
    why: "a CNAME to itself",
    ...epWrite(["ep 60 CNAME ep.example.test."], fenceLine("ep", "CNAME", NEXT)),
  },
  {
    rule: "address-type-stays",
    why: "an alias to nothing",
    deletes: ["alias CNAME", "_holdfast.alias TXT"],
    adds: [
      "alias 60 CNAME no.example.test.",
      fenceLine("alias", "CNAME", { generation: 2, edition: 2 }),
    ],
  },
  {
    rule: "address-type-stays",
    why: "what the fence promised counts, though it was deleted",
    deletes: ["_holdfast.drifted TXT"],
    adds: [fenceLine("drifted", "TXT", { generation: 2, edition: 2 })],
  },
  {
    rule: "address-type-stays",
    why: "an adopted name keeps its types",
    deletes: ["plain A"],
    adds: ['plain 60 TXT "x"', fenceLine("plain", "TXT")],
  },
  {
    rule: "first-fence-holds-records",
    why: "a tombstone first",
    adds: [fenceLine("new", "-", { mark: DEAD })],
  },
  {
    rule: "fenced-name-is-visible",
    why: "below an NS",
    adds: ["new.cut 60 A 192.0.2.1", fenceLine("new.cut", "A")],
  },
  {
    rule: "fenced-name-is-visible",
    why: "below a DNAME",
    adds: ["new.dcut 60 A 192.0.2.1", fenceLine("new.dcut", "A")],
  },
  {
    rule: "fenced-name-is-visible",
    why: "at a DNAME, its fence is hidden",
    adds: [fenceLine("dcut", "DNAME")],
  },
  {
    rule: "fenced-name-is-visible",
    why: "a control name as an endpoint",
    adds: [fenceLine("_seed._holdfast", "TXT")],
  },
  {
    rule: "fenced-name-is-not-hidden",
    why: "a CNAME beside its records, which RFC 2136 3.4.2.2 would ignore in silence",
    adds: ["ep 60 CNAME x.example.org."],
  },
  { rule: "fenced-name-is-not-hidden", why: "NS at it", adds: ["ep 60 NS ns.example.org."] },
  {
    rule: "fenced-name-is-not-hidden",
    why: "NS at it with a fence",
    ...epWrite([...BOTH, "ep 60 NS ns.example.org."], fenceLine("ep", "A,NS,AAAA", NEXT)),
  },
  {
    rule: "fenced-name-is-not-hidden",
    why: "NS between it and the apex",
    adds: ["er.ep 60 NS ns.example.org."],
  },
  { rule: "fenced-name-is-not-hidden", why: "DNAME at it", adds: ["ep 60 DNAME x.example.org."] },
  {
    rule: "fenced-name-is-not-hidden",
    why: "DNAME above it",
    adds: ["er.ep 60 DNAME x.example.org."],
  },
  {
    rule: "fenced-name-is-not-hidden",
    why: "CNAME above it, where resolvers that minimise names look first",
    adds: ["er.ep 60 CNAME x.example.org."],
  },
  {
    rule: "fenced-name-is-not-hidden",
    why: "DNAME at the apex",
    adds: ["@ 60 DNAME example.org."],
  },
  {
    rule: "fenced-name-is-not-hidden",
    why: "NS at a wildcard endpoint",
    adds: ["*.star 60 NS ns.example.org."],
  },
  {
    rule: "fenced-name-is-not-hidden",
    why: "NS above a retired name's tombstone",
    adds: ["dead 60 NS ns.example.org."],
  },
  {
    rule: "address-type-stays",
    why: "only a TXT left of an alias that others answered for",
    deletes: ["out CNAME", "_holdfast.out TXT"],
    adds: ['out 60 TXT "x"', fenceLine("out", "TXT", { generation: 2, edition: 2 })],
  },
  { rule: "alias-target-answers", why: "the target deleted", deletes: ["target"] },
  { rule: "alias-target-answers", why: "the hop to others deleted", deletes: ["relay"] },
  { rule: "alias-target-answers", why: "the cut above the target deleted", deletes: ["cut"] },
  { rule: "alias-target-answers", why: "what a DNAME leads to deleted", deletes: ["x.now"] },
  {
    rule: "alias-target-answers",
    why: "the DNAME on the way turned away",
    deletes: ["old"],
    adds: ["old 60 DNAME no.example.test."],
  },
  {
    rule: "alias-target-answers",
    why: "the target of a wildcard's alias deleted",
    deletes: ["one"],
  },
  {
    rule: "alias-target-answers",
    why: "the target hidden",
    adds: ["target 60 NS ns.example.org."],
  },
  {
    rule: "alias-target-answers",
    why: "the wildcard behind two aliases deleted",
    deletes: ["*.wild"],
  },
  { rule: "alias-target-answers", why: "the wildcard's place taken", adds: ['x.wild 60 TXT "x"'] },
  {
    rule: "alias-target-answers",
    why: "taken by an empty non-terminal above a DNAME",
    adds: ["y.x.wild 60 DNAME example.org."],
  },
  {
    rule: "alias-target-answers",
    why: "taken by an empty non-terminal",
    adds: ["y.x.wild 60 A 192.0.2.1"],
  },
  {
    rule: "alias-target-answers",
    why: "a DNAME over the wildcard",
    adds: ["wild 60 DNAME no.example.test."],
  },
  {
    rule: "alias-target-answers",
    why: "the hop between turned away",
    deletes: ["hop"],
    adds: ["hop 60 CNAME no.example.test."],
  },
  {
    rule: "weights-are-readable",
    why: "no grammar",
    adds: ['_weights._holdfast.plain 30 TXT "x"'],
  },
  {
    rule: "weights-are-readable",
    why: "two of them",
    adds: [
      '_weights._holdfast.plain 30 TXT "holdfast-weights=1 answers=1 A=1"',
      '_weights._holdfast.plain 30 TXT "holdfast-weights=1 answers=1 A=2"',
    ],
  },
  {
    rule: "gate-is-readable",
    why: "no grammar",
    deletes: ["_gate._holdfast TXT"],
    adds: [GATE("open")],
  },
  {
    rule: "gate-is-readable",
    why: "two of them",
    adds: [GATE("holdfast-gate=1 edition=4 automation=on")],
  },
  { rule: "gate-stays", why: "deleted", deletes: ["_gate._holdfast"] },
  {
    rule: "gate-edition-rises",
    why: "an edition seen before",
    deletes: ["_gate._holdfast TXT"],
    adds: [GATE("holdfast-gate=1 edition=3 automation=paused")],
  },
  { rule: "seed-stays", why: "deleted, the zone answers nothing", deletes: ["_seed._holdfast"] },
  {
    rule: "seed-stays",
    why: "another text",
    deletes: ["_seed._holdfast TXT"],
    adds: ['_seed._holdfast 30 TXT "x"'],
  },
  {
    rule: "control-names-own-txt",
    why: "an address at a fence",
    adds: ["_holdfast.ep 60 A 192.0.2.1"],
  },
  {
    rule: "control-names-own-txt",
    why: "an NS at the parent of gate and seed",
    adds: ["_holdfast 60 NS ns.example.org."],
  },
  {
    rule: "control-names-own-txt",
    why: "a CNAME in place of weights",
    deletes: ["_weights._holdfast.ep"],
    adds: ["_weights._holdfast.ep 60 CNAME x.example.org."],
  },
  {
    rule: "nameserver-stays-reachable",
    why: "the only address of the zone's nameserver",
    deletes: ["ns1 A"],
  },
  {
    rule: "denials-are-short",
    why: "denials believed for an hour",
    adds: ["@ 3600 SOA ns1.example.test. h.example.test. 999 1 1 1 3600"],
  },
];

function judge(row: Row, zonesBelow: readonly string[] = []) {
  const below = zonesBelow.map(nameOf);
  return evaluateUpdate(zoneOf(HELD), update(row.deletes ?? [], row.adds ?? []), below);
}

describe("judgeUpdate()", () => {
  for (const row of ALLOWED) {
    it(`allows: ${row.why}`, () => {
      const evaluated = judge(row);
      assert.equal(evaluated.kind, "accepted", JSON.stringify(evaluated));
    });
  }

  for (const row of REFUSED) {
    it(`refuses by ${row.rule}: ${row.why}`, () => {
      const evaluated = judge(row);
      assert.equal(evaluated.kind, "refused", `${row.why} must be refused`);
      if (evaluated.kind !== "refused") return;
      assert.equal(evaluated.rule, row.rule, evaluated.problem);
      assert.match(evaluated.problem, /^Cannot change \S+.* as .+/);
    });
  }

  it("refuses by fenced-name-is-visible an endpoint that a zone below answers for", () => {
    const row = { why: "", adds: ["new.sub 60 A 192.0.2.1", fenceLine("new.sub", "A")] };
    assert.equal(judge(row).kind, "accepted");
    const evaluated = judge(row, [`sub.${APEX}`]);
    assert.equal(evaluated.kind === "refused" && evaluated.rule, "fenced-name-is-visible");
  });

  it("refuses a DNAME at the apex also where no endpoint is below: gate and seed are", () => {
    const zone = zoneOf(["ns1 60 A 192.0.2.1"]);
    const evaluated = evaluateUpdate(zone, update([], ["@ 60 DNAME example.org."]), []);
    assert.equal(evaluated.kind === "refused" && evaluated.rule, "fenced-name-is-not-hidden");
  });

  it("asks a zone below, not this one, what an alias into it answers", () => {
    const held = [
      "inner.sub 60 A 192.0.2.1",
      "alias 60 CNAME inner.sub.example.test.",
      fenceLine("alias", "CNAME"),
    ];
    const empties = update(["inner.sub"], []);
    const alone = evaluateUpdate(zoneOf(held), empties, []);
    assert.equal(alone.kind === "refused" && alone.rule, "alias-target-answers");
    // What this zone holds below the other's apex is not served: nobody misses it.
    const covered = evaluateUpdate(zoneOf(held), empties, [nameOf(`sub.${APEX}`)]);
    assert.equal(covered.kind, "accepted", JSON.stringify(covered));
    // Nor does it keep an alias alive.
    const moved = update(["near"], ["hop 60 CNAME inner.sub.example.test."]);
    const hops = [
      "near 60 A 192.0.2.1",
      "hop 60 CNAME near.example.test.",
      "alias 60 CNAME hop.example.test.",
      fenceLine("alias", "CNAME"),
      "inner.sub 60 A 192.0.2.1",
    ];
    const replaced = { ...moved, steps: [...update(["hop CNAME"], []).steps, ...moved.steps] };
    assert.equal(evaluateUpdate(zoneOf(hops), replaced, []).kind, "accepted");
    const lost = evaluateUpdate(zoneOf(hops), replaced, [nameOf(`sub.${APEX}`)]);
    assert.equal(lost.kind === "refused" && lost.rule, "alias-target-answers");
  });

  it("refuses by name-fits-a-message what no response could carry", () => {
    const addresses = Array.from({ length: 3000 }, (_, index) => {
      return `big 60 AAAA 2001:db8::${index.toString(16)}`;
    });
    assert.equal(judge({ why: "", adds: addresses.slice(0, 1000) }).kind, "accepted");
    const evaluated = judge({ why: "", adds: addresses });
    assert.equal(evaluated.kind === "refused" && evaluated.rule, "name-fits-a-message");
  });
});
