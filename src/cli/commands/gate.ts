import { type Name, parseName } from "../../dns/index.ts";
import type { Gate } from "../../plan/index.ts";
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
import { painter, type Tone } from "../output/paint.ts";
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
  text:
    `${DIRECTLY} What is served stays as it is; what changed meanwhile follows on resume. With ` +
    "--repairs, records that hands or accidents change are still put back as they were.",
  options: [{ flags: "--repairs", text: "leave the repair of drift on" }, ...OPTIONS],
  examples: [
    { line: 'pause --reason "looking into it"', text: "every zone, on every zone store" },
    { line: "pause --zone use1.holdfast.example", text: "one zone" },
    { line: "pause --repairs", text: "no plan is enacted, but drift is repaired" },
  ],
  run: (given) => switchGates(given, given.options.has("repairs") ? "repairs" : "paused"),
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

async function switchGates(given: Invocation, wanted: Gate["automation"]): Promise<number> {
  const region = openRegion(given);
  const zone = given.options.text("zone");
  const only = zone === undefined ? undefined : zoneNamed(zone, region);
  const stores = openOperatorStores(region, given.io);
  const tasks = gateTasks(region, stores, only);
  const outcomes = await changeGates(tasks, wanted, () => given.io.clock.wallMs());
  stores.close();
  const noted = await noteGates(given, region, wanted, outcomes);
  if (given.options.has("json")) printJson(given.io, { wanted, noted, outcomes });
  else printOutcomes(given, wanted, outcomes);
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

// The journal takes it from the state folder, once, within seconds or when it lives again: told
// to it directly, with the reply lost, it would be there twice.
async function noteGates(
  { io, options }: Invocation,
  region: Region,
  wanted: Gate["automation"],
  outcomes: readonly GateOutcome[],
): Promise<boolean> {
  const changed = outcomes.filter(({ outcome }) => outcome === "changed");
  if (changed.length === 0) return true;
  const { noteAct } = await import("../direct/noteAct.ts");
  const reason = options.text("reason") ?? "";
  const noted = [...new Set(changed.map(({ zone }) => zone))].map((zone) => {
    const stores = changed.filter((one) => one.zone === zone).map(({ storeId }) => storeId);
    return noteAct(io, region, { kind: "gate-set", reason, zone, stores, automation: wanted });
  });
  return noted.every(Boolean);
}

const WORDS: Readonly<Record<Gate["automation"], readonly [tone: Tone, word: string]>> = {
  on: ["good", "on"],
  repairs: ["warn", "repairs only"],
  paused: ["warn", "paused"],
};

function printOutcomes(
  { io }: Invocation,
  wanted: Gate["automation"],
  outcomes: readonly GateOutcome[],
): void {
  const paint = painter(io.colour);
  const word = (outcome: GateOutcome["outcome"]): string => {
    if (outcome === "failed") return paint("bad", "failed");
    const state = paint(...WORDS[wanted]);
    return outcome === "already" ? `${state} already` : state;
  };
  const rows = outcomes.map(({ zone, storeId, outcome, problem }) => {
    return [zone, storeId, word(outcome), problem ?? ""];
  });
  printLines(io, [tableText(["ZONE", "STORE", "AUTOMATION", "PROBLEM"], rows)]);
}
