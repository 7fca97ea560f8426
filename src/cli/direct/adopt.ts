import type { Name } from "../../dns/index.ts";
import type { ReadReading } from "../../enact/index.ts";
import type { Position } from "../../plan/index.ts";
import { CliError, START_HINT, usage } from "../cliError.ts";
import type { Invocation } from "../commandSpec.ts";
import { confirmName } from "../confirm.ts";
import { ExitCode } from "../exitCode.ts";
import { printJson } from "../output/print.ts";
import { openRegion, type Region } from "../region.ts";
import { adoptedPosition, adoptStep } from "./adoptStep.ts";
import { asShown, shownLines } from "./asShown.ts";
import { carryOut, type DirectOutcome, type DirectTask } from "./carryOut.ts";
import { contentLines } from "./content.ts";
import { exitCodeOf, mayHaveChanged, outcomeView, printOutcomes } from "./directText.ts";
import { rehearse } from "./dryRun.ts";
import { type KnownEntry, knownEntry } from "./knownEntry.ts";
import { noteAct } from "./noteAct.ts";
import { type DirectPlace, openPlaceStores, placeOf } from "./place.ts";

/** Adopts the name that was given, where a person confirms it. */
export async function adopt(given: Invocation): Promise<number> {
  const { io, options } = given;
  const region = openRegion(given);
  const place = placeOf(given.words[0] ?? "", region);
  const { endpoint, zone, policy } = place;
  if (policy === undefined) {
    throw usage(`Cannot adopt ${endpoint} as no endpoint is that: add it to the configuration`);
  }
  const known = await knownEntry(region, io, endpoint);
  const position = positionBelow(known, endpoint);
  const nowMs = io.clock.wallMs();
  const stores = openPlaceStores(given, region, zone);
  const tasks = stores.tasks.map((task): DirectTask => {
    const ownsWholeName = task.store?.abilities.needsSeed === true;
    const plannedTypes = policy.types;
    const wish = { zone: zone.name, ownsWholeName, plannedTypes, position, nowMs };
    return { ...task, endpoint, decide: (reading) => adoptStep(reading, wish) };
  });
  try {
    if (options.has("dry-run")) return await rehearse(io, region, tasks, options.has("json"));
    const shown = await show(given, tasks, known, place);
    if (shown.isNeeded) {
      const question = `Adopt ${endpoint}? The next plan takes the place of these records.`;
      if (!(await confirmName(given, endpoint, question))) return ExitCode.CANNOT;
    }
    const outcomes: DirectOutcome[] = [];
    for (const task of tasks) {
      const seen = shown.readings.get(task.storeId);
      outcomes.push(await carryOut(asShown(task, seen), io.clock));
    }
    const noted = note(given, region, place, outcomes);
    if (options.has("json")) printJson(io, { endpoint, noted, stores: outcomes.map(outcomeView) });
    else printOutcomes(io, outcomes);
    return exitCodeOf(outcomes);
  } finally {
    stores.close();
  }
}

// A lower fence would let a stalled enactor write an older plan over newer records: without an
// answer nothing is known of that, and there is no hurry, as the name answers.
function positionBelow(known: KnownEntry, endpoint: Name): Position {
  switch (known.kind) {
    case "serving":
      return adoptedPosition(known.entry);
    case "none":
      return adoptedPosition(undefined);
    case "tombstone":
      throw usage(
        `Cannot adopt ${endpoint} as it is retired: bring it back with holdfast revive, or ` +
          "delete by hand what it answers without a fence",
      );
    case "unknown": {
      const why = "nobody can say how far its plan is";
      throw new CliError(
        { code: "not-running" },
        `Cannot adopt ${endpoint} as ${why}: ${known.problem}.\nIt goes on answering as it is: ` +
          `${START_HINT}, then adopt it`,
      );
    }
  }
}

/** What a person was shown before confirming. */
interface Shown {
  /** By zone store; those that could not be read are not among them. */
  readonly readings: ReadonlyMap<string, ReadReading>;
  /** There is something to adopt. */
  readonly isNeeded: boolean;
}

/** Shows what is there and what will be. */
async function show(
  { io }: Invocation,
  tasks: readonly DirectTask[],
  known: KnownEntry,
  { policy }: DirectPlace,
): Promise<Shown> {
  const readings = new Map<string, ReadReading>();
  let isNeeded = false;
  for (const task of tasks) {
    const [reading] = (await task.store?.read(task.zone, [task.endpoint])) ?? [];
    if (reading?.kind !== "read") continue;
    readings.set(task.storeId, reading);
    if (task.decide(reading).kind === "write") isNeeded = true;
    const lines = shownLines(reading, task.zone);
    io.err(`${task.storeId} answers now:\n${lines.map((line) => `  ${line}\n`).join("")}`);
  }
  io.err(`${plannedText(known, policy?.types ?? [])}\n`);
  return { readings, isNeeded };
}

function plannedText(known: KnownEntry, types: readonly string[]): string {
  if (known.kind === "serving") {
    return ["The plan puts in its place:", ...contentLines(known.content)].join("\n  ");
  }
  return `No plan knows it yet; by the configuration it will answer ${types.join(", ")}.`;
}

function note(
  { io, options }: Invocation,
  region: Region,
  { endpoint, zone }: DirectPlace,
  outcomes: readonly DirectOutcome[],
): boolean {
  const changed = outcomes.filter(mayHaveChanged);
  const types = changed[0]?.write?.fence.types ?? [];
  if (changed.length === 0) return true;
  const reason = options.text("reason") ?? "";
  const stores = changed.map(({ storeId }) => storeId);
  const about = { reason, zone: zone.name, stores, endpoint, types };
  return noteAct(io, region, { kind: "endpoint-adopted", ...about });
}
