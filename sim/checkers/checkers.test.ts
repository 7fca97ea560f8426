// Every checker fires on a history that was doctored to break its invariant, and keeps silent on
// the same history left whole.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fence, ServingEntry, TombstoneEntry } from "../../src/plan/index.ts";
import { Ledger } from "../ours/ledger.ts";
import { CheckedAtTheWrite } from "./checkedAtTheWrite.ts";
import type { Checker } from "./checker.ts";
import { CleanUpHarmless } from "./cleanUpHarmless.ts";
import {
  changeOf,
  ENACTOR,
  ENDPOINT,
  entryAt,
  fenceOf,
  HAND,
  held,
  OPERATOR,
  ZONE,
  zoneWith,
} from "./doctored.suite.ts";
import { EveryChangeExplained } from "./everyChangeExplained.ts";
import { NeverBackwards } from "./neverBackwards.ts";
import { NeverEmpty } from "./neverEmpty.ts";
import { OverrideRespected } from "./overrideRespected.ts";
import { RetireOnlyOnPurpose } from "./retireOnlyOnPurpose.ts";

const FIRST = entryAt(1);
const SECOND = entryAt(2);
const NOTHING = held(undefined, undefined);
const AT_FIRST = held(FIRST, fenceOf(FIRST, 1));
const AT_SECOND = held(SECOND, fenceOf(SECOND, 2));
const TOMBSTONE: Fence = {
  epoch: 0,
  generation: 3,
  edition: 3,
  types: [],
  digest: FIRST.digest,
  mark: { kind: "tombstone", id: "t-api-1", atMs: 0 },
};

function tombstoneOf(entry: ServingEntry): TombstoneEntry {
  const { endpoint, zone, epoch, digest, actor, cause } = entry;
  const what = { endpoint, zone, epoch, digest, actor, cause };
  return { kind: "tombstone", ...what, generation: 3, tombstoneId: "t-api-1", retiredAtMs: 0 };
}

function change(checker: Checker, ...args: Parameters<typeof changeOf>): string | undefined {
  return checker.onChange?.(changeOf(...args));
}

describe("NeverEmpty", () => {
  const begun = (): NeverEmpty => {
    const checker = new NeverEmpty();
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
    assert.equal(change(checker, HAND, zoneWith(AT_FIRST), lost), undefined);
    assert.equal(change(checker, ENACTOR, lost, half), undefined);
    const speaks = { ...half, speaks: true };
    assert.match(change(checker, ENACTOR, half, speaks) ?? "", /speaks again.*AAAA/);
  });

  it("lets a tombstone take everything", () => {
    const checker = begun();
    const retired = zoneWith(held(undefined, TOMBSTONE));
    assert.equal(change(checker, ENACTOR, zoneWith(AT_FIRST), retired), undefined);
  });
});

describe("NeverBackwards", () => {
  // The position is that of the fence that was seen last.
  const watching = () => {
    const seen = { now: AT_FIRST };
    const run = {
      positionOf: () => {
        const text = seen.now.fence === undefined ? undefined : seen.now;
        return text === AT_SECOND
          ? { epoch: 0, generation: 2 }
          : text && { epoch: 0, generation: 1 };
      },
    };
    const reader = { rrset: () => undefined, rrsetsAt: () => [], speaks: true };
    const checker = new NeverBackwards(run, reader);
    return (
      ...[by, before, after]: [typeof ENACTOR | typeof HAND, typeof NOTHING, typeof NOTHING]
    ) => {
      seen.now = after;
      return change(checker, by, zoneWith(before), zoneWith(after));
    };
  };

  it("fires on an older generation over a newer one, whoever writes it", () => {
    for (const by of [ENACTOR, OPERATOR]) {
      const move = watching();
      assert.equal(move(ENACTOR, NOTHING, AT_SECOND), undefined);
      assert.match(move(by, AT_SECOND, AT_FIRST) ?? "", /from 0\/2 back to 0\/1/);
    }
  });

  it("begins anew after a hand deleted the fence, but not for the same writer", () => {
    const move = watching();
    assert.equal(move(ENACTOR, NOTHING, AT_SECOND), undefined);
    assert.equal(move(HAND, AT_SECOND, NOTHING), undefined);
    assert.match(move(ENACTOR, NOTHING, AT_FIRST) ?? "", /wrote 0\/1 .* after 0\/2/);
    const other = watching();
    assert.equal(other(ENACTOR, NOTHING, AT_SECOND), undefined);
    assert.equal(other(HAND, AT_SECOND, NOTHING), undefined);
    assert.equal(other({ ...ENACTOR, id: "enactor-az2" }, NOTHING, AT_FIRST), undefined);
  });
});

