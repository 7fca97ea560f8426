// Worlds of guard, always the same: what one commit breaks is seen by it. Fresh ones by the
// thousand: `node sim/guard/run.ts --seeds 10000`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkReply } from "./checks.ts";
import { drawScene } from "./drawScene.ts";
import { Model, type Place } from "./model.ts";
import type { Act } from "./scene.ts";
import { searchGuard, shrinkScene } from "./search.ts";
import { runScene } from "./world.ts";

const SEEDS = 500;
/** Replies of these worlds while an upstream denied: without them nothing is shown. */
const HELD_MIN = 800;

test(`${SEEDS} fixed worlds of guard hold everything`, async () => {
  const { failed, held, seeds } = await searchGuard(0, SEEDS);
  const told = failed.map(({ seed, violation }) => `--seed ${seed}: ${violation?.check}`);
  assert.deepEqual(told, [], "node sim/guard/run.ts tells of it");
  assert.equal(seeds, SEEDS);
  assert.ok(held >= HELD_MIN, `only ${held} replies while the upstream denied`);
});

test("a seed is one world, whenever it is run", async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const [first, second] = [await runScene(drawScene(seed)), await runScene(drawScene(seed))];
    assert.deepEqual(first, second);
    assert.notEqual(first.digest, 0);
  }
});

test("every kind of act comes up", () => {
  const kinds = new Set<Act["kind"]>();
  for (let seed = 0; seed < SEEDS; seed += 1) {
    for (const { act } of drawScene(seed).acts) kinds.add(act.kind);
  }
  assert.deepEqual([...kinds].sort(), [
    ...["blind", "drift", "flood", "forgers", "health", "lies", "mood", "moves", "pauses"],
    ...["quiet", "restarts", "says", "tombstone", "wall-jump"],
  ]);
});

test("a failing world is shrunk to what it takes", async () => {
  const scene = { ...drawScene(0), warmMs: 61_000, endMs: 120_000, paceMs: 10_000 };
  const acts = scene.acts.slice(0, 3);
  const { acts: left } = await shrinkScene({ ...scene, acts }, "no such check");
  assert.deepEqual(left, acts, "nothing can be left out of what does not fail");
});

const PLACE: Place = { network: "home", name: "api.shop.com.", type: 1 };
const POLICY = { ...drawScene(0).policy, isGuarded: true, minAgeMs: 1000, confirmMs: 60_000 };
const ADDRESS = "8.8.1.1";

/** What is said of a reply `afterMs` after the upstream began to deny. */
function judged(afterMs: number, values: readonly string[], ttlSeconds = 1) {
  const model = new Model({ ...POLICY, holdMsMax: 100_000 });
  model.give(PLACE, [ADDRESS]);
  for (const atMs of [0, 2000]) {
    model.hear(PLACE, { kind: "answer", values: [ADDRESS], ttlSeconds: 1 }, atMs);
  }
  model.hear(PLACE, { kind: "denial", isSure: false }, 3000);
  const nowMs = 3000 + afterMs;
  const reply = { place: PLACE, askedMs: nowMs, nowMs, values, ttlSeconds, word: "" };
  const policy = { ...POLICY, holdMsMax: 100_000, staleTtlSeconds: 30 };
  return checkReply(model, reply, { policy, mayForget: false, isAtHome: true, isTimed: true })
    ?.check;
}

test("the checks speak of what is wrong: too long, never given, dark too soon", () => {
  assert.equal(judged(59_000, [ADDRESS]), undefined);
  assert.equal(judged(60_000, [ADDRESS]), "confirm");
  assert.equal(judged(100_000, [ADDRESS]), "hold-max");
  assert.equal(judged(1000, ["8.8.1.2"]), "once-given");
  assert.equal(judged(1000, [ADDRESS], 31), "short-ttl");
  assert.equal(judged(59_000, []), "stays-up");
});
