import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../dns/index.ts";
import { rankOf } from "./rank.ts";

const IDS = ["enactor-az1", "enactor-az2", "enactor-az3"];
const names = ["ec2", "dynamodb", "s3"].flatMap((service) =>
  Array.from({ length: 1_000 }, (_, n) => nameOf(`${service}.region-${n}.amazonaws.com`)),
);

test("rankOf() gives every endpoint one first, one second and one third", () => {
  for (const name of names.slice(0, 300)) {
    const ranks = IDS.map((id) => rankOf(name, id, IDS)).sort();
    assert.deepEqual(ranks, [0, 1, 2]);
  }
});

test("rankOf() gives every enactor about a third of the endpoints at each place", () => {
  for (const id of IDS) {
    for (const rank of [0, 1, 2]) {
      const count = names.filter((name) => rankOf(name, id, IDS) === rank).length;
      assert(count > 850 && count < 1_150, `${id} has ${count} of 3,000 at place ${rank}`);
    }
  }
});

test("rankOf() moves only its own share when an enactor leaves", () => {
  const two = IDS.slice(0, 2);
  for (const name of names.slice(0, 300)) {
    const first = IDS.find((id) => rankOf(name, id, IDS) === 0) ?? "";
    if (two.includes(first)) assert.equal(rankOf(name, first, two), 0);
  }
});

test("rankOf() does not depend on the order of the ids", () => {
  for (const name of names.slice(0, 100)) {
    for (const id of IDS) assert.equal(rankOf(name, id, IDS), rankOf(name, id, IDS.toReversed()));
  }
});
