import assert from "node:assert/strict";
import { test } from "node:test";
import { HAND_OVER_LIMITS, HAND_OVER_WORDS, HandOvers } from "./handOvers.ts";

const AT = 1;

function handOvers(): readonly [HandOvers, Int32Array] {
  const words = new Int32Array(new SharedArrayBuffer((AT + HAND_OVER_WORDS) * 4));
  return [new HandOvers(words, AT), words];
}

/** How many of `count` messages of a network are taken. */
function taken(under: HandOvers, hash: number, count: number): number {
  const shares = Array.from({ length: count }, () => under.take(hash));
  return shares.filter((share) => share !== undefined).length;
}

test("take(): a flood from one network leaves room for others", () => {
  const [under] = handOvers();
  assert.equal(taken(under, 0x1234_5678, 10_000), HAND_OVER_LIMITS.perNetwork);
  assert.equal(taken(under, -1, 3), 3, "whatever the sign of a hash");
});

test("take(): floods from many networks are no more than the main thread is to hold", () => {
  const [under] = handOvers();
  const all = Array.from({ length: 500 }, (_, hash) => taken(under, hash, 40));
  const total = all.reduce((sum, count) => sum + count, 0);
  assert.equal(total, HAND_OVER_LIMITS.all);
});

test("arrived() makes room in the network that a message was of, clear() everywhere", () => {
  const [under, words] = handOvers();
  const share = under.take(5);
  assert.ok(share !== undefined);
  taken(under, 5, 100);
  assert.equal(under.take(5), undefined);
  under.arrived(share);
  assert.equal(under.take(5), share);
  assert.equal(under.take(5), undefined);
  under.clear();
  assert.ok(words.every((word) => word === 0));
});
