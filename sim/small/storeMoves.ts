import { sameEntry } from "../../src/enact/sameEntry.ts";
import { comparePositions, type PlanDelta } from "../../src/plan/index.ts";
import { FOLLIES, foolishDelta } from "./foolishPlanner.ts";
import { isNews, type LaneNow } from "./lane.ts";
import { laneAt } from "./laneMoves.ts";
import type { Broken } from "./model.ts";
import {
  afterFault,
  type Fault,
  mayHappen,
  type Next,
  type Now,
  type OwnNow,
  type Past,
  type Scene,
} from "./now.ts";
import {
  append,
  doneOrders,
  entriesOf,
  headOf,
  heardOf,
  type LineNow,
  nextDelta,
  planOf,
  restored,
  rivalDelta,
} from "./planLine.ts";

/** What planners do, and what becomes of the plan store. */
export function storeMoves(scene: Scene, now: Now): readonly Next[] {
  return [
    ...plannerMoves(scene, now),
    ...rivalMoves(scene, now),
    ...wishMoves(scene, now),
    ...restoreMoves(scene, now),
    ...timeMoves(scene, now),
  ];
}

/** An enactor tells the store of a position that no plan has: the next plan must be above it. */
export function hearMoves(scene: Scene, now: OwnNow): readonly Next<OwnNow>[] {
  return scene.endpoints.flatMap((endpoint, place): readonly Next<OwnNow>[] => {
    const lane = laneAt(now, place);
    const { mark, entry } = lane;
    const generation = Math.max(mark?.generation ?? 0, entry?.generation ?? 0);
    const seen = heardOf(now.line, endpoint, { epoch: mark?.epoch ?? 0, generation });
    return [seen, climbed(scene, now, lane, place)].flatMap((line): readonly Next<OwnNow>[] => {
      if (line === undefined) return [];
      const tell = (name: string): string => {
        return `${name} tells the plan store that fences are above its plans`;
      };
      return [{ kind: "step", now: { ...now, line }, tell }];
    });
  });
}

/** A zone is ahead of an entry that the store has as the newest: the next plan must be above it. */
function climbed(scene: Scene, now: Now, lane: LaneNow, place: number): LineNow | undefined {
  const { entry, progress } = lane;
  const newest = entriesOf(now.line, place, scene).at(-1);
  if (entry === undefined || newest === undefined || isNews(lane, newest)) return undefined;
  if (!sameEntry(entry, newest) || progress?.standing.kind !== "superseded") return undefined;
  const { seen } = progress.standing;
  if (seen.epoch !== entry.epoch || comparePositions(seen, entry) <= 0) return undefined;
  const generation = Math.max(seen.generation, headOf(now.line).generation + 1);
  return heardOf(now.line, entry.endpoint, { epoch: 0, generation });
}

function plannerMoves(scene: Scene, now: Now): readonly Next[] {
  const { hour } = now.circumstances;
  const delta = nextDelta(now.line, scene, hour);
  const moves: Next[] = [];
  if (delta !== undefined) {
    const line = append(now.line, delta);
    if (line !== undefined) moves.push(accepted(now, line, delta, "the planner"));
  }
  const done = delta === undefined ? doneOrders(now.line, hour) : [];
  if (done.length > 0) {
    const orders = now.line.orders.filter((order) => !done.includes(order));
    const ids = done.map(({ id }) => id).join(", ");
    const tell = (): string => `the planner ends what is done: ${ids}`;
    moves.push({ kind: "step", now: { ...now, line: { ...now.line, orders } }, tell });
  }
  return moves;
}

/** A plan was taken; a tombstone in it must be one that was asked for and waited out. */
function accepted(now: Now, line: LineNow, delta: PlanDelta, whose: string): Next {
  const { circumstances } = now;
  const before = now.line.orders;
  let past: Past = circumstances.past;
  let broken = judgeGeneration(now.line, delta) ?? judgeEntries(now.line, delta);
  for (const entry of delta.changed) {
    if (entry.kind !== "tombstone" || past.retired.includes(entry.tombstoneId)) continue;
    const { tombstoneId } = entry;
    const isAsked = before.some(({ id, kind }) => kind === "retirement" && id === tombstoneId);
    if (!isAsked || circumstances.hour === "early") {
      const problem = `a plan retires ${entry.endpoint} by ${tombstoneId}, which is not due`;
      broken = { rule: "retire-only-on-purpose", problem };
    }
    past = { ...past, retired: [...past.retired, tombstoneId] };
  }
  return {
    kind: "step",
    now: { ...now, line, circumstances: { ...circumstances, past } },
    tell: () => `${whose} makes plan ${delta.generation}`,
    broken,
  };
}

