import assert from "node:assert/strict";
import { test } from "node:test";
import { type Name, nameOf } from "../../dns/index.ts";
import {
  type Brake,
  entryDigest,
  type Plan,
  type PlanEntry,
  type PlannedContent,
  type PlannedRRset,
  type ServingEntry,
} from "../../plan/index.ts";
import { type RollbackInputs, type RollbackWork, rollbackDiffs, rollbackWork } from "./rollback.ts";

const ZONE = nameOf("example");

function a(...rdata: [string, ...string[]]): PlannedRRset {
  const [first, ...rest] = rdata.map((one) => ({ rdata: one, weight: 100 }));
  assert.ok(first !== undefined);
  return { type: "A", ttlSeconds: 5, records: [first, ...rest] };
}

const AAAA: PlannedRRset = {
  type: "AAAA",
  ttlSeconds: 5,
  records: [{ rdata: "2001:db8::1", weight: 100 }],
};

function serving(
  label: string,
  content: PlannedContent["rrsets"],
  more: Partial<ServingEntry> = {},
): ServingEntry {
  const endpoint = nameOf(`${label}.example`);
  const held = { answers: 2, rrsets: content };
  return {
    ...{ kind: "serving", endpoint, zone: ZONE, epoch: 0, generation: 1, ...held },
    ...{ digest: entryDigest({ endpoint, ...held }), actor: "planner", cause: "a test" },
    ...more,
  };
}

function retired(label: string): PlanEntry {
  return {
    ...{ kind: "tombstone", endpoint: nameOf(`${label}.example`), zone: ZONE, epoch: 0 },
    ...{ generation: 1, digest: "d", tombstoneId: `t-${label}`, retiredAtMs: 0 },
    ...{ actor: "operator:ann", cause: "a test" },
  };
}

function planOf(generation: number, entries: readonly PlanEntry[]): Plan {
  const byName = new Map(entries.map((entry) => [entry.endpoint, entry]));
  return { region: "use1", generation, digest: `d${generation}`, entries: byName };
}

function work(
  old: Plan,
  newest: Plan,
  names?: readonly Name[],
  more: Partial<RollbackInputs> = {},
): Promise<RollbackWork> {
  const nothing = { braking: () => [], rest: async () => {} };
  return rollbackWork({ old, newest, names, ...nothing, ...more });
}

/** Endpoints with why they are left alone. */
function leftAlone(work: RollbackWork): readonly string[] {
  return work.leftAlone.map(({ endpoint, why }) => `${endpoint} ${why}`);
}

test("what answers differently now gets its old content, and nothing else is told of", async () => {
  const old = planOf(1, [serving("a", [a("192.0.2.1")]), serving("b", [a("192.0.2.2")])]);
  const newest = planOf(9, [serving("a", [a("192.0.2.9")]), serving("b", [a("192.0.2.2")])]);
  const done = await work(old, newest);
  assert.deepEqual(
    rollbackDiffs(done.changes).map(({ endpoint, rrsets }) => [
      endpoint,
      rrsets[0]?.removed,
      rrsets[0]?.added,
    ]),
    [["a.example.", ["192.0.2.9"], ["192.0.2.1"]]],
  );
  assert.deepEqual(
    done.changes.map(({ after }) => after.rrsets),
    [[a("192.0.2.1")]],
  );
  assert.deepEqual(done.leftAlone, []);
});

test("an address type that came since stays: a rollback takes no type away", async () => {
  const old = planOf(1, [serving("a", [a("192.0.2.1")])]);
  const newest = planOf(9, [serving("a", [a("192.0.2.9"), AAAA])]);
  const [change] = (await work(old, newest)).changes;
  assert.deepEqual(change?.after.rrsets, [a("192.0.2.1"), AAAA]);
});

