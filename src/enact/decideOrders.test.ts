// The rows of the fence table that people's orders make: overrides, retirement, revival, epochs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FAR_AHEAD_MAX, type Fence, type PlanEntry, type ServingEntry } from "../plan/index.ts";
import { decide, EPOCHS_AHEAD_MAX, plausibleFence } from "./decide.ts";
import type { DecisionFacts, ReadReading } from "./decision.ts";
import { type HighWaterMark, raiseMark } from "./highWaterMark.ts";
import {
  entryAt,
  FACTS,
  fenceOf,
  holding,
  markAt,
  planned,
  rrsetAt,
  tombstoneAt,
  tombstoneFence,
} from "./samples.suite.ts";

const NOW = FACTS.wallMs;
const HELD = NOW + 1;
const ENDED = NOW;
const ours = entryAt(7);
const ONE_TYPE = [rrsetAt("A", "192.0.0.99", "198.51.0.99")];

/** What a person pinned at the server itself: content of its own, below the fence of `of`. */
const PINNED: ServingEntry = entryAt(99);

function overrideFence(untilMs: number, of = entryAt(6), id = "o1"): Fence {
  const { digest } = PINNED;
  return fenceOf(of, { digest, mark: { kind: "override", id, untilMs } });
}

function pinned(
  untilMs: number,
  changes: { of?: ServingEntry; rrsets?: ReadReading["rrsets"] } = {},
): ReadReading {
  const { of, rrsets } = changes;
  return holding(PINNED, {
    fence: overrideFence(untilMs, of),
    ...(rrsets === undefined ? {} : { rrsets }),
  });
}

/** An entry that has taken an override up. */
const taken = (generation: number, untilMs = HELD) =>
  entryAt(generation, { ...contentOf(PINNED), override: { id: "o1", untilMs } });
const ending = (generation: number) => entryAt(generation, { ends: ["o0", "o1"] });
const reviving = (generation: number) => entryAt(generation, { revives: ["t0", "t1"] });
const fenceOfTaken = (entry: ServingEntry, untilMs = HELD) =>
  fenceOf(entry, { mark: { kind: "override", id: "o1", untilMs } });
const remembered = raiseMark(undefined, overrideFence(HELD), contentOf(PINNED));

function contentOf({ answers, rrsets }: ServingEntry) {
  return { answers, rrsets };
}

interface Row {
  readonly row: string;
  readonly reading: ReadReading;
  readonly want: string;
  readonly why: string;
  readonly entry?: PlanEntry;
  readonly mark?: HighWaterMark;
  readonly facts?: Partial<DecisionFacts>;
}

