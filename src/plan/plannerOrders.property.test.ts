import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { type Name, nameOf } from "../dns/index.ts";
import { isAlias, isPinned, plannedContent } from "./content.ts";
import { rrsetsOf } from "./entry.ts";
import { comparePositions } from "./fence.ts";
import type { Order } from "./order.ts";
import { checkOverride } from "./overrideCheck.ts";
import {
  CARRIED_IDS_MAX,
  type NonEmpty,
  type PlanEntry,
  type PlannedRRset,
  type TombstoneEntry,
} from "./plan.ts";
import {
  DYNAMODB,
  endpointOf,
  inventoryWithDown,
  overrideOf,
  PINNED,
  pinOf,
  policyOf,
  retirementOf,
  revivalOf,
  rollbackOf,
  StepPlanner,
  TARGETS,
  ZONE,
} from "./planner.suite.ts";
import type { PlannerInputs } from "./planner.ts";
import type { EpochSeen } from "./planStore.ts";
import type { Policy } from "./policy.ts";

const OTHER = nameOf(`other.${ZONE}`);
const NAMES = [DYNAMODB, OTHER];
/** Plans after which nothing is left to do, whatever came together: pin ended, retired, revived. */
const PLANS_TO_REST_MAX = 4;

/** What a person does in one step. */
type Act =
  | { readonly kind: "nothing" | "clear" | "retire" | "cancel" | "revive" | "release" | "raise" }
  | { readonly kind: "override" | "rollback"; readonly rrsets: NonEmpty<PlannedRRset> };

interface Step {
  readonly name: Name;
  readonly act: Act;
  readonly down: readonly string[];
  readonly policy: Policy | undefined;
  readonly waitMs: number;
  readonly watches: boolean;
  readonly floorAhead: number;
  readonly knowsOrders: boolean;
}

const content = fc.constantFrom<NonEmpty<PlannedRRset>>(
  PINNED,
  [pinOf("A", "192.0.2.1", "192.0.2.2")],
  [pinOf("AAAA", "2001:db8::7")],
  [pinOf("CNAME", "elsewhere.example.")],
  [pinOf("A", "192.0.2.1"), pinOf("TXT", '"pinned"')],
  [pinOf("A", "192.0.2.300")],
);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc
    .constantFrom<Act["kind"]>("nothing", "clear", "retire", "cancel", "revive", "release", "raise")
    .map((kind) => ({ kind }) as Act),
  fc.record({ kind: fc.constantFrom("override", "rollback"), rrsets: content }),
);
const policy = fc.constantFrom(
  policyOf({ endpoints: [endpointOf(), endpointOf({ name: OTHER, types: ["A"] })] }),
  policyOf({ endpoints: [endpointOf({ types: ["A"], answers: "all" })] }),
  policyOf({ endpoints: [endpointOf({ name: OTHER })] }),
  policyOf({ endpoints: [] }),
);
const step: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom(...NAMES),
  act,
  down: fc.subarray(TARGETS.map(({ id }) => id)),
  policy: fc.option(policy, { nil: undefined, freq: 3 }),
  waitMs: fc.constantFrom(1, 1000, 60_000),
  watches: fc.boolean(),
  floorAhead: fc.constantFrom(0, 0, 0, 5),
  knowsOrders: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
});

/** A made-up region that people act on, and all that must hold of each of its plans. */
class Trial {
  readonly planner = new StepPlanner();
  readonly #planned = new Map<Name, Set<string>>();
  #orders: readonly Order[] = [];
  #epochs: readonly EpochSeen[] = [];
  #policy: Policy = policyOf({ endpoints: [endpointOf(), endpointOf({ name: OTHER })] });
  #wallMs = 5_000_000;
  #ids = 0;

  take(step: Step): void {
    this.#wallMs += step.waitMs;
    this.#policy = step.policy ?? this.#policy;
    this.#act(step.name, step.act);
    const { generation } = this.planner.plan;
    const inputs: Partial<PlannerInputs> = {
      policy: this.#policy,
      orders: this.#orders,
      epochs: this.#epochs,
      inventory: inventoryWithDown(...step.down),
      wallMs: this.#wallMs,
      nowMs: this.#wallMs,
      floorGeneration: step.floorAhead === 0 ? 0 : generation + step.floorAhead,
      watched: new Set(step.watches ? this.#orders.map(({ id }) => id) : []),
    };
    if (!step.knowsOrders) {
      this.#planUnknowing(inputs);
      return;
    }
    for (let plans = 0; this.#plan(inputs); plans += 1) {
      assert.ok(plans < PLANS_TO_REST_MAX, "it comes to rest");
    }
    this.#checkOverrides();
  }

  #act(endpoint: Name, { kind, ...rest }: Act): void {
    this.#ids += 1;
    const n = this.#ids;
    const put = (order: Order): void => {
      this.#drop(endpoint, order.kind);
      this.#orders = [...this.#orders, order];
    };
    const wallMs = this.#wallMs;
    const content = "rrsets" in rest ? rest : {};
    switch (kind) {
      case "override":
        put(overrideOf({ ...content, id: `o-${n}`, endpoint, untilMs: wallMs + 61_000 }));
        break;
      case "rollback":
        put(rollbackOf({ ...content, id: `r-${n}`, endpoint }));
        break;
      case "retire":
        put(retirementOf({ id: `t-${n}`, endpoint, atMs: wallMs, holdDownMs: 1000 }));
        break;
      case "revive": {
        const held = this.planner.plan.entries.get(endpoint);
        const tombstoneId = held?.kind === "tombstone" ? held.tombstoneId : `t-lost-${n}`;
        put(revivalOf({ id: `v-${n}`, endpoint, tombstoneId }));
        break;
      }
      case "raise":
        this.#epochs = [...this.#epochs, { endpoint, epoch: n }];
        break;
      case "clear":
        this.#drop(endpoint, "override");
        break;
      case "cancel":
        this.#drop(endpoint, "retirement");
        break;
      case "release":
        this.#drop(endpoint, "rollback");
        break;
      case "nothing":
        break;
    }
  }

