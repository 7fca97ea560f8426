import assert from "node:assert/strict";
import { test } from "node:test";
import { EDITION_MAX } from "../../enact/index.ts";
import { entryDigest, type PlannedContent, rrsetOf } from "../../plan/index.ts";
import { adoptedPosition, adoptStep } from "./adoptStep.ts";
import { clearStep } from "./clearStep.ts";
import { type EntryKnown, epochStep, fenceFault, nextEpoch } from "./epochStep.ts";
import {
  applied,
  fenceIn,
  fenceOf,
  NAME,
  NOW_MS,
  readName,
  rrset,
  storeWith,
  ZONE,
} from "./zone.suite.ts";

const OVERRIDE = { kind: "override" as const, id: "o-1", untilMs: NOW_MS + 3_600_000 };
const CLEAR = { zone: ZONE, ownsWholeName: true, nowMs: NOW_MS + 400 };

test("clearStep() ends an override well before now, and leaves its records", async () => {
  const store = storeWith(fenceOf({ mark: OVERRIDE }), rrset("A", "192.0.2.99"));
  const after = await applied(store, clearStep(await readName(store), CLEAR));
  const { mark, generation, edition } = fenceIn(after);
  assert.deepEqual(mark, { ...OVERRIDE, untilMs: NOW_MS - 24 * 3_600_000 });
  assert.deepEqual([generation, edition], [42, 8]);
  assert.deepEqual(after.rrsets, [rrset("A", "192.0.2.99")]);
});

test("clearStep() is refused by the store where the records moved meanwhile", async () => {
  const store = storeWith(fenceOf({ mark: OVERRIDE }), rrset("A", "192.0.2.99"));
  const step = clearStep(await readName(store), CLEAR);
  assert.ok(step.kind === "write");
  store.putRRset(rrset("A", "192.0.2.100"));
  assert.deepEqual(await store.commit(ZONE, [step.write]), [{ kind: "condition-failed" }]);
});

