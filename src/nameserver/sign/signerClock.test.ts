import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { APEX, at, rrsetsOf } from "../zone/exampleZone.suite.ts";
import { DAY_MS, HOUR_MS, SignerWorld } from "./signerWorld.suite.ts";

const SIXTY_DAYS_MS = 60 * DAY_MS;

/** A world whose zone is signed, and which does not run. */
async function signedAndStopped(): Promise<SignerWorld> {
  const world = new SignerWorld();
  await world.start();
  await world.clock.advance(3 * HOUR_MS);
  assert.equal(world.stage(), "signed");
  await world.signer.close();
  return world;
}

/** Checks the zone by the world's clock, and by one that is behind it. */
function checkBoth(world: SignerWorld, behindMs: number): void {
  world.check();
  world.check(world.clock.wallMs() - behindMs);
}

describe("a start with a clock that is ahead", () => {
  it("signs nothing into the future, and needs nobody once the clock is corrected", async () => {
    const world = await signedAndStopped();
    const { commits } = world;
    world.clock.jumpWall(SIXTY_DAYS_MS);
    await world.start();
    for (let day = 0; day < 10; day += 1) {
      await world.clock.advance(DAY_MS);
      const addresses = [`www 60 A 192.0.2.${day + 10}`, `new${day} 60 A 192.0.2.1`];
      for (const line of addresses)
        world.commit([[at(line.split(" ")[0] ?? ""), rrsetsOf([line])]]);
      checkBoth(world, SIXTY_DAYS_MS);
    }
    assert.ok(world.commits > commits + 20, "what looked due was signed");
    world.clock.jumpWall(-SIXTY_DAYS_MS);
    await world.clock.advance(DAY_MS);
    world.check();
    assert.deepEqual(world.alarms, []);
    assert.deepEqual(world.signer.report().problems, []);
    await world.signer.close();
    await world.start();
    await world.clock.advance(100 * DAY_MS);
    world.check();
    assert.deepEqual(world.alarms, []);
  });

  it("is corrected between two runs: the right clock is believed at the next start", async () => {
    const world = await signedAndStopped();
    world.clock.jumpWall(SIXTY_DAYS_MS);
    await world.start();
    await world.clock.advance(2 * DAY_MS);
    assert.match(world.signer.report().problems.join(), /ahead/);
    await world.signer.close();
    world.clock.jumpWall(-SIXTY_DAYS_MS);
    await world.start();
    await world.clock.advance(DAY_MS);
    world.check();
    assert.deepEqual(world.alarms, []);
    assert.deepEqual(world.signer.report().problems, []);
  });

  it("ends no wait: only the time in which it runs counts", async () => {
    const world = await signedAndStopped();
    await world.start();
    assert.equal(await world.order("roll"), "done");
    await world.signer.close();
    world.clock.jumpWall(SIXTY_DAYS_MS);
    await world.start();
    await world.clock.advance(HOUR_MS / 4);
    assert.equal(world.stage(), "roll-publish");
    const [shown] = world.signer.report().zones;
    const leftSeconds = (shown?.endsSeconds ?? 0) - world.clock.wallMs() / 1000;
    assert.ok(leftSeconds > 0 && leftSeconds < 7200, `${leftSeconds} s are shown to be left`);
    await world.clock.advance(2 * HOUR_MS);
    assert.equal(world.stage(), "roll-ds");
    assert.equal(await world.order("ds-seen"), "done");
    await world.clock.advance(DAY_MS);
    world.clock.jumpWall(-SIXTY_DAYS_MS);
    await world.clock.advance(HOUR_MS);
    assert.equal(world.stage(), "roll-hold", "nor does the correction");
    await world.clock.advance(DAY_MS);
    assert.equal(world.stage(), "roll-retire");
    world.check();
  });

  it("trust-clock ends the doubt, and no wait", async () => {
    const world = await signedAndStopped();
    world.clock.jumpWall(40 * DAY_MS);
    await world.start();
    assert.equal(await world.order("roll"), "done");
    assert.equal(await world.order("trust-clock"), "done");
    assert.deepEqual(world.signer.report().problems, []);
    assert.equal(world.stage(), "roll-publish");
    await world.clock.advance(2 * HOUR_MS);
    assert.equal(world.stage(), "roll-ds");
    const book = await world.book();
    const newest = book?.zones.get(APEX)?.newestSeconds ?? 0;
    assert.ok(newest > world.clock.wallMs() / 1000 - 3 * 3600, "what is certain is now");
  });
});

describe("a long power-off", () => {
  for (const days of [1, 40, 80]) {
    it(`of ${days} days heals by itself: what is due is signed at once`, async () => {
      const world = await signedAndStopped();
      world.clock.jumpWall(days * DAY_MS);
      await world.start();
      await world.clock.advance(HOUR_MS);
      checkBoth(world, days * DAY_MS);
      assert.ok(world.leastLeft() > 28 * 86_400, `${world.leastLeft()} s are left`);
      await world.clock.advance(200 * DAY_MS);
      world.check();
      assert.ok(world.leastLeft() > 28 * 86_400);
      assert.deepEqual(world.alarms, []);
    });
  }
});

describe("a first signing by a clock that is ahead", () => {
  it("waits for a person once the clock is right, who heals all of it", async () => {
    const world = new SignerWorld();
    world.clock.jumpWall(SIXTY_DAYS_MS);
    await world.start();
    await world.clock.advance(3 * HOUR_MS);
    world.clock.jumpWall(-SIXTY_DAYS_MS);
    await world.clock.advance(DAY_MS);
    assert.match(world.alarms.join(), /jumped back/);
    assert.throws(() => world.check(), "its signatures do not hold yet");
    world.commit([[at("www"), rrsetsOf(["www 60 A 192.0.2.77"])]]);
    await world.signer.close();
    await world.start();
    await world.clock.advance(DAY_MS);
    assert.match(world.signer.report().problems.join(), /earlier/);
    assert.equal(await world.order("trust-clock"), "done");
    await world.clock.advance(HOUR_MS);
    world.check();
    await world.signer.close();
    await world.start();
    await world.clock.advance(3 * DAY_MS);
    assert.deepEqual(world.signer.report().problems, []);
    assert.equal(world.stage(), "signed");
    world.check();
  });
});

describe("what is known of time", () => {
  it("is on disk also where little is signed, so that a restart has no doubt", async () => {
    const world = new SignerWorld();
    await world.start();
    await world.clock.advance(20 * DAY_MS);
    const newest = (await world.book())?.zones.get(APEX)?.newestSeconds ?? 0;
    assert.ok(world.clock.wallMs() / 1000 - newest < 3600);
    await world.signer.close();
    await world.start();
    await world.clock.advance(DAY_MS);
    assert.deepEqual(world.signer.report().problems, []);
  });
});
