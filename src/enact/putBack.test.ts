// A plan store put back to an old copy, and the same generation made again.
import { test } from "node:test";
import { ENDPOINT, entryAt, tombstoneAt } from "./samples.suite.ts";
import { World } from "./world.suite.ts";

test("a revival in the very generation of its tombstone is taken up, and climbs", async () => {
  const world = new World();
  await world.start();
  const held = entryAt(1);
  world.planStore.plan(1, [held]);
  await world.until("in place", () => world.holds(held));
  world.planStore.plan(2, [tombstoneAt(2, { digest: held.digest })]);
  await world.until("retired", () => world.fence(ENDPOINT)?.mark?.kind === "tombstone");
  world.planStore.restoreTo(1);
  const { answers, rrsets, digest } = held;
  const revives = { answers, rrsets, digest, revives: ["t1"] };
  world.planStore.plan(2, [entryAt(2, revives)], "other");
  await world.until("asked for", () => world.planStore.floorGeneration === 3);
  world.planStore.plan(4, [entryAt(4, revives)], "other");
  await world.until("back", () => world.holds(entryAt(4, revives)));
  await world.closeAll();
});