const overrides: readonly Row[] = [
  {
    row: "override, which the entry carries, older than g",
    reading: pinned(HELD),
    entry: taken(7),
    want: "write advance",
    why: "the plan has taken the override up: it is shown and ended like any other",
  },
  {
    row: "override, which the entry carries, at g",
    reading: holding(taken(7), { fence: fenceOfTaken(taken(7)) }),
    entry: taken(7),
    want: "done",
    why: "the plan's own override is in place",
  },
  {
    row: "override, which the entry carries, at g | gone",
    reading: holding(taken(7), { fence: fenceOfTaken(taken(7)), rrsets: [] }),
    entry: taken(7),
    want: "write repair",
    why: "the entry says what is pinned: nobody has to remember",
  },
  {
    row: "override, which the entry carries, newer than g",
    reading: holding(taken(8), { fence: fenceOfTaken(taken(8)) }),
    entry: taken(7),
    want: "superseded",
    why: "a newer plan carries the same override",
  },
  {
    row: "override, which the entry carries, at g with another digest",
    reading: pinned(HELD, { of: ours }),
    entry: entryAt(7, { override: { id: "o1", untilMs: HELD } }),
    want: "quarantine impostor",
    why: "one generation pins two contents: a person must look",
  },
  {
    row: "at g, without the override that the entry carries",
    reading: holding(taken(7)),
    entry: taken(7),
    want: "write repair",
    why: "without its mark the override would be shown and ended by nobody",
  },
  {
    row: "override, expired, which the entry carries, at g",
    reading: holding(taken(7), { fence: fenceOfTaken(taken(7), ENDED) }),
    entry: taken(7, ENDED),
    want: "done",
    why: "the plan has nothing newer yet: keep what answers",
  },
  {
    row: "override, expired, which the entry carries, at g | gone",
    reading: holding(taken(7), { fence: fenceOfTaken(taken(7), ENDED), rrsets: [] }),
    entry: taken(7, ENDED),
    want: "write repair",
    why: "what is kept is kept whole",
  },
  {
    row: "override, not expired, which the entry ends",
    reading: pinned(HELD),
    entry: ending(7),
    want: "write override-cleared",
    why: "a person took it back, or put another in its place",
  },
  {
    row: "override, not expired, which the entry ends, in its own generation",
    reading: pinned(HELD, { of: ours }),
    entry: ending(7),
    want: "write override-cleared",
    why: "a direct override leaves the generation as it is",
  },
  {
    row: "override, not expired, which the tombstone ends",
    reading: pinned(HELD),
    entry: tombstoneAt(7, { ends: ["o0", "o1"] }),
    want: "write retire",
    why: "a person took it back, and the name is to be retired",
  },
  {
    row: "override, not expired, which an older entry ends",
    reading: pinned(HELD, { of: entryAt(8) }),
    entry: ending(7),
    want: "leave-alone override",
    why: "nothing older than the fence is written",
  },
  {
    row: "override, not expired | as it says",
    reading: pinned(HELD),
    mark: remembered,
    want: "leave-alone override",
    why: "a person decided, and plans wait",
  },
  {
    row: "override, not expired | gone, remembered",
    reading: pinned(HELD, { rrsets: [] }),
    mark: remembered,
    want: "write override-restored",
    why: "what a person pinned stays pinned",
  },
  {
    row: "override, not expired | one address type gone, remembered",
    reading: pinned(HELD, { rrsets: ONE_TYPE }),
    mark: remembered,
    want: "write override-restored",
    why: "emptiness is judged per address type",
  },
  {
    row: "override, not expired | other records, remembered",
    reading: pinned(HELD, { rrsets: holding(ours).rrsets }),
    mark: remembered,
    want: "write override-restored",
    why: "they are not what was pinned",
  },
  {
    row: "override, not expired | a CNAME added, remembered",
    reading: pinned(HELD, { rrsets: [...holding(PINNED).rrsets, rrsetAt("CNAME", "x.example.")] }),
    mark: remembered,
    want: "write override-restored",
    why: "it hides what was pinned",
  },
  {
    row: "override, not expired, newer than g | gone, remembered",
    reading: pinned(HELD, { of: entryAt(8), rrsets: [] }),
    mark: raiseMark(undefined, overrideFence(HELD, entryAt(8)), contentOf(PINNED)),
    want: "write override-restored",
    why: "what is put back has the fence's own position",
  },
  {
    row: "override, not expired | other records, not remembered",
    reading: pinned(HELD, { rrsets: holding(ours).rrsets }),
    want: "leave-alone override",
    why: "the name answers, and nobody here knows what was pinned",
  },
  {
    row: "override, not expired | gone, another one remembered",
    reading: pinned(HELD, { rrsets: [] }),
    mark: raiseMark(undefined, overrideFence(HELD, entryAt(6), "o2"), contentOf(PINNED)),
    want: "write override-emptied",
    why: "what another override pinned is nobody's wish any more",
  },
  {
    row: "override, not expired | gone, for a tombstone entry",
    reading: pinned(HELD, { rrsets: [] }),
    entry: tombstoneAt(7),
    want: "leave-alone override",
    why: "a tombstone fills nothing",
  },
  {
    row: "override, not expired | as it says, for a tombstone entry",
    reading: pinned(HELD),
    entry: tombstoneAt(7),
    want: "leave-alone override",
    why: "no override is retired away: it ends first",
  },
  {
    row: "override, expired, for a tombstone entry",
    reading: pinned(ENDED),
    entry: tombstoneAt(7),
    want: "write retire",
    why: "the override is over, and the retirement was confirmed",
  },
  {
    row: "override, expired, newer than a tombstone entry",
    reading: pinned(ENDED, { of: entryAt(8) }),
    entry: tombstoneAt(7),
    want: "superseded",
    why: "an old tombstone must not retire what newer plans serve",
  },
];

