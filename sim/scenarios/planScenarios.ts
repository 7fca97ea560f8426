// Of planner and plan store.
import { type Directed, endpoint } from "./directedWorld.ts";
import {
  act,
  CLEAN_UP,
  DAY_MS,
  DB,
  hoursLate,
  jump,
  leaves,
  link,
  oldCopy,
  retire,
  twoPlanners,
  wish,
} from "./words.ts";

export const PLAN_SCENARIOS: readonly Directed[] = [
  {
    id: "two planners",
    tells: "both make a child of the same plan, and one of them arrives late",
    worlds: 12,
    acts: [
      [2_000, twoPlanners(6_000)],
      [2_500, link("delayed", "planner", "store", 5_000, { delayMsMax: 250 })],
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((number) => [2_800 + 200 * number, wish(number)] as const),
    ],
  },
  {
    id: "an old store",
    tells: "the plan store is restored from a copy, three plans back",
    acts: [
      [2_000, wish(1)],
      [2_500, wish(2)],
      [3_000, wish(3)],
      [3_500, oldCopy(2_500)],
    ],
  },
  {
    id: "a raised epoch",
    tells: "a person raises the epoch of a name",
    acts: [[3_000, act("epoch-raise")]],
  },
  {
    id: "a wall clock jumps two days",
    tells: "a retirement waits, and every wall clock jumps",
    acts: [
      [3_000, retire(DAY_MS)],
      [4_000, jump(2 * DAY_MS)],
    ],
  },
  {
    id: "two hours of a day's hold-down",
    tells: "a retirement waits, and two hours pass",
    acts: [
      [3_000, retire(DAY_MS)],
      [4_000, hoursLate("enactor-az1", 2)],
    ],
  },
  {
    id: "a clean-up",
    tells: "one endpoint changes often; the other has left the configuration, and answers",
    endpoints: [endpoint(), endpoint({ name: DB })],
    acts: [
      [2_000, leaves(DB)],
      ...[1, 2, 3, 4, 5].map((number) => [2_000 + 500 * number, wish(number)] as const),
      [6_000, CLEAN_UP],
    ],
  },
  {
    id: "a planner at fault",
    tells: "it makes plans that nobody may want, from the second or third on",
    enactors: 1,
    acts: [
      [3_000, wish(1)],
      [4_000, wish(2)],
      [5_000, wish(1)],
    ],
  },
  {
    id: "a planner that forgets a tombstone",
    tells: "and plans a retired name again",
    acts: [[3_000, retire(0)]],
  },
  {
    id: "a planner that lowers an epoch",
    tells: "after a person raised it",
    enactors: 1,
    acts: [
      [3_000, act("epoch-raise")],
      [4_500, wish(1)],
      [5_500, wish(2)],
      [6_500, wish(1)],
    ],
  },
];
