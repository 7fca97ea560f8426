import assert from "node:assert/strict";
import { test } from "node:test";
import { SimClock } from "../../../sim/simClock.ts";
import { Guard } from "./guard.ts";
import type { GuardEvent } from "./guardEvent.ts";
import { answer, denial, failure, NEW, OLD, TTL_SECONDS } from "./machine.suite.ts";
import type { Outcome, ProofOutcome, TombstoneOutcome } from "./outcome.ts";
import { DEFAULT_POLICY, type GuardPolicy } from "./policy.ts";

const NAME = "api.example";
const A = 1;
const { confirmMs, minAgeMs } = DEFAULT_POLICY;

/** A guard, and a world that says what it is told to. */
class World {
  readonly clock = new SimClock();
  readonly events: GuardEvent[] = [];
  readonly asked: string[] = [];
  readonly tried: string[] = [];
  identity = "home";
  outcome: Outcome = answer();
  tombstone: TombstoneOutcome = { found: "none", isAuthenticated: false };
  proof: ProofOutcome = { proven: [], disproven: [] };
  /** How long the upstream takes. */
  delayMs = 0;
  policy: GuardPolicy = DEFAULT_POLICY;
  readonly guard: Guard;

  constructor(entriesMax = 100) {
    const world = this;
    this.guard = new Guard({
      clock: this.clock,
      chance: { below: () => 0, fork: () => assert.fail() },
      upstream: {
        get identity() {
          return world.identity;
        },
        ask: (name) => world.#answer(name),
        findTombstone: async (names) => {
          this.asked.push(...names.map((name) => `_holdfast.${name}`));
          return this.tombstone;
        },
      },
      prover: {
        prove: async (_name, addresses, began) => {
          began();
          this.tried.push(...addresses);
          return this.proof;
        },
      },
      policyFor: () => this.policy,
      report: (event) => this.events.push(event),
      entriesMax,
    });
  }

  /** Looks up, and lets time pass until the answer is there. */
  async lookUp(name = NAME): Promise<string> {
    const reply = this.guard.lookUp(name, A);
    let isDone = false;
    void reply.finally(() => {
      isDone = true;
    });
    for (let waits = 0; waits < 100; waits += 1) {
      await this.clock.advance(0);
      if (isDone) break;
      await this.clock.advance(100);
    }
    const found = await reply;
    return "values" in found ? `${found.kind} ${found.values.join(" ")}` : found.kind;
  }

  /** Two good answers, so far apart that they are held on to; then the TTL runs out. */
  async kept(): Promise<this> {
    await this.lookUp();
    await this.clock.advance(minAgeMs);
    await this.lookUp();
    await this.clock.advance(TTL_SECONDS * 1000);
    this.asked.length = 0;
    return this;
  }

  async #answer(name: string): Promise<Outcome> {
    this.asked.push(name);
    const { outcome, delayMs } = this;
    if (delayMs > 0) await new Promise<void>((done) => this.clock.wakeAfter(delayMs, done));
    return outcome;
  }
}

test("answers are asked for once, and again when their TTL is over", async () => {
  const world = new World();
  const both = [world.lookUp(), world.lookUp()];
  assert.deepEqual(await Promise.all(both), [`fresh ${OLD.join(" ")}`, `fresh ${OLD.join(" ")}`]);
  await world.clock.advance(TTL_SECONDS * 1000 - 1);
  await world.lookUp();
  assert.deepEqual(world.asked, [NAME]);
  await world.clock.advance(1);
  world.outcome = answer(NEW);
  assert.equal(await world.lookUp(), `fresh ${NEW.join(" ")}`);
  assert.deepEqual(world.asked, [NAME, NAME]);
});

test("an answer with TTL zero is told to whoever waited for it, and to nobody else", async () => {
  const world = new World();
  world.outcome = answer(OLD, 0);
  assert.equal(await world.lookUp(), `fresh ${OLD.join(" ")}`);
  await world.clock.advance(1);
  world.outcome = answer(NEW, 0);
  assert.equal(await world.lookUp(), `fresh ${NEW.join(" ")}`);
});

