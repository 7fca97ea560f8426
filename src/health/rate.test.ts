import assert from "node:assert/strict";
import { test } from "node:test";
import { Rate } from "./rate.ts";

test("perSecond() is the mean of the whole seconds looked back on", () => {
  const rate = new Rate(0);
  assert.equal(rate.perSecond(500), 0, "no whole second has passed");
  for (let atMs = 0; atMs < 20_000; atMs += 100) rate.count(atMs);
  assert.equal(rate.perSecond(20_000), 10);
  assert.equal(rate.perSecond(25_000), (4 * 10) / 9, "five of the nine seconds were silent");
  assert.equal(rate.perSecond(60_000), 0, "what is long past no longer counts");
});
