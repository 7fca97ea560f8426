import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explore, type Model, type Move } from "./explore.ts";
import { Interner, numberOf } from "./interner.ts";
import { NumberList, StateTable } from "./stateTable.ts";
import { WORLDS, worldOf } from "./worlds.ts";

const STATES_MAX = 2_000_000;

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
  return {
    width: 1,
    initial: [0],
    names: [],
    moves: ([at = 0]) =>
      edges
        .filter(([from]) => from === at)
        .map(([, to, kind]) => ({
          kind,
          state: [to],
          tell: () => `to ${to}`,
          ...(to === 13 ? { broken: { rule: "unlucky", problem: "it is 13" } } : {}),
        })),
    isGoal: ([at]) => at === goal,
    describe: ([at]) => [`at ${at}`],
  };
}

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
    assert.deepEqual(table.row(12_345), [12_345, 12_345 % 7]);
    const list = new NumberList();
    for (let at = 0; at < 5_000; at += 1) list.push(at * 2);
    assert.deepEqual([list.size, list.at(4_999)], [5_000, 9_998]);
  });
});
