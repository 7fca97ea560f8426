import assert from "node:assert/strict";
import { test } from "node:test";
import { FAR_AHEAD_MAX, type PlanEntry, type Reading } from "../plan/index.ts";
import { decide, EDITION_MAX, EPOCHS_AHEAD_MAX } from "./decide.ts";
import type { DecisionFacts } from "./decision.ts";
import type { HighWaterMark } from "./highWaterMark.ts";
import {
  ENDPOINT,
  entryAt,
  FACTS,
  fenceOf,
  holding,
  markAt,
  planned,
  rrsetAt,
  tombstoneAt,
  UNREADABLE,
} from "./samples.suite.ts";

const ours = entryAt(7);
const older = entryAt(6);
const newer = entryAt(8);
const mark = markAt(fenceOf(older));
const override = (untilMs: number) => ({ kind: "override", id: "o1", untilMs }) as const;
const tombstone = { kind: "tombstone", id: "t1", atMs: 0 } as const;
const NOW = FACTS.wallMs;

interface Row {
  readonly row: string;
  readonly reading: Reading;
  /** `kind`, or `kind why`. */
  readonly want: string;
  readonly why: string;
  readonly entry?: PlanEntry;
  readonly mark?: HighWaterMark;
  readonly facts?: Partial<DecisionFacts>;
}

