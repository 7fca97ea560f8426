import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Design, DnsService } from "./design.ts";
import { FOUND } from "./found.ts";
import { OURS } from "./ours/ours.ts";
import { runSchedule } from "./runSchedule.ts";
import type { Schedule } from "./schedule/act.ts";
import { drawSchedule } from "./schedule/draw.ts";
import { shrink } from "./search/shrink.ts";
import { tellStory } from "./search/story.ts";

const run = promisify(execFile);
const FAULTY = fileURLToPath(new URL("faulty.ts", import.meta.url));

describe("a seed", () => {
  for (const server of ["plain", "embedded"] as const) {
    it(`replays exactly, step by step (${server} server)`, async () => {
      const drawn = drawSchedule(4);
      const schedule = { ...drawn, scene: { ...drawn.scene, server } };
      const first = await runSchedule(OURS, schedule);
      const second = await runSchedule(OURS, schedule);
      assert.equal(first.digest, second.digest);
      assert.equal(first.steps, second.steps);
    });
  }

  it("differs from every other", async () => {
    const digests = new Set<string>();
    for (let seed = 0; seed < 20; seed += 1) {
      digests.add((await runSchedule(OURS, drawSchedule(seed))).digest);
    }
    assert.equal(digests.size, 20);
  });
});

/** Ours, but that its writes have no conditions: as if nobody had thought of them. */
const CARELESS: Design = {
  name: "careless",
  start: (world) => {
    const { dns } = world;
    const careless = new WeakMap<DnsService, DnsService>();
    const port = {
      process: dns.process,
      get service(): DnsService | undefined {
        const { service } = dns;
        if (service === undefined) return undefined;
        const known = careless.get(service) ?? {
          read: service.read,
          update: (update, by) => service.update({ ...update, prerequisites: [] }, by),
        };
        careless.set(service, known);
        return known;
      },
    };
    return OURS.start({
      scene: world.scene,
      dns: port,
      nowMs: 0,
      wallMs: 0,
      isUp: (target) => world.isUp(target),
      chance: (purpose) => world.chance(purpose),
      port: (process) => world.port(process),
      spawn: (process) => world.spawn(process),
      end: (id) => world.end(id),
      restart: (...args) => world.restart(...args),
      later: (...args) => world.later(...args),
      tell: (...args) => world.tell(...args),
      witness: (event) => world.witness(event),
    });
  },
};

describe("a failing schedule", () => {
  it("is shrunk to what it needs, and told in plain words", async () => {
    const failing = await firstFailing(CARELESS);
    const { violations } = await runSchedule(CARELESS, failing);
    const [violation] = violations;
    assert(violation !== undefined);
    const { schedule } = await shrink(CARELESS, failing, violation);
    assert(schedule.acts.length < failing.acts.length, "something was not needed");
    const again = await runSchedule(CARELESS, schedule);
    assert.equal(again.violations[0]?.invariant, violation.invariant);
    const story = await tellStory(CARELESS, schedule, "acts and changes");
    assert.match(story[0] ?? "", /^Seed \d+: \d enactors/);
    assert.match(story.join("\n"), /checker: /);
  });
});

async function firstFailing(design: Design): Promise<Schedule> {
  for (let seed = 0; seed < 200; seed += 1) {
    const schedule = drawSchedule(seed);
    const { violations } = await runSchedule(design, schedule);
    if (violations.length > 0) return schedule;
  }
  return assert.fail("a design without conditions fails within 200 seeds");
}

describe("schedules that found something", () => {
  for (const [place, { found, schedule, foundBy }] of FOUND.entries()) {
    it(`hold every invariant now, and not without the fix: ${found}`, async () => {
      const { violations } = await runSchedule(OURS, schedule);
      assert.deepEqual(violations, []);
      const { stdout } = await run(process.execPath, [FAULTY, String(place)]);
      assert.equal(stdout.trim(), foundBy);
    });
  }
});
