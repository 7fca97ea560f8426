import { aliasFault, type Pin } from "../../api/index.ts";
import { RealChance } from "../../net/index.ts";
import { type NonEmpty, orderId } from "../../plan/index.ts";
import { usage } from "../cliError.ts";
import type { Invocation } from "../commandSpec.ts";
import { reachWarnings } from "../orders/reach.ts";
import { printJson, printLines } from "../output/print.ts";
import { momentText } from "../output/time.ts";
import { openRegion, type Region } from "../region.ts";
import { carryOut, type DirectOutcome, type DirectTask } from "./carryOut.ts";
import { clearStep } from "./clearStep.ts";
import {
  exitCodeOf,
  mayHaveChanged,
  outcomeView,
  printOutcomes,
  writtenLines,
} from "./directText.ts";
import { rehearse } from "./dryRun.ts";
import { DirectLook } from "./lookDirectly.ts";
import { noteAct } from "./noteAct.ts";
import { overrideStep } from "./overrideStep.ts";
import { type DirectPlace, openPlaceStores, placeOf } from "./place.ts";

/** What a person pins, with nothing of Holdfast running. */
export interface DirectWish {
  /** As typed. */
  readonly nameText: string;
  readonly pins: NonEmpty<Pin>;
  /** Wall clock; rounded up to whole seconds. */
  readonly untilMs: number;
  readonly reason: string;
  readonly ttlSeconds?: number;
}

/** Pins records in every zone store of the name's zone, with nothing running but the servers. */
export async function setDirectly(given: Invocation, wish: DirectWish): Promise<number> {
  const { io, options } = given;
  const region = openRegion(given);
  const place = placeOf(wish.nameText, region);
  const { endpoint, zone, policy } = place;
  const nowMs = io.clock.wallMs();
  const untilMs = Math.ceil(wish.untilMs / 1000) * 1000;
  if (untilMs <= nowMs) throw usage("Cannot pin for no time at all: give --for, such as --for 2h");
  const id = orderId("override", endpoint, nowMs, new RealChance());
  const mayCreate = policy !== undefined || options.has("new");
  const { pins, ttlSeconds } = wish;
  const wantedTypes = policy?.types ?? [];
  const wanted = { id, untilMs, pins, ttlSeconds, zone: zone.name, mayCreate, wantedTypes, nowMs };
  const stores = openPlaceStores(given, region, zone);
  const look = new DirectLook(region, io);
  const tasks = stores.tasks.map((task): DirectTask => {
    const ownsWholeName = task.store?.abilities.needsSeed === true;
    const decide: DirectTask["decide"] = (reading) => {
      return overrideStep(reading, { ...wanted, ownsWholeName });
    };
    return { ...task, endpoint, decide };
  });
  try {
    const fault = await aliasFault(endpoint, pins, (name) => look.at(name));
    if (fault !== undefined) throw usage(fault);
    if (options.has("dry-run")) return await rehearse(io, region, tasks, options.has("json"));
    const outcomes = await oneByOne(tasks, given);
    // Whoever stops waiting for the warnings has a note of what was done, and saw it.
    const noted = noteOverride(given, region, place, { ...wanted, reason: wish.reason }, outcomes);
    tellSet(given, { id, untilMs, place, noted }, outcomes);
    const isThere = outcomes.some(mayHaveChanged);
    const warnings = isThere ? await reachWarnings(endpoint, pins, region, io) : [];
    for (const warning of warnings) io.err(`${warning}\n`);
    return exitCodeOf(outcomes);
  } finally {
    look.close();
    stores.close();
  }
}

/** Store by store, not all at once: the first to refuse is seen before the next is touched. */
async function oneByOne(
  tasks: readonly DirectTask[],
  { io }: Invocation,
): Promise<readonly DirectOutcome[]> {
  const outcomes: DirectOutcome[] = [];
  for (const task of tasks) outcomes.push(await carryOut(task, io.clock));
  return outcomes;
}

