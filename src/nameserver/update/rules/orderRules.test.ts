// Tombstones, revivals, overrides and gates as people's orders make them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fenceLine, linesAt, update, zoneOf } from "../../zone/exampleZone.suite.ts";
import { evaluateUpdate } from "../evaluateUpdate.ts";
import type { Rule } from "./refusal.ts";

const dead = (id: string) => ` tombstone=${id} at=2026-11-22T00:00:00Z`;
const pinned = (id: string) => ` override=${id} until=2026-11-22T00:00:00Z`;
const gate = (text: string) => `_gate._holdfast 30 TXT "${text}"`;

const HELD = [
  "ep 60 A 192.0.2.1",
  "ep 60 AAAA 2001:db8::1",
  '_weights._holdfast.ep 30 TXT "holdfast-weights=1 answers=all A=1 AAAA=1"',
  fenceLine("ep", "A,AAAA", { generation: 5, edition: 7 }),
  "pin 60 A 192.0.2.9",
  fenceLine("pin", "A", { generation: 5, edition: 7, mark: pinned("o1") }),
  fenceLine("gone", "-", { epoch: 1, generation: 5, edition: 7, mark: dead("t1") }),
  "to 60 A 192.0.2.2",
  fenceLine("to", "A"),
  "via 60 CNAME to.example.test.",
  fenceLine("via", "CNAME"),
  '_holdfast.spoilt 30 TXT "by hand"',
  gate("holdfast-gate=1 edition=3 automation=on"),
];

const EP = ["ep A", "ep AAAA", "_weights._holdfast.ep TXT", "_holdfast.ep TXT"];
const BOTH = ["ep 60 A 192.0.2.3", "ep 60 AAAA 2001:db8::3"];
const NEXT = { generation: 6, edition: 8 };
const back = (place: { epoch: number; generation: number }) => {
  return ["gone 60 A 192.0.2.4", fenceLine("gone", "A", { ...place, edition: 8 })];
};

interface Row {
  readonly why: string;
  readonly deletes: readonly string[];
  readonly adds: readonly string[];
  /** Undefined: allowed. */
  readonly rule?: Rule;
}