describe("CheckedAtTheWrite", () => {
  const write = (rest: Parameters<typeof changeOf>[3], gate?: "paused" | "repairs") => {
    const gated = gate && { edition: 1, automation: gate };
    const before = zoneWith(AT_FIRST, true, gated);
    const after = zoneWith(AT_SECOND, true, gated);
    return change(new CheckedAtTheWrite(ZONE), ENACTOR, before, after, rest);
  };

  it("keeps silent on a write that asked of fence and gate", () => {
    assert.equal(write({}), undefined);
  });

  it("fires on a condition that did not hold, and on one that is missing", () => {
    assert.match(write({ conditionsHeld: false }) ?? "", /did not hold/);
    const [fence, gate] =
      changeOf(ENACTOR, zoneWith(AT_FIRST), zoneWith(AT_SECOND)).update?.prerequisites ?? [];
    assert(fence !== undefined && gate !== undefined);
    const update = (prerequisites: readonly (typeof fence)[]) => ({
      update: { zone: ZONE, prerequisites, steps: [] },
    });
    assert.match(write(update([gate])) ?? "", /without a condition on its fence/);
    assert.match(write(update([fence])) ?? "", /without a condition on the gate/);
  });

  it("fires on a write through a closed gate, and on anything new where only repairs pass", () => {
    assert.match(write({}, "paused") ?? "", /is paused/);
    assert.match(write({}, "repairs") ?? "", /only repairs/);
  });

  it("fires on a fence text that was there before", () => {
    const checker = new CheckedAtTheWrite(ZONE);
    const [first, second] = [zoneWith(AT_FIRST), zoneWith(AT_SECOND)];
    assert.equal(change(checker, ENACTOR, zoneWith(NOTHING), first), undefined);
    assert.equal(change(checker, ENACTOR, first, second), undefined);
    assert.match(change(checker, ENACTOR, second, first) ?? "", /old fence text/);
  });
});

describe("EveryChangeExplained", () => {
  const ledgerOf = (...entries: readonly (typeof FIRST)[]): Ledger => {
    const ledger = new Ledger();
    ledger.accept(entries, 0);
    return ledger;
  };
  const event = {
    atMs: 0,
    kind: "endpoint-enacted",
    actor: ENACTOR.id,
    subject: ENDPOINT,
  } as const;

  it("fires on what no plan had, and on records that are not the plan's", () => {
    const unknown = new EveryChangeExplained(ledgerOf(FIRST), () => 0);
    const [first, second] = [zoneWith(AT_FIRST), zoneWith(AT_SECOND)];
    assert.match(change(unknown, ENACTOR, first, second) ?? "", /which no plan ever had/);
    const known = new EveryChangeExplained(ledgerOf(FIRST, SECOND), () => 0);
    const mixed = zoneWith(held(FIRST, fenceOf(SECOND, 2)));
    const more = zoneWith({ ...AT_SECOND, weights: AT_FIRST.fence });
    assert.match(change(known, ENACTOR, first, more) ?? "", /not as any plan had it/);
    assert.match(change(known, ENACTOR, first, mixed) ?? "", /not as any plan had it/);
    assert.equal(change(known, ENACTOR, first, second), undefined);
  });

  it("fires on a tombstone that leaves records, and on a position issued twice", () => {
    const ledger = ledgerOf(FIRST);
    const tombstone = tombstoneOf(FIRST);
    ledger.accept([tombstone], 0);
    const checker = new EveryChangeExplained(ledger, () => 0);
    const [first, bare] = [zoneWith(AT_FIRST), zoneWith(held(undefined, TOMBSTONE))];
    assert.equal(change(checker, ENACTOR, first, bare), undefined);
    const left = zoneWith(held(FIRST, TOMBSTONE));
    assert.match(change(checker, ENACTOR, first, left) ?? "", /not as any plan had it/);
    const twice = { ...FIRST, digest: SECOND.digest };
    const told = checker.onWitness({ kind: "plan", entries: [twice] });
    assert.match(told ?? "", /issued twice/);
    ledger.wasReplaced = true;
    assert.equal(checker.onWitness({ kind: "plan", entries: [twice] }), undefined);
  });

  it("fires at the end where the journal is silent, unless the writer died", () => {
    const ledger = ledgerOf(FIRST, SECOND);
    for (const [life, expected] of [
      [0, /does not know/],
      [1, undefined],
    ] as const) {
      const checker = new EveryChangeExplained(ledger, () => life);
      change(checker, ENACTOR, zoneWith(AT_FIRST), zoneWith(AT_SECOND));
      if (expected === undefined) assert.equal(checker.atEnd(), undefined);
      else assert.match(checker.atEnd() ?? "", expected);
    }
    const told = new EveryChangeExplained(ledger, () => 0);
    change(told, ENACTOR, zoneWith(AT_FIRST), zoneWith(AT_SECOND));
    ledger.record([{ ...event, text: "", facts: { edition: 2 } }]);
    assert.equal(told.atEnd(), undefined);
  });
});