  #drop(endpoint: Name, kind: Order["kind"]): void {
    this.#orders = this.#orders.filter((one) => one.endpoint !== endpoint || one.kind !== kind);
  }

  /** Makes a plan and checks what it changed; whether there was one. */
  #plan(inputs: Partial<PlannerInputs>): boolean {
    const before = this.planner.plan;
    const outcome = this.planner.step(inputs);
    if (outcome.kind === "nothing-to-do") return false;
    for (const entry of outcome.delta.changed) {
      this.#check(entry, before.entries.get(entry.endpoint), inputs);
    }
    return true;
  }

  #planUnknowing(inputs: Partial<PlannerInputs>): void {
    const before = this.planner.plan.entries;
    this.planner.stepUnknowing(inputs);
    for (const [name, was] of before) {
      const entry = this.planner.plan.entries.get(name);
      if (was.kind === "tombstone") this.#checkSameTombstone(entry, was);
      else if (isPinned(was)) assert.equal(entry?.digest, was.digest, "pins stay");
    }
  }

  #checkSameTombstone(entry: PlanEntry | undefined, was: TombstoneEntry): void {
    assert.ok(entry?.kind === "tombstone" && entry.tombstoneId === was.tombstoneId);
  }

  #check(entry: PlanEntry, before: PlanEntry | undefined, inputs: Partial<PlannerInputs>): void {
    if (before !== undefined) {
      assert.ok(comparePositions(entry, before) > 0, "its position rises");
      assert.ok(entry.epoch >= before.epoch, "its epoch does not fall");
    }
    if (entry.kind === "tombstone" && before?.kind === "tombstone") {
      this.#checkSameTombstone(entry, before);
      assert.ok(entry.epoch > before.epoch, "it is written again in a raised epoch only");
      return;
    }
    if (entry.kind === "tombstone") {
      const order = this.#orders.find(({ id }) => id === entry.tombstoneId);
      assert.ok(order?.kind === "retirement" && order.endpoint === entry.endpoint);
      assert.ok(inputs.watched?.has(order.id), "the wait was watched");
      assert.ok(this.#wallMs >= order.atMs + order.holdDownMs, "the wait is over");
      this.#planned.delete(entry.endpoint);
      return;
    }
    if (before?.kind === "tombstone") {
      assert.ok(entry.revives?.includes(before.tombstoneId), "it names the tombstone");
      const asked = this.#orders.some((order) => {
        return order.kind === "revival" && order.tombstoneId === before.tombstoneId;
      });
      assert.ok(asked, "a person asked for it");
    }
    rrsetsOf(entry); // asserts that it is canonical and unique
    const seen = this.#epochs.filter(({ endpoint }) => endpoint === entry.endpoint);
    for (const { epoch } of seen) assert.ok(entry.epoch >= epoch, "no epoch seen is above it");
    const { ends = [], revives = [], override } = entry;
    assert.ok(ends.length <= CARRIED_IDS_MAX && revives.length <= CARRIED_IDS_MAX);
    assert.ok(override === undefined || !ends.includes(override.id));
    this.#checkTypes(entry);
  }

  /** What was once planned of an endpoint is answered, type by type, until it is retired. */
  #checkTypes(entry: Extract<PlanEntry, { readonly kind: "serving" }>): void {
    const types = entry.rrsets.map(({ type }) => type);
    assert.ok(types.length > 0);
    if (types.includes("CNAME")) assert.equal(types.length, 1);
    const planned = this.#planned.get(entry.endpoint) ?? new Set();
    if (!isAlias(entry)) for (const type of planned) assert.ok(types.includes(type), type);
    // Pinned before it was ever planned: an alias may take its place, and answers for all types.
    if (entry.override !== undefined && entry.beneath === undefined) return;
    const beneath = plannedContent(entry).rrsets.map(({ type }) => type);
    const addresses = beneath.filter((type) => type === "A" || type === "AAAA");
    this.#planned.set(entry.endpoint, new Set([...planned, ...addresses]));
  }

  /** An override that may be pinned is what its endpoint answers. */
  #checkOverrides(): void {
    for (const order of this.#orders) {
      if (order.kind !== "override" || this.#wallMs >= order.untilMs) continue;
      const held = this.planner.plan.entries.get(order.endpoint);
      if (held?.kind === "tombstone") continue;
      const planned = held === undefined ? undefined : plannedContent(held);
      if (held?.override?.id !== order.id) {
        assert.notDeepEqual(checkOverride(order, planned, order.endpoint), []);
        continue;
      }
      assert.deepEqual(held.rrsets, order.rrsets);
    }
  }
}

it("makePlan() keeps every name answering and every order's word, whatever people order", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
      const trial = new Trial();
      for (const one of steps) trial.take(one);
    }),
    { numRuns: 500 },
  );
});