const ROWS: readonly Row[] = [
  {
    why: "a retirement: records and weights gone, and the tombstone in one step",
    deletes: EP,
    adds: [fenceLine("ep", "-", { ...NEXT, mark: dead("t1") })],
  },
  {
    why: "a tombstone in the same generation, as a person puts it by hand",
    deletes: EP,
    adds: [fenceLine("ep", "-", { generation: 5, edition: 8, mark: dead("t1") })],
  },
  {
    rule: "tombstone-holds-nothing",
    why: "a tombstone that keeps one of two address types",
    deletes: EP,
    adds: ["ep 60 A 192.0.2.3", fenceLine("ep", "A", { ...NEXT, mark: dead("t1") })],
  },
  {
    rule: "generation-does-not-fall",
    why: "a tombstone of an older plan",
    deletes: EP,
    adds: [fenceLine("ep", "-", { generation: 4, edition: 8, mark: dead("t1") })],
  },
  {
    rule: "alias-target-answers",
    why: "a tombstone of what another endpoint is an alias of",
    deletes: ["to A", "_holdfast.to TXT"],
    adds: [fenceLine("to", "-", { ...NEXT, mark: dead("t1") })],
  },
  {
    why: "a revival by a newer plan",
    deletes: ["_holdfast.gone TXT"],
    adds: back({ epoch: 1, generation: 6 }),
  },
  {
    rule: "revival-rises",
    why: "a name brought back in its tombstone's own generation",
    deletes: ["_holdfast.gone TXT"],
    adds: back({ epoch: 1, generation: 5 }),
  },
  {
    rule: "generation-does-not-fall",
    why: "a name brought back by an old configuration",
    deletes: ["_holdfast.gone TXT"],
    adds: back({ epoch: 0, generation: 900 }),
  },
  {
    rule: "change-carries-fence",
    why: "records beside a tombstone",
    deletes: [],
    adds: ["gone 60 A 192.0.2.4"],
  },
  {
    why: "another tombstone in the place of one",
    deletes: ["_holdfast.gone TXT"],
    adds: [fenceLine("gone", "-", { epoch: 1, generation: 6, edition: 8, mark: dead("t2") })],
  },
  {
    why: "the next epoch over a tombstone, which stays one",
    deletes: ["_holdfast.gone TXT"],
    adds: [fenceLine("gone", "-", { epoch: 2, generation: 0, edition: 8, mark: dead("t1") })],
  },
  {
    why: "a retired name's tombstone, in place of a fence that a hand spoilt in the files",
    deletes: ["_holdfast.spoilt TXT"],
    adds: [fenceLine("spoilt", "-", { epoch: 1, generation: 0, mark: dead("t1") })],
  },
  {
    why: "an override in the same position",
    deletes: EP,
    adds: [...BOTH, fenceLine("ep", "A,AAAA", { generation: 5, edition: 8, mark: pinned("o1") })],
  },
  {
    why: "an override by an alias out of the zone",
    deletes: EP,
    adds: [
      "ep 60 CNAME lb.example.org.",
      fenceLine("ep", "CNAME", { generation: 5, edition: 8, mark: pinned("o1") }),
    ],
  },
  {
    rule: "address-type-stays",
    why: "an override that forgets an address type",
    deletes: EP,
    adds: [
      "ep 60 A 192.0.2.3",
      fenceLine("ep", "A", { generation: 5, edition: 8, mark: pinned("o1") }),
    ],
  },
  {
    rule: "address-type-stays",
    why: "an override that is empty",
    deletes: EP,
    adds: ['ep 60 TXT "x"', fenceLine("ep", "TXT", { ...NEXT, mark: pinned("o1") })],
  },
  {
    rule: "edition-rises",
    why: "an override ended by the text before it",
    deletes: ["pin A", "_holdfast.pin TXT"],
    adds: ["pin 60 A 192.0.2.8", fenceLine("pin", "A", { generation: 5, edition: 6 })],
  },
  {
    why: "an override ended in its own generation",
    deletes: ["pin A", "_holdfast.pin TXT"],
    adds: ["pin 60 A 192.0.2.8", fenceLine("pin", "A", { generation: 5, edition: 8 })],
  },
  {
    why: "an override cleared by its time alone: the records stay as they are",
    deletes: ["_holdfast.pin TXT"],
    adds: [fenceLine("pin", "A", { generation: 5, edition: 8, mark: pinned("o1") })],
  },
  {
    why: "a gate for repairs",
    deletes: ["_gate._holdfast TXT"],
    adds: [gate("holdfast-gate=1 edition=4 automation=repairs")],
  },
  {
    rule: "gate-is-readable",
    why: "a gate in a word of its own",
    deletes: ["_gate._holdfast TXT"],
    adds: [gate("holdfast-gate=1 edition=4 automation=repair")],
  },
  {
    rule: "gate-edition-rises",
    why: "a gate for repairs that repeats an edition",
    deletes: ["_gate._holdfast TXT"],
    adds: [gate("holdfast-gate=1 edition=3 automation=repairs")],
  },
];

describe("the rules, of what people order", () => {
  for (const { rule, why, deletes, adds } of ROWS) {
    it(`${rule === undefined ? "allow" : `refuse (${rule})`} ${why}`, () => {
      const evaluated = evaluateUpdate(zoneOf(HELD), update(deletes, adds), []);
      const broken = evaluated.kind === "refused" ? evaluated.rule : undefined;
      const problem = evaluated.kind === "accepted" ? "" : evaluated.problem;
      assert.equal(broken, rule, problem);
      assert.equal(evaluated.kind, rule === undefined ? "accepted" : "refused");
    });
  }

  it("leave nothing of a retired name but its tombstone", () => {
    const zone = zoneOf(HELD);
    const line = fenceLine("ep", "-", { ...NEXT, mark: dead("t1") });
    const evaluated = evaluateUpdate(zone, update(EP, [line]), []);
    assert(evaluated.kind === "accepted");
    zone.apply(evaluated.draft);
    assert.deepEqual(linesAt(zone, "ep"), []);
    assert.deepEqual(linesAt(zone, "_weights._holdfast.ep"), []);
    assert.equal(linesAt(zone, "_holdfast.ep").length, 1);
  });
});
