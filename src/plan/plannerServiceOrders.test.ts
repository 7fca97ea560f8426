import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf } from "../dns/index.ts";
import type { Override, Retirement } from "./order.ts";
import type { PlanEntry } from "./plan.ts";
import {
  DYNAMODB,
  endpointOf,
  healthOf,
  inputsOf,
  overrideOf,
  PINNED,
  policyOf,
  retirementOf,
  revivalOf,
  rollbackOf,
  serving,
  ZONE,
} from "./planner.suite.ts";
import { makePlan } from "./planner.ts";
import { ALL, type PlannerTrial, running, start, UP } from "./plannerService.suite.ts";
import { COALESCE_MS, RECHECK_MS } from "./plannerService.ts";

const HOUR_MS = 3_600_000;
const TERM_MS = 600_000;
const OTHER = nameOf(`other.${ZONE}`);

function entryOf({ store }: PlannerTrial): PlanEntry {
  return store.newest.entries.get(DYNAMODB) ?? assert.fail("it is planned");
}

/** An override that lasts ten minutes of the trial's wall clock. */
function briefOf({ clock }: PlannerTrial, changes: Partial<Override> = {}): Override {
  return overrideOf({ atMs: clock.wallMs(), untilMs: clock.wallMs() + TERM_MS, ...changes });
}

function waitOf({ clock }: PlannerTrial, holdDownMs: number): Retirement {
  return retirementOf({ atMs: clock.wallMs(), holdDownMs });
}

/** Whether the endpoint is pinned to what the suite pins. */
function isPinned(trial: PlannerTrial): boolean {
  const entry = entryOf(trial);
  return (
    entry.kind === "serving" && entry.rrsets[0].records[0].rdata === PINNED[0].records[0].rdata
  );
}

describe("Planner with overrides", () => {
  it("plans them at once, alone, ahead of what else changed", async () => {
    const policy = policyOf({ endpoints: [endpointOf(), endpointOf({ name: OTHER })] });
    const trial = await running(policy);
    const { store, clock } = trial;
    store.setHealth(healthOf("lb-a1", "down"));
    store.setOrders(briefOf(trial));
    await clock.advance(COALESCE_MS);
    const [, ordered, changed] = store.deltas;
    assert.deepEqual(
      ordered?.changed.map((entry) => [entry.endpoint, entry.actor]),
      [[DYNAMODB, "operator:ann"]],
    );
    assert.match(ordered?.cause ?? "", /^an order: override o-one until/);
    assert.deepEqual(
      changed?.changed.map((entry) => entry.endpoint),
      [OTHER],
    );
    assert.ok(isPinned(trial));
    assert.equal(trial.planner.report().overrides, 1);
    await clock.advance(10_000);
    assert.equal(store.appends, 3);
  });

  it("takes them back at their time without a hint, and then ends the order", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.setOrders(briefOf(trial));
    await clock.advance(TERM_MS - 1);
    assert.ok(isPinned(trial));
    assert.deepEqual(store.ended, []);
    await clock.advance(1 + COALESCE_MS);
    assert.deepEqual(trial.serving(), ALL);
    assert.deepEqual(store.ended, [["o-one", "planner", "its time is over"]]);
    assert.equal(trial.planner.report().overrides, 0);
    await clock.advance(10_000);
    assert.equal(store.appends, 3);
  });

  it("takes them back when they are cleared", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.setOrders(briefOf(trial));
    await clock.advance(COALESCE_MS);
    store.setOrders();
    await clock.advance(COALESCE_MS);
    assert.deepEqual(trial.serving(), ALL);
    assert.deepEqual(serving(entryOf(trial)).ends, ["o-one"]);
  });

  it("never calls cleared what another planner pinned since it last read orders", async () => {
    const trial = await running();
    const { store, clock } = trial;
    const order = briefOf(trial);
    store.beforeAppend = () => {
      // The other one has read the order; of this one, the hint is still under way.
      store.setOrdersUnheard(order);
      const wallMs = clock.wallMs();
      const theirs = makePlan(inputsOf({ parent: store.newest, orders: [order], wallMs }));
      assert.ok(theirs.kind === "plan");
      store.take(theirs.delta);
    };
    store.setHealth(healthOf("lb-a1", "down"));
    await clock.advance(COALESCE_MS);
    assert.ok(isPinned(trial));
    assert.equal(serving(entryOf(trial)).ends, undefined);
    await clock.advance(10_000);
    assert.ok(isPinned(trial));
  });

  it("says of an order that cannot be carried out why, until it can or is gone", async () => {
    const trial = await running();
    const { store, clock, planner } = trial;
    store.setOrders(briefOf(trial, { rrsets: [PINNED[0]] }));
    await clock.advance(COALESCE_MS);
    const { orderProblems, orderProblemCount } = planner.report();
    assert.equal(orderProblemCount, 1);
    assert.equal(orderProblems[0]?.id, "o-one");
    assert.match(orderProblems[0]?.why ?? "", /without AAAA/);
    store.setOrders();
    await clock.advance(COALESCE_MS);
    assert.equal(planner.report().orderProblemCount, 0);
  });

  it("ends an order whose time was over before it could be planned", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.setOrders(briefOf(trial, { untilMs: clock.wallMs() - 1000 }));
    await clock.advance(COALESCE_MS);
    assert.equal(store.appends, 1);
    assert.deepEqual(store.ended, [["o-one", "planner", "its time is over"]]);
  });

  it("keeps no part of the capacity ledger of what is pinned, and looks no oftener", async () => {
    const policy = policyOf({ endpoints: [endpointOf({ floor: 1 })] });
    const trial = await running(policy);
    const { store, clock, planner } = trial;
    store.setHealth(...ALL.slice(0, 6).map((id) => healthOf(id, "down")));
    await clock.advance(COALESCE_MS);
    assert.equal(planner.report().capacityHeld, 1);
    store.setOrders(briefOf(trial));
    await clock.advance(20_000);
    assert.equal(planner.report().capacityHeld, 0);
    const before = store.headReads;
    await clock.advance(10 * RECHECK_MS);
    assert.ok(store.headReads - before <= 11, `${store.headReads - before} readings in 10 s`);
  });
});