/** DESIGN.md, "The fence", row by row and in its order. */
const rows: readonly Row[] = [
  {
    row: "newer than g | any",
    reading: holding(newer),
    want: "superseded",
    why: "somebody enacted a newer plan: writing ours would go backwards",
  },
  {
    row: "newer than g, by epoch alone | any",
    reading: holding(entryAt(1, { epoch: 1 })),
    want: "superseded",
    why: "the epoch counts before the generation",
  },
  {
    row: "newer than g | gone",
    reading: holding(newer, { rrsets: [] }),
    want: "superseded",
    why: "an old entry is no repair for a newer one",
  },
  {
    row: "equal to g, digest d | match d",
    reading: holding(ours),
    want: "done",
    why: "a repeat is harmless",
  },
  {
    row: "equal to g, digest d | gone",
    reading: holding(ours, { rrsets: [] }),
    want: "write repair",
    why: "records were deleted by hand",
  },
  {
    row: "equal to g, digest d | one type gone",
    reading: holding(ours, { rrsets: [rrsetAt("A", "192.0.0.7", "198.51.0.7")] }),
    want: "write repair",
    why: "emptiness is judged per address type",
  },
  {
    row: "equal to g, digest d | differ in RDATA",
    reading: holding(ours, { rrsets: holding(newer).rrsets }),
    want: "write repair",
    why: "the digest travels with the fence: only the records tell",
  },
  {
    row: "equal to g, digest d | differ in TTL",
    reading: holding(ours, {
      rrsets: holding(ours).rrsets.map((rrset) => ({ ...rrset, ttlSeconds: 86_400 })),
    }),
    want: "write repair",
    why: "a long TTL would outlive the next failover",
  },
  {
    row: "equal to g, digest d | weights differ",
    reading: { ...holding(ours), weights: { answers: 1, byType: new Map() } },
    want: "write repair",
    why: "weights are part of what is planned",
  },
  {
    row: "equal to g, digest d | a type added",
    reading: holding(ours, { rrsets: [...holding(ours).rrsets, rrsetAt("HTTPS", "1 .")] }),
    want: "write repair",
    why: "a record that nobody planned is served",
  },
  {
    row: "equal to g, digest d, other types listed | match d",
    reading: holding(ours, { fence: fenceOf(ours, { types: ["A"] }) }),
    want: "write repair",
    why: "a fence that does not list what is held would leave it behind at the next write",
  },
  {
    row: "equal to g, other digest | any",
    reading: holding(entryAt(7, { rrsets: [planned("A", "203.0.113.1")] })),
    want: "quarantine impostor",
    why: "two planners issued one generation",
  },
  {
    row: "equal to g, other digest | gone",
    reading: holding(entryAt(7, { rrsets: [planned("A", "203.0.113.1")] }), { rrsets: [] }),
    want: "quarantine impostor",
    why: "which of the two is right is for a person to say",
  },
  {
    row: "older than g | any",
    reading: holding(older),
    want: "write advance",
    why: "the normal case",
  },
  {
    row: "older than g | gone",
    reading: holding(older, { rrsets: [] }),
    want: "write advance",
    why: "the newer entry is also the repair",
  },
  {
    row: "override, not expired | as it says",
    reading: holding(older, { fence: fenceOf(older, { mark: override(NOW + 1) }) }),
    want: "leave-alone override",
    why: "a person decided, and plans wait",
  },
  {
    row: "override, not expired, newer than g | as it says",
    reading: holding(newer, { fence: fenceOf(newer, { mark: override(NOW + 1) }) }),
    want: "leave-alone override",
    why: "an override is no reason to look for a newer plan",
  },
  {
    row: "override, not expired | gone",
    reading: holding(older, { fence: fenceOf(older, { mark: override(NOW + 1) }), rrsets: [] }),
    want: "write override-emptied",
    why: "empty is worse than overruled",
  },
  {
    row: "override, not expired | one address type gone",
    reading: holding(older, {
      fence: fenceOf(older, { mark: override(NOW + 1) }),
      rrsets: [rrsetAt("A", "192.0.2.1")],
    }),
    want: "write override-emptied",
    why: "emptiness is judged per address type",
  },
  {
    row: "override, not expired, newer than g | gone",
    reading: holding(newer, { fence: fenceOf(newer, { mark: override(NOW + 1) }), rrsets: [] }),
    want: "superseded",
    why: "even to fill an empty name, nothing older than the fence is written",
  },
  {
    row: "override, expired, older than g | any",
    reading: holding(older, { fence: fenceOf(older, { mark: override(NOW) }) }),
    want: "write override-ended",
    why: "its time is over",
  },
  {
    row: "override, expired, equal to g with another digest | any",
    reading: holding(ours, {
      fence: fenceOf(ours, { digest: "x".repeat(20), mark: override(NOW) }),
    }),
    want: "write override-ended",
    why: "the override replaced the records of the same generation: no impostor",
  },
  {
    row: "override, expired, newer than g | any",
    reading: holding(newer, { fence: fenceOf(newer, { mark: override(NOW) }) }),
    want: "superseded",
    why: "only a generation >= the fence's may follow an override",
  },
  {
    row: "tombstone | none",
    reading: holding(older, {
      fence: fenceOf(older, { types: [], mark: tombstone }),
      rrsets: [],
    }),
    want: "leave-alone retired",
    why: "retired on purpose: a late planner must not bring it back",
  },
  {
    row: "tombstone | some",
    reading: holding(older, { fence: fenceOf(older, { types: [], mark: tombstone }) }),
    want: "leave-alone retired",
    why: "only an entry that names the tombstone may write",
  },
  {
    row: "none | none, never held by us",
    reading: holding(ours, { fence: "none", rrsets: [] }),
    want: "write create",
    why: "the endpoint is new here",
  },
  {
    row: "none | some, never held by us",
    reading: holding(ours, { fence: "none", rrsets: [rrsetAt("A", "192.0.2.1")] }),
    want: "not-ours",
    why: "refuse until the operator adopts the name",
  },
  {
    row: "none | a TXT only, never held by us",
    reading: holding(ours, { fence: "none", rrsets: [rrsetAt("TXT", '"theirs"')] }),
    want: "not-ours",
    why: "any record is somebody's",
  },
  {
    row: "none | gone, held by us before",
    reading: holding(ours, { fence: "none", rrsets: [] }),
    mark,
    want: "write recreate",
    why: "someone deleted both: rule 1 comes first, at once",
  },
  {
    row: "none | gone but a TXT, held by us before",
    reading: holding(ours, { fence: "none", rrsets: [rrsetAt("TXT", '"left"')] }),
    mark,
    want: "write recreate",
    why: "a name left with only a TXT is empty",
  },
  {
    row: "none | gone, held by us before, at the mark itself",
    reading: holding(older, { fence: "none", rrsets: [] }),
    entry: older,
    mark,
    want: "write recreate",
    why: "not older than the mark is enough",
  },
  {
    row: "none | gone, held by us before, newer than g",
    reading: holding(ours, { fence: "none", rrsets: [] }),
    mark: markAt(fenceOf(newer)),
    want: "superseded",
    why: "the plan store went back in time: the mark is the lower bound",
  },
  {
    row: "none | gone, held by us before with these records, in an epoch that was raised since",
    reading: holding(ours, { fence: "none", rrsets: [] }),
    mark: markAt(fenceOf(ours, { epoch: 1, generation: 0 })),
    want: "write recreate",
    why: "a person who raises an epoch leaves the records as they are: they are known",
  },
  {
    row: "none | some, held by us before with these records, in an epoch that was raised since",
    reading: holding(ours, { fence: "none" }),
    mark: markAt(fenceOf(ours, { epoch: 1, generation: 0 })),
    want: "superseded",
    why: "it answers: there is time to ask for a plan above it",
  },
  {
    row: "none | gone, held by us before, the last fence a tombstone",
    reading: holding(ours, { fence: "none", rrsets: [] }),
    mark: markAt(fenceOf(older, { types: [], mark: tombstone })),
    want: "leave-alone retired",
    why: "what was retired stays retired, whoever deleted the fence",
  },
  {
    row: "none | some, held by us before",
    reading: holding(older, { fence: "none" }),
    mark,
    want: "confirm-newest",
    why: "our own mark may be old: ask before rewriting a name that answers",
  },
  {
    row: "none | some, held by us before, the plan store confirmed",
    reading: holding(older, { fence: "none" }),
    mark,
    facts: { newest: "confirmed" },
    want: "write refence",
    why: "the plan store's newest entry cannot go backwards",
  },
  {
    row: "none | some, held by us before, confirmed but older than the mark",
    reading: holding(ours, { fence: "none" }),
    mark: markAt(fenceOf(newer)),
    facts: { newest: "confirmed" },
    want: "superseded",
    why: "a plan store restored from an old copy confirms old entries",
  },
  {
    row: "none | some, held by us before, nobody to ask",
    reading: holding(older, { fence: "none" }),
    mark,
    facts: { newest: "unavailable" },
    want: "confirm-newest",
    why: "the name answers: wait for the plan store's word",
  },
  {
    row: "none | one address type gone, held by us before, nobody to ask",
    reading: holding(older, { fence: "none", rrsets: [rrsetAt("A", "192.0.2.1")] }),
    mark,
    facts: { newest: "unavailable" },
    want: "write recreate",
    why: "a type without addresses is empty: rule 1 comes first",
  },
  {
    row: "none | one address type gone, held by us before",
    reading: holding(older, { fence: "none", rrsets: [rrsetAt("A", "192.0.2.1")] }),
    mark,
    want: "confirm-newest",
    why: "part of the name answers, perhaps by a newer plan without that type: ask first",
  },
  {
    row: "none | a CNAME, held by us before",
    reading: holding(older, { fence: "none", rrsets: [rrsetAt("CNAME", "a.example.")] }),
    mark,
    want: "confirm-newest",
    why: "a CNAME answers for every type",
  },
  {
    row: "malformed | any",
    reading: holding(ours, { fence: "malformed" }),
    want: "quarantine malformed",
    why: "taken neither for older nor for newer",
  },
  {
    row: "malformed | gone, held by us before",
    reading: holding(ours, { fence: "malformed", rrsets: [] }),
    mark,
    want: "quarantine malformed",
    why: "no condition could be put on what is not understood",
  },
  {
    row: "far ahead | any",
    reading: holding(entryAt(FACTS.newestGeneration + FAR_AHEAD_MAX + 1)),
    want: "quarantine far-ahead",
    why: "a mistyped generation must not freeze the name for ever as newer",
  },
  {
    row: "just not far ahead | any",
    reading: holding(entryAt(FACTS.newestGeneration + FAR_AHEAD_MAX)),
    want: "superseded",
    why: "plausible: the planner climbs above it",
  },
  {
    row: "far ahead by epoch | any",
    reading: holding(entryAt(1, { epoch: EPOCHS_AHEAD_MAX + 1 })),
    want: "quarantine far-ahead",
    why: "no person raised the epoch a hundred times unheard",
  },
  {
    row: "far ahead by edition | any",
    reading: holding(older, { fence: fenceOf(older, { edition: EDITION_MAX + 1 }) }),
    want: "quarantine far-ahead",
    why: "the next edition would not fit the grammar: the fence could never be written again",
  },
  {
    row: "far ahead, an override | any",
    reading: holding(older, {
      fence: fenceOf(older, { generation: FAR_AHEAD_MAX * 2, mark: override(NOW) }),
    }),
    want: "quarantine far-ahead",
    why: "plausibility comes before everything the fence says",
  },
  { row: "unreadable | -", reading: UNREADABLE, want: "unknown", why: "unreadable is not empty" },
  {
    row: "unreadable | -, held by us before",
    reading: UNREADABLE,
    mark,
    want: "unknown",
    why: "unreadable is not gone",
  },
  {
    row: "older than a tombstone entry",
    reading: holding(older),
    entry: tombstoneAt(7),
    want: "write retire",
    why: "a person asked for it by name, and its hold-down is over",
  },
  {
    row: "none | none, for a tombstone entry",
    reading: holding(older, { fence: "none", rrsets: [] }),
    entry: tombstoneAt(7),
    want: "leave-alone retiring",
    why: "there is nothing to retire",
  },
  {
    row: "the tombstone of this very entry",
    reading: holding(older, {
      fence: {
        ...fenceOf(older),
        generation: 7,
        types: [],
        digest: "retired-digest-0",
        mark: tombstone,
      },
      rrsets: [],
    }),
    entry: tombstoneAt(7),
    want: "done",
    why: "a repeat is harmless",
  },
];

