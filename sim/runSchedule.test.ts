// The two invariants that a run judges itself: it converges, and no process breaks.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf } from "../src/dns/index.ts";
import type { Design, Host } from "./design.ts";
import { CONVERGE_MS_MAX, runSchedule, TIDY_AFTER_MS } from "./runSchedule.ts";
import type { Schedule } from "./schedule/act.ts";

const QUIET: Schedule = {
  seed: 1,
  scene: {
    zone: nameOf("sim.example"),
    endpoints: [{ name: nameOf("api.sim.example"), types: ["A"], isForeign: false }],
    targets: [{ id: "lb-1", ipv4: "192.0.2.1", ipv6: "2001:db8::1" }],
    enactors: 2,
    server: "plain",
  },
  acts: [],
  endMs: 2_000,
};

/** A design of one process, which does this, and of one question: what is unfinished. */
function designOf(boot: (host: Host) => void, unfinished: (tidied: number) => string | undefined) {
  let tidied = 0;
  const design: Design = {
    name: "made up",
    start: (world) => {
      world.spawn({ id: "planner", role: "planner", boot });
      return {
        configure: () => {},
        operate: () => "unknown-here",
        positionOf: () => undefined,
        tidyUp: () => {
          tidied += 1;
          return [];
        },
        unfinished: () => unfinished(tidied),
      };
    },
  };
  return design;
}

async function found(design: Design): Promise<string> {
  const { violations } = await runSchedule(design, QUIET);
  return violations.map(({ invariant, text }) => `${invariant}: ${text}`).join();
}

describe("runSchedule", () => {
  it("says which process throws", async () => {
    const done = () => undefined;
    const throws = (): never => {
      throw new RangeError("not there");
    };
    assert.match(
      await found(designOf(throws, done)),
      /^no-process-breaks: planner broke: .*not there/,
    );
    assert.equal(await found(designOf(() => {}, done)), "");
  });

  it("says what does not come right, though machines and people had their time", async () => {
    const never = await found(
      designOf(
        () => {},
        () => "it waits",
      ),
    );
    assert.equal(never, `converges: ${CONVERGE_MS_MAX / 1_000} s after the last fault: it waits`);
    const byPeople = designOf(
      () => {},
      (tidied) => (tidied > 0 ? undefined : "it waits"),
    );
    const { violations, convergedInMs } = await runSchedule(byPeople, QUIET);
    assert.deepEqual(violations, []);
    assert(convergedInMs !== undefined && convergedInMs >= TIDY_AFTER_MS);
  });
});
