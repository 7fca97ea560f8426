import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../sim/seededChance.ts";
import { SimClock } from "../../sim/simClock.ts";
import { CodedError, SILENT_LOG } from "../base/index.ts";
import type { NewEvent } from "../journal/index.ts";
import {
  type HealthReport,
  healthKey,
  type Inventory,
  type Policy,
  type PolicyRevision,
  type StoreHint,
  type TargetHealth,
} from "../plan/index.ts";
import { checkOf, NOT_RUN, PASS, policyOf, REFUSED, targetOf } from "./drive.suite.ts";
import type { ProbeResult } from "./probe.ts";
import { Prober } from "./service.ts";

/** The plan store and journal as a prober sees them, with contact that can be lost. */
class FakeStore {
  isReachable = true;
  revision: PolicyRevision | undefined;
  readonly health = new Map<string, TargetHealth>();
  readonly reports: HealthReport[] = [];
  readonly events: NewEvent[] = [];
  calls = 0;
  #listener: (hint: StoreHint) => void = () => {};

  async policy(): Promise<PolicyRevision | undefined> {
    this.#contact();
    return this.revision;
  }

  async inventory(): Promise<Inventory> {
    this.#contact();
    return { health: this.health };
  }

  async report(report: HealthReport): Promise<void> {
    this.calls += 1;
    this.#contact();
    this.reports.push(report);
    for (const result of report.changed) {
      this.health.set(healthKey(result.targetId, result.checkId), result);
    }
  }

  async record(events: readonly NewEvent[]): Promise<void> {
    this.#contact();
    this.events.push(...events);
  }

  watch(listener: (hint: StoreHint) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = () => {};
    };
  }

  put(policy: Policy): void {
    const revision = (this.revision?.revision ?? 0) + 1;
    this.revision = { revision, policy, actor: "test", acceptedAtMs: 0 };
    this.#listener({ topic: "policy" });
  }

  lose(): void {
    this.isReachable = false;
  }

  regain(): void {
    this.isReachable = true;
    this.#listener({ topic: "connected" });
  }

  state(targetId: string): string | undefined {
    return this.health.get(healthKey(targetId, "http"))?.state;
  }

  #contact(): void {
    if (this.isReachable) return;
    throw new CodedError({ code: "unreachable" }, "Cannot call as the store must answer: gone");
  }
}

interface World {
  readonly clock: SimClock;
  readonly store: FakeStore;
  readonly prober: Prober;
  readonly answers: Map<string, ProbeResult | Error>;
}