test("a slow upstream: whoever asks gets the last answer after 1.8 s (RFC 8767)", async () => {
  const world = await new World().kept();
  world.delayMs = 4000;
  world.outcome = answer(NEW);
  const startMs = world.clock.monotonicMs();
  assert.equal(await world.lookUp(), `stale ${OLD.join(" ")}`);
  const tookMs = world.clock.monotonicMs() - startMs;
  assert.ok(tookMs >= 1800 && tookMs < 2000, `${tookMs} ms`);
  await world.clock.advance(4000);
  assert.equal(await world.lookUp(), `fresh ${NEW.join(" ")}`);
});

test("a failing upstream: stale at once, asked again only after the back-off", async () => {
  const world = await new World().kept();
  world.outcome = failure();
  assert.equal(await world.lookUp(), `stale ${OLD.join(" ")}`);
  assert.equal(await world.lookUp(), `stale ${OLD.join(" ")}`);
  assert.equal(world.asked.length, 1);
  await world.clock.advance(DEFAULT_POLICY.failureBackOffMs);
  assert.equal(await world.lookUp(), `stale ${OLD.join(" ")}`);
  assert.equal(world.asked.length, 2);
});

test("a denied name is held, looked after though nobody asks, and given up unproven", async () => {
  const world = await new World().kept();
  world.outcome = denial();
  assert.equal(await world.lookUp(), `held ${OLD.join(" ")}`);
  assert.deepEqual(world.tried, OLD);
  assert.ok(world.asked.includes(`_holdfast.${NAME}`));
  assert.equal(world.guard.held()[0]?.leftMs, confirmMs);
  await world.clock.advance(confirmMs + 1);
  assert.equal(await world.lookUp(), "denied");
  assert.deepEqual(
    world.events.map(({ kind }) => kind),
    ["hold-began", "denial-believed"],
  );
  assert.deepEqual(world.guard.held(), []);
});

test("a proven hold goes on with nobody asking, and ends when the answer is back", async () => {
  const world = await new World().kept();
  world.outcome = denial();
  world.proof = { proven: OLD, disproven: [] };
  await world.lookUp();
  await world.clock.advance(20 * confirmMs);
  assert.equal(await world.lookUp(), `held ${OLD.join(" ")}`);
  assert.ok((world.guard.held()[0]?.provenMsAgo ?? Infinity) <= DEFAULT_POLICY.proofMs);
  world.outcome = answer(NEW);
  await world.clock.advance(DEFAULT_POLICY.recheckMs);
  assert.equal(await world.lookUp(), `fresh ${NEW.join(" ")}`);
  assert.deepEqual(
    world.events.map(({ kind }) => kind),
    ["hold-began", "hold-ended"],
  );
});

test("an authenticated tombstone ends a hold at once", async () => {
  const world = await new World().kept();
  world.outcome = denial();
  world.tombstone = { found: "tombstone", isAuthenticated: true };
  await world.lookUp();
  assert.equal(await world.lookUp(), "denied");
  const [, ended] = world.events;
  assert.ok(ended?.kind === "denial-believed" && ended.why === "tombstone");
});

test("what one network said is not used in another", async () => {
  const world = await new World().kept();
  world.identity = "office";
  world.outcome = denial();
  assert.equal(await world.lookUp(), "denied");
  world.identity = "home";
  assert.equal(await world.lookUp(), `held ${OLD.join(" ")}`);
});

test("an outcome that comes from another network than was asked counts for none", async () => {
  const world = await new World().kept();
  world.outcome = denial({ isAuthenticated: true });
  world.delayMs = 1000;
  const reply = world.lookUp();
  await world.clock.advance(500);
  world.identity = "office";
  await reply;
  world.identity = "home";
  world.outcome = denial();
  assert.equal(await world.lookUp(), `held ${OLD.join(" ")}`);
});

test("memory is bounded: what was asked for longest ago is forgotten", async () => {
  const world = new World(2);
  for (const name of ["a.example", "b.example", "a.example", "c.example"]) {
    await world.lookUp(name);
  }
  assert.deepEqual(
    [...world.guard.entries()].map(({ key }) => key),
    ["home 1 a.example", "home 1 c.example"],
  );
});

test("what another life knew is held on to", async () => {
  const before = await new World().kept();
  const world = new World();
  for (const { key, entry } of before.guard.entries()) {
    await world.clock.advance(before.clock.monotonicMs());
    world.guard.restore(key, entry);
  }
  world.outcome = denial();
  assert.equal(await world.lookUp(), `held ${OLD.join(" ")}`);
});
