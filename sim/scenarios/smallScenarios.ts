// Scenarios in small worlds: of every schedule that has these faults and acts, the explorer finds
// the shortest in which a rule is broken. What would stand in for the safeguard is dead from the
// beginning: audits, the second enactor, time, or those who take acts in.

import { directActs } from "../small/directActs.ts";
import { explore } from "../small/explore.ts";
import { ENDPOINTS } from "../small/names.ts";
import type { Act, Dead, Fault, Scene } from "../small/now.ts";
import { SmallWorld } from "../small/smallWorld.ts";
import type { Scenario, Verdict } from "./scenario.ts";

/** More than any of these needs; a mutation may make a world endless. */
const STATES_MAX = 400_000;

interface SmallSchedule {
  readonly changes?: number;
  readonly acts?: readonly Act[];
  readonly faults?: readonly Fault[];
  readonly dead?: readonly Dead[];
  readonly narrows?: boolean;
  /** What is dead leaves no way to the newest plan: only what is safe is looked at. */
  readonly isSafetyOnly?: true;
}

function small(id: string, tells: string, schedule: SmallSchedule): Scenario {
  const { changes = 0, acts = [], faults = [], dead = [] } = schedule;
  const endpoints = [ENDPOINTS[0]];
  const scene: Scene = {
    name: id,
    endpoints,
    changes,
    acts,
    faults,
    faultsMax: faults.length,
    dead,
    narrows: schedule.narrows === true,
    inOrder: true,
  };
  return { id, tells, run: () => exploreAll(scene, schedule.isSafetyOnly === true) };
}

function exploreAll(scene: Scene, isSafetyOnly: boolean): Verdict {
  const options = { statesMax: STATES_MAX, stopsAtFirst: true, isSafetyOnly };
  const { found, states, complete } = explore(new SmallWorld(scene, directActs), options);
  const [first] = found;
  if (first !== undefined) {
    return { broken: [first.rule], story: [...first.story, first.problem], states };
  }
  return complete
    ? { broken: [], story: [], states }
    : { broken: ["converges"], story: ["it never comes to rest"], states };
}

/** So that a machine that forgets something has nobody to think of it. */
const ALONE: readonly Dead[] = ["audits", "enactor-two"];

