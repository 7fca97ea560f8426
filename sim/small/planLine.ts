import { assert } from "../../src/base/index.ts";
import type { Name } from "../../src/dns/index.ts";
import {
  type EpochSeen,
  makePlan,
  type Order,
  type Plan,
  type PlanDelta,
  type PlanEntry,
  type PlanHead,
  type Policy,
  type Position,
} from "../../src/plan/index.ts";
import { PlannerOrders } from "../../src/plan/plannerOrders.ts";
import { epochsAfter, raisedEpochs } from "../../src/store/epochs.ts";
import { raisedFloor } from "../../src/store/floor.ts";
import { reviewDelta } from "../../src/store/reviewDelta.ts";
import { once, onceForText } from "./memo.ts";
import { type Hour, REGION, wallMsAt } from "./names.ts";
import type { Scene } from "./now.ts";
import { policyOf } from "./policies.ts";

/** The plan store at one moment. */
export interface LineNow {
  /** Oldest first, each the child of the one before. */
  readonly plans: readonly PlanMade[];
  readonly floor: number;
  readonly epochs: readonly EpochSeen[];
  readonly orders: readonly Order[];
  /** Which content is wanted: rises with each change of the policy. */
  readonly wish: number;
}

/** A plan, and what the store held besides when it was made: for copies of it. */
export interface PlanMade {
  readonly delta: PlanDelta;
  readonly orders: readonly Order[];
}

export const EMPTY_LINE: LineNow = { plans: [], floor: 0, epochs: [], orders: [], wish: 0 };

/** What a planner makes of the store now; undefined where nothing is to be done. */
export function nextDelta(line: LineNow, scene: Scene, hour: Hour): PlanDelta | undefined {
  return planned(line, `${hour} ${line.wish} ${scene.endpoints.length}`);
}

/** What another planner makes of the same plan: its policy wants something else. */
export function rivalDelta(line: LineNow, scene: Scene, hour: Hour): PlanDelta | undefined {
  return planned(line, `${hour} rival ${scene.endpoints.length}`);
}

const planned = onceForText((line: LineNow, text: string): PlanDelta | undefined => {
  const [hour, wish = "", endpoints] = text.split(" ");
  return plan(line, hour === "late" ? "late" : "early", policyOf(wish, Number(endpoints)));
});

function plan(line: LineNow, hour: Hour, policy: Policy): PlanDelta | undefined {
  const retirements = line.orders.filter(({ kind }) => kind === "retirement");
  const outcome = makePlan({
    region: REGION,
    policy,
    inventory: { health: new Map() },
    forces: [],
    parent: planOf(line),
    floorGeneration: line.floor,
    served: new Map(),
    nowMs: hour === "late" ? 3_600_000 : 0,
    wallMs: wallMsAt(hour),
    actor: "planner",
    trigger: "a change",
    orders: line.orders,
    epochs: line.epochs,
    watched: new Set(hour === "late" ? retirements.map(({ id }) => id) : []),
  });
  return outcome.kind === "plan" ? outcome.delta : undefined;
}

/** The store's answer to a plan, by the shipped review; undefined: it was not taken. */
export function append(line: LineNow, delta: PlanDelta): LineNow | undefined {
  const entries = planOf(line).entries;
  const review = reviewDelta(delta, headOf(line), {
    newest: (endpoint) => {
      const entry = entries.get(endpoint);
      if (entry === undefined) return undefined;
      const tombstoneId = entry.kind === "tombstone" ? entry.tombstoneId : undefined;
      return { epoch: entry.epoch, tombstoneId };
    },
    retirementOf: (endpoint) => {
      const held = line.orders.find((order) => {
        return order.kind === "retirement" && order.endpoint === endpoint;
      });
      return held?.id;
    },
  });
  if (review.kind !== "sound") return undefined;
  const { orders } = line;
  const epochs = epochsAfter(line.epochs, delta.changed);
  return { ...line, plans: [...line.plans, { delta, orders }], epochs };
}

export function headOf(line: LineNow): PlanHead {
  const newest = line.plans.at(-1)?.delta;
  return {
    region: REGION,
    generation: newest?.generation ?? 0,
    digest: newest?.digest ?? "",
    floorGeneration: line.floor,
    epochs: line.epochs,
  };
}

/** The store after it heard of a fence at a position; undefined where that is no news. */
export function heardOf(line: LineNow, endpoint: Name, seen: Position): LineNow | undefined {
  const head = headOf(line);
  const known = Math.max(head.generation, head.floorGeneration);
  const floor = seen.generation > known ? raisedFloor(head, seen) : undefined;
  const entries = planOf(line).entries;
  const epochs = raisedEpochs(
    { seen: line.epochs, newest: (name) => entries.get(name)?.epoch },
    seen.epoch > 0 ? [{ endpoint, epoch: seen.epoch }] : [],
    "nobody",
  );
  if (floor === undefined && epochs === undefined) return undefined;
  return { ...line, floor: floor ?? line.floor, epochs: epochs ?? line.epochs };
}

/** The store as a copy of itself from when it had so many plans. */
export function restored(line: LineNow, plans: number): LineNow {
  const kept = line.plans.slice(0, plans);
  const orders = kept.at(-1)?.orders ?? [];
  // Retirements that wait are forgotten: one of them may have been cancelled since the copy.
  const waiting = orders.filter(({ kind }) => kind !== "retirement");
  return { ...line, plans: kept, floor: 0, epochs: [], orders: waiting };
}

/** Orders that are done; the planner ends them. */
export function doneOrders(line: LineNow, hour: Hour): readonly Order[] {
  const standing = new PlannerOrders();
  standing.take(line.orders, { nowMs: 0, wallMs: wallMsAt(hour) });
  const ids = standing.done(planOf(line), wallMsAt(hour)).flatMap((done) => done.ids);
  return line.orders.filter(({ id }) => ids.includes(id));
}

/** The versions of an endpoint's entry that the line has, oldest first. */
export function entriesOf(line: LineNow, place: number, scene: Scene): readonly PlanEntry[] {
  const endpoint = scene.endpoints[place];
  assert(endpoint !== undefined, "a place is of an endpoint");
  return versions(line, endpoint);
}

const versions = onceForText((line: LineNow, endpoint: string): readonly PlanEntry[] => {
  const changed = line.plans.flatMap(({ delta }) => delta.changed);
  return changed.filter((entry) => entry.endpoint === endpoint);
});

/** The newest plan; whether each was a child of the one before was the store's to check. */
export const planOf: (line: LineNow) => Plan = once((line: LineNow) => {
  const entries = new Map<Name, PlanEntry>();
  for (const { delta } of line.plans) {
    for (const entry of delta.changed) entries.set(entry.endpoint, entry);
  }
  const { generation, digest } = headOf(line);
  return { region: REGION, generation, digest, entries };
});
