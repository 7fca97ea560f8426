// Of a plan store, or a server, that lost what it knew, and of who knows it still.
import { type Directed, endpoint } from "./directedWorld.ts";
import {
  act,
  DB,
  down,
  hand,
  killed,
  leaves,
  link,
  oldCopy,
  pause,
  pin,
  RESUME,
  retire,
  STORE_LOST,
  stopped,
} from "./words.ts";

export const RECOVERY_SCENARIOS: readonly Directed[] = [
  {
    id: "a newcomer, and a server without its disk",
    tells: "plan store, server and one enactor lost all; of one name only a sleeper knows",
    server: "embedded",
    endpoints: [endpoint(), endpoint({ name: DB })],
    acts: [
      [2_000, leaves(DB)],
      [2_900, killed("enactor-az1", 3_100, "lost")],
      [3_000, killed("dns", 3_500, "lost")],
      [3_000, STORE_LOST],
      [5_900, stopped("enactor-az2", 6_000)],
    ],
    endMs: 20_000,
  },
  {
    id: "a retired name, and a server without its disk",
    tells: "an enactor that slept through the retirement finds neither name nor tombstone",
    server: "embedded",
    endpoints: [endpoint(), endpoint({ name: DB })],
    worlds: 6,
    acts: [
      [2_900, stopped("enactor-az2", 2_800)],
      [3_000, retire(0)],
      [4_500, link("store-away", "enactor-az2", "store", 5_000)],
      [5_000, killed("dns", 500, "lost")],
    ],
  },
  {
    id: "a lost store and a raised epoch",
    tells: "the configuration dropped the name before; then the server loses its disk",
    server: "embedded",
    worlds: 6,
    acts: [
      [3_352, leaves()],
      [3_894, STORE_LOST],
      [4_902, act("epoch-raise")],
      [5_417, killed("enactor-az1", 342, "lost")],
      [6_714, killed("dns", 351, "lost")],
    ],
  },
  {
    id: "a copy from before a revival",
    tells:
      "it grows as long as its successor; a hand spoils the fence, so that its epoch is raised",
    endpoints: [endpoint(), endpoint({ name: DB })],
    acts: [
      [1_845, retire(0, DB)],
      [2_635, pin(1_615, false)],
      [3_248, act("revive", DB)],
      [5_056, oldCopy(1_968)],
      [5_846, down("lb-2")],
      [6_857, hand("malformed-fence", DB)],
    ],
  },
  {
    id: "a gate older than the last",
    tells:
      "one enactor slept through a resume, a hand deletes the gate, and a person resumes again",
    acts: [
      [2_795, pause(true)],
      [3_057, killed("enactor-az1", 60)],
      [3_067, RESUME],
      [3_627, hand("delete-gate")],
    ],
  },
];