describe("OverrideRespected", () => {
  const untilMs = 2_000_000;
  const mark = { kind: "override", id: "o-api-1", untilMs } as const;
  const pinned = held(FIRST, fenceOf(FIRST, 2, mark));
  const over = (by: typeof ENACTOR, ledger: Ledger, before = pinned, after = AT_SECOND) => {
    const checker = new OverrideRespected(ledger);
    assert.equal(change(checker, OPERATOR, zoneWith(AT_FIRST), zoneWith(pinned)), undefined);
    return change(checker, by, zoneWith(before), zoneWith(after));
  };

  it("fires on a plan written over it before its end, and on other records under its name", () => {
    assert.match(over(ENACTOR, new Ledger()) ?? "", /wrote over override o-api-1/);
    const changed = held(SECOND, fenceOf(SECOND, 3, mark));
    assert.match(over(ENACTOR, new Ledger(), pinned, changed) ?? "", /changed what override/);
  });

  it("keeps silent once it expired, was ended by a plan, or has lost its records", () => {
    assert.equal(over({ ...ENACTOR, wallMs: untilMs }, new Ledger()), undefined);
    const ending = new Ledger();
    ending.accept([{ ...SECOND, ends: [mark.id] }], 0);
    assert.equal(over(ENACTOR, ending), undefined);
    const emptied = held(FIRST, fenceOf(FIRST, 2, mark), ["A", "AAAA"]);
    assert.equal(over(ENACTOR, new Ledger(), emptied), undefined);
  });
});

describe("RetireOnlyOnPurpose", () => {
  const { endpoint } = FIRST;
  const tombstone = tombstoneOf(FIRST);
  const planned = (ledger: Ledger, atMs: number) => {
    const checker = new RetireOnlyOnPurpose(ledger, 0);
    return checker.onWitness({ kind: "plan", entries: [tombstone] }, atMs);
  };
  const asked = (cancelledAtMs?: number): Ledger => {
    const ledger = new Ledger();
    const at = { atMs: 0, holdDownMs: 1_000, cancelledAtMs };
    ledger.retirements.set("t-api-1", { endpoint, ...at });
    return ledger;
  };

  it("fires on a plan that retires unasked, too early, or what was taken back", () => {
    assert.match(planned(new Ledger(), 5_000) ?? "", /nobody asked for it/);
    assert.match(planned(asked(), 999) ?? "", /after 999 ms of a hold-down of 1000/);
    assert.match(planned(asked(500), 5_000) ?? "", /taken back/);
    assert.equal(planned(asked(), 1_000), undefined);
  });

  it("fires on a plan that retires once more what was revived", () => {
    const checker = new RetireOnlyOnPurpose(asked(), 0);
    const revived = { ...SECOND, generation: 4, revives: ["t-api-1"] };
    const see = (entry: TombstoneEntry | typeof revived) =>
      checker.onWitness({ kind: "plan", entries: [entry] }, 5_000);
    assert.equal(see(tombstone), undefined);
    assert.equal(see(revived), undefined);
    assert.match(see({ ...tombstone, generation: 5 }) ?? "", /once more/);
  });

  it("fires on a tombstone in the zone that no plan has, and on an unasked return", () => {
    const ledger = new Ledger();
    const checker = new RetireOnlyOnPurpose(ledger, 0);
    const retired = zoneWith(held(undefined, TOMBSTONE));
    assert.match(change(checker, ENACTOR, zoneWith(AT_FIRST), retired) ?? "", /unasked/);
    assert.match(change(checker, ENACTOR, retired, zoneWith(AT_SECOND)) ?? "", /nobody asked/);
    ledger.revivals.add("t-api-1");
    assert.equal(change(checker, ENACTOR, retired, zoneWith(AT_SECOND)), undefined);
  });
});

describe("CleanUpHarmless", () => {
  it("fires where the newest plan or an entry is not what it was", () => {
    const checker = new CleanUpHarmless();
    const before = { generation: 2, digest: "b", newest: new Map([["api", "2 x"]]) };
    const judged = (after: typeof before) => checker.onWitness({ kind: "clean-up", before, after });
    assert.equal(judged(before), undefined);
    assert.match(judged({ ...before, generation: 1 }) ?? "", /moved the newest plan/);
    assert.match(judged({ ...before, newest: new Map() }) ?? "", /newest entry of api/);
  });
});
