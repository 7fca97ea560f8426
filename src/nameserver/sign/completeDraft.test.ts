import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Name, type RRset, RRType } from "../../dns/index.ts";
import { APEX, at, rrsetsOf, zoneOf } from "../zone/exampleZone.suite.ts";
import type { ZoneData } from "../zone/zoneData.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import { completeDraft } from "./completeDraft.ts";
import { CUT_NAMES_MAX } from "./limits.ts";
import { dataOf } from "./members.ts";
import { checkSigned, crypto, NOW, ordered, testSigning } from "./signedZone.suite.ts";
import type { Signing } from "./signName.ts";

/** Commits these names' new content, signed. */
function commit(
  data: ZoneData,
  signing: Signing,
  changes: readonly (readonly [Name, readonly RRset[]])[],
  also: readonly Name[] = [],
): void {
  const draft = new ZoneDraft(data);
  for (const [name, rrsets] of changes) draft.set(name, rrsets);
  completeDraft(signing, draft, ordered(data), also);
  data.apply(draft);
}

function allNames(data: ZoneData): readonly Name[] {
  return [...data.nodes()].map(([name]) => name);
}

function signed(lines: readonly string[], signing = testSigning()): ZoneData {
  const data = zoneOf(lines);
  commit(data, signing, [], allNames(data));
  return data;
}

const LINES = [
  "www 60 A 192.0.2.1",
  "www 60 A 192.0.2.2",
  "www 30 TXT text",
  "*.w 60 A 192.0.2.3",
  "deep.below.empty 60 A 192.0.2.4",
  "alias 60 CNAME www.example.test.",
  "child 60 NS ns.child.example.test.",
  "ns.child 60 A 192.0.2.5",
  "below.ns.child 60 A 192.0.2.5",
  "safe 60 NS ns.elsewhere.test.",
  "safe 60 DS 1 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17",
  "moved 60 DNAME elsewhere.test.",
];

