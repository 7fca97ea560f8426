// Every checker fires on a history that was doctored to break its invariant, and keeps silent on
// the same history left whole.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fenceName, gateName, type PlanEntry, type TombstoneEntry } from "../../src/plan/index.ts";
import { controlRRset } from "../../src/provider/controlText.ts";
import { Ledger } from "../ours/ledger.ts";
import type { EndpointState, ZoneState } from "../world/zoneState.ts";
import { CheckedAtTheWrite } from "./checkedAtTheWrite.ts";
import { fenceSeen } from "./checker.ts";
import { CleanUpHarmless } from "./cleanUpHarmless.ts";
import {
  AT_FIRST,
  AT_SECOND,
  change,
  changeOf,
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
  ZONE,
  zoneWith,
} from "./doctored.suite.ts";
import { EveryChangeExplained } from "./everyChangeExplained.ts";
import { NeverBackwards } from "./neverBackwards.ts";
import { OverrideRespected } from "./overrideRespected.ts";
import { RetireOnlyOnPurpose } from "./retireOnlyOnPurpose.ts";

describe("NeverBackwards", () => {
  // The position is that of the fence that was seen last.
  const watching = (wasReplaced = true, planned: readonly PlanEntry[] = []) => {
    const seen = { now: AT_FIRST };
    const run = {
      positionOf: () => {
        const found = fenceSeen(seen.now.fence);
        return found.kind === "fence" ? found.fence : undefined;
      },
    };
    const reader = { rrset: () => undefined, rrsetsAt: () => [], speaks: true };
    const checker = new NeverBackwards(run, reader, () => wasReplaced);
    checker.onWitness({ kind: "plan", entries: planned });
    return (
      by: Parameters<typeof changeOf>[0],
      before: EndpointState,
      after: EndpointState,
      [spoke, speaks]: readonly [boolean, boolean] = [true, true],
    ) => {
      seen.now = after;
      return change(checker, by, zoneWith(before, spoke), zoneWith(after, speaks));
    };
  };

  it("lets a silent server get what was meant for its life before", () => {
    const move = watching(false);
    const SILENT = [false, false] as const;
    assert.equal(move(ENACTOR, NOTHING, AT_SECOND), undefined);
    assert.equal(move(DISK, AT_SECOND, NOTHING, [true, false]), undefined);
    assert.equal(move(ENACTOR, NOTHING, AT_FIRST, SILENT), undefined);
    assert.match(move(ENACTOR, AT_FIRST, AT_FIRST, [false, true]) ?? "", /from 0\/2 to 0\/1/);
    const other = watching();
    assert.equal(other(ENACTOR, NOTHING, AT_SECOND), undefined);
    assert.equal(other(DISK, AT_SECOND, NOTHING), undefined);
    assert.match(other(ENACTOR, NOTHING, AT_FIRST) ?? "", /wrote 0\/1 to .* after 0\/2/);
  });

  it("fires on an older generation over a newer one, whoever writes it", () => {
    for (const by of [ENACTOR, OPERATOR]) {
      const move = watching();
      assert.equal(move(ENACTOR, NOTHING, AT_SECOND), undefined);
      assert.match(move(by, AT_SECOND, AT_FIRST) ?? "", /from 0\/2 back to 0\/1/);
    }
  });

  it("remembers what a hand left without a fence, unless a plan store was replaced", () => {
    const bare = held(SECOND, undefined);
    for (const wasReplaced of [false, true]) {
      const move = watching(wasReplaced);
      assert.equal(move({ ...ENACTOR, id: "enactor-az2" }, NOTHING, AT_SECOND), undefined);
      assert.equal(move(HAND, AT_SECOND, bare), undefined);
      const told = move(ENACTOR, bare, AT_FIRST) ?? "";
      assert.match(told, wasReplaced ? /^$/ : /from 0\/2 back to 0\/1/);
    }
    const adopts = watching(false);
    assert.equal(adopts(ENACTOR, NOTHING, AT_SECOND), undefined);
    assert.equal(adopts(HAND, AT_SECOND, bare), undefined);
    assert.equal(adopts(OPERATOR, bare, AT_FIRST), undefined);
    const raises = watching(false);
    const spoilt = { ...AT_SECOND, fence: controlRRset(fenceName(ENDPOINT), "oops") };
    assert.equal(raises(ENACTOR, NOTHING, AT_SECOND), undefined);
    assert.equal(raises(HAND, AT_SECOND, spoilt), undefined);
    assert.match(raises(OPERATOR, spoilt, AT_FIRST) ?? "", /from 0\/2 back to 0\/1/);
  });

  it("forgives a lost epoch that a person had raised, until a plan has it", () => {
    const raised = { ...SECOND, epoch: 1 };
    const ahead = held(raised, fenceOf(raised, 3));
    const bare = held(SECOND, undefined);
    for (const [planned, expected] of [
      [[SECOND], /^$/],
      [[SECOND, raised], /from 1\/2 back to 0\/2/],
    ] as const) {
      const move = watching(false, planned);
      assert.equal(move(OPERATOR, AT_SECOND, ahead), undefined);
      assert.equal(move(HAND, ahead, bare), undefined);
      assert.match(move(ENACTOR, bare, AT_SECOND) ?? "", expected);
    }
    const there = watching(false, [SECOND]);
    assert.equal(there(OPERATOR, AT_SECOND, ahead), undefined);
    assert.match(there(ENACTOR, ahead, AT_SECOND) ?? "", /from 1\/2 back/, "its fence is there");
  });

  it("fires on a server that speaks again of what was older than it held", () => {
    for (const [wasReplaced, expected] of [
      [false, /went from 0\/2 to 0\/1/],
      [true, /^$/],
    ] as const) {
      const move = watching(wasReplaced);
      assert.equal(move({ ...ENACTOR, id: "enactor-az2" }, NOTHING, AT_SECOND), undefined);
      assert.equal(move(DISK, AT_SECOND, NOTHING, [true, false]), undefined);
      assert.equal(move(ENACTOR, NOTHING, AT_FIRST, [false, false]), undefined);
      assert.match(move(ENACTOR, AT_FIRST, AT_FIRST, [false, true]) ?? "", expected);
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

  it("lets mend behind repairs, and make or bring back nothing", () => {
    const gate = { edition: 1, automation: "repairs" } as const;
    const [first, second] = [zoneWith(AT_FIRST, true, gate), zoneWith(AT_SECOND, true, gate)];
    const nothing = zoneWith(NOTHING, true, gate);
    const bare = zoneWith(held(undefined, fenceOf(FIRST, 1)), true, gate);
    const retired = zoneWith(held(undefined, TOMBSTONE), true, gate);
    const begun = (from: typeof first, ...hands: readonly (typeof first)[]): CheckedAtTheWrite => {
      const checker = new CheckedAtTheWrite(ZONE);
      let at = nothing;
      for (const to of [from, ...hands]) {
        assert.equal(change(checker, HAND, at, to), undefined);
        at = to;
      }
      return checker;
    };
    assert.equal(change(begun(first, bare), ENACTOR, bare, second), undefined);
    assert.equal(change(begun(first, nothing), ENACTOR, nothing, second), undefined);
    const [created, revived] = [new CheckedAtTheWrite(ZONE), begun(retired, nothing)];
    assert.match(change(created, ENACTOR, nothing, second) ?? "", /only repairs/);
    assert.match(change(revived, ENACTOR, nothing, second) ?? "", /only repairs/);
    const forgotten = new CheckedAtTheWrite(ZONE, () => true);
    assert.equal(change(forgotten, HAND, nothing, retired), undefined);
    assert.match(change(forgotten, ENACTOR, retired, second) ?? "", /only repairs/);
    assert.equal(change(forgotten, HAND, retired, nothing), undefined);
    assert.equal(change(forgotten, ENACTOR, nothing, second), undefined);
    assert.match(change(begun(first, bare), ENACTOR, bare, retired) ?? "", /only repairs/);
    const pin = { kind: "override", id: "o-api-1", untilMs: 5_000 } as const;
    const pinned = zoneWith(held(FIRST, fenceOf(FIRST, 2, pin)), true, gate);
    const over = zoneWith(held(FIRST, fenceOf(FIRST, 3)), true, gate);
    assert.match(change(begun(pinned), ENACTOR, pinned, over) ?? "", /only repairs/);
  });

  it("fires on automation over a fence that cannot be read, and on one it leaves", () => {
    const fence = controlRRset(fenceName(ENDPOINT), "holdfast=1 epoch=oops");
    const [spoilt, first] = [zoneWith({ ...AT_FIRST, fence }), zoneWith(AT_FIRST)];
    const checker = new CheckedAtTheWrite(ZONE);
    assert.match(change(checker, ENACTOR, spoilt, first) ?? "", /cannot be read/);
    assert.match(change(checker, ENACTOR, first, spoilt) ?? "", /without a readable fence/);
  });

  it("asks people's tools for the fence, and nobody from outside for anything", () => {
    const [first, second] = [zoneWith(AT_FIRST), zoneWith(AT_SECOND)];
    const blind = { update: { zone: ZONE, prerequisites: [], steps: [] } };
    const judged = (by: Parameters<typeof changeOf>[0]) =>
      change(new CheckedAtTheWrite(ZONE), by, first, second, blind) ?? "";
    assert.match(judged(OPERATOR), /without a condition on its fence/);
    assert.equal(judged(HAND), "");
    assert.equal(judged({ ...OPERATOR, id: "hand" }), "");
    assert.match(judged(SERVER), /before a restart/);
  });

  it("fires on an UPDATE that deletes a gate, spoils it, or puts an older one back", () => {
    const gated = (edition: number) => zoneWith(AT_FIRST, true, { edition, automation: "paused" });
    const moved = (by: Parameters<typeof changeOf>[0], before: ZoneState, after: ZoneState) =>
      change(new CheckedAtTheWrite(ZONE), by, before, after) ?? "";
    const spoilt = { ...gated(2), gate: controlRRset(gateName(ZONE), "oops") };
    assert.match(moved(OPERATOR, gated(2), zoneWith(AT_FIRST)), /no gate that can be read/);
    assert.match(moved(OPERATOR, gated(2), spoilt), /no gate that can be read/);
    assert.match(moved(OPERATOR, gated(2), gated(1)), /edition 1 in the place of 2/);
    assert.equal(moved(OPERATOR, gated(1), gated(2)), "");
    assert.equal(moved(HAND, gated(2), zoneWith(AT_FIRST)), "");
  });

  it("forgets texts where a hand took the fence, and nowhere else", () => {
    const bare = held(FIRST, undefined);
    for (const [left, expected] of [
      [bare, /^$/],
      [held(SECOND, fenceOf(SECOND, 2), ["A"]), /old fence text/],
    ] as const) {
      const checker = new CheckedAtTheWrite(ZONE);
      const [first, second, after] = [zoneWith(AT_FIRST), zoneWith(AT_SECOND), zoneWith(left)];
      assert.equal(change(checker, ENACTOR, zoneWith(NOTHING), first), undefined);
      assert.equal(change(checker, ENACTOR, first, second), undefined);
      assert.equal(change(checker, HAND, second, after), undefined);
      assert.match(change(checker, ENACTOR, after, first) ?? "", expected);
    }
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

  it("lets a name that is retired next get its fence back over what was pinned", () => {
    const ledger = ledgerOf(FIRST);
    const position = { epoch: 0, generation: 1 };
    ledger.acts.push({ endpoint: ENDPOINT, what: "override", content: SECOND, position });
    const bare = zoneWith(held(SECOND, undefined));
    const fenced = zoneWith(held(SECOND, { ...fenceOf(SECOND, 3), generation: 1 }));
    const judged = (before: ZoneState) =>
      change(new EveryChangeExplained(ledger, () => 0), ENACTOR, before, fenced) ?? "";
    assert.match(judged(bare), /not as any plan had it/);
    ledger.accept([tombstoneOf(FIRST)], 0);
    assert.equal(judged(bare), "");
    assert.match(judged(zoneWith(held(FIRST, undefined))), /not as any plan had it/);
  });

  it("lets a name that is retired next get its fence back over what a hand left", () => {
    const ledger = ledgerOf(FIRST);
    ledger.accept([tombstoneOf(FIRST)], 0);
    const left = zoneWith(held(SECOND, undefined));
    const judged = (after: ZoneState) =>
      change(new EveryChangeExplained(ledger, () => 0), ENACTOR, left, after) ?? "";
    assert.equal(judged(zoneWith(held(SECOND, fenceOf(FIRST, 3)))), "");
    const wrong = [
      held(entryAt(3), fenceOf(FIRST, 3)),
      held(SECOND, { ...fenceOf(FIRST, 3), types: ["A"] }),
      held(SECOND, { ...fenceOf(FIRST, 3), generation: 2 }),
      held(SECOND, { ...fenceOf(FIRST, 3), digest: SECOND.digest }),
    ];
    for (const one of wrong) assert.notEqual(judged(zoneWith(one)), "");
  });

  it("fires on a position that says something else than it said", () => {
    const ledger = ledgerOf(FIRST);
    const other = entryAt(2, { generation: 1 });
    ledger.accept([other], 0);
    const [first, second] = [zoneWith(AT_FIRST), zoneWith(held(other, fenceOf(other, 2)))];
    const checker = new EveryChangeExplained(ledger, () => 0);
    assert.match(change(checker, ENACTOR, first, second) ?? "", /something else than it said/);
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
    const checker = new OverrideRespected(ledger, () => 0);
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
    const retiring = new Ledger();
    retiring.accept([{ ...tombstoneOf(SECOND), ends: [mark.id] }], 0);
    const retired = held(undefined, TOMBSTONE);
    assert.equal(over(ENACTOR, retiring, pinned, retired), undefined);
  });

  it("takes what a person's tool writes under its name later for what is pinned", () => {
    const checker = new OverrideRespected(new Ledger(), () => 0);
    const [again, repaired] = [3, 4].map((edition) => {
      return zoneWith(held(SECOND, fenceOf(SECOND, edition, mark)));
    });
    assert(again !== undefined && repaired !== undefined);
    assert.equal(change(checker, OPERATOR, zoneWith(AT_FIRST), zoneWith(pinned)), undefined);
    assert.equal(change(checker, OPERATOR, zoneWith(pinned), again), undefined);
    assert.equal(change(checker, ENACTOR, again, repaired), undefined);
    const first = zoneWith(held(FIRST, fenceOf(FIRST, 5, mark)));
    assert.equal(change(checker, ENACTOR, repaired, first), undefined, "people pinned that, too");
    const third = entryAt(3);
    const other = zoneWith(held(third, fenceOf(third, 6, mark)));
    assert.match(change(checker, ENACTOR, first, other) ?? "", /changed what override/);
  });

  it("fires on a plan that ends one unasked, and before its time by the planner's clock", () => {
    const planned = (ledger: Ledger, wallMs: number) => {
      const checker = new OverrideRespected(ledger, () => wallMs);
      const entries = [{ ...SECOND, ends: [mark.id] }];
      return checker.onWitness({ kind: "plan", entries });
    };
    const asked = new Ledger();
    asked.pin(mark.id, ENDPOINT, untilMs);
    assert.match(planned(asked, untilMs - 1) ?? "", /nobody asked for it/);
    assert.equal(planned(asked, untilMs), undefined);
    asked.pin("o-api-2", ENDPOINT, untilMs);
    assert.equal(planned(asked, untilMs - 1), undefined);
  });
});

describe("RetireOnlyOnPurpose", () => {
  const { endpoint } = FIRST;
  const tombstone = tombstoneOf(FIRST);
  const RIGHT = { jump: false, fastest: 1 };
  const planned = (ledger: Ledger, atMs: number, clocks = RIGHT) => {
    const checker = new RetireOnlyOnPurpose(ledger, clocks);
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

  it("forgives what clocks that are wrong cut off, and no more", () => {
    const day = { atMs: 0, holdDownMs: 86_400_000, cancelledAtMs: undefined };
    const ledger = new Ledger();
    ledger.retirements.set("t-api-1", { endpoint, ...day });
    assert.match(planned(ledger, 86_399_999) ?? "", /of a hold-down of 86400000/);
    assert.equal(planned(ledger, 3_600_000, { jump: true, fastest: 1 }), undefined);
    assert.match(planned(ledger, 3_599_999, { jump: true, fastest: 1 }) ?? "", /hold-down/);
    assert.equal(planned(asked(), 800, { jump: false, fastest: 1.25 }), undefined);
    assert.match(planned(asked(), 799, { jump: false, fastest: 1.25 }) ?? "", /hold-down/);
  });

  it("fires on a plan that retires once more what was revived", () => {
    const checker = new RetireOnlyOnPurpose(asked(), RIGHT);
    const revived = { ...SECOND, generation: 4, revives: ["t-api-1"] };
    const see = (entry: TombstoneEntry | typeof revived) =>
      checker.onWitness({ kind: "plan", entries: [entry] }, 5_000);
    assert.equal(see(tombstone), undefined);
    assert.equal(see(revived), undefined);
    assert.match(see({ ...tombstone, generation: 5 }) ?? "", /once more/);
  });

  it("fires on a tombstone in the zone that no plan has, and on an unasked return", () => {
    const ledger = new Ledger();
    const checker = new RetireOnlyOnPurpose(ledger, RIGHT);
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
