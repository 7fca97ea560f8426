import { nameOf } from "../src/dns/index.ts";
import type { Invariant } from "./checkers/checker.ts";
import type { Edit } from "./mutations/mutation.ts";
import { NO_PUTTING_BACK } from "./mutations/standIns.ts";
import type { Act, Scene, Schedule } from "./schedule/act.ts";

/** A schedule that once found something, shrunk to what it needed; the tests run it for ever. */
export interface Found {
  readonly found: string;
  readonly schedule: Schedule;
  /** Its fix, taken out again: the schedule finds it then. */
  readonly without: readonly Edit[];
  /** Whose word it was. */
  readonly foundBy: Invariant;
}

const ZONE = nameOf("sim.example");
const API = nameOf("api.sim.example");
const DB = nameOf("db.sim.example");
const BOTH = ["A", "AAAA"] as const;
const END_MS = 10_200;

function scene(server: Scene["server"], ...names: readonly (typeof API)[]): Scene {
  const targets = [1, 2, 3].map((place) => ({
    id: `lb-${place}`,
    ipv4: `192.0.2.${place}`,
    ipv6: `2001:db8::${place}`,
  }));
  const endpoints = names.map((name) => ({ name, types: BOTH, isForeign: false }));
  return { zone: ZONE, endpoints, targets, enactors: 2, server };
}

function found(
  seed: number,
  what: string,
  [foundBy, ...without]: readonly [Invariant, ...Edit[]],
  where: Scene,
  ...acts: readonly (readonly [atMs: number, act: Act])[]
): Found {
  const timed = acts.map(([atMs, act], n) => ({ n, atMs, act }));
  const schedule = { seed, scene: where, acts: timed, endMs: END_MS };
  return { found: what, schedule, without, foundBy };
}

/** Of this file, this line is left out, or another in its place. */
const cut = (file: string, find: string, replace = ""): Edit => ({ file, find, replace });
const FOLLOWER = "src/enact/planFollower.ts";
const NO_CLIMB_ABOVE_HELD = cut(
  FOLLOWER,
  'if (held !== undefined) await this.climbAbove(held, "held");',
);

type Kill = Extract<Act, { kind: "killed" }>;

const down = (target: string): Act => ({ kind: "health", target, isUp: false });
const up = (target: string): Act => ({ kind: "health", target, isUp: true });
const lost: Act = { kind: "store-lost" };
const oldCopy = (agoMs: number): Act => ({ kind: "store-old-copy", agoMs });
const hand = (what: Extract<Act, { kind: "hand" }>["what"], endpoint = API): Act => ({
  kind: "hand",
  endpoint,
  byForce: true,
  what,
});
const retire = (holdDownMs: number, endpoint = API): Act => ({
  kind: "retire",
  endpoint,
  holdDownMs,
});
const pin = (forMs: number, direct: boolean, endpoint = API): Act => ({
  kind: "override",
  endpoint,
  addresses: ["198.51.100.7"],
  forMs,
  direct,
});
const killed = (process: string, disk: Kill["disk"], keep: Kill["keep"], downMs: number): Act => ({
  kind: "killed",
  process,
  keep,
  downMs,
  disk,
  midWrite: false,
});
const wantsA: Act = { kind: "policy", change: { kind: "types", endpoint: API, types: ["A"] } };
const raise: Act = { kind: "epoch-raise", endpoint: API };