describe("Planner with retirements", () => {
  it("retires once both clocks are past the wait, and then ends the order", async () => {
    const trial = await running();
    const { store, clock, planner } = trial;
    const order = waitOf(trial, TERM_MS);
    store.setOrders(order);
    await clock.advance(TERM_MS - RECHECK_MS);
    assert.equal(entryOf(trial).kind, "serving");
    // The planner's own watch began when it first saw the order.
    const late = (planner.report().retirements[0]?.dueAtMs ?? 0) - (order.atMs + TERM_MS);
    assert.ok(late >= 0 && late <= COALESCE_MS, `due ${late} ms after the wait`);
    await clock.advance(RECHECK_MS + 2 * COALESCE_MS);
    assert.equal(entryOf(trial).kind, "tombstone");
    assert.deepEqual(store.ended, [["t-one", "planner", "the name is retired"]]);
    assert.equal(planner.report().retirementsWaiting, 0);
    store.setHealth(healthOf("lb-a1", "down"));
    await clock.advance(10_000);
    assert.equal(entryOf(trial).kind, "tombstone");
  });

  it("is not hurried by a wall clock that jumps ahead", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.setOrders(waitOf(trial, 2 * HOUR_MS));
    await clock.advance(60_000);
    clock.jumpWall(48 * HOUR_MS);
    await clock.advance(2 * HOUR_MS - 60_000 - RECHECK_MS);
    assert.equal(entryOf(trial).kind, "serving");
    await clock.advance(2 * RECHECK_MS);
    assert.equal(entryOf(trial).kind, "tombstone");
  });

  it("watches anew after a restart", async () => {
    const trial = await start((store) => {
      store.setPolicy(policyOf());
      store.setHealth(...UP);
      store.setOrders(retirementOf({ atMs: 0, holdDownMs: TERM_MS }));
    });
    await trial.clock.advance(TERM_MS - RECHECK_MS);
    assert.equal(entryOf(trial).kind, "serving");
    await trial.clock.advance(2 * RECHECK_MS);
    assert.equal(entryOf(trial).kind, "tombstone");
  });

  it("counts from the beginning where the store has another line of plans", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.setHealth(healthOf("lb-a1", "down"));
    await clock.advance(COALESCE_MS);
    store.setOrders(waitOf(trial, TERM_MS));
    await clock.advance(TERM_MS - 60_000);
    store.restore(1);
    store.tell({ topic: "connected" });
    await clock.advance(TERM_MS - RECHECK_MS);
    assert.equal(entryOf(trial).kind, "serving");
    await clock.advance(2 * RECHECK_MS);
    assert.equal(entryOf(trial).kind, "tombstone");
  });

  it("does not retire what was cancelled", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.setOrders(waitOf(trial, TERM_MS));
    await clock.advance(TERM_MS - 10);
    store.setOrders();
    await clock.advance(2 * TERM_MS);
    assert.equal(entryOf(trial).kind, "serving");
  });

  it("holds up nothing else where the store refuses the tombstone", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.refusesTombstones = true;
    store.setOrders(waitOf(trial, 0));
    await clock.advance(COALESCE_MS);
    store.setHealth(healthOf("lb-a1", "down"));
    await clock.advance(10_000);
    assert.deepEqual(trial.serving(), ALL.slice(1));
    assert.equal(trial.kinds().filter((kind) => kind === "plan-refused").length, 2);
  });

  it("ends the order after a crash between plan and word of it", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.losesNextEnd = true;
    store.setOrders(waitOf(trial, 0), rollbackOf());
    await clock.advance(10_000);
    assert.equal(entryOf(trial).kind, "tombstone");
    assert.deepEqual(store.ended.map(([id]) => id).sort(), ["r-one", "t-one"]);
    assert.equal(store.deltas.filter(({ changed }) => changed[0]?.kind === "tombstone").length, 1);
  });
});

