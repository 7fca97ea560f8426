import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  APEX,
  addressCount,
  addressOf,
  type BenchZone,
  FENCE_TTL_SECONDS,
  fenceTextAt,
  labelOf,
  TTL_SECONDS,
  WEIGHTS,
} from "../benchZone.ts";
import { type ServerKind, versionOf, writeConfiguration } from "./serverKind.ts";

/** gdnsd: one UDP thread. Weighted names are resources of its weighted plug-in. No UPDATEs. */
export const GDNSD: ServerKind = {
  id: "gdnsd",
  title: "gdnsd",
  version: () => versionOf("gdnsd", "version"),
  configure: (job) => {
    const zones = join(job.folder, "zones");
    for (const folder of [zones, join(job.folder, "run"), join(job.folder, "state")]) {
      mkdirSync(folder);
    }
    writeConfiguration(job, join("zones", APEX.slice(0, -1)), zoneText(job.zone));
    writeConfiguration(
      job,
      "config",
      `options => {
  listen => { 127.0.0.1:${job.port} => { udp_threads = 1, tcp_threads = 1 } }
  run_dir = ${job.folder}/run
  state_dir = ${job.folder}/state
  zones_default_ttl = ${TTL_SECONDS}
}
${job.zone.weighted ? pluginText(job.zone) : ""}`,
    );
    return { command: "gdnsd", words: ["-c", job.folder, "start"] };
  },
};

/** The zone in its own dialect: no control names other than fences, DYNA where it chooses. */
function zoneText(zone: BenchZone): string {
  const lines = [
    `$TTL ${TTL_SECONDS}`,
    "@ SOA ns1 hostmaster 100 300 60 2419200 30",
    "@ NS ns1",
    "ns1 A 192.0.2.53",
  ];
  for (let index = 0; index < zone.names; index += 1) {
    const label = labelOf(index);
    const count = addressCount(zone, index);
    if (zone.weighted && count > 1) {
      lines.push(`${label} DYNA weighted!${label}`);
    } else {
      for (let offset = 0; offset < count; offset += 1) {
        lines.push(`${label} A ${addressOf(index, offset)}`);
      }
    }
    if (zone.fences) lines.push(`_holdfast.${label} ${FENCE_TTL_SECONDS} TXT "${fenceTextAt(1)}"`);
  }
  return `${lines.join("\n")}\n`;
}

function pluginText(zone: BenchZone): string {
  const lines = ["plugins => {", "  weighted => {", "    multi = false"];
  for (let index = 0; index < zone.names; index += 1) {
    if (addressCount(zone, index) === 1) continue;
    const items = WEIGHTS.map((weight, offset) => {
      return `a${offset} = [ ${addressOf(index, offset)}, ${weight} ]`;
    });
    lines.push(`    ${labelOf(index)} => { ${items.join(", ")} }`);
  }
  return `${lines.join("\n")}\n  }\n}\n`;
}
