import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { directActs } from "./directActs.ts";
import { explore } from "./explore.ts";
import { Interner, numberOf } from "./interner.ts";
import type { LaneNow } from "./lane.ts";
import { STEPS } from "./laneMoves.ts";
import { MOVE_KINDS, type Model, type Move, Successors } from "./model.ts";
import { cappedLane, normalLane } from "./normal.ts";
import { SmallWorld } from "./smallWorld.ts";
import { NumberList, StateTable } from "./stateTable.ts";
import { WORLDS, type WorldPlan, worldOf } from "./worlds.ts";

const STATES_MAX = 2_000_000;
/** Worlds that have every kind of lane between them. */
const LANES_OF = ["two plans, every fault", "an override", "a retirement and a revival"];
/** Enough for all kinds of lanes: to the end there are too many to compare. */
const LANES_OF_STATES_MAX = 30_000;

function sceneOf(name: string): WorldPlan {
  const scene = WORLDS.find((world) => world.name === name);
  assert.ok(scene, `there is a world "${name}"`);
  return scene;
}

describe("small worlds, explored whole", () => {
  for (const scene of WORLDS.filter(({ isQuick }) => isQuick)) {
    it(`holds every invariant and is never stuck: ${scene.name}`, () => {
      const { found, complete, states } = explore(worldOf(scene), { statesMax: STATES_MAX });
      const stories = found.map(({ rule, problem, story }) => [rule, problem, ...story].join("\n"));
      assert.deepEqual(stories, []);
      assert.ok(complete, "no state was left out");
      assert.ok(states > 100, `${states} states are a world`);
    });
  }
});

/** A number that goes up by steps, and down by a person's hand. */
function counter(edges: readonly (readonly [number, number, Move["kind"]])[], goal: number): Model {
  const movesAt = (at = 0): readonly Move[] =>
    edges
      .filter(([from]) => from === at)
      .map(([, to, kind]) => ({
        kind,
        state: [to],
        tell: () => `to ${to}`,
        ...(to === 13 ? { broken: { rule: "unlucky", problem: "it is 13" } } : {}),
      }));
  return {
    width: 1,
    initial: [0],
    names: [],
    moves: ([at]) => movesAt(at),
    expand: ([at], into) => {
      for (const { kind, state, broken } of movesAt(at)) {
        const start = into.add(MOVE_KINDS.indexOf(kind), broken !== undefined);
        into.rows[start] = state[0] ?? 0;
      }
    },
    isGoal: ([at]) => at === goal,
    describe: ([at]) => [`at ${at}`],
  };
}

describe("a small world", () => {
  for (const name of LANES_OF) {
    it(`leaves out nothing that a decision asks: ${name}`, () => {
      const world = new SmallWorld(sceneOf(name), directActs, cappedLane);
      explore(world, { statesMax: LANES_OF_STATES_MAX });
      const lanes = world.lanesMet.flat();
      const entries = new Set(lanes.flatMap(({ entry }) => entry ?? []));
      assert.ok(lanes.some((lane) => numberOf(normalLane(lane)) !== numberOf(lane)));
      for (const lane of lanes.filter(({ progress }) => progress !== undefined)) {
        for (const steps of [STEPS.early, STEPS.late]) {
          const alike = (step: (before: LaneNow) => LaneNow): void => {
            assert.deepEqual(normalLane(step(normalLane(lane))), normalLane(step(lane)));
          };
          alike(steps.arrive);
          for (const entry of entries) alike((before) => steps.follow(before, entry));
          if (lane.flight.kind !== "nothing") continue;
          alike(steps.look);
          alike(steps.due);
        }
      }
    });
  }

  it("says the same of a state with words and without", () => {
    const world = worldOf(sceneOf("one plan, every fault"));
    const table = new StateTable(world.width);
    table.add(world.initial);
    const state = new Int32Array(world.width);
    const into = new Successors(world.width);
    for (let index = 0; index < 3_000; index += 1) {
      table.read(index, state);
      into.size = 0;
      world.expand(state, into);
      const told = world.moves(state).map((move) => {
        return [MOVE_KINDS.indexOf(move.kind), move.broken !== undefined, ...move.state].join();
      });
      const listed = Array.from({ length: into.size }, (_, at) => {
        table.add(into.rows, at * into.width);
        const row = into.rows.subarray(at * into.width, (at + 1) * into.width);
        return [into.kinds[at], into.broken[at] === 1, ...row].join();
      });
      assert.deepEqual(new Set(listed), new Set(told));
    }
  });
});