test("clearStep() refuses what it cannot end, and says what to do", async () => {
  const stuck = fenceOf({ mark: OVERRIDE, edition: EDITION_MAX + 1 });
  for (const [fence, held, says] of [
    ["nonsense", [rrset("A", "192.0.2.99")], /cannot be read.*epoch raise/],
    [stuck, [rrset("A", "192.0.2.99")], /cannot rise.*epoch raise/],
    [fenceOf({ mark: OVERRIDE }), [], /answers nothing: enactors bring the plan's answer/],
  ] as const) {
    const step = clearStep(await readName(storeWith(fence, ...held)), CLEAR);
    assert.ok(step.kind === "refused");
    assert.match(step.problem, says);
  }
});

test("clearStep() has nothing to do without an override that lasts", async () => {
  const over = { ...OVERRIDE, untilMs: NOW_MS };
  for (const fence of [undefined, fenceOf(), fenceOf({ mark: over })]) {
    const step = clearStep(await readName(storeWith(fence, rrset("A", "192.0.2.1"))), CLEAR);
    assert.equal(step.kind, "done");
  }
});

const ADOPT = {
  ...{ zone: ZONE, ownsWholeName: true, plannedTypes: ["A"], nowMs: NOW_MS },
  position: adoptedPosition(undefined),
};

test("adoptStep() writes a fence below every plan, and leaves records as they are", async () => {
  const store = storeWith(undefined, rrset("A", "192.0.2.1", "192.0.2.2"));
  const after = await applied(store, adoptStep(await readName(store), ADOPT));
  const { epoch, generation, edition, types, mark } = fenceIn(after);
  assert.deepEqual([epoch, generation, edition], [0, 0, 1]);
  assert.deepEqual([types, mark], [["A"], undefined]);
  assert.deepEqual(after.rrsets, [rrset("A", "192.0.2.1", "192.0.2.2")]);
  assert.equal(adoptStep(after, ADOPT).kind, "done");
});

test("adoptStep() stands right below the newest entry: none before it can be written", async () => {
  const position = adoptedPosition({ epoch: 2, generation: 41 });
  const store = storeWith(undefined, rrset("A", "192.0.2.1"));
  const step = adoptStep(await readName(store), { ...ADOPT, position });
  const { epoch, generation, edition } = fenceIn(await applied(store, step));
  assert.deepEqual([epoch, generation, edition], [2, 40, NOW_MS / 1000]);
});

test("adoptStep() adopts only the records that were shown", async () => {
  const store = storeWith(undefined, rrset("A", "192.0.2.1"));
  const step = adoptStep(await readName(store), ADOPT);
  assert.ok(step.kind === "write");
  store.putRRset(rrset("A", "192.0.2.7"));
  assert.deepEqual(await store.commit(ZONE, [step.write]), [{ kind: "condition-failed" }]);
  store.putRRset(rrset("A", "192.0.2.1"));
  store.putRRset(rrset("AAAA", "2001:db8::1"));
  assert.deepEqual(await store.commit(ZONE, [step.write]), [{ kind: "condition-failed" }]);
});

test("adoptStep() refuses what a plan would take away", async () => {
  const a = rrset("A", "192.0.2.1");
  const cases = [
    [[a, rrset("TXT", '"v=spf1"')], true, /TXT/],
    [[rrset("NS", "ns1.example.")], false, /NS/],
    [[a, rrset("AAAA", "2001:db8::1")], true, /answers AAAA, which its plan lacks/],
    [[], true, /nothing to adopt/],
  ] as const;
  for (const [held, ownsWholeName, says] of cases) {
    const reading = await readName(storeWith(undefined, ...held));
    const step = adoptStep(reading, { ...ADOPT, ownsWholeName });
    assert.ok(step.kind === "refused", String(says));
    assert.match(step.problem, says);
  }
});

test("adoptStep() refuses a fence that cannot be read, and says what to do", async () => {
  const step = adoptStep(await readName(storeWith("nonsense", rrset("A", "192.0.2.1"))), ADOPT);
  assert.ok(step.kind === "refused");
  assert.match(step.problem, /cannot be read.*epoch raise/);
});

test("adoptStep() leaves beside what may stand beside on a server of others", async () => {
  const spf = rrset("TXT", '"v=spf1"');
  const store = storeWith(undefined, rrset("A", "192.0.2.1"), spf);
  const step = adoptStep(await readName(store), { ...ADOPT, ownsWholeName: false });
  const after = await applied(store, step);
  assert.deepEqual(fenceIn(after).types, ["A"]);
  assert.deepEqual(after.rrsets, [rrset("A", "192.0.2.1"), spf]);
});

const PLANNED: PlannedContent = {
  answers: "all",
  rrsets: [{ type: "A", ttlSeconds: 5, records: [{ rdata: "192.0.2.8", weight: 1 }] }],
};
const ENTRY: EntryKnown = {
  ...{ epoch: 3, generation: 40, content: PLANNED },
  digest: entryDigest({ endpoint: NAME, ...PLANNED }),
};
const RAISE = { zone: ZONE, ownsWholeName: true, epoch: 4, entry: ENTRY, nowMs: NOW_MS };

test("epochStep() puts one readable fence in place of whatever was there", async () => {
  const a = rrset("A", "192.0.2.1");
  for (const fence of ["nonsense", fenceOf({ generation: 9e14 }), undefined]) {
    const store = storeWith(fence, a);
    const after = await applied(store, epochStep(await readName(store), RAISE));
    const { epoch, generation } = fenceIn(after);
    assert.deepEqual([epoch, generation], [4, 0]);
    assert.deepEqual(after.rrsets, [a]);
    assert.equal(epochStep(after, RAISE).kind, "done");
  }
});

test("epochStep() rises above the edition that was there, or takes the clock's", async () => {
  const a = rrset("A", "192.0.2.1");
  const raised = async (fence: Parameters<typeof storeWith>[0]) => {
    const store = storeWith(fence, a);
    return fenceIn(await applied(store, epochStep(await readName(store), RAISE))).edition;
  };
  assert.equal(await raised(fenceOf({ edition: 7 })), 8);
  assert.equal(await raised("nonsense"), NOW_MS / 1000);
});

test("epochStep() keeps an override", async () => {
  const store = storeWith(fenceOf({ mark: OVERRIDE }), rrset("A", "192.0.2.1"));
  const after = await applied(store, epochStep(await readName(store), RAISE));
  assert.deepEqual(fenceIn(after).mark, OVERRIDE);
});

const TOMBSTONE = { kind: "tombstone" as const, id: "t-1", atMs: NOW_MS };

const { content: _, ...PLACE } = ENTRY;
const RETIRED: EntryKnown = { ...PLACE, tombstone: TOMBSTONE };
const { epoch: EPOCH, generation: GENERATION } = ENTRY;
const FORGED = fenceOf({ types: [], mark: TOMBSTONE, epoch: EPOCH, generation: 900_000_002 });
const OLDER = fenceOf({ types: [], mark: TOMBSTONE, epoch: EPOCH, generation: GENERATION - 1 });

test("epochStep() retires no name by a tombstone that nobody believes", async () => {
  const planned = ENTRY.content?.rrsets.map(({ type }) => type);
  const store = storeWith(FORGED);
  const after = await applied(store, epochStep(await readName(store), RAISE));
  const { epoch, mark, types } = fenceIn(after);
  assert.deepEqual([epoch, mark, types], [4, undefined, planned]);
});

test("epochStep() keeps a tombstone that the plan does not contradict", async () => {
  const numbers = { epoch: EPOCH, generation: GENERATION + 1 };
  const plausible = fenceOf({ types: [], mark: TOMBSTONE, ...numbers });
  for (const [held, entry] of [
    [plausible, ENTRY],
    [OLDER, ENTRY],
    [FORGED, RETIRED],
    [FORGED, undefined],
  ] as const) {
    const store = storeWith(held);
    const after = await applied(store, epochStep(await readName(store), { ...RAISE, entry }));
    const raised = { ...held, epoch: 4, generation: 0, edition: held.edition + 1 };
    assert.deepEqual([fenceIn(after), after.rrsets], [raised, []]);
  }
});

test("epochStep() gives a retired name its tombstone back where its fence is spoilt", async () => {
  for (const fence of ["nonsense", fenceOf({ generation: 9e14 })]) {
    const store = storeWith(fence);
    const step = epochStep(await readName(store), { ...RAISE, entry: RETIRED });
    const after = await applied(store, step);
    const { epoch, types, digest, mark } = fenceIn(after);
    assert.deepEqual([epoch, types, digest, mark], [4, [], ENTRY.digest, TOMBSTONE]);
    assert.deepEqual(after.rrsets, []);
  }
  const bare = epochStep(await readName(storeWith(undefined)), { ...RAISE, entry: RETIRED });
  assert.ok(bare.kind === "refused");
  assert.match(bare.problem, /nothing to mend/);
});

test("epochStep() empties no name that is to be retired and answers still", async () => {
  const a = rrset("A", "192.0.2.1");
  const store = storeWith("nonsense", a);
  const step = epochStep(await readName(store), { ...RAISE, entry: RETIRED });
  const after = await applied(store, step);
  assert.deepEqual([fenceIn(after).types, fenceIn(after).mark], [["A"], undefined]);
  assert.deepEqual(after.rrsets, [a]);
});

test("epochStep() brings the plan's records where nothing answers, and else says so", async () => {
  const store = storeWith("nonsense");
  const reading = await readName(store);
  const alone = epochStep(reading, { ...RAISE, entry: undefined });
  assert.ok(alone.kind === "refused");
  assert.match(alone.problem, /override set --direct/);
  const [planned] = PLANNED.rrsets;
  const after = await applied(store, epochStep(reading, RAISE));
  assert.deepEqual(after.rrsets, [rrsetOf(NAME, planned)]);
});

test("epochStep() brings back an address type that the fence lists and that is gone", async () => {
  const aaaa = rrset("AAAA", "2001:db8::1");
  const [planned] = PLANNED.rrsets;
  const store = storeWith(fenceOf({ types: ["A", "AAAA"], generation: 9e14 }), aaaa);
  const after = await applied(store, epochStep(await readName(store), RAISE));
  assert.deepEqual(after.rrsets, [rrsetOf(NAME, planned), aaaa]);
  assert.deepEqual(fenceIn(after).types, ["A", "AAAA"]);
  const never = storeWith(fenceOf({ types: ["AAAA"], generation: 9e14 }), aaaa);
  const same = await applied(never, epochStep(await readName(never), RAISE));
  assert.deepEqual(same.rrsets, [aaaa], "a type that it never answered is not brought");
});

test("fenceFault() sees what enactors set an endpoint aside for", async () => {
  const fault = async (fence: Parameters<typeof storeWith>[0]) => {
    return fenceFault(await readName(storeWith(fence, rrset("A", "192.0.2.1"))), ENTRY);
  };
  assert.match((await fault("nonsense")) ?? "", /grammar/);
  assert.match((await fault(fenceOf({ epoch: 104 }))) ?? "", /epoch 104/);
  assert.match((await fault(fenceOf({ epoch: 3, generation: 9e14 }))) ?? "", /implausibly/);
  assert.match((await fault(fenceOf({ epoch: 3, generation: 40 }))) ?? "", /twice/);
  assert.equal(await fault(fenceOf({ epoch: 3, generation: 41 })), undefined);
  assert.equal(await fault(fenceOf({ epoch: 2, generation: 9e14 })), undefined);
});

test("fenceFault() sees a fence of records where the plan's entry is a tombstone", async () => {
  const held = fenceOf({ epoch: 3, generation: 40, digest: ENTRY.digest });
  assert.match(fenceFault(await readName(storeWith(held)), RETIRED) ?? "", /twice/);
  const dead = fenceOf({ epoch: 3, generation: 40, types: [], mark: TOMBSTONE });
  assert.equal(fenceFault(await readName(storeWith(dead)), RETIRED), undefined);
});

test("nextEpoch() is above all that count; a wild one counts where it cannot fall", async () => {
  const held = async (epoch: number, holdsFences: boolean) => {
    return { reading: await readName(storeWith(fenceOf({ epoch }))), holdsFences };
  };
  assert.equal(nextEpoch([await held(5, false), await held(7, false)], ENTRY), 8);
  assert.equal(nextEpoch([await held(9_000, false)], ENTRY), 4);
  assert.equal(nextEpoch([await held(9_000, true)], ENTRY), 9_001);
  assert.equal(nextEpoch([await held(9_000, false)], undefined), 9_001);
});