const retirements: readonly Row[] = [
  {
    row: "plain, newer than a tombstone entry",
    reading: holding(entryAt(8)),
    entry: tombstoneAt(7),
    want: "superseded",
    why: "an old tombstone must not retire what newer plans serve",
  },
  {
    row: "plain, at g, for a tombstone entry",
    reading: holding(ours),
    entry: tombstoneAt(7, { digest: ours.digest }),
    want: "quarantine impostor",
    why: "one generation serves and retires: which is right is for a person to say",
  },
  {
    row: "none | some, held by us before, for a tombstone entry",
    reading: holding(ours, { fence: "none" }),
    entry: tombstoneAt(7),
    mark: markAt(fenceOf(entryAt(6))),
    want: "confirm-newest",
    why: "the mark may be old: ask before a name that answers is emptied",
  },
  {
    row: "none | some, held by us before, for a tombstone entry that the plan store confirmed",
    reading: holding(ours, { fence: "none" }),
    entry: tombstoneAt(7),
    mark: markAt(fenceOf(entryAt(6))),
    facts: { newest: "confirmed" },
    want: "write refence",
    why: "a confirmed retirement must not wait for ever, and needs a fence to be written over",
  },
  {
    row: "none | some, held by us before and newer than a tombstone entry",
    reading: holding(ours, { fence: "none" }),
    entry: tombstoneAt(7),
    mark: markAt(fenceOf(entryAt(8))),
    facts: { newest: "confirmed" },
    want: "superseded",
    why: "a plan store restored from an old copy confirms old entries",
  },
  {
    row: "none | some, never held by us, for a tombstone entry",
    reading: holding(ours, { fence: "none" }),
    entry: tombstoneAt(7),
    facts: { newest: "confirmed" },
    want: "leave-alone retiring",
    why: "records that were never ours are nobody's to empty",
  },
  {
    row: "none | gone, held by us before, for a tombstone entry",
    reading: holding(ours, { fence: "none", rrsets: [] }),
    entry: tombstoneAt(7),
    mark: markAt(fenceOf(entryAt(6))),
    facts: { newest: "confirmed" },
    want: "leave-alone retiring",
    why: "there is nothing to retire",
  },
  {
    row: "tombstone, which the entry revives",
    reading: holding(ours, { fence: tombstoneFence(6), rrsets: [] }),
    entry: reviving(7),
    want: "write revive",
    why: "a person asked for this very tombstone to give way",
  },
  {
    row: "tombstone at g, which the entry revives",
    reading: holding(ours, { fence: tombstoneFence(7), rrsets: [] }),
    entry: reviving(7),
    want: "superseded",
    why: "its plan is one of another line: the next one must be above",
  },
  {
    row: "tombstone newer than g, which the entry revives",
    reading: holding(ours, { fence: tombstoneFence(8), rrsets: [] }),
    entry: reviving(7),
    want: "superseded",
    why: "the tombstone was written again, in a raised epoch, or the plans are another line's",
  },
  {
    row: "tombstone, of which the entry revives another",
    reading: holding(ours, { fence: tombstoneFence(6, "t2"), rrsets: [] }),
    entry: reviving(7),
    want: "leave-alone retired",
    why: "it was retired again, and nobody asked for that to be undone",
  },
  {
    row: "tombstone, older than another tombstone entry",
    reading: holding(ours, { fence: tombstoneFence(6, "t0"), rrsets: [] }),
    entry: tombstoneAt(7),
    want: "write retire",
    why: "a later revival names the later tombstone: it must be there",
  },
  {
    row: "tombstone, newer than another tombstone entry",
    reading: holding(ours, { fence: tombstoneFence(8, "t2"), rrsets: [] }),
    entry: tombstoneAt(7),
    want: "leave-alone retired",
    why: "the newer one counts",
  },
  {
    row: "tombstone at g with another id",
    reading: holding(ours, { fence: tombstoneFence(7, "t2"), rrsets: [] }),
    entry: tombstoneAt(7),
    want: "leave-alone retired",
    why: "it is empty either way",
  },
  {
    row: "none | gone, last known a tombstone, which the entry revives",
    reading: holding(ours, { fence: "none", rrsets: [] }),
    entry: reviving(7),
    mark: markAt(tombstoneFence(6)),
    want: "write revive",
    why: "the tombstone is gone by hand, its revival is asked for all the same",
  },
  {
    row: "none | gone, last known a newer tombstone, which the entry revives",
    reading: holding(ours, { fence: "none", rrsets: [] }),
    entry: reviving(7),
    mark: markAt(tombstoneFence(8)),
    want: "superseded",
    why: "the mark is the lower bound: the next plan must be above",
  },
  {
    row: "none | some, last known a tombstone, which the entry revives",
    reading: holding(ours, { fence: "none" }),
    entry: reviving(7),
    mark: markAt(tombstoneFence(6)),
    want: "leave-alone retired",
    why: "whose records these are is not known",
  },
];