describe("explore()", () => {
  it("counts states and steps, and finds a way to the goal from each", () => {
    const model = counter(
      [
        [0, 1, "step"],
        [1, 2, "step"],
        [2, 0, "fault"],
      ],
      2,
    );
    const { states, transitions, found, complete, needPerson } = explore(model, { statesMax: 10 });
    assert.deepEqual([states, transitions, complete, needPerson], [3, 3, true, 0]);
    assert.deepEqual(found, []);
  });

  it("tells the shortest way to a broken rule", () => {
    const model = counter(
      [
        [0, 1, "step"],
        [1, 2, "step"],
        [0, 2, "step"],
        [2, 13, "step"],
      ],
      2,
    );
    const { found } = explore(model, { statesMax: 10 });
    assert.deepEqual(
      found.map(({ rule, story }) => [rule, story]),
      [["unlucky", ["to 2", "to 13", "at 13"]]],
    );
  });

  it("finds what is stuck, and does not count on faults and wishes for help", () => {
    const model = counter(
      [
        [0, 1, "fault"],
        [1, 0, "fault"],
        [0, 2, "step"],
        [1, 2, "wish"],
      ],
      2,
    );
    const { found } = explore(model, { statesMax: 10 });
    assert.deepEqual(
      found.map(({ rule, story }) => [rule, story]),
      [["converges", ["to 1", "at 1"]]],
    );
  });

  it("counts apart what waits for a person", () => {
    const model = counter(
      [
        [0, 1, "fault"],
        [1, 2, "person"],
        [0, 2, "step"],
      ],
      2,
    );
    const { found, needPerson } = explore(model, { statesMax: 10 });
    assert.deepEqual([found.length, needPerson], [0, 1]);
  });

  it("goes back a long way, whichever way the moves lead", () => {
    const pairs = Array.from({ length: 100 }, (_, at) => [at * 20, at * 20 + 20] as const);
    const away = pairs.map(([near, far]) => [near, far, "fault"] as const);
    const back = pairs.map(([near, far]) => [far, near, "step"] as const);
    const { found, states } = explore(counter([...away, ...back], 0), { statesMax: 200 });
    assert.deepEqual([states, found], [101, []]);
    const stuck = explore(counter([...away, ...back.slice(1)], 0), { statesMax: 200 }).found;
    assert.match(stuck[0]?.problem ?? "", /^100 states/);
  });

  it("says where it gave up", () => {
    const edges = Array.from({ length: 50 }, (_, at) => [at, at + 1, "step"] as const);
    assert.equal(explore(counter(edges, 5), { statesMax: 10 }).complete, false);
  });
});

describe("states as numbers", () => {
  it("numbers equal values alike, whatever the order of their members", () => {
    assert.equal(
      numberOf({ a: 1, b: [new Uint8Array([1])] }),
      numberOf({ b: [new Uint8Array([1])], a: 1 }),
    );
    assert.equal(numberOf({ a: 1, b: undefined }), numberOf({ a: 1 }));
    assert.notEqual(numberOf({ a: 1 }), numberOf({ a: "1" }));
    assert.notEqual(numberOf(new Map([["a", 1]])), numberOf(new Map([["a", 2]])));
    assert.notEqual(numberOf([1, [2]]), numberOf([[1], 2]));
    const interner = new Interner<object>();
    assert.deepEqual(
      [interner.idOf({ x: 1 }), interner.idOf({ x: 2 }), interner.idOf({ x: 1 })],
      [0, 1, 0],
    );
    assert.deepEqual(interner.at(1), { x: 2 });
    assert.throws(() => interner.at(2), RangeError);
  });

  it("keeps each row once, while the table grows", () => {
    const table = new StateTable(2);
    for (let at = 0; at < 20_000; at += 1) assert.equal(table.add([at, at % 7]), at);
    for (let at = 0; at < 20_000; at += 1) assert.equal(table.add([at, at % 7]), at);
    assert.equal(table.size, 20_000);
    const row = new Int32Array(2);
    table.read(12_345, row);
    assert.deepEqual([...row], [12_345, 12_345 % 7]);
    assert.equal(table.find([12_345, 12_345 % 7]), 12_345);
    assert.ok(table.find([12_345, 7]) < 0);
    const list = new NumberList();
    for (let at = 0; at < 5_000; at += 1) list.push(at * 2);
    assert.deepEqual([list.size, list.at(4_999)], [5_000, 9_998]);
  });
});