describe("Planner with revivals and rollbacks", () => {
  it("ends a retirement that was revived before anybody could end it", async () => {
    const trial = await running();
    const { store, clock } = trial;
    const order = waitOf(trial, 0);
    store.setOrders(order);
    await clock.advance(10_000);
    store.setOrders(order, revivalOf());
    await clock.advance(10_000);
    assert.equal(entryOf(trial).kind, "serving");
    assert.deepEqual(store.orders, []);
  });

  it("revives, ends the order, and then does what waited for it", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.setOrders(waitOf(trial, 0));
    await clock.advance(10_000);
    store.setOrders(rollbackOf());
    await clock.advance(10_000);
    assert.equal(trial.planner.report().orderProblemCount, 1);
    store.setOrders(rollbackOf(), revivalOf());
    await clock.advance(10_000);
    assert.deepEqual(serving(entryOf(trial)).revives, ["t-one"]);
    assert.ok(isPinned(trial));
    assert.deepEqual(store.ended.at(-1), ["v-one", "planner", "the name is planned again"]);
    assert.deepEqual(store.orders, [rollbackOf()]);
    assert.equal(trial.planner.report().orderProblemCount, 0);
  });

  it("waits with a revival until the configuration has the name again", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.setOrders(waitOf(trial, 0));
    await clock.advance(10_000);
    store.setPolicy(policyOf({ endpoints: [endpointOf({ name: OTHER })] }));
    store.setOrders(revivalOf());
    await clock.advance(10_000);
    assert.equal(entryOf(trial).kind, "tombstone");
    assert.match(trial.planner.report().orderProblems[0]?.why ?? "", /configuration/);
    store.setPolicy(policyOf());
    await clock.advance(10_000);
    assert.equal(entryOf(trial).kind, "serving");
    assert.deepEqual(store.orders, []);
  });

  it("holds a rollback until it is released", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.setOrders(rollbackOf());
    await clock.advance(TERM_MS);
    assert.ok(isPinned(trial));
    assert.equal(trial.planner.report().rollbacks, 1);
    store.setOrders();
    await clock.advance(COALESCE_MS);
    assert.deepEqual(trial.serving(), ALL);
  });
});

describe("Planner with overrides that it never knew", () => {
  it("makes an entry that ends them, once, though nothing else moved", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.endedOverrides = [{ endpoint: DYNAMODB, ids: ["o-lost"] }];
    store.tell({ topic: "orders" });
    await clock.advance(COALESCE_MS);
    const entry = serving(entryOf(trial));
    assert.deepEqual([entry.ends, entry.generation], [["o-lost"], 2]);
    assert.equal(entry.cause, "override o-lost was taken back");
    await clock.advance(10_000);
    assert.equal(store.appends, 2);
  });

  it("makes a tombstone that ends them, where the name is retired", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.setOrders(waitOf(trial, 60_000));
    await clock.advance(61_000);
    store.endedOverrides = [{ endpoint: DYNAMODB, ids: ["o-lost"] }];
    store.tell({ topic: "plan" });
    await clock.advance(COALESCE_MS);
    const entry = entryOf(trial);
    assert.deepEqual([entry.kind, entry.ends], ["tombstone", ["o-lost"]]);
    await clock.advance(10_000);
    assert.equal(store.appends, 3);
  });
});

describe("Planner with what enactors remember", () => {
  it("plans it, once, though nothing else moved", async () => {
    const trial = await running();
    const { store, clock } = trial;
    const endpoint = nameOf(`lost.${ZONE}`);
    store.remembered = [{ ...serving(entryOf(trial)), endpoint }];
    store.tell({ topic: "plan" });
    await clock.advance(COALESCE_MS);
    assert.equal(serving(store.newest.entries.get(endpoint)).generation, 2);
    await clock.advance(10_000);
    assert.equal(store.appends, 2);
  });
});

describe("Planner with raised epochs", () => {
  it("takes them up without a hint, once", async () => {
    const trial = await running();
    const { store, clock } = trial;
    store.epochs = [{ endpoint: DYNAMODB, epoch: 2 }];
    await clock.advance(RECHECK_MS + COALESCE_MS);
    assert.deepEqual([entryOf(trial).epoch, entryOf(trial).generation], [2, 2]);
    await clock.advance(10_000);
    assert.equal(store.appends, 2);
  });
});