const EPOCH = 3;

const epochs: readonly Row[] = [
  {
    row: "of an epoch that a person raised",
    reading: holding(entryAt(0, { epoch: 1 })),
    want: "superseded",
    why: "the next plan takes the epoch over",
  },
  {
    row: "of an older epoch, its generation far ahead",
    reading: holding(entryAt(7), { fence: fenceOf(ours, { generation: 5 * FAR_AHEAD_MAX }) }),
    entry: entryAt(8, { epoch: 1 }),
    want: "write advance",
    why: "a person confirmed the epoch that comes after it",
  },
  {
    row: "of the same epoch, its generation far ahead",
    reading: holding(entryAt(5 * FAR_AHEAD_MAX, { epoch: EPOCH })),
    entry: entryAt(8, { epoch: EPOCH }),
    want: "quarantine far-ahead",
    why: "no plan could ever be above it",
  },
  {
    row: "of a newer epoch, its generation far ahead",
    reading: holding(entryAt(5 * FAR_AHEAD_MAX, { epoch: EPOCH + 1 })),
    entry: entryAt(8, { epoch: EPOCH }),
    want: "quarantine far-ahead",
    why: "an epoch begins at generation 0: this is no person's act",
  },
  {
    row: "of an epoch just not too far ahead",
    reading: holding(entryAt(0, { epoch: EPOCH + EPOCHS_AHEAD_MAX })),
    entry: entryAt(8, { epoch: EPOCH }),
    want: "superseded",
    why: "plausible: the next plan takes the epoch over",
  },
  {
    row: "of an epoch too far ahead, a tombstone",
    reading: holding(ours, {
      fence: tombstoneFence(0, "t1", EPOCH + EPOCHS_AHEAD_MAX + 1),
      rrsets: [],
    }),
    entry: entryAt(8, { epoch: EPOCH, revives: ["t1"] }),
    want: "quarantine far-ahead",
    why: "plausibility comes before everything the fence says",
  },
];

const IPV4_ONLY = entryAt(7, { rrsets: [planned("A", "192.0.2.7")] });
const ALIAS = entryAt(7, { rrsets: [planned("CNAME", "lb.example.net.")] });

/** A plan that does not know an address type: its store was lost, its configuration is old. */
const types: readonly Row[] = [
  {
    row: "older than g, which lacks an address type",
    reading: holding(entryAt(6)),
    entry: IPV4_ONLY,
    want: "quarantine would-empty",
    why: "only a tombstone takes an address type away",
  },
  {
    row: "older than g, which lacks an address type that was deleted by hand",
    reading: holding(entryAt(6), { rrsets: ONE_TYPE }),
    entry: IPV4_ONLY,
    want: "quarantine would-empty",
    why: "the fence still promises it",
  },
  {
    row: "older than g, which lacks an address type, at an emptied name",
    reading: holding(entryAt(6), { rrsets: [] }),
    entry: IPV4_ONLY,
    want: "write advance",
    why: "half an answer is better than none",
  },
  {
    row: "older than g, which is an alias",
    reading: holding(entryAt(6)),
    entry: ALIAS,
    want: "write advance",
    why: "a CNAME answers for every type",
  },
  {
    row: "of an alias, older than g, which has one address type",
    reading: holding(entryAt(6, { rrsets: ALIAS.rrsets })),
    entry: IPV4_ONLY,
    want: "write advance",
    why: "which types the alias gave is not known here",
  },
  {
    row: "override, expired, with an address type that g lacks",
    reading: pinned(ENDED),
    entry: IPV4_ONLY,
    want: "quarantine would-empty",
    why: "an override adds no type: the name had it before",
  },
  {
    row: "tombstone, which g revives with one address type",
    reading: holding(ours, { fence: tombstoneFence(6), rrsets: [] }),
    entry: { ...IPV4_ONLY, revives: ["t1"] },
    want: "write revive",
    why: "a tombstone took all types away, on purpose",
  },
  {
    row: "none | some, held by us before with an address type that g lacks",
    reading: holding(entryAt(6), { fence: "none" }),
    entry: IPV4_ONLY,
    mark: markAt(fenceOf(entryAt(6))),
    facts: { newest: "confirmed" },
    want: "quarantine would-empty",
    why: "the name answers it",
  },
];