describe("completeDraft()", () => {
  it("signs a zone with cuts, glue, wildcards, aliases and empty non-terminals", () => {
    checkSigned(signed(LINES));
  });

  it("signs only what changed", () => {
    let count = 0;
    const counting = { ...crypto, sign: crypto.sign.bind(crypto), verify: crypto.verify };
    const signing = testSigning({
      crypto: {
        ...counting,
        generate: () => crypto.generate(),
        sign: (key, data) => {
          count += 1;
          return crypto.sign(key, data);
        },
      },
    });
    const data = signed(LINES, signing);
    count = 0;
    commit(data, signing, [[at("www"), rrsetsOf(["www 60 A 192.0.2.9", "www 30 TXT text"])]]);
    checkSigned(data);
    assert.equal(count, 1, "the address RRset alone");
    count = 0;
    commit(data, signing, [[at("new"), rrsetsOf(["new 60 A 192.0.2.9"])]]);
    checkSigned(data);
    assert.equal(count, 3, "the new name with its NSEC, and the NSEC before it");
    count = 0;
    commit(data, signing, [[at("new"), []]]);
    checkSigned(data);
    assert.equal(count, 1, "the NSEC before it");
  });

  it("a cut that comes and goes takes and gives back the signatures below it", () => {
    const signing = testSigning();
    const data = signed(
      ["a.b 60 A 192.0.2.1", "c.a.b 60 A 192.0.2.2", "d 60 A 192.0.2.1"],
      signing,
    );
    commit(data, signing, [[at("b"), rrsetsOf(["b 60 NS ns.elsewhere.test."])]]);
    checkSigned(data);
    commit(data, signing, [[at("b"), []]]);
    checkSigned(data);
    commit(data, signing, [[at("a.b"), rrsetsOf(["a.b 60 DNAME elsewhere.test."])]]);
    checkSigned(data);
  });

  it("keeps signatures that last, and renews those that end too soon", () => {
    const signing = testSigning();
    const data = signed(LINES, signing);
    const before = data.node(at("www"));
    commit(data, signing, [], allNames(data));
    assert.deepEqual(data.node(at("www")), before);
    const later = { ...signing, endsAfterSeconds: NOW + 91 * 86_400 };
    const validity = () => ({ inceptionSeconds: NOW, expirationSeconds: NOW + 180 * 86_400 });
    commit(data, { ...later, validity }, [], allNames(data));
    assert.notDeepEqual(data.node(at("www")), before);
    checkSigned(data, NOW + 100 * 86_400);
  });

  it("makes signatures anew that begin later than now: a clock that was ahead made them", () => {
    const ahead = { inceptionSeconds: NOW + 1, expirationSeconds: NOW + 150 * 86_400 };
    const signing = testSigning({ validity: () => ahead });
    const data = signed(LINES, signing);
    assert.throws(() => checkSigned(data));
    const { validity } = testSigning();
    commit(data, { ...signing, validity }, [], allNames(data));
    checkSigned(data);
  });

  it("without a trusted clock no signature is renewed", () => {
    const signing = testSigning();
    const data = signed(LINES, signing);
    const before = data.node(at("www"));
    commit(data, { ...signing, endsAfterSeconds: undefined }, [], allNames(data));
    assert.deepEqual(data.node(at("www")), before);
  });

  it("a change made and unmade in one commit leaves right signatures", () => {
    const signing = testSigning();
    const data = signed(LINES, signing);
    const held = data.node(at("www"))?.rrsets ?? [];
    const draft = new ZoneDraft(data);
    draft.set(at("www"), []);
    draft.set(at("www"), dataOf(data.node(at("www"))));
    completeDraft(signing, draft, ordered(data), []);
    data.apply(draft);
    assert.equal(held.length > 0, true);
    checkSigned(data);
  });

  it("refuses a cut with more names below it than may be signed in one step", () => {
    const signing = testSigning();
    const order = (count: number) => {
      const names = Array.from({ length: count }, (_, index) => at(`n${1e6 + index}.b`));
      return { before: () => undefined, after: (name: Name) => names[names.indexOf(name) + 1] };
    };
    const held = zoneOf(["b 60 NS ns.elsewhere.test."]);
    const uncut = (count: number) => {
      const draft = new ZoneDraft(held);
      draft.set(at("b"), []);
      completeDraft(signing, draft, { ...ordered(held), order: order(count) }, []);
    };
    assert.throws(() => uncut(CUT_NAMES_MAX + 1), new RegExp(`<= ${CUT_NAMES_MAX} names below it`));
    assert.doesNotThrow(() => uncut(10));
  });

  it("every sequence of changes leaves a zone that verifies", () => {
    const label = fc.constantFrom("a", "b", "c", "*", "_x");
    const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("."));
    const type = fc.constantFrom("A", "NS", "DNAME", "none", "none", "A");
    const change = fc.tuple(name, type);
    const signing = testSigning();
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 5 }), { maxLength: 6 }), (commits) => {
        const data = signed([], signing);
        for (const changes of commits) {
          const sets = changes.map(([owner, kind]) => {
            const line = {
              A: "A 192.0.2.1",
              NS: "NS ns.x.test.",
              DNAME: "DNAME x.test.",
              none: "",
            };
            const text = line[kind as keyof typeof line];
            return [at(owner), text === "" ? [] : rrsetsOf([`${owner} 60 ${text}`])] as const;
          });
          commit(data, signing, sets);
          checkSigned(data);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("keys are put at the apex, signed by all of them, whatever a change did there", () => {
    const signing = testSigning();
    const data = signed(LINES, signing);
    const apex = data.node(APEX)?.rrsets ?? [];
    commit(data, signing, [[APEX, apex.filter(({ type }) => type !== RRType.DNSKEY)]]);
    assert.ok(rrsetOfType(data.node(APEX), RRType.DNSKEY) !== undefined);
    checkSigned(data);
  });
});
