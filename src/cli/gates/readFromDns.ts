import { findEndpoint } from "../../api/index.ts";
import { isAtOrBelow, type Name, parseName, rrsetLines } from "../../dns/index.ts";
import { fenceText, type Reading } from "../../plan/index.ts";
import { CliError } from "../cliError.ts";
import type { CliIo } from "../io.ts";
import type { Region } from "../region.ts";
import { openOperatorStores } from "./operatorStores.ts";

/** What one zone store holds of a name, in lines for people. */
export interface HeldLines {
  readonly storeId: string;
  readonly lines: readonly string[];
}

/** Reads a name from every store of its zone, with nothing running but the DNS servers. */
export async function readFromDns(
  text: string,
  region: Region,
  io: CliIo,
): Promise<readonly HeldLines[]> {
  const name = fullName(text, region);
  const zone = region.settings.zones
    .filter((one) => isAtOrBelow(name, one.name))
    .sort((left, right) => right.name.length - left.name.length)[0];
  if (zone === undefined) {
    const problem = `Cannot read ${name}: it is in none of the region's zones`;
    throw new CliError({ code: "usage", problem }, problem);
  }
  const stores = openOperatorStores(region, io);
  const held = zone.storeIds.map(async (storeId): Promise<HeldLines> => {
    const opened = stores.byId.get(storeId);
    if (opened?.kind !== "open") return { storeId, lines: [`  ${opened?.problem ?? "unknown"}`] };
    const [reading] = await opened.store.read(zone.name, [name]);
    return { storeId, lines: reading === undefined ? [] : readingLines(reading) };
  });
  const lines = await Promise.all(held);
  stores.close();
  return lines;
}

// Without the API nobody knows every endpoint's name, but the accepted configuration knows most.
function fullName(text: string, { settings }: Region): Name {
  const parsed = parseName(text);
  if (parsed.kind === "malformed") {
    throw new CliError({ code: "usage", problem: parsed.problem }, parsed.problem);
  }
  const found = findEndpoint(text, settings.policy.endpoints);
  return found.kind === "found" ? found.name : parsed.name;
}

function readingLines(reading: Reading): string[] {
  if (reading.kind === "unreadable") return [`  cannot be read: ${reading.problem}`];
  const records = reading.rrsets.flatMap(rrsetLines).map((line) => `  ${line}`);
  switch (reading.fence.kind) {
    case "fence":
      return [`  fence: ${fenceText(reading.fence.fence)}`, ...records];
    case "malformed":
      return [`  fence: ${reading.fence.problem}`, ...records];
    case "none":
      return ["  no fence", ...records];
  }
}
