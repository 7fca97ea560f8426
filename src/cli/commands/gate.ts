import { within } from "../../api/index.ts";
import { SILENT_LOG } from "../../base/index.ts";
import { type Name, parseName } from "../../dns/index.ts";
import type { NewEvent } from "../../journal/index.ts";
import { CliError } from "../cliError.ts";
import {
  CONFIG,
  type CommandSpec,
  type Invocation,
  JSON_OUTPUT,
  REASON,
  STATE,
} from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { changeGates, type GateOutcome, type GateTask } from "../gates/changeGates.ts";
import { type OperatorStores, openOperatorStores } from "../gates/operatorStores.ts";
import { painter } from "../output/paint.ts";
import { printJson, printLines } from "../output/print.ts";
import { tableText } from "../output/table.ts";
import { openRegion, type Region } from "../region.ts";

const OPTIONS = [
  { flags: "-z, --zone <zone>", text: "only this zone (default: all)" },
  REASON,
  JSON_OUTPUT,
  STATE,
  CONFIG,
];

const DIRECTLY =
  "Writes the zone's gate in DNS itself, with the operator's key: nothing needs to run but the " +
  "DNS server. The gate is a condition of every automated write.";

/** `holdfast pause`: stops all automation. */
export const pauseCommand: CommandSpec = {
  path: "pause",
  summary: "stop all automation: nothing is written to DNS until resume",
  text: `${DIRECTLY} What is served stays as it is; what changed meanwhile follows on resume.`,
  options: OPTIONS,
  examples: [
    { line: 'pause --reason "looking into it"', text: "every zone, on every zone store" },
    { line: "pause --zone use1.holdfast.example", text: "one zone" },
  ],
  run: (given) => switchGates(given, "paused"),
};

/** `holdfast resume`: lets automation write again. */
export const resumeCommand: CommandSpec = {
  path: "resume",
  summary: "let automation write to DNS again",
  text: `${DIRECTLY} Enactors notice within a second, and bring what changed meanwhile.`,
  options: OPTIONS,
  examples: [{ line: "resume", text: "every zone, on every zone store" }],
  run: (given) => switchGates(given, "on"),
};

async function switchGates(given: Invocation, wanted: "on" | "paused"): Promise<number> {
  const region = openRegion(given);
  const zone = given.options.text("zone");
  const only = zone === undefined ? undefined : zoneNamed(zone, region);
  const stores = openOperatorStores(region, given.io);
  const tasks = gateTasks(region, stores, only);
  const outcomes = await changeGates(tasks, wanted, () => given.io.clock.wallMs());
  stores.close();
  const journalled = await journal(given, region, wanted, outcomes);
  if (given.options.has("json")) printJson(given.io, { wanted, journalled, outcomes });
  else printOutcomes(given, wanted, outcomes, journalled);
  const failed = outcomes.some(({ outcome }) => outcome === "failed");
  return failed ? ExitCode.CANNOT : ExitCode.OK;
}

function gateTasks(region: Region, stores: OperatorStores, only: Name | undefined): GateTask[] {
  return region.settings.zones
    .filter(({ name }) => only === undefined || name === only)
    .flatMap(({ name, storeIds }) =>
      storeIds.map((storeId): GateTask => {
        const opened = stores.byId.get(storeId);
        if (opened?.kind === "open") return { zone: name, storeId, store: opened.store };
        const problem = opened?.problem ?? "it is not in the configuration";
        return { zone: name, storeId, store: undefined, problem };
      }),
    );
}

function zoneNamed(text: string, { settings }: Region): Name {
  const parsed = parseName(text);
  const names = settings.zones.map(({ name }) => name);
  if (parsed.kind === "parsed" && names.includes(parsed.name)) return parsed.name;
  const problem = `Cannot find the zone "${text}": the zones are ${names.join(", ")}`;
  throw new CliError({ code: "usage", problem }, problem);
}

/** The journal's owner may be down: a person's switch works all the same. */
const JOURNAL_MS_MAX = 2_000;

async function journal(
  { io, options }: Invocation,
  region: Region,
  wanted: "on" | "paused",
  outcomes: readonly GateOutcome[],
): Promise<boolean> {
  const reason = options.text("reason") ?? "";
  const verb = wanted === "on" ? "resumed" : "paused";
  const why = reason === "" ? "" : `: ${reason}`;
  const events = outcomes
    .filter(({ outcome }) => outcome === "changed")
    .map(({ zone, storeId }): NewEvent => {
      const text = `${verb} on ${storeId} by ${io.actor}${why}`;
      const kind = wanted === "on" ? "zone-resumed" : "zone-paused";
      const facts = { store: storeId, reason };
      return { atMs: io.clock.wallMs(), kind, actor: io.actor, subject: zone, text, facts };
    });
  if (events.length === 0) return true;
  // Loaded only here: other commands do not wait for it.
  const { SocketStore } = await import("../../store/index.ts");
  const store = new SocketStore(region.layout.storeSocket, { clock: io.clock, log: SILENT_LOG });
  const recorded = store.record(events).then(() => true);
  const done = await within(io.clock, JOURNAL_MS_MAX, recorded, () => false);
  await store.close();
  return done;
}

function printOutcomes(
  { io }: Invocation,
  wanted: "on" | "paused",
  outcomes: readonly GateOutcome[],
  journalled: boolean,
): void {
  const paint = painter(io.colour);
  const word = (outcome: GateOutcome["outcome"]): string => {
    if (outcome === "failed") return paint("bad", "failed");
    const state = wanted === "on" ? paint("good", "on") : paint("warn", "paused");
    return outcome === "already" ? `${state} already` : state;
  };
  const rows = outcomes.map(({ zone, storeId, outcome, problem }) => {
    return [zone, storeId, word(outcome), problem ?? ""];
  });
  printLines(io, [tableText(["ZONE", "STORE", "AUTOMATION", "PROBLEM"], rows)]);
  if (!journalled) io.err("Not in the journal: the plan store is not running.\n");
}
