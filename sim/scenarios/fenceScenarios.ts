// Of the fence table (docs/fence-protocol.md): each row in a run in which it alone helps.
import { type Directed, endpoint } from "./directedWorld.ts";
import * as ask from "./questions.ts";
import {
  act,
  clear,
  hand,
  killed,
  link,
  oldCopy,
  pause,
  pin,
  RESUME,
  retire,
  STORE_LOST,
  stopped,
  types,
  wish,
} from "./words.ts";

/** What people did straight at the server does not reach the plan store while faults last. */
const UNHEARD = [2_400, link("store-away", "operator", "store", 8_000)] as const;
const PINNED = "198.51.100.7";
/** Longer than any run of a scenario. */
const LONG_MS = 600_000;

function noNews(enactor: string, fromMs: number, forMs: number) {
  return [fromMs, link("store-away", enactor, "store", forMs)] as const;
}

export const FENCE_SCENARIOS: readonly Directed[] = [
  { id: "a first plan", tells: "a name that is new", acts: [] },
  {
    id: "a first plan, and rest",
    tells: "nothing happens after it",
    acts: [],
    expects: ask.quietBetween(1_500, 10_200),
  },
  {
    id: "an enactor without news",
    tells: "one enactor writes plan 2, the other has heard of plan 1 only",
    acts: [noNews("enactor-az2", 2_900, 6_000), [3_000, wish(1)]],
  },
  {
    id: "lost records",
    tells: "a hand deletes the records",
    acts: [[3_000, hand("delete-records")]],
  },
  {
    id: "one generation, issued twice",
    tells: "a lost plan store begins again at generation 1, and wants something else",
    acts: [
      noNews("enactor-az1", 3_400, 1_600),
      noNews("enactor-az2", 3_400, 1_600),
      [3_500, wish(1)],
      [4_500, STORE_LOST],
    ],
  },
  {
    id: "a fence that is none",
    tells: "a hand writes nonsense over the fence",
    acts: [[3_000, hand("malformed-fence")]],
    expects: ask.told("endpoint-quarantined"),
  },
  {
    id: "a fence far ahead",
    tells: "a hand writes a fence that no plan can have reached",
    acts: [[3_000, hand("far-ahead-fence")]],
    expects: ask.STAYS_NEAR,
  },
  {
    id: "a fence far ahead, of an older epoch",
    tells: "a person pins an emptied name, whose epoch was raised; a hand spoils that fence",
    server: "embedded",
    endpoints: [endpoint({ types: ["A"] })],
    acts: [
      [2_000, act("epoch-raise")],
      [4_500, killed("enactor-az1", 2_000, "lost")],
      [4_500, killed("enactor-az2", 2_000, "lost")],
      [4_500, killed("dns", 300, "lost")],
      [5_000, pin(3_000, true)],
      [5_800, hand("far-ahead-fence")],
      [9_500, wish(1)],
    ],
    endMs: 14_000,
    expects: ask.STAYS_NEAR,
  },
  {
    id: "a lost store and a narrower configuration",
    tells: "a lost plan store never knew of IPv6",
    acts: [
      [3_000, types("A")],
      [4_000, STORE_LOST],
      [5_000, wish(1)],
    ],
  },
  {
    id: "a lost fence, a lost store and a narrower configuration",
    tells: "the same, and a hand deletes the fence",
    acts: [
      [3_000, types("A")],
      [4_000, STORE_LOST],
      [5_000, wish(1)],
      ...[5_010, 5_500, 6_000, 6_500].map((atMs) => [atMs, hand("delete-fence")] as const),
    ],
  },
  {
    id: "a name of somebody else",
    tells: "the name exists before the first plan",
    endpoints: [endpoint({ isForeign: true })],
    acts: [],
  },
  {
    id: "lost everything, and nobody to ask",
    tells: "a hand deletes records and fence while the plan store is away",
    acts: [
      [2_900, link("store-away", "*", "store", 7_200)],
      [3_000, hand("delete-both")],
    ],
    expects: ask.answersAt(10_000),
  },
  {
    id: "a lost fence and type, and nobody to ask",
    tells: "a hand deletes the fence and IPv4 while the plan store is away",
    acts: [
      [2_900, link("store-away", "*", "store", 7_200)],
      [3_000, hand("delete-one-type")],
      [3_000, hand("delete-fence")],
    ],
    expects: ask.answersAt(10_000),
  },
  {
    id: "a sleeper and a lost fence",
    tells: "an enactor that slept through plan 2 finds no fence, and no plan store",
    isStrict: true,
    acts: [
      [2_900, stopped("enactor-az2", 3_200)],
      [3_000, wish(1)],
      noNews("enactor-az2", 3_500, 6_500),
      [5_800, killed("enactor-az1", 4_300)],
      [6_000, hand("delete-fence")],
    ],
  },
  {
    id: "an old store and a lost fence",
    tells: "what one enactor knows by the zone alone, the plan store does not know any more",
    isStrict: true,
    acts: [
      noNews("enactor-az2", 2_900, 2_900),
      [3_000, wish(1)],
      [5_400, killed("enactor-az1", 4_700)],
      [5_400, killed("planner", 4_700)],
      [5_450, oldCopy(3_000)],
      [6_500, hand("delete-fence")],
    ],
  },
  {
    id: "a lost fence",
    tells: "a hand deletes the fence of a name that answers",
    acts: [[3_000, hand("delete-fence")]],
    isAlone: true,
  },
  {
    id: "an override straight to the server",
    tells: "a person pins an address for a while",
    acts: [UNHEARD, [3_000, pin(6_000, true)]],
  },
  {
    id: "an override that ends",
    tells: "no plan ever heard of it",
    acts: [UNHEARD, [3_000, pin(3_000, true)]],
  },
  {
    id: "an override that ends, and an enactor without news",
    tells: "it stands over a plan that one enactor has not heard of",
    acts: [
      noNews("enactor-az2", 2_900, 7_000),
      [3_000, wish(1)],
      [3_200, pin(2_000, true)],
      [3_400, killed("enactor-az1", 6_500)],
    ],
  },
  {
    id: "an override whose records a hand changed",
    tells: "on disks that know nothing of it",
    acts: [
      [3_000, pin(LONG_MS, false)],
      [4_500, killed("enactor-az1", 1_500, "lost")],
      [4_500, killed("enactor-az2", 1_500, "lost")],
      [5_000, hand("add-address")],
    ],
  },
  {
    id: "an override taken back",
    tells: "it is cleared before its time",
    acts: [
      [3_000, pin(LONG_MS, false)],
      [5_000, clear(false)],
    ],
  },
  {
    id: "an override without its records",
    tells: "a hand deletes what was pinned, and the plan does not know of it",
    acts: [UNHEARD, [3_000, pin(LONG_MS, true)], [6_000, hand("delete-records")]],
    expects: ask.answersAt(10_000, PINNED),
  },
  {
    id: "an override that nobody saw whole",
    tells: "its records are gone before anybody read them",
    acts: [
      UNHEARD,
      [2_950, stopped("enactor-az1", 800)],
      [2_950, stopped("enactor-az2", 800)],
      [3_000, pin(LONG_MS, true)],
      [3_400, hand("delete-records")],
    ],
    expects: ask.answersAt(10_000),
  },
  {
    id: "an override that nobody saw as it was",
    tells: "a hand adds an address before anybody read it",
    acts: [
      UNHEARD,
      [2_950, stopped("enactor-az1", 800)],
      [2_950, stopped("enactor-az2", 800)],
      [3_000, pin(LONG_MS, true)],
      [3_400, hand("add-address")],
    ],
  },
  {
    id: "an override without records, and a retirement",
    tells: "nobody saw it whole, and the plan retires the name",
    acts: [
      [2_500, pause()],
      [3_000, retire(0)],
      [3_600, stopped("enactor-az1", 800)],
      [3_600, stopped("enactor-az2", 800)],
      [3_650, pin(15_000, true)],
      [3_900, hand("delete-records")],
      [4_500, RESUME],
    ],
    expects: ask.servesAt(10_000),
  },
  {
    id: "an override without records, and an enactor without news",
    tells: "it stands over a plan that one enactor has not heard of, and nobody saw it whole",
    acts: [
      noNews("enactor-az2", 2_900, 7_000),
      [3_000, wish(1)],
      [3_300, killed("enactor-az1", 6_500)],
      [3_300, stopped("enactor-az2", 800)],
      [3_400, pin(LONG_MS, true)],
      [3_600, hand("delete-records")],
    ],
  },
  { id: "retired", tells: "a name is retired", acts: [[3_000, retire(0)]] },
  {
    id: "retired, and at rest",
    tells: "whoever looks finds the tombstone that is planned",
    acts: [[3_000, retire(0)]],
  },
  {
    id: "retired, and an old store",
    tells: "a plan without the tombstone comes back",
    worlds: 6,
    acts: [
      [3_000, retire(0)],
      [5_500, oldCopy(3_500)],
      [6_500, wish(1)],
    ],
  },
  {
    id: "retired, the fence lost, and an old store",
    tells: "a plan without the tombstone comes back, and so does nothing else",
    worlds: 6,
    acts: [
      [3_000, retire(0)],
      [5_500, oldCopy(3_500)],
      [5_600, hand("delete-fence")],
      [6_500, wish(1)],
    ],
    expects: ask.retiredAt(10_200),
  },
  {
    id: "retired and revived",
    tells: "a name comes back by its tombstone's name",
    acts: [
      [3_000, retire(0)],
      [5_000, act("revive")],
    ],
  },
  {
    id: "a revival in an old copy",
    tells: "the plan store is put back to before the retirement, which the zone holds",
    acts: [
      [3_000, retire(0)],
      [3_214, oldCopy(356)],
      [4_113, act("revive")],
    ],
  },
  {
    id: "retired, the fence lost, and revived",
    tells: "a name comes back by its tombstone's name, which only memory has",
    acts: [
      [3_000, retire(0)],
      [5_000, hand("delete-fence")],
      [5_100, act("revive")],
    ],
  },
  {
    id: "retired twice",
    tells: "a zone that nobody reached has the first tombstone, and the plan the second",
    acts: [
      [3_000, retire(0)],
      [4_500, link("cut-off", "enactor-az1", "dns", 4_000)],
      [4_500, link("cut-off", "enactor-az2", "dns", 4_000)],
      [5_000, act("revive")],
      [6_000, retire(0)],
    ],
  },
  {
    id: "to be retired, and the fence lost",
    tells: "a hand deletes the fence before the tombstone is written",
    acts: [
      [2_900, link("cut-off", "*", "dns", 1_500)],
      [3_000, retire(0)],
      [3_600, hand("delete-fence")],
    ],
    expects: ask.retiredAt(10_200),
  },
  {
    id: "an old tombstone and a lost fence",
    tells: "an enactor that slept through a revival finds records and no fence",
    isStrict: true,
    acts: [
      [2_900, link("cut-off", "enactor-az2", "dns", 6_000)],
      [3_000, retire(0)],
      [4_500, link("store-away", "enactor-az2", "store", 6_000)],
      [5_000, act("revive")],
      [7_500, killed("enactor-az1", 3_000)],
      [8_950, hand("delete-fence")],
    ],
  },
  {
    id: "a retirement, and a server away",
    tells: "neither the tombstone nor the reading after it arrives",
    enactors: 1,
    acts: [
      [2_950, link("cut-off", "enactor-az1", "dns", 2_500)],
      [3_000, retire(0)],
    ],
  },
  {
    id: "a tombstone of an old copy, and a lost fence",
    tells: "who knows a revival by the zone alone meets a plan store put back to before it",
    acts: [
      [3_000, retire(0)],
      noNews("enactor-az2", 4_300, 2_300),
      [4_500, act("revive")],
      [6_000, killed("enactor-az1", 8_000)],
      [6_500, oldCopy(2_300)],
      [8_000, hand("delete-fence")],
    ],
    expects: ask.quietBetween(8_000, 13_900),
    endMs: 14_000,
  },
  {
    id: "a name of somebody else, to be retired",
    tells: "the name was never ours, and a person retires it",
    endpoints: [endpoint({ isForeign: true })],
    acts: [[3_000, retire(0)]],
  },
];