/** Plans form one line, and no bad fence raises anyone's next generation. */
function judgeGeneration(line: LineNow, { generation }: PlanDelta): Broken | undefined {
  const newest = Math.max(headOf(line).generation, line.floor);
  if (generation <= newest) {
    const problem = `plan ${generation} was taken after generation ${newest} was known`;
    return { rule: "never-backwards", problem };
  }
  if (generation < PLANS_MAX) return undefined;
  return { rule: "plausible-only", problem: `a bad fence raised a plan to ${generation}` };
}

/** What the store must not take from anybody. */
function judgeEntries(line: LineNow, { changed }: PlanDelta): Broken | undefined {
  const { entries } = planOf(line);
  for (const entry of changed) {
    const before = entries.get(entry.endpoint);
    const { endpoint } = entry;
    const seen = line.epochs.find((one) => one.endpoint === endpoint)?.epoch ?? 0;
    if (entry.epoch < Math.max(before?.epoch ?? 0, seen)) {
      return { rule: "never-backwards", problem: `a plan lowers the epoch of ${endpoint}` };
    }
    if (entry.kind === "tombstone") continue;
    if (entry.rrsets.length === 0) {
      return { rule: "never-empty", problem: `a plan has nothing for ${endpoint}` };
    }
    if (before?.kind !== "tombstone" || entry.revives?.includes(before.tombstoneId)) continue;
    const problem = `a plan brings ${endpoint} back, which nobody asked for`;
    return { rule: "retire-only-on-purpose", problem };
  }
  return undefined;
}

/** More than any world here has. */
const PLANS_MAX = 1000;

/** A second planner that looked at the same plan: its own arrives at any later time. */
function rivalMoves(scene: Scene, now: Now): readonly Next[] {
  const { rival, ...kept } = now.circumstances;
  if (rival !== undefined) {
    const without: Now = { ...now, circumstances: kept };
    const line = append(now.line, rival);
    if (line !== undefined) return [accepted(without, line, rival, "a second planner")];
    const tell = (): string => `the store refuses the second planner's plan ${rival.generation}`;
    return [{ kind: "step", now: without, tell }];
  }
  const offered = (fault: Fault, made: PlanDelta | undefined): readonly Next[] => {
    if (made === undefined || !mayHappen(scene, now, fault)) return [];
    const next = afterFault(now);
    const tell = (): string => `a second planner (${fault}) makes plan ${made.generation}`;
    const circumstances = { ...next.circumstances, rival: made };
    return [{ kind: "fault", now: { ...next, circumstances }, tell }];
  };
  return [
    ...offered("second-planner", rivalDelta(now.line, scene, now.circumstances.hour)),
    ...FOLLIES.flatMap((folly) => offered(folly, foolishDelta(now.line, scene, folly))),
  ];
}

function wishMoves(scene: Scene, now: Now): readonly Next[] {
  const { line } = now;
  if (line.wish >= scene.changes || line.plans.length === 0) return [];
  const tell = (): string => "another answer is wanted";
  return [{ kind: "wish", now: { ...now, line: { ...line, wish: line.wish + 1 } }, tell }];
}

function restoreMoves(scene: Scene, now: Now): readonly Next[] {
  if (!mayHappen(scene, now, "store-restored")) return [];
  return now.line.plans.map((_, plans) => {
    const next = afterFault(now);
    const past = { ...next.circumstances.past, storeRestored: true };
    const circumstances = { ...next.circumstances, past };
    const tell = (): string => `the plan store is restored from a copy with ${plans} plans`;
    return {
      kind: "fault",
      now: { ...next, line: restored(now.line, plans), circumstances },
      tell,
    };
  });
}

/** Whatever has an end, ends: worlds without such a thing stand still. */
function timeMoves(scene: Scene, now: Now): readonly Next[] {
  if (scene.acts.length === 0 || now.circumstances.hour === "late") return [];
  const circumstances = { ...now.circumstances, hour: "late" } as const;
  return [{ kind: "step", now: { ...now, circumstances }, tell: () => "an hour passes" }];
}