const ROWS = [...overrides, ...retirements, ...epochs, ...types];

for (const { row, reading, want, why, entry, mark, facts } of ROWS) {
  test(`decide() says "${want}" when the fence is ${row}: ${why}`, () => {
    const decision = decide(entry ?? ours, reading, mark, { ...FACTS, ...facts });
    const detail = "why" in decision ? ` ${decision.why}` : "";
    assert.equal(`${decision.kind}${detail}`, want);
  });
}

test("decide() says what an override pinned where that is put back, and nowhere else", () => {
  for (const { reading, entry, mark } of overrides) {
    const decision = decide(entry ?? ours, reading, mark, FACTS);
    if (decision.kind !== "write") continue;
    const isRestored = decision.why === "override-restored";
    assert.deepEqual(decision.pinned, isRestored ? contentOf(PINNED) : undefined, decision.why);
  }
});

test("decide() takes an older fence for drift over an emptied name, and over no other", () => {
  const drift = (rrsets: ReadReading["rrsets"]) => {
    const decision = decide(ours, holding(entryAt(6), { rrsets }), undefined, FACTS);
    return decision.kind === "write" && decision.why === "advance" && decision.drift !== undefined;
  };
  assert(drift([]));
  assert(drift([rrsetAt("A", "192.0.2.1")]), "an address type is gone");
  assert(drift([rrsetAt("TXT", '"left"')]));
  assert(!drift([rrsetAt("A", "192.0.2.1"), rrsetAt("AAAA", "2001:db8::1")]));
});

test("plausibleFence() judges the generation of an older epoch, too", () => {
  const far = holding(entryAt(6), {
    fence: fenceOf(entryAt(6), { generation: 5 * FAR_AHEAD_MAX }),
  });
  assert.equal(plausibleFence(entryAt(8, { epoch: 1 }), far, FACTS), undefined);
  assert.equal(plausibleFence(entryAt(8), holding(entryAt(6)), FACTS)?.generation, 6);
});

test("what an alias in an override stands over is remembered, and not taken away", () => {
  const mark = { kind: "override", id: "o1", untilMs: ENDED } as const;
  const fence = fenceOf(ALIAS, { generation: 6, edition: 90, mark });
  const reading = holding(ALIAS, { fence });
  const known = raiseMark(markAt(fenceOf(entryAt(5))), fence);
  assert.deepEqual(known.beneath, ["A", "AAAA"]);
  assert.deepEqual(raiseMark(known, { ...fence, edition: 91 }).beneath, ["A", "AAAA"]);
  const said = (held: HighWaterMark | undefined) => decide(IPV4_ONLY, reading, held, FACTS);
  const wanted = said(known);
  assert.equal(wanted.kind === "quarantine" && wanted.why, "would-empty");
  assert.equal(said(markAt(fence)).kind, "write", "nobody remembers");
  assert.equal(raiseMark(known, fenceOf(ALIAS, { generation: 7 })).beneath, undefined);
});

test("a mark remembers what an override pins while that lasts, and no longer", () => {
  const again = { ...overrideFence(HELD), edition: 99 };
  assert.deepEqual(raiseMark(remembered, again).pinned, contentOf(PINNED));
  assert.equal(raiseMark(remembered, overrideFence(HELD, entryAt(6), "o2")).pinned, undefined);
  const plain = fenceOf(entryAt(6), { edition: 99 });
  assert.equal(raiseMark(remembered, plain).pinned, undefined);
  assert.deepEqual(raiseMark(remembered, fenceOf(entryAt(5))).pinned, contentOf(PINNED));
});
