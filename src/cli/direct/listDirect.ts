import type { Name } from "../../dns/index.ts";
import { contentOf, holdingsOf } from "../../enact/index.ts";
import type { ZoneStore } from "../../plan/index.ts";
import { usage } from "../cliError.ts";
import type { Invocation } from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { untilText } from "../output/orderText.ts";
import { printJson, printLines } from "../output/print.ts";
import { openRegion, type Region } from "../region.ts";
import { contentLines } from "./content.ts";
import { openPlaceStores } from "./place.ts";

/** An override as a fence says it. */
interface FoundOverride {
  readonly endpoint: Name;
  readonly storeId: string;
  readonly id: string;
  readonly untilMs: number;
  /** Past its time: enactors bring the plan back as soon as they live. */
  readonly isExpired: boolean;
  /** `A 192.0.2.1 (TTL 30 s)`. */
  readonly records: readonly string[];
}

/** What one store said of all names. */
interface Looked {
  readonly found: readonly FoundOverride[];
  readonly unreadable: number;
  readonly problem?: string;
}

/** Names read at once: as many as one store takes without queueing. */
const BATCH = 64;
/** How often a person is told how far it is. */
const PROGRESS_EVERY = 5_000;

/** Lists the overrides that fences say, of every name that the configuration knows. */
export async function listDirectly(given: Invocation): Promise<number> {
  const { io, options } = given;
  const region = openRegion(given);
  const only = options.text("store");
  checkStore(only, region);
  const found: FoundOverride[] = [];
  const problems: string[] = [];
  for (const zone of region.settings.zones) {
    if (only !== undefined && !zone.storeIds.includes(only)) continue;
    const names = region.settings.policy.endpoints
      .filter((endpoint) => endpoint.zone === zone.name)
      .map(({ name }) => name);
    const stores = openPlaceStores(given, region, zone);
    for (const { storeId, store, problem } of stores.tasks) {
      const looked =
        store === undefined
          ? { found: [], unreadable: names.length, problem: problem ?? "it could not be opened" }
          : await lookAtAll(given, store, zone.name, names);
      found.push(...looked.found);
      if (looked.unreadable === 0) continue;
      const why = looked.problem === undefined ? "" : `: ${looked.problem}`;
      problems.push(`${storeId}: ${looked.unreadable} names of ${zone.name} unreadable${why}`);
    }
    stores.close();
  }
  if (options.has("json")) printJson(io, { overrides: found, problems });
  else printLines(io, overridesLines(found, io.clock.wallMs()));
  for (const problem of problems) io.err(`${problem}\n`);
  return problems.length === 0 ? ExitCode.OK : ExitCode.CANNOT;
}

// A store that is nowhere has no overrides either, and a typing error must not look like that.
function checkStore(only: string | undefined, { settings }: Region): void {
  const storeIds = new Set(settings.zones.flatMap((zone) => zone.storeIds));
  if (only === undefined || storeIds.has(only)) return;
  throw usage(`Cannot find the zone store "${only}": they are ${[...storeIds].join(", ")}`);
}

async function lookAtAll(
  { io }: Invocation,
  store: ZoneStore,
  zone: Name,
  names: readonly Name[],
): Promise<Looked> {
  const found: FoundOverride[] = [];
  const unreadable: string[] = [];
  const nowMs = io.clock.wallMs();
  for (let start = 0; start < names.length; start += BATCH) {
    const readings = await store.read(zone, names.slice(start, start + BATCH));
    for (const reading of readings) {
      if (reading.kind === "unreadable") unreadable.push(reading.problem);
      if (reading.kind !== "read" || reading.fence.kind !== "fence") continue;
      const { mark } = reading.fence.fence;
      if (mark?.kind !== "override") continue;
      const { ours } = holdingsOf(reading, zone, store.abilities.needsSeed);
      const content = contentOf(ours, reading.weights);
      const records = content === undefined ? [] : contentLines(content);
      const { id, untilMs } = mark;
      const { endpoint } = reading;
      const isExpired = untilMs <= nowMs;
      found.push({ endpoint, storeId: store.id, id, untilMs, isExpired, records });
    }
    // A store that is away is not asked a thousand times more: each wait takes seconds.
    if (unreadable.length >= BATCH && unreadable.length === start + readings.length) {
      return { found, unreadable: names.length, problem: unreadable[0] ?? "no answer" };
    }
    const looked = start + readings.length;
    if (looked % PROGRESS_EVERY < BATCH && looked >= PROGRESS_EVERY) {
      io.err(`${store.id}: ${looked} of ${names.length} names\n`);
    }
  }
  const [problem] = unreadable;
  return { found, unreadable: unreadable.length, ...(problem === undefined ? {} : { problem }) };
}

function overridesLines(found: readonly FoundOverride[], nowMs: number): string[] {
  if (found.length === 0) return ["No name of the configuration is pinned."];
  return found.flatMap(({ endpoint, storeId, id, untilMs, records }) => [
    `${endpoint}  until ${untilText(untilMs, nowMs)}, on ${storeId} (${id})`,
    ...records.map((record) => `    ${record}`),
  ]);
}