export const SMALL_SCENARIOS: readonly Scenario[] = [
  small("two enactors race", "one has plan 1, the other plan 2, and both write", { changes: 1 }),
  small("a sleeper wakes behind a pause", "a write decided before the zone was paused arrives", {
    changes: 1,
    faults: ["pause"],
    dead: ["audits", "enactor-two"],
  }),
  small("a late first write", "the first write of a name arrives when its fence is gone again", {
    changes: 1,
    faults: ["request-delayed", "hand-deletes-fence"],
    dead: ["audits", "people"],
    isSafetyOnly: true,
  }),
  small("a lost request", "the write never arrives, and nobody says so", {
    faults: ["request-lost"],
    dead: ALONE,
  }),
  small("a lost reading", "the zone does not answer once, and plan 2 waits", {
    changes: 1,
    faults: ["read-lost"],
    dead: ALONE,
  }),
  small("a plan comes while busy", "plan 2 is heard of while plan 1 is under way", {
    changes: 1,
    dead: ALONE,
  }),
  small("an old store and a lost fence", "the plan store goes back, and a fence is deleted", {
    changes: 1,
    faults: ["store-restored", "hand-deletes-fence"],
    dead: ["planner", "people"],
    isSafetyOnly: true,
  }),
  small("a lost fence", "a hand deletes the fence of a name that answers", {
    changes: 1,
    faults: ["hand-deletes-fence"],
  }),
  small("lost records", "a hand deletes the records", { faults: ["hand-deletes-records"] }),
  small("a first plan", "a name that is new", { dead: ["people"] }),
  small("lost everything, and nobody to ask", "a hand deletes records and fence", {
    faults: ["hand-deletes-everything"],
    dead: ["answers"],
  }),
  small("a lost fence and type, and nobody to ask", "a hand deletes the fence and IPv6", {
    faults: ["hand-deletes-fence-and-one-type"],
    dead: ["answers"],
  }),
  small("a lost fence, and no people", "a hand deletes the fence of a name that answers", {
    faults: ["hand-deletes-fence"],
    dead: ["people"],
  }),
  small("an override whose records a hand changed", "on disks that know nothing of it", {
    acts: ["override"],
    faults: ["killed-lost-disk", "hand-changes-records"],
    dead: ["time", "enactor-two"],
  }),
  small("a name of somebody else", "the name exists before the first plan", {
    faults: ["hand-makes-name"],
  }),
  small("a fence that is none", "a hand writes nonsense over the fence", {
    faults: ["hand-garbles-fence"],
  }),
  small("a fence far ahead", "a hand writes a fence that no plan can have reached", {
    faults: ["hand-writes-far-ahead"],
  }),
  small("an old store", "the plan store is restored from a copy", {
    changes: 1,
    faults: ["store-restored"],
  }),
  small("two planners", "two planners make a child of the same plan", {
    changes: 1,
    faults: ["second-planner"],
    dead: ["audits"],
  }),
  small("an old store and a narrower policy", "a lost plan store never knew of IPv6", {
    changes: 1,
    narrows: true,
    faults: ["store-restored"],
    dead: ["enactor-two"],
    isSafetyOnly: true,
  }),
  small("a planner that missed a raised floor", "its plan was made before fences were heard of", {
    faults: ["store-restored", "second-planner"],
    dead: ["audits"],
  }),
  small("a planner that missed a raised epoch", "its plan was made before the person's act", {
    faults: ["hand-garbles-fence", "second-planner"],
    dead: ["audits"],
    isSafetyOnly: true,
  }),
  small("a planner that forgets a tombstone", "and plans a retired name again", {
    acts: ["retire"],
    faults: ["planner-forgets-tombstone"],
  }),
  small("a planner that retires unasked", "and makes a tombstone of its own", {
    faults: ["planner-retires-unasked"],
  }),
  small("a planner that empties", "and makes an entry without records", {
    faults: ["planner-empties"],
  }),
  small("a planner that lowers an epoch", "after a person raised it", {
    faults: ["hand-garbles-fence", "planner-lowers-epoch"],
  }),
  small("an override straight to the server", "nothing but the DNS server works", {
    changes: 1,
    acts: ["override-direct"],
    dead: ["acts"],
  }),
  small("an override taken back", "it is cleared before its time", {
    acts: ["override", "clear"],
    dead: ["time"],
  }),
  small("an override without its records", "a hand deletes what was pinned", {
    acts: ["override-direct"],
    faults: ["hand-deletes-records"],
    dead: ["acts"],
  }),
  small("an override that nobody saw whole", "its records are gone before anybody read them", {
    acts: ["override-direct"],
    faults: ["hand-deletes-records"],
    dead: ["acts", "time"],
  }),
  small("an alias and back", "addresses make room for a CNAME, and come back", {
    acts: ["override-alias", "clear"],
    dead: ["time"],
  }),
  small("retired", "a name is retired, and stays so", { changes: 1, acts: ["retire"] }),
  small("retired, and an old store", "a plan without the tombstone comes back", {
    acts: ["retire"],
    faults: ["store-restored"],
  }),
  small("retired, the fence lost, and an old store", "a plan without the tombstone comes back", {
    acts: ["retire"],
    faults: ["store-restored", "hand-deletes-fence"],
    dead: ["people", "audits", "enactor-two"],
    isSafetyOnly: true,
  }),
  small("revived after the fence was lost", "a name comes back by its tombstone's name", {
    acts: ["retire", "revive"],
    faults: ["hand-deletes-fence"],
    dead: ["enactor-two"],
  }),
  small("retired and revived", "a name comes back by its tombstone's name", {
    acts: ["retire", "revive"],
  }),
];