function begin(store = new FakeStore()): World {
  const clock = new SimClock();
  const answers = new Map<string, ProbeResult | Error>();
  const prober = Prober.start({
    vantage: "prober-r",
    planStore: store,
    journal: store,
    probe: {
      check: async (address) => {
        const answer = answers.get(address) ?? PASS;
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    clock,
    chance: new SeededChance(1),
    log: SILENT_LOG,
  });
  return { clock, store, prober, answers };
}

const two = policyOf([targetOf("a"), targetOf("b")], [checkOf()]);

test("a change is reported at once, and journalled with its reason", async () => {
  const { clock, store, prober, answers } = begin();
  store.put(two);
  await clock.advance(3_000);
  assert.deepEqual([store.state("a"), store.state("b")], ["up", "up"]);
  answers.set("a", REFUSED);
  await clock.advance(2_200);
  assert.equal(store.state("a"), "down");
  const event = store.events.at(-1);
  assert.equal(event?.kind, "target-down");
  assert.equal(event?.actor, "prober-r");
  assert.equal(event?.text, "a is down (check http): connection refused");
  answers.delete("a");
  await clock.advance(2_300);
  assert.equal(store.state("a"), "up");
  assert.equal(store.events.at(-1)?.text, "a is up (check http): 2 of 2 passed");
  prober.close();
});

test("changes are reported at once, and a sign of life with what is known every 2 s", async () => {
  const { clock, store, prober } = begin();
  store.put(two);
  await clock.advance(10_000);
  const results = store.reports.flatMap((report) => report.changed);
  const different = new Set(results.map((result) => JSON.stringify(result)));
  assert.equal(different.size, 2, "each target said the same every time");
  const { length } = store.reports;
  assert.ok(length >= 5 && length <= 8, `${length} reports in 10 s`);
  prober.close();
});

test("the prober works on while the store is away, and then tells the newest of each", async () => {
  const { clock, store, prober, answers } = begin();
  store.put(two);
  await clock.advance(3_000);
  store.lose();
  answers.set("a", REFUSED);
  await clock.advance(60_000);
  answers.set("b", REFUSED);
  answers.delete("a");
  await clock.advance(60_000);
  assert.equal(prober.report().down, 1, "it knows, and cannot say");
  const callsAway = store.calls;
  assert.ok(callsAway < 400, `${callsAway} calls in two minutes away: no hammering`);
  const told = store.reports.length;
  store.regain();
  await clock.advance(100);
  const since = store.reports.slice(told).flatMap((report) => report.changed);
  assert.deepEqual(since.map(({ targetId, state }) => `${targetId} ${state}`).toSorted(), [
    "a up",
    "b down",
  ]);
  await clock.advance(3_000);
  const kinds = store.events.slice(2).map(({ kind, subject }) => `${kind} ${subject}`);
  assert.deepEqual(kinds, ["target-down a", "target-up a", "target-down b"]);
  prober.close();
});

test("all current results are told after a reconnect, though none changed", async () => {
  const { clock, store, prober } = begin();
  store.put(two);
  await clock.advance(3_000);
  store.health.clear(); // another copy of the store
  store.regain();
  await clock.advance(100);
  assert.deepEqual([store.state("a"), store.state("b")], ["up", "up"]);
  prober.close();
});

test("the policy is read once the store can be reached, and again when it changes", async () => {
  const store = new FakeStore();
  store.put(two);
  store.lose();
  const { clock, prober } = begin(store);
  await clock.advance(5_000);
  assert.equal(prober.report().pairs, 0);
  store.isReachable = true; // without a hint: it must find out by itself
  await clock.advance(2_000);
  assert.equal(prober.report().pairs, 2);
  store.put(policyOf([targetOf("c")], [checkOf()]));
  await clock.advance(2_000);
  assert.equal(prober.report().pairs, 1);
  assert.equal(prober.report().policyRevision, 2);
  assert.equal(store.state("c"), "up");
  prober.close();
});

test("a restarted prober takes up what the store knows, and journals no news", async () => {
  const first = begin();
  first.store.put(two);
  await first.clock.advance(3_000);
  first.prober.close();
  const events = first.store.events.length;
  const second = begin(first.store);
  second.answers.set("a", REFUSED);
  await second.clock.advance(1_050);
  assert.equal(first.store.state("a"), "up", "one failure is fewer than fall");
  assert.equal(first.store.events.length, events);
  second.prober.close();
});

test("a probe that throws is our own trouble: the state stays, and people are told", async () => {
  const { clock, store, prober, answers } = begin();
  store.put(two);
  await clock.advance(3_000);
  answers.set("a", new Error("broken probe"));
  answers.set("b", NOT_RUN);
  await clock.advance(10_000);
  assert.deepEqual([store.state("a"), store.state("b")], ["up", "up"]);
  const report = prober.report();
  assert.deepEqual([report.up, report.stale], [2, 2]);
  const text = store.events.find(({ kind }) => kind === "target-unknown")?.text ?? "";
  assert.match(text, /^[ab] cannot be probed \(check http\) and counts as up: HTTP 200; no result/);
  answers.clear();
  await clock.advance(3_000);
  assert.match(store.events.at(-1)?.text ?? "", /is probed again and up/);
  prober.close();
});

test("more events than fit while the journal is away are told as lost", async () => {
  const { clock, store, prober, answers } = begin();
  const targets = Array.from({ length: 700 }, (_, index) => targetOf(`t${index}`));
  store.put(policyOf(targets, [checkOf({ rise: 1, fall: 1 })]));
  await clock.advance(2_000);
  assert.equal(store.events.length, 700);
  store.lose();
  for (let turn = 0; turn < 4; turn += 1) {
    for (const { id } of targets) answers.set(id, turn % 2 === 0 ? REFUSED : PASS);
    await clock.advance(1_500);
  }
  store.regain();
  await clock.advance(5_000);
  const lost = store.events.find(({ kind }) => kind === "events-lost");
  assert.equal(lost?.facts["lost"], 4 * 700 - 2_000);
  assert.equal(store.events.length, 700 + 2_000 + 1);
  prober.close();
});

test("report() says how it goes, and close() leaves nothing that wakes", async () => {
  const { clock, store, prober } = begin();
  store.put(two);
  await clock.advance(12_000);
  const { pairs, up, probesPerSecond, lastReportAcceptedMs } = prober.report();
  assert.deepEqual([pairs, up], [2, 2]);
  assert.ok(probesPerSecond > 1.6 && probesPerSecond <= 2.1, `${probesPerSecond} a second`);
  assert.ok(clock.wallMs() - (lastReportAcceptedMs ?? 0) <= 2_000);
  prober.close();
  await clock.advance(5_000);
  assert.equal(clock.pendingWakes, 0);
});