for (const { row, reading, want, why, entry, mark: held, facts } of rows) {
  test(`decide() says "${want}" when the fence is ${row}: ${why}`, () => {
    const decision = decide(entry ?? ours, reading, held, { ...FACTS, ...facts });
    const detail = "why" in decision ? ` ${decision.why}` : "";
    assert.equal(`${decision.kind}${detail}`, want);
  });
}

test("decide() lets records that answer nothing stand beside ours where the name is shared", () => {
  const shared = { ...FACTS, ownsWholeName: false };
  const withTxt = holding(ours, { rrsets: [...holding(ours).rrsets, rrsetAt("TXT", '"theirs"')] });
  assert.equal(decide(ours, withTxt, undefined, shared).kind, "done");
  assert.equal(decide(ours, withTxt, undefined, FACTS).kind, "write");
});

test("decide() takes a CNAME, NS or DNAME beside ours for drift everywhere: it hides them", () => {
  const shared = { ...FACTS, ownsWholeName: false };
  for (const type of ["CNAME", "NS", "DNAME"]) {
    const rrsets = [...holding(ours).rrsets, rrsetAt(type, "elsewhere.example.")];
    assert.equal(decide(ours, holding(ours, { rrsets }), undefined, shared).kind, "write", type);
  }
});

test("decide() does not take the apex's own records for the endpoint's", () => {
  const entry = entryAt(7, { zone: ENDPOINT });
  const apex = [
    rrsetAt("NS", "ns.example."),
    rrsetAt("SOA", "ns.example. hostmaster.example. 1 2 3 4 5"),
  ];
  const held = holding(entry, { rrsets: [...holding(entry).rrsets, ...apex] });
  assert.equal(decide(entry, held, undefined, FACTS).kind, "done");
  const bare = holding(entry, { fence: "none", rrsets: apex });
  assert.deepEqual(decide(entry, bare, undefined, FACTS), { kind: "write", why: "create" });
});