/** Schedules that found faults of the product, in the order in which they did. */
export const FOUND: readonly Found[] = [
  found(
    1141,
    "a lost plan store let a configuration without AAAA take AAAA away on a plain server",
    [
      "never-empty",
      cut(
        "src/enact/decide.ts",
        "const taken = isEntrys ? takenType(entry, fence, situation) : undefined;",
        "const taken = isEntrys ? undefined : takenType(entry, fence, situation);",
      ),
    ],
    scene("plain", API),
    [3_715, wantsA],
    [8_378, lost],
    [8_900, down("lb-1")],
  ),
  found(
    20931,
    "the same, by a write made from memory",
    [
      "never-empty",
      cut(
        "src/enact/rememberedReading.ts",
        "!isWhole && missingAddressType(entry, mark.fence.types) !== undefined",
        "!isWhole && mark.fence.types.length === 0",
      ),
    ],
    scene("plain", API),
    [1_596, { ...lost }],
    [2_641, wantsA],
    [4_000, lost],
  ),
  found(
    1093,
    "a tombstone that waited behind a raised epoch was never written",
    [
      "converges",
      cut(
        "src/plan/plannerEntries.ts",
        'if (held.kind === "tombstone") return { ...held, ...ends, epoch, generation };',
        'if (held.kind === "tombstone") return undefined;',
      ),
    ],
    scene("plain", API),
    [1_748, hand("second-fence")],
    [5_800, retire(0)],
    [7_000, raise],
  ),
  found(
    1159,
    "an advance from memory left a CNAME that a hand had put, and a fence that said otherwise",
    [
      "every-change-explained",
      cut(
        "src/enact/buildWrite.ts",
        "entry.endpoint === entry.zone ? [] : [RRType.CNAME]",
        "entry.endpoint === entry.zone ? [RRType.CNAME] : []",
      ),
    ],
    scene("plain", API),
    [4_722, hand("add-cname")],
    [5_125, down("lb-1")],
  ),
  found(
    3280,
    "a new line of plans as long as the old one left an endpoint below its own fence for ever",
    [
      "converges",
      NO_CLIMB_ABOVE_HELD,
      cut(
        "src/enact/service.ts",
        "if (seen.epoch !== entry.epoch || !this.#state.isOnLine(entry)) return;",
        "return;",
      ),
    ],
    scene("plain", API, DB),
    [4_842, pin(5_256, false)],
    [5_549, lost],
  ),
  found(
    20124,
    "entries of an old line, held by enactors, were taken for those of the new one",
    ["converges", NO_CLIMB_ABOVE_HELD],
    scene("embedded", API, DB),
    [4_381, pin(4_392, true)],
    [5_137, oldCopy(926)],
    [6_677, pin(1_926, false, DB)],
  ),
  found(
    5435,
    "an old copy of the plan store that grew as long as its successor was taken for it",
    ["converges", cut(FOLLOWER, " && (await this.#isOnLine(cursor))")],
    scene("plain", API),
    [5_028, raise],
    [5_647, down("lb-1")],
    [6_940, oldCopy(2_023)],
    [7_287, down("lb-3")],
  ),
  found(
    1201,
    "a lost plan store counts configurations anew: another one of the same number was not read",
    [
      "converges",
      cut("src/plan/plannerWorld.ts", " && revision?.acceptedAtMs === held?.acceptedAtMs"),
    ],
    scene("plain", API, DB),
    [6_636, { kind: "policy", change: { kind: "emptied" } }],
    [7_209, lost],
    [7_512, { kind: "policy", change: { kind: "endpoint-back", endpoint: DB } }],
  ),
  found(
    294,
    "an old copy of the plan store retired a name once more that was revived",
    [
      "retire-only-on-purpose",
      cut(
        "sim/ours/storeHouse.ts",
        "this.#log.push({ atMs: this.#world.nowMs, wallMs, call: noticeCopy });",
      ),
    ],
    scene("plain", API, DB),
    [3_842, retire(500)],
    [4_193, down("lb-1")],
    [5_132, { kind: "revive", endpoint: API }],
    [7_478, up("lb-1")],
    [7_637, oldCopy(3_700)],
  ),
  found(
    1300011602,
    "a copy of the plan store that knew a raised epoch already retired a name that was revived",
    [
      "retire-only-on-purpose",
      cut("sim/ours/storeHouse.ts", "await on.raiseFloor({ epoch: 0, generation });"),
      cut(FOLLOWER, "...this.#host.aheadOfTombstones()"),
    ],
    { ...scene("embedded", API), enactors: 3 },
    [1_212, retire(1_500)],
    [1_276, killed("dns", "lost", "nothing", 1_061)],
    [1_506, killed("dns", "lost", "everything", 736)],
    [2_595, raise],
    [3_035, { kind: "revive", endpoint: API }],
    [5_598, oldCopy(2_650)],
  ),
  found(
    2000027089,
    "an old copy that grew as long as what zones held retired a name anew in a raised epoch",
    [
      "retire-only-on-purpose",
      cut("sim/ours/storeHouse.ts", "await on.raiseFloor({ epoch: 0, generation });"),
      cut(FOLLOWER, "...this.#host.aheadOfTombstones()"),
    ],
    scene("plain", API, DB),
    [1_845, retire(0, DB)],
    [2_635, pin(1_615, false)],
    [3_248, { kind: "revive", endpoint: DB }],
    [5_056, oldCopy(1_968)],
    [5_846, down("lb-2")],
    [6_857, hand("malformed-fence", DB)],
  ),
  found(
    8524,
    "a lost plan store was not told of a name whose epoch was raised, and a new server lacked it",
    [
      "never-empty",
      NO_PUTTING_BACK,
      cut("src/enact/service.ts", '(isRaised && kind === "superseded")', "false"),
    ],
    scene("embedded", API),
    [3_352, { kind: "policy", change: { kind: "endpoint-removed", endpoint: API } }],
    [3_894, lost],
    [4_902, raise],
    [5_417, killed("enactor-az1", "lost", "holes", 342)],
    [6_714, killed("dns", "lost", "everything", 351)],
  ),
  found(
    7008085,
    "a gate that a person opened was closed again, as an enactor had put an older one back before",
    [
      "checked-at-the-write",
      cut(
        "src/enact/enactorState.ts",
        "if (newest === undefined || newest.edition <= gate.edition) return false;",
        "if (newest === undefined || gateText(newest) === gateText(gate)) return false;",
      ),
    ],
    scene("plain", API),
    [
      1_574,
      {
        kind: "killed",
        process: "enactor-az1",
        keep: "torn",
        downMs: 60,
        disk: "own",
        midWrite: true,
      },
    ],
    [2_795, { kind: "pause", repairs: true }],
    [3_067, { kind: "resume" }],
    [3_627, hand("delete-gate")],
  ),
  found(
    1900139813,
    "a hand emptied a name whose epoch was raised, and who knew its records wrote none of them",
    ["never-empty", NO_PUTTING_BACK],
    scene("plain", API),
    [1_458, lost],
    [3_689, { kind: "policy", change: { kind: "emptied" } }],
    [4_120, raise],
    [4_141, oldCopy(2_037)],
    [6_670, hand("delete-both")],
  ),
];

/** Of the fixed seeds, in their order, those that fail for faults that are still open. */
export const OPEN: readonly { readonly seed: number; readonly fault: string }[] = [];
