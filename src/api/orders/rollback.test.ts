import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../../dns/index.ts";
import {
  entryDigest,
  type Plan,
  type PlanEntry,
  type PlannedContent,
  type PlannedRRset,
  type ServingEntry,
} from "../../plan/index.ts";
import { rollbackWork } from "./rollback.ts";

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

/** Endpoints with why they are left alone. */
function leftAlone(work: ReturnType<typeof rollbackWork>): readonly string[] {
  return work.leftAlone.map(({ endpoint, why }) => `${endpoint} ${why}`);
}

test("what answers differently now gets its old content, and nothing else is told of", () => {
  const old = planOf(1, [serving("a", [a("192.0.2.1")]), serving("b", [a("192.0.2.2")])]);
  const newest = planOf(9, [serving("a", [a("192.0.2.9")]), serving("b", [a("192.0.2.2")])]);
  const work = rollbackWork(old, newest, undefined);
  assert.deepEqual(
    work.diffs.map(({ endpoint, rrsets }) => [endpoint, rrsets[0]?.removed, rrsets[0]?.added]),
    [["a.example.", ["192.0.2.9"], ["192.0.2.1"]]],
  );
  assert.deepEqual(
    work.changes.map(({ after }) => after.rrsets),
    [[a("192.0.2.1")]],
  );
  assert.deepEqual(work.leftAlone, []);
});

test("an address type that came since stays: a rollback takes no type away", () => {
  const old = planOf(1, [serving("a", [a("192.0.2.1")])]);
  const newest = planOf(9, [serving("a", [a("192.0.2.9"), AAAA])]);
  const [change] = rollbackWork(old, newest, undefined).changes;
  assert.deepEqual(change?.after.rrsets, [a("192.0.2.1"), AAAA]);
});

test("retired names, and names that are newer than the plan, are left alone and told of", () => {
  const old = planOf(1, [serving("gone", [a("192.0.2.1")]), retired("back")]);
  const newest = planOf(9, [
    ...[retired("gone"), serving("back", [a("192.0.2.2")]), serving("new", [a("192.0.2.3")])],
  ]);
  const work = rollbackWork(old, newest, undefined);
  assert.deepEqual(work.changes, []);
  assert.deepEqual(leftAlone(work), [
    "back.example. it was retired then: a rollback never empties a name",
    "gone.example. it is retired (t-gone): revive it first",
    "new.example. that plan did not have it yet: it stays as it is",
  ]);
});

test("a name that was asked for is told of, also where nothing would change", () => {
  const plan = planOf(1, [serving("a", [a("192.0.2.1")]), serving("b", [a("192.0.2.2")])]);
  const work = rollbackWork(plan, { ...plan, generation: 9 }, [nameOf("a.example")]);
  assert.deepEqual(leftAlone(work), ["a.example. it answers as it did then"]);
});

test("what is beneath an override is rolled back, and back to; what it pins is not", () => {
  const planned = { answers: 2, rrsets: [a("192.0.2.1")] } as const;
  const override = { id: "o-a-20261122-1405-k3xw", untilMs: 1000 };
  const pinned = serving("a", [a("198.51.100.1")], { override, beneath: planned });
  const other = { answers: 2, rrsets: [a("192.0.2.9")] } as const;
  const pinnedNow = serving("a", [a("198.51.100.2")], { override, beneath: other });
  const [change] = rollbackWork(planOf(1, [pinned]), planOf(9, [pinnedNow]), undefined).changes;
  assert.deepEqual(change?.before.rrsets, other.rrsets);
  assert.deepEqual(change?.after.rrsets, planned.rrsets);
});

test("the digest is that of what would be put in place, and of nothing else", () => {
  const old = planOf(1, [serving("a", [a("192.0.2.1")])]);
  const digest = (rdata: string, plan = old) => {
    return rollbackWork(plan, planOf(9, [serving("a", [a(rdata)])]), undefined).digest;
  };
  assert.equal(digest("192.0.2.8"), digest("192.0.2.9"));
  assert.notEqual(digest("192.0.2.9"), digest("192.0.2.1"));
  assert.notEqual(
    digest("192.0.2.9"),
    digest("192.0.2.9", planOf(1, [serving("a", [a("192.0.2.4")])])),
  );
});