function noteOverride(
  { io }: Invocation,
  region: Region,
  { endpoint, zone }: DirectPlace,
  wish: { readonly id: string; readonly untilMs: number; readonly reason: string; nowMs: number },
  outcomes: readonly DirectOutcome[],
): boolean {
  const changed = outcomes.filter(mayHaveChanged);
  // Where stores held different things beside the pins, the newest of them counts.
  const content = changed.toSorted(newestFirst)[0]?.content;
  if (content === undefined) return true;
  const { id, untilMs, reason, nowMs } = wish;
  return noteAct(io, region, {
    kind: "override-set",
    reason,
    zone: zone.name,
    stores: changed.map(({ storeId }) => storeId),
    override: {
      ...{ kind: "override", id, endpoint, zone: zone.name, actor: io.actor, reason },
      ...{ atMs: nowMs, untilMs, direct: true, ...content },
    },
  });
}

function newestFirst({ write: left }: DirectOutcome, { write: right }: DirectOutcome): number {
  if (left === undefined || right === undefined) return 0;
  const byEpoch = right.fence.epoch - left.fence.epoch;
  return byEpoch === 0 ? right.fence.generation - left.fence.generation : byEpoch;
}

const AFTERWARDS =
  "it goes on answering this when the override is over, until the configuration has it, or until " +
  "it is retired";

function tellSet(
  { io, options }: Invocation,
  done: { readonly id: string; readonly untilMs: number; place: DirectPlace; noted: boolean },
  outcomes: readonly DirectOutcome[],
): void {
  const { id, untilMs, noted } = done;
  const { endpoint, policy } = done.place;
  if (options.has("json")) {
    printJson(io, { id, endpoint, untilMs, noted, stores: outcomes.map(outcomeView) });
    return;
  }
  printOutcomes(io, outcomes);
  if (!outcomes.some(mayHaveChanged)) return;
  printLines(io, [
    `${endpoint} answers until ${momentText(untilMs)} (${id}):`,
    ...writtenLines(outcomes),
    `Take it back with: holdfast override clear ${endpoint} --direct`,
  ]);
  if (policy === undefined) io.err(`${endpoint} is not in the configuration: ${AFTERWARDS}.\n`);
}

/** Ends a name's override in every zone store, with nothing running but the servers. */
export async function clearDirectly(given: Invocation, nameText: string): Promise<number> {
  const { io, options } = given;
  const region = openRegion(given);
  const { endpoint, zone } = placeOf(nameText, region);
  const stores = openPlaceStores(given, region, zone);
  const nowMs = io.clock.wallMs();
  const tasks = stores.tasks.map((task): DirectTask => {
    const ownsWholeName = task.store?.abilities.needsSeed === true;
    const wish = { zone: zone.name, ownsWholeName, nowMs };
    return { ...task, endpoint, decide: (reading) => clearStep(reading, wish) };
  });
  try {
    if (options.has("dry-run")) return await rehearse(io, region, tasks, options.has("json"));
    const outcomes = await oneByOne(tasks, given);
    const reason = options.text("reason") ?? "";
    const noted = noteClears({ io, region, endpoint, zone: zone.name, reason }, outcomes);
    if (options.has("json")) {
      printJson(io, { endpoint, noted, stores: outcomes.map(outcomeView) });
    } else printOutcomes(io, outcomes);
    if (outcomes.some(mayHaveChanged)) io.err(`${WHO_BRINGS_BACK}.\n`);
    return exitCodeOf(outcomes);
  } finally {
    stores.close();
  }
}

const WHO_BRINGS_BACK =
  "Until the plan is back it answers as before: an enactor brings it, once it runs; and where a " +
  "plan has taken the override up, the plan store and the planner must run first";

interface ClearNote {
  readonly io: Invocation["io"];
  readonly region: Region;
  readonly endpoint: DirectPlace["endpoint"];
  readonly zone: DirectPlace["endpoint"];
  readonly reason: string;
}

// Stores may have held different overrides, where one was away when the other was set.
function noteClears(note: ClearNote, outcomes: readonly DirectOutcome[]): boolean {
  const byId = new Map<string, string[]>();
  for (const outcome of outcomes.filter(mayHaveChanged)) {
    const id = outcome.write?.fence.mark?.id;
    if (id !== undefined) byId.set(id, [...(byId.get(id) ?? []), outcome.storeId]);
  }
  const { io, region, endpoint, zone, reason } = note;
  const noted = [...byId].map(([overrideId, stores]) => {
    return noteAct(io, region, {
      ...{ kind: "override-cleared", reason, zone, stores, endpoint, overrideId },
    });
  });
  return noted.every(Boolean);
}
