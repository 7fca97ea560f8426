import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Name, RRType } from "../../../dns/index.ts";
import { comparePositions, type Fence } from "../../../plan/index.ts";
import { answersType } from "../../answer/chain.ts";
import { at, fenceLine, update, zoneOf } from "../../zone/exampleZone.suite.ts";
import type { ZoneData } from "../../zone/zoneData.ts";
import { fenceNode } from "../../zone/zoneView.ts";
import { evaluateUpdate } from "../evaluateUpdate.ts";

const NAMES = ["@", "ep", "b.ep", "al", "t", "*.w", "x.w", "y.x.w", "w"] as const;
const ENDPOINTS = ["@", "ep", "b.ep", "al", "*.w", "x.w"] as const;
const RECORDS = [
  "A 192.0.2.1",
  "A 192.0.2.2",
  "AAAA 2001:db8::1",
  'TXT "x"',
  "CNAME t.example.test.",
  "CNAME ep.example.test.",
  "CNAME x.w.example.test.",
  "CNAME www.example.org.",
  "NS ns.example.org.",
  "DNAME example.org.",
  "DNAME w.example.test.",
] as const;
const TYPES = ["A", "AAAA", "A,AAAA", "CNAME", "A,TXT", "TXT", "-", "A,NS"] as const;
const DEAD = " tombstone=t1 at=2025-10-20T00:00:00Z";

const name = fc.constantFrom(...NAMES);
const added = fc.tuple(name, fc.constantFrom(...RECORDS)).map(([owner, text]) => {
  return `${owner} 60 ${text}`;
});
const fence = fc
  .tuple(fc.constantFrom(...ENDPOINTS), fc.constantFrom(...TYPES), fc.nat(2), fc.nat(6), fc.nat(9))
  .map(([endpoint, types, epoch, generation, edition]) => {
    const mark = types === "-" ? DEAD : "";
    return fenceLine(endpoint, types, { epoch, generation, edition, mark });
  });
const control = (endpoint: string) => (endpoint === "@" ? "_holdfast" : `_holdfast.${endpoint}`);
const deleted = fc.oneof(
  name,
  fc.tuple(name, fc.constantFrom("A", "AAAA", "CNAME", "TXT", "NS", "DNAME")).map((pair) => {
    return pair.join(" ");
  }),
  fc.constantFrom(...ENDPOINTS).map(control),
);
const anyChange = fc.record({
  deletes: fc.array(deleted, { maxLength: 3 }),
  adds: fc.array(fc.oneof(added, added, fence), { maxLength: 4 }),
});
/** Mostly right: random changes alone would nearly all be refused, and show little. */
const fencedWrite = fc
  .tuple(fc.constantFrom(...ENDPOINTS), fc.nat(6), fc.nat(9), fc.constantFrom(...RECORDS))
  .map(([endpoint, generation, edition, text]) => {
    const types = text.split(" ")[0] ?? "";
    const records = [`${endpoint} 60 ${text}`];
    const both = types === "A" ? [...records, `${endpoint} 60 AAAA 2001:db8::1`] : records;
    const line = fenceLine(endpoint, types === "A" ? "A,AAAA" : types, { generation, edition });
    const owned = ["A", "AAAA", "CNAME", "TXT"].map((type) => `${endpoint} ${type}`);
    return { deletes: [...owned, `${control(endpoint)} TXT`], adds: [...both, line] };
  });

function fenceOf(zone: ZoneData, endpoint: Name): Fence | undefined {
  const found = fenceNode(zone, endpoint)?.fence;
  return found?.kind === "fence" ? found.fence : undefined;
}

interface Held {
  readonly fence: Fence | undefined;
  readonly answers: readonly string[];
}

function hold(zone: ZoneData): ReadonlyMap<string, Held> {
  return new Map(
    ENDPOINTS.map((endpoint) => {
      const owner = at(endpoint);
      const answers = [RRType.A, RRType.AAAA].map((type) => answersType(zone, owner, type));
      return [endpoint, { fence: fenceOf(zone, owner), answers }];
    }),
  );
}

function checkKept(before: ReadonlyMap<string, Held>, after: ReadonlyMap<string, Held>): void {
  for (const [endpoint, was] of before) {
    const is = after.get(endpoint);
    if (was.fence === undefined) continue;
    assert.ok(is?.fence, `${endpoint} keeps its fence`);
    assert.ok(comparePositions(is.fence, was.fence) >= 0, `${endpoint} never goes backwards`);
    assert.ok(is.fence.edition >= was.fence.edition);
    if (is.fence.mark?.kind === "tombstone") continue;
    const isOwnWrite = is.fence.edition > was.fence.edition;
    for (const [index, answer] of was.answers.entries()) {
      if (answer !== "yes") continue;
      const now = is.answers[index];
      assert.ok(now === "yes" || (isOwnWrite && now === "outside"), `${endpoint} is emptied`);
    }
    if (!was.answers.includes("outside")) continue;
    assert.ok(
      is.answers.some((answer) => answer !== "no"),
      `${endpoint}, which others answered for, is emptied`,
    );
  }
}

describe("evaluateUpdate()", () => {
  it("never empties, hides or lowers an endpoint, whatever is sent in whatever order", () => {
    let acceptedCount = 0;
    let fencedCount = 0;
    const changes = fc.array(fc.oneof(anyChange, fencedWrite), { minLength: 5, maxLength: 25 });
    fc.assert(
      fc.property(changes, (messages) => {
        const zone = zoneOf([]);
        for (const { deletes, adds } of messages) {
          const before = hold(zone);
          const evaluated = evaluateUpdate(zone, update(deletes, adds), []);
          if (evaluated.kind !== "accepted") continue;
          acceptedCount += 1;
          zone.apply(evaluated.draft);
          const after = hold(zone);
          checkKept(before, after);
          checkCounts(zone);
          fencedCount += [...after.values()].filter((held) => held.fence).length;
        }
      }),
      { numRuns: 400 },
    );
    assert.ok(acceptedCount > 1000 && fencedCount > 1000, "the test does see endpoints");
  });
});

/** The counts in nodes are what a walk over all names finds. */
function checkCounts(zone: ZoneData): void {
  for (const [owner, node] of zone.nodes()) {
    const below = [...zone.nodes()].filter(([other]) => other === owner || isBelow(other, owner));
    const children = below.filter(
      ([other]) => other.split(".").length === owner.split(".").length + 1,
    );
    assert.equal(node.childCount, children.length, `children of ${owner}`);
    const fences = below.filter(([, { fence }]) => fence !== undefined && fence.kind !== "none");
    assert.equal(node.fenceCount, fences.length, `fences below ${owner}`);
    const cuts = below.filter(([other, { rrsets }]) =>
      rrsets.some(({ type }) => {
        return type === RRType.DNAME || (type === RRType.NS && other !== zone.apex);
      }),
    );
    assert.equal(node.cutCount, cuts.length, `cuts below ${owner}`);
    assert.ok(node.rrsets.length > 0 || node.childCount > 0, `${owner} exists for a reason`);
  }
}

function isBelow(name: string, above: string): boolean {
  return name.endsWith(`.${above}`);
}
