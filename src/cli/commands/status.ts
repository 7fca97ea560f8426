import { ApiError, processViewsAlone, type StatusView, type ZoneView } from "../../api/index.ts";
import { type ProcessTable, SuperviseError, SupervisorClient } from "../../supervise/index.ts";
import { START_HINT } from "../cliError.ts";
import { CONFIG, type CommandSpec, type Invocation, JSON_OUTPUT, STATE } from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { dnsView } from "../gates/dnsView.ts";
import { printJson, printLines } from "../output/print.ts";
import { processLines, statusLines, zoneLines } from "../output/statusText.ts";
import { clientOf, openRegion, type Region } from "../region.ts";

/** `holdfast status`: the state of the region, from whoever still answers. */
export const statusCommand: CommandSpec = {
  path: "status",
  summary: "show the state of the region: plan, endpoints, zones, targets, processes",
  text:
    "Asks the API; where that does not answer, the supervisor; and DNS itself, which answers " +
    "with nothing else running.",
  options: [JSON_OUTPUT, STATE, CONFIG],
  examples: [
    { line: "status", text: "the region of the folder .holdfast" },
    { line: "status --state /var/lib/holdfast --json", text: "another one, for a program" },
  ],
  run: status,
};

async function status(given: Invocation): Promise<number> {
  const region = openRegion(given);
  const asked = await askApi(given, region);
  if (typeof asked !== "string") {
    if (given.options.has("json")) printJson(given.io, { source: "api", ...asked });
    else printLines(given.io, statusLines(asked, given.io.colour));
    return ExitCode.OK;
  }
  const [table, zones] = await Promise.all([askSupervisor(region), dnsView(region, given.io)]);
  printWithout(given, asked, table, zones);
  return ExitCode.CANNOT;
}

async function askApi({ io }: Invocation, region: Region): Promise<StatusView | string> {
  const api = clientOf(region, io);
  try {
    return await api.status();
  } catch (error) {
    if (error instanceof ApiError && error.fault.code !== "api-refused") return error.message;
    throw error;
  } finally {
    await api.close();
  }
}

async function askSupervisor(region: Region): Promise<ProcessTable | undefined> {
  try {
    return await new SupervisorClient(region.layout.supervisorSocket).status();
  } catch (error) {
    if (error instanceof SuperviseError) return undefined;
    throw error;
  }
}

function printWithout(
  { io, options }: Invocation,
  problem: string,
  table: ProcessTable | undefined,
  zones: readonly ZoneView[],
): void {
  const nowMs = io.clock.wallMs();
  const processes = table === undefined ? undefined : processViewsAlone(table.processes);
  if (options.has("json")) {
    const source = table === undefined ? "dns" : "supervisor";
    printJson(io, { source, problem, atMs: nowMs, processes, zones });
    return;
  }
  io.err(`${problem}.\n`);
  if (table === undefined) io.err(`No supervisor answers either: ${START_HINT}.\n`);
  else printLines(io, ["", ...processLines(processes ?? [], nowMs, io.colour)]);
  printLines(io, ["", "What DNS itself says:", ...zoneLines(zones, io.colour)]);
}
