import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeName, makeRRset, nameOf, RRType } from "../../src/dns/index.ts";
import { fenceName, type ServingEntry, type TombstoneEntry } from "../../src/plan/index.ts";
import { controlRRset } from "../../src/provider/controlText.ts";
import { Ledger } from "../ours/ledger.ts";
import {
  AT_FIRST,
  AT_SECOND,
  change,
  DISK,
  ENACTOR,
  ENDPOINT,
  entryAt,
  FIRST,
  fenceOf,
  HAND,
  held,
  NOTHING,
  OPERATOR,
  SECOND,
  SERVER,
  TOMBSTONE,
  tombstoneOf,
  zoneWith,
} from "./doctored.suite.ts";
import { NeverEmpty } from "./neverEmpty.ts";

describe("NeverEmpty", () => {
  const begun = (plans?: Ledger): NeverEmpty => {
    const checker = new NeverEmpty(plans);
    assert.equal(change(checker, ENACTOR, zoneWith(NOTHING), zoneWith(AT_FIRST)), undefined);
    return checker;
  };

  it("fires on a write that leaves a type without an answer", () => {
    const less = zoneWith(held(SECOND, fenceOf(SECOND, 2), ["AAAA"]));
    assert.match(change(begun(), ENACTOR, zoneWith(AT_FIRST), less) ?? "", /without AAAA/);
    assert.match(change(begun(), OPERATOR, zoneWith(AT_FIRST), less) ?? "", /without AAAA/);
  });

  it("owes what a hand took until it is back", () => {
    const checker = begun();
    const gone = zoneWith(held(FIRST, fenceOf(FIRST, 1), ["A", "AAAA"]));
    assert.equal(change(checker, HAND, zoneWith(AT_FIRST), gone), undefined);
    assert.match(checker.atEnd() ?? "", /never came back/);
    assert.equal(change(checker, ENACTOR, gone, zoneWith(AT_SECOND)), undefined);
    assert.equal(checker.atEnd(), undefined);
  });

  it("fires on a server that speaks again before everything is back", () => {
    const checker = begun();
    const lost = zoneWith(NOTHING, false);
    const half = zoneWith(held(FIRST, fenceOf(FIRST, 2), ["AAAA"]), false);
    assert.equal(change(checker, DISK, zoneWith(AT_FIRST), lost), undefined);
    assert.equal(change(checker, ENACTOR, lost, half), undefined);
    const speaks = { ...half, speaks: true };
    assert.match(change(checker, ENACTOR, half, speaks) ?? "", /speaks again.*AAAA/);
  });

  it("owes what a server lacks that speaks again, where a hand took or spoilt it", () => {
    const [lost, whole] = [zoneWith(NOTHING, false), zoneWith(AT_SECOND, false)];
    const fence = controlRRset(fenceName(ENDPOINT), "oops");
    for (const left of [NOTHING, { ...NOTHING, fence }]) {
      const checker = begun();
      assert.equal(change(checker, DISK, zoneWith(AT_FIRST), lost), undefined);
      assert.equal(change(checker, ENACTOR, lost, whole), undefined);
      assert.equal(change(checker, HAND, whole, zoneWith(left, false)), undefined);
      assert.equal(change(checker, ENACTOR, zoneWith(left, false), zoneWith(left)), undefined);
      assert.match(checker.atEnd() ?? "", /never came back/);
    }
    const spoilt = begun();
    const bad = zoneWith({ ...NOTHING, fence }, false);
    assert.equal(change(spoilt, DISK, zoneWith(AT_FIRST), lost), undefined);
    assert.equal(change(spoilt, HAND, lost, bad), undefined);
    assert.equal(change(spoilt, ENACTOR, bad, { ...bad, speaks: true }), undefined);
    assert.match(spoilt.atEnd() ?? "", /never came back/);
  });

  it("owes what an UPDATE of a hand took from a name without a fence, and from no other", () => {
    const hand = { ...OPERATOR, id: "hand" };
    const bare = zoneWith(held(FIRST, undefined));
    const checker = begun();
    assert.equal(change(checker, HAND, zoneWith(AT_FIRST), bare), undefined);
    assert.equal(change(checker, hand, bare, zoneWith(NOTHING)), undefined);
    assert.match(checker.atEnd() ?? "", /never came back/);
    assert.match(change(begun(), hand, zoneWith(AT_FIRST), zoneWith(NOTHING)) ?? "", /without A/);
    const taken = change(begun(), OPERATOR, bare, zoneWith(NOTHING));
    assert.match(taken ?? "", /without A/, "no tool of ours does that");
  });

  it("lets a retired name come back with fewer types, while nothing answers", () => {
    const lost = zoneWith(NOTHING, false);
    const [a] = SECOND.rrsets;
    const less = entryAt(4, { rrsets: [a] });
    const back = zoneWith(held(less, fenceOf(less, 2)), false);
    const spoken = (...entries: readonly (ServingEntry | TombstoneEntry)[]): string => {
      const checker = begun();
      for (const entry of entries) checker.onWitness({ kind: "plan", entries: [entry] }, -5_000);
      change(checker, DISK, zoneWith(AT_FIRST), lost);
      change(checker, ENACTOR, lost, back);
      return change(checker, ENACTOR, back, { ...back, speaks: true }) ?? "";
    };
    assert.equal(spoken(tombstoneOf(FIRST), less), "");
    assert.match(spoken(less), /speaks again.*AAAA/);
    assert.match(spoken(tombstoneOf(FIRST), entryAt(4)), /speaks again.*AAAA/);
  });

  it("owes nobody what a hand gave a retired name, nor a spoilt name that no plan knows", () => {
    const retired = begun();
    const bare = zoneWith(held(undefined, TOMBSTONE));
    const given = zoneWith(held(FIRST, TOMBSTONE));
    const [lost, speaks] = [zoneWith(NOTHING, false), zoneWith(NOTHING)];
    assert.equal(change(retired, ENACTOR, zoneWith(AT_FIRST), bare), undefined);
    assert.equal(change(retired, HAND, bare, given), undefined);
    assert.equal(change(retired, DISK, given, lost), undefined);
    assert.equal(change(retired, ENACTOR, lost, speaks), undefined);
    const ledger = new Ledger();
    const spoilt = begun(ledger);
    const fence = controlRRset(fenceName(ENDPOINT), "oops");
    assert.equal(
      change(spoilt, HAND, zoneWith(AT_FIRST), zoneWith({ ...NOTHING, fence })),
      undefined,
    );
    assert.match(spoilt.atEnd() ?? "", /never came back/);
    ledger.wasReplaced = true;
    assert.equal(spoilt.atEnd(), undefined);
    ledger.beginWith([FIRST], 0);
    assert.match(spoilt.atEnd() ?? "", /never came back/);
  });

  it("owes nothing of a name whose tombstone a plan store accepted before it was lost", () => {
    const ledger = new Ledger();
    const checker = begun(ledger);
    assert.equal(change(checker, HAND, zoneWith(AT_FIRST), zoneWith(NOTHING)), undefined);
    assert.match(checker.atEnd() ?? "", /never came back/);
    checker.onWitness({ kind: "plan", entries: [tombstoneOf(FIRST)] }, 0);
    assert.equal(checker.atEnd(), undefined);
  });

  it("owes a type no more that a retired name came back without", () => {
    const [a] = SECOND.rrsets;
    const atEnd = (...entries: readonly (ServingEntry | TombstoneEntry)[]): string => {
      const checker = begun();
      assert.equal(change(checker, HAND, zoneWith(AT_FIRST), zoneWith(NOTHING)), undefined);
      for (const entry of entries) checker.onWitness({ kind: "plan", entries: [entry] }, 0);
      return checker.atEnd() ?? "";
    };
    assert.match(atEnd(tombstoneOf(FIRST), entryAt(4, { rrsets: [a] })), / A was taken/);
    const less = entryAt(4, { rrsets: [a] });
    const back = zoneWith(held(less, fenceOf(less, 2)));
    const checker = begun();
    change(checker, HAND, zoneWith(AT_FIRST), zoneWith(NOTHING));
    for (const entry of [tombstoneOf(FIRST), less]) {
      checker.onWitness({ kind: "plan", entries: [entry] }, 0);
    }
    assert.equal(change(checker, ENACTOR, zoneWith(NOTHING), back), undefined);
    assert.equal(checker.atEnd(), undefined);
  });

  it("lets a tombstone take everything", () => {
    const checker = begun();
    const retired = zoneWith(held(undefined, TOMBSTONE));
    assert.equal(change(checker, ENACTOR, zoneWith(AT_FIRST), retired), undefined);
  });

  it("fires on an alias to nowhere, and on automation that changes what is not ours", () => {
    const alias = makeRRset(ENDPOINT, RRType.CNAME, 5, [encodeName(nameOf("gone.example"))]);
    const hidden = { ...AT_SECOND, records: [alias], answers: { A: "", AAAA: "" } };
    assert.match(change(begun(), ENACTOR, zoneWith(AT_FIRST), zoneWith(hidden)) ?? "", /without A/);
    const [theirs, less] = [held(FIRST, undefined), held(FIRST, undefined, ["A"])];
    for (const after of [zoneWith(less), zoneWith(AT_SECOND)]) {
      const checker = new NeverEmpty({ newest: new Map(), wasReplaced: false });
      const taken = change(checker, ENACTOR, zoneWith(theirs), after);
      assert.match(taken ?? "", /which is not ours/);
      assert.equal(change(new NeverEmpty(), HAND, zoneWith(theirs), after), undefined);
    }
    // A design without fences cannot tell its own names by them: it may change, and not take.
    const plain = zoneWith(theirs);
    assert.match(change(new NeverEmpty(), ENACTOR, plain, zoneWith(less)) ?? "", /not ours/);
    const other = zoneWith(held(SECOND, undefined));
    assert.equal(change(new NeverEmpty(), ENACTOR, plain, other), undefined);
  });

  it("lets enactors that know a tombstone speak for a zone, until a plan is above it", () => {
    const ledger = new Ledger();
    const spoken = (...entries: readonly (ServingEntry | TombstoneEntry)[]): string => {
      const checker = begun(ledger);
      for (const entry of entries) checker.onWitness({ kind: "plan", entries: [entry] }, -5_000);
      const [silent, speaks] = [zoneWith(NOTHING, false), zoneWith(NOTHING)];
      assert.equal(change(checker, DISK, zoneWith(AT_FIRST), silent), undefined);
      return change(checker, ENACTOR, silent, speaks) ?? "";
    };
    assert.match(spoken(FIRST), /speaks again/);
    assert.equal(spoken(tombstoneOf(FIRST)), "");
    assert.equal(spoken(tombstoneOf(FIRST), entryAt(2)), "");
    assert.match(spoken(tombstoneOf(FIRST), entryAt(4)), /speaks again/);
  });

  it("owes what was revived as the server began to speak", () => {
    const checker = begun();
    checker.onWitness({ kind: "plan", entries: [tombstoneOf(FIRST)] }, 0);
    checker.onWitness({ kind: "plan", entries: [entryAt(4)] }, 0);
    const [silent, speaks] = [zoneWith(NOTHING, false), zoneWith(NOTHING)];
    assert.equal(change(checker, DISK, zoneWith(AT_FIRST), silent), undefined);
    assert.equal(change(checker, ENACTOR, silent, speaks), undefined);
    assert.match(checker.atEnd() ?? "", /never came back/);
  });

  it("fires on an UPDATE that makes the server silent", () => {
    const silent = zoneWith(AT_FIRST, false);
    assert.match(change(begun(), OPERATOR, zoneWith(AT_FIRST), silent) ?? "", /silent/);
    assert.equal(change(begun(), HAND, zoneWith(AT_FIRST), silent), undefined);
  });

  it("fires on what a server shows no more after a restart", () => {
    const gone = zoneWith(held(FIRST, fenceOf(FIRST, 1), ["A"]));
    assert.match(change(begun(), SERVER, zoneWith(AT_FIRST), gone) ?? "", /without A/);
  });

  it("forgives a type that nobody knows of only where a plan store was replaced", () => {
    const ledger = new Ledger();
    const [a] = SECOND.rrsets;
    ledger.accept([{ ...SECOND, rrsets: [a] }], 0);
    const gone = zoneWith(held(FIRST, fenceOf(FIRST, 1), ["AAAA"]));
    const checker = begun(ledger);
    assert.equal(change(checker, HAND, zoneWith(AT_FIRST), gone), undefined);
    assert.match(checker.atEnd() ?? "", /AAAA was taken by a hand/);
    ledger.wasReplaced = true;
    assert.equal(checker.atEnd(), undefined);
    ledger.beginWith([SECOND], 0);
    assert.match(checker.atEnd() ?? "", /AAAA was taken by a hand/);
    ledger.beginWith([tombstoneOf(SECOND)], 0);
    assert.equal(checker.atEnd(), undefined);
  });
});