test("retired names, and those newer than the plan, are left alone and told of", async () => {
  const old = planOf(1, [serving("gone", [a("192.0.2.1")]), retired("back")]);
  const newest = planOf(9, [
    ...[retired("gone"), serving("back", [a("192.0.2.2")]), serving("new", [a("192.0.2.3")])],
  ]);
  const done = await work(old, newest);
  assert.deepEqual(done.changes, []);
  assert.deepEqual(leftAlone(done), [
    "back.example. it was retired then: a rollback never empties a name",
    "gone.example. it is retired (t-gone): revive it first",
    "new.example. that plan did not have it yet: it stays as it is",
  ]);
});

test("a name that was asked for is told of, also where nothing would change", async () => {
  const plan = planOf(1, [serving("a", [a("192.0.2.1")]), serving("b", [a("192.0.2.2")])]);
  const done = await work(plan, { ...plan, generation: 9 }, [nameOf("a.example")]);
  assert.deepEqual(leftAlone(done), ["a.example. it answers as it did then"]);
});

test("what is beneath an override is rolled back, and back to; what it pins is not", async () => {
  const planned = { answers: 2, rrsets: [a("192.0.2.1")] } as const;
  const override = { id: "o-a-20261122-1405-k3xw", untilMs: 1000 };
  const pinned = serving("a", [a("198.51.100.1")], { override, beneath: planned });
  const other = { answers: 2, rrsets: [a("192.0.2.9")] } as const;
  const pinnedNow = serving("a", [a("198.51.100.2")], { override, beneath: other });
  const done = await work(planOf(1, [pinned]), planOf(9, [pinnedNow]));
  const [change] = done.changes;
  assert.deepEqual(change?.before.rrsets, other.rrsets);
  assert.deepEqual(change?.after.rrsets, planned.rrsets);
});

test("the digest is that of what would be put in place and of its brakes alone", async () => {
  const old = planOf(1, [serving("a", [a("192.0.2.1")])]);
  const digest = async (rdata: string, plan = old, kinds: readonly Brake["kind"][] = []) => {
    const newest = planOf(9, [serving("a", [a(rdata)])]);
    const text = `${Math.random()}`;
    const braking: RollbackInputs["braking"] = ({ endpoint }) => {
      return kinds.map((kind) => ({ endpoint, kind, text }));
    };
    return (await work(plan, newest, undefined, { braking })).digest;
  };
  const one = await digest("192.0.2.9");
  assert.equal(await digest("192.0.2.8"), one);
  assert.notEqual(await digest("192.0.2.1"), one);
  assert.notEqual(await digest("192.0.2.9", planOf(1, [serving("a", [a("192.0.2.4")])])), one);
  const braked = await digest("192.0.2.9", old, ["floor"]);
  assert.notEqual(braked, one, "what a person did not see, they did not agree to");
  assert.equal(await digest("192.0.2.9", old, ["floor"]), braked, "whatever its text says");
});

test("where there is much to judge, others have their turn in between", async () => {
  const labels = Array.from({ length: 2_500 }, (_, place) => `e${place}`);
  const old = planOf(
    1,
    labels.map((label) => serving(label, [a("192.0.2.1")])),
  );
  const newest = planOf(
    9,
    labels.map((label) => serving(label, [a("192.0.2.9")])),
  );
  let turns = 0;
  const rest = async (): Promise<void> => {
    turns += 1;
  };
  const done = await work(old, newest, undefined, { rest });
  assert.equal(done.changes.length, 2_500);
  assert.equal(turns, 2);
});

test("after content and its digest agree, types kept from what is held included", async () => {
  const old = planOf(1, [serving("a", [a("192.0.2.1")]), serving("b", [a("192.0.2.1")])]);
  const newest = planOf(9, [serving("a", [a("192.0.2.9"), AAAA]), serving("b", [a("192.0.2.9")])]);
  for (const { endpoint, before, after } of (await work(old, newest)).changes) {
    for (const { answers, rrsets, digest } of [before, after]) {
      assert.equal(digest, entryDigest({ endpoint, answers, rrsets }));
    }
  }
});
