import type { SocketAddress } from "../../base/index.ts";
import type { StoreSettings } from "../../config/index.ts";
import { fenceText } from "../../plan/index.ts";
import { endpointUpdate } from "../../provider/index.ts";
import { OPERATOR_ID } from "../../supervise/index.ts";
import { ExitCode } from "../exitCode.ts";
import type { CliIo } from "../io.ts";
import { printJson, printLines } from "../output/print.ts";
import type { Region } from "../region.ts";
import type { DirectTask } from "./carryOut.ts";
import { nsupdateScript } from "./nsupdateScript.ts";

/** What would be sent to one store. */
interface Rehearsal {
  readonly storeId: string;
  readonly outcome: "would-write" | "already" | "refused" | "failed";
  readonly text: string;
  readonly fence?: string;
  readonly script?: readonly string[];
}

/**
 * Prints what an act would send to each store, as a script for nsupdate, and sends nothing: a
 * person without Holdfast at hand can do the same with it. The exit code says whether all would.
 */
export async function rehearse(
  io: CliIo,
  region: Region,
  tasks: readonly DirectTask[],
  asJson: boolean,
): Promise<number> {
  const rehearsals: Rehearsal[] = [];
  for (const task of tasks) rehearsals.push(await rehearseOne(region, task));
  if (asJson) printJson(io, { dryRun: true, stores: rehearsals });
  else for (const one of rehearsals) printLines(io, [...linesOf(one)]);
  const fails = rehearsals.some(({ outcome }) => outcome === "refused" || outcome === "failed");
  return fails ? ExitCode.CANNOT : ExitCode.OK;
}

async function rehearseOne(region: Region, task: DirectTask): Promise<Rehearsal> {
  const { storeId, store, zone, endpoint } = task;
  const failed = (text: string): Rehearsal => ({ storeId, outcome: "failed", text });
  if (store === undefined) return failed(task.problem ?? "it could not be opened");
  const [reading] = await store.read(zone, [endpoint]);
  if (reading?.kind !== "read") return failed(reading?.problem ?? "it gave no answer");
  const step = task.decide(reading);
  if (step.kind === "refused") return { storeId, outcome: "refused", text: step.problem };
  if (step.kind === "done") return { storeId, outcome: "already", text: step.text };
  const settings = region.settings.stores.find(({ id }) => id === storeId);
  const server = settings && serverOf(settings, region);
  if (settings === undefined || server === undefined) return failed("its server is not known");
  const update = endpointUpdate(zone, step.write);
  const script = [`; ${keyHint(settings, region)}`, ...nsupdateScript(server, update)];
  const fence = fenceText(step.write.fence);
  return { storeId, outcome: "would-write", text: step.text, fence, script };
}

function serverOf(store: StoreSettings, { settings }: Region): SocketAddress | undefined {
  return store.kind === "embedded" ? settings.dns.listen[0] : store.server;
}

function keyHint(store: StoreSettings, { layout, settings }: Region): string {
  if (store.kind === "embedded") return `nsupdate -v -k ${layout.keyFile(OPERATOR_ID)}`;
  const key = settings.keys.find(({ id }) => id === store.keyId);
  return `nsupdate -v -k <a file with the key ${key?.name ?? store.keyId}>`;
}

function linesOf({ storeId, outcome, text, script }: Rehearsal): readonly string[] {
  return [`; ${storeId}: ${outcome}: ${text}`, ...(script ?? [])];
}
