import type { ReadReading } from "../../enact/index.ts";
import { usage } from "../cliError.ts";
import type { Invocation } from "../commandSpec.ts";
import { confirmName } from "../confirm.ts";
import { ExitCode } from "../exitCode.ts";
import { printJson } from "../output/print.ts";
import { openRegion, type Region } from "../region.ts";
import { asShown, shownFence, shownLines } from "./asShown.ts";
import { carryOut, type DirectOutcome, type DirectTask } from "./carryOut.ts";
import { exitCodeOf, mayHaveChanged, outcomeView, printOutcomes } from "./directText.ts";
import { rehearse } from "./dryRun.ts";
import { type EntryKnown, epochStep, fenceFault, nextEpoch } from "./epochStep.ts";
import { type KnownEntry, knownEntry } from "./knownEntry.ts";
import { noteAct } from "./noteAct.ts";
import { type DirectPlace, openPlaceStores, type PlaceStores, placeOf } from "./place.ts";

/** Raises the epoch of the name that was given, where a person confirms it. */
export async function raiseEpoch(given: Invocation): Promise<number> {
  const { io, options } = given;
  const region = openRegion(given);
  const place = placeOf(given.words[0] ?? "", region);
  const { endpoint, zone } = place;
  const entry = entryOf(await knownEntry(region, io, endpoint), io);
  const stores = openPlaceStores(given, region, zone);
  try {
    const looks = await look(stores, place);
    show(given, looks, entry);
    const meant = looks.filter(({ reading }) => {
      return options.text("store") !== undefined || isWrong(reading, entry);
    });
    if (meant.length === 0) {
      throw usage(
        `Cannot see what is wrong with the fence of ${endpoint}: name a store with --store to ` +
          "raise its epoch all the same",
      );
    }
    const epoch = epochAbove(looks, entry);
    const nowMs = io.clock.wallMs();
    const tasks = meant.map(({ task, reading: seen }): DirectTask => {
      const ownsWholeName = task.store?.abilities.needsSeed === true;
      const wish = { zone: zone.name, ownsWholeName, epoch, entry, nowMs };
      const decide: DirectTask["decide"] = (reading) => epochStep(reading, wish);
      return asShown({ ...task, endpoint, decide }, typeof seen === "string" ? undefined : seen);
    });
    if (options.has("dry-run")) return await rehearse(io, region, tasks, options.has("json"));
    const on = meant.map(({ task }) => task.storeId).join(", ");
    const isRetired = entry?.tombstone !== undefined || meant.some(isTombstone);
    const stays = isRetired ? " It stays RETIRED." : "";
    const question = `Give ${endpoint} on ${on} a fence of epoch ${epoch}?${stays}`;
    if (!(await confirmName(given, endpoint, question))) return ExitCode.CANNOT;
    const outcomes: DirectOutcome[] = [];
    for (const task of tasks) outcomes.push(await carryOut(task, io.clock));
    const noted = note(given, region, place, { epoch, outcomes });
    const view = { endpoint, epoch, noted, stores: outcomes.map(outcomeView) };
    if (options.has("json")) printJson(io, view);
    else printOutcomes(io, outcomes);
    return exitCodeOf(outcomes);
  } finally {
    stores.close();
  }
}

/** One store and what it said. */
interface Look {
  readonly task: PlaceStores["tasks"][number];
  readonly reading: ReadReading | string;
}

function isTombstone({ reading }: Look): boolean {
  if (typeof reading === "string" || reading.fence.kind !== "fence") return false;
  return reading.fence.fence.mark?.kind === "tombstone";
}

async function look(stores: PlaceStores, { endpoint, zone }: DirectPlace): Promise<Look[]> {
  return Promise.all(
    stores.tasks.map(async (task): Promise<Look> => {
      const [reading] = (await task.store?.read(zone.name, [endpoint])) ?? [];
      if (reading?.kind === "read") return { task, reading };
      return { task, reading: reading?.problem ?? task.problem ?? "it gave no answer" };
    }),
  );
}

// A store that cannot be read is left alone here; asked for by name, it is tried and reported.
function isWrong(reading: Look["reading"], entry: EntryKnown | undefined): boolean {
  if (typeof reading === "string" || reading.fence.kind === "none") return false;
  return fenceFault(reading, entry) !== undefined;
}

function epochAbove(looks: readonly Look[], entry: EntryKnown | undefined): number {
  const held = looks.flatMap(({ task, reading }) => {
    const holdsFences = task.store?.abilities.needsSeed === true;
    return typeof reading === "string" ? [] : [{ reading, holdsFences }];
  });
  return nextEpoch(held, entry);
}

function entryOf(known: KnownEntry, io: Invocation["io"]): EntryKnown | undefined {
  if (known.kind === "serving") return { ...known.entry, content: known.content };
  if (known.kind === "tombstone") {
    const { tombstoneId: id, retiredAtMs: atMs, ...entry } = known.entry;
    return { ...entry, tombstone: { kind: "tombstone", id, atMs } };
  }
  if (known.kind === "unknown") {
    io.err(`The newest plan cannot be asked for (${known.problem}): fences are judged alone.\n`);
  }
  return undefined;
}

function show({ io }: Invocation, looks: readonly Look[], entry: EntryKnown | undefined): void {
  for (const { task, reading } of looks) {
    if (typeof reading === "string") {
      io.err(`${task.storeId}: cannot be read: ${reading}\n`);
      continue;
    }
    const lines = [
      ...shownFence(reading.fence).map((text) => `fence: ${text}`),
      `wrong: ${fenceFault(reading, entry) ?? "nothing that can be seen"}`,
      ...shownLines(reading, task.zone),
    ];
    io.err(`${task.storeId}:\n${lines.map((line) => `  ${line}\n`).join("")}`);
  }
}

function note(
  { io, options }: Invocation,
  region: Region,
  { endpoint, zone }: DirectPlace,
  { epoch, outcomes }: { readonly epoch: number; readonly outcomes: readonly DirectOutcome[] },
): boolean {
  const stores = outcomes.filter(mayHaveChanged).map(({ storeId }) => storeId);
  if (stores.length === 0) return true;
  const reason = options.text("reason") ?? "";
  const about = { reason, zone: zone.name, stores, endpoint, epoch };
  return noteAct(io, region, { kind: "epoch-raised", ...about });
}
