import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { RRType, rdataText } from "../../dns/index.ts";
import { rrsetsOf } from "../zone/exampleZone.suite.ts";
import { chooseRdata } from "./weightedChoice.ts";

const [FOUR] = rrsetsOf([1, 2, 3, 4].map((host) => `x 60 A 192.0.2.${host}`));
assert.ok(FOUR);
const ROUNDS = 20_000;

function draw(answers: number | "all", weights: readonly number[] | undefined, rounds = ROUNDS) {
  const chance = new SeededChance(42);
  const byType = new Map(weights === undefined ? [] : [["A", weights] as const]);
  return Array.from({ length: rounds }, () => {
    const rdata = chooseRdata(FOUR ?? assert.fail(), { answers, byType }, chance);
    return rdata.map((octets) => rdataText(RRType.A, octets).slice(-1));
  });
}

/** In how many of the draws each address is, or is the first. */
function shares(draws: readonly string[][], first = false): number[] {
  return ["1", "2", "3", "4"].map((host) => {
    const hits = draws.filter((drawn) => (first ? drawn[0] === host : drawn.includes(host)));
    return hits.length / draws.length;
  });
}

function near(actual: readonly number[], expected: readonly number[]): void {
  for (const [index, share] of actual.entries()) {
    const wanted = expected[index] ?? 0;
    assert.ok(Math.abs(share - wanted) < 0.015, `${actual} is not near ${expected}`);
  }
}

describe("chooseRdata()", () => {
  it("draws one address as often as its weight says", () => {
    near(shares(draw(1, [10, 20, 30, 40])), [0.1, 0.2, 0.3, 0.4]);
  });

  it("draws without replacement: no address twice, each by the weights left", () => {
    const draws = draw(2, [1, 1, 1, 97]);
    for (const drawn of draws) assert.equal(new Set(drawn).size, 2);
    near(shares(draws), [0.333, 0.333, 0.333, 1]);
    near(shares(draws, true), [0.01, 0.01, 0.01, 0.97]);
  });

  it("gives equal chances without weights, and with weights of another count", () => {
    near(shares(draw(1, undefined)), [0.25, 0.25, 0.25, 0.25]);
    near(shares(draw(1, [1, 1000])), [0.25, 0.25, 0.25, 0.25]);
  });

  it("gives the whole set for `all` and where it has no more, any address first", () => {
    for (const answers of ["all", 4, 9] as const) {
      const draws = draw(answers, [5, 5, 5, 5]);
      assert.ok(draws.every((drawn) => new Set(drawn).size === 4));
      near(shares(draws, true), [0.25, 0.25, 0.25, 0.25]);
    }
  });

  it("leaves other types whole", () => {
    const [srv] = rrsetsOf(["x 60 SRV 1 1 1 a.", "x 60 SRV 1 1 1 b.", "x 60 SRV 1 1 1 c."]);
    assert.ok(srv);
    const chosen = chooseRdata(srv, { answers: 1, byType: new Map() }, new SeededChance(1));
    assert.equal(chosen.length, 3);
  });
});
