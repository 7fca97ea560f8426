// Of the write and of the enactor's machine.
import { type Directed, endpoint } from "./directedWorld.ts";
import * as ask from "./questions.ts";
import {
  act,
  DB,
  down,
  hand,
  hoursLate,
  killed,
  leaves,
  link,
  oldCopy,
  pause,
  pin,
  retire,
  STORE_LOST,
  wish,
} from "./words.ts";

const HANDS_AGAIN_MS = [5_300, 5_700, 6_100, 6_500, 6_900, 7_300, 7_700, 8_100];

export const WRITE_SCENARIOS: readonly Directed[] = [
  { id: "a change", tells: "a load balancer fails its checks", acts: [[3_000, down("lb-1")]] },
  {
    id: "a late first write",
    tells: "the first write of a name arrives hours late, whenever its fence is gone again",
    enactors: 1,
    worlds: 8,
    acts: [
      [300, hoursLate("enactor-az1", 5)],
      [1_600, wish(1)],
      ...HANDS_AGAIN_MS.map((atMs) => [atMs - 3_100, hand("delete-fence")] as const),
    ],
  },
  {
    id: "a lost request",
    tells: "a write never arrives, and nobody says so",
    enactors: 1,
    acts: [
      [2_950, link("request-lost", "enactor-az1", "dns", 200)],
      [3_000, wish(1)],
    ],
  },
  {
    id: "a lost first write",
    tells: "its writer hears nothing for seconds; others go on, and a hand deletes all of it",
    isStrict: true,
    worlds: 6,
    acts: [
      [10, link("request-lost", "enactor-az1", "dns", 600, { perMille: 500 })],
      [610, link("cut-off", "enactor-az1", "dns", 4_700)],
      [2_500, wish(1)],
      [4_000, killed("enactor-az2", 6_000)],
      [5_200, hand("delete-both")],
    ],
  },
  {
    id: "a server away",
    tells: "neither the write nor the reading after it arrives",
    enactors: 1,
    acts: [
      [2_950, link("cut-off", "enactor-az1", "dns", 2_500)],
      [3_000, wish(1)],
    ],
  },
  {
    id: "a plan comes while busy",
    tells: "the next plan is heard of while a write is under way",
    enactors: 1,
    acts: [
      [2_950, link("delayed", "enactor-az1", "dns", 1_500, { delayMsMax: 900 })],
      [3_000, wish(1)],
      [3_100, wish(2)],
      [3_200, wish(3)],
    ],
  },
  {
    id: "a server away for minutes",
    tells: "it is back, and an enactor has failed to read it again and again",
    enactors: 1,
    endMs: 600_000,
    worlds: 6,
    acts: [
      [2_950, link("cut-off", "enactor-az1", "dns", 596_000)],
      [3_000, wish(1)],
    ],
  },
  {
    id: "a doubled write",
    tells: "the second copy of a write is answered first: its condition does not hold any more",
    server: "embedded",
    endpoints: [endpoint(), endpoint({ name: DB })],
    worlds: 12,
    acts: [
      [3_000, down("lb-3")],
      [3_400, link("doubled", "*", "dns", 1_500, { perMille: 900 })],
      [3_400, link("delayed", "*", "dns", 1_500, { delayMsMax: 600 })],
    ],
  },
  {
    id: "a hand points a name elsewhere",
    tells: "a CNAME takes the records' place, and a plan comes before anybody has seen it",
    worlds: 8,
    acts: [
      [4_722, hand("add-cname")],
      [4_725, wish(1)],
    ],
  },
  {
    id: "a pause for all but repairs",
    tells: "something else is wanted while only repairs are let through",
    acts: [
      [3_000, pause(true)],
      [4_500, wish(1)],
    ],
  },
  {
    id: "a pause, and the gate is lost",
    tells: "a hand deletes a gate that was thrown",
    acts: [
      [3_000, pause()],
      [5_500, hand("delete-gate")],
      [5_600, wish(1)],
    ],
    expects: ask.quietBetween(3_100, 10_200),
  },
  {
    id: "a server without its disk",
    tells: "our nameserver comes back, and nobody has put anything in place yet",
    server: "embedded",
    worlds: 8,
    acts: [
      [3_000, killed("dns", 1_000, "lost")],
      [3_000, link("request-lost", "*", "dns", 2_500, { perMille: 500 })],
    ],
  },
  {
    id: "a lost zone with one bad name",
    tells: "our nameserver lost its disk, and one of two names is spoilt by hand, but answers",
    server: "embedded",
    endpoints: [endpoint(), endpoint({ name: DB, types: ["A"] })],
    acts: [
      [3_000, killed("dns", 1_000, "lost")],
      [4_000, link("cut-off", "*", "dns", 500)],
      [4_010, hand("add-address", DB)],
      [4_020, hand("malformed-fence", DB)],
    ],
    expects: ask.speaksAt(10_000),
  },
  {
    id: "a disk remembers marks",
    tells: "a fence is deleted while its enactor is away",
    enactors: 1,
    acts: [
      [3_000, killed("enactor-az1", 1_500)],
      [3_500, hand("delete-fence")],
    ],
    isAlone: true,
  },
  {
    id: "a disk remembers entries",
    tells: "a name is emptied while its enactor is away, and the plan store is away after that",
    enactors: 1,
    acts: [
      [2_900, link("store-away", "*", "store", 7_200)],
      [3_000, killed("enactor-az1", 1_500)],
      [3_500, hand("delete-both")],
    ],
    expects: ask.answersAt(10_000),
  },
  {
    id: "a plan store comes back",
    tells: "it was away when a plan was made",
    enactors: 1,
    acts: [
      [2_900, link("store-away", "enactor-az1", "store", 3_000)],
      [3_000, wish(1)],
    ],
  },
  {
    id: "a new line as long as the old one",
    tells: "a lost plan store has come as far again, and has an older entry of one endpoint",
    endpoints: [endpoint(), endpoint({ name: DB })],
    worlds: 8,
    acts: [
      [4_842, pin(5_256, false)],
      [5_549, STORE_LOST],
    ],
  },
  {
    id: "an old copy as long as its successor",
    tells: "the plan store is put back, and has come as far again when it is followed",
    worlds: 8,
    acts: [
      [5_028, act("epoch-raise")],
      [5_647, down("lb-1")],
      [6_940, oldCopy(2_023)],
      [7_287, down("lb-3")],
    ],
  },
  {
    id: "a name that the plan store lost",
    tells: "the configuration had dropped it before; a person retires it",
    endpoints: [endpoint(), endpoint({ name: DB })],
    acts: [
      [2_000, leaves()],
      [3_000, STORE_LOST],
      [7_000, retire(0)],
    ],
    expects: ask.retiredAt(10_000),
  },
];
