import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { APEX } from "../benchZone.ts";
import { type ServerKind, versionOf, writeConfiguration } from "./serverKind.ts";

/** PowerDNS on its zone file backend, caches on: its fastest set-up. It takes no UPDATEs there. */
export const PDNS: ServerKind = {
  id: "pdns",
  title: "PowerDNS",
  version: () => versionOf("pdns_server", "--version").replace(/^.*? /, ""),
  configure: (job) => {
    const named = writeConfiguration(
      job,
      "zones.conf",
      `zone "${APEX.slice(0, -1)}" { type master; file "${job.zoneFile}"; };\n`,
    );
    mkdirSync(join(job.folder, "socket"));
    writeConfiguration(
      job,
      "pdns.conf",
      `launch=bind
bind-config=${named}
local-address=127.0.0.1
local-port=${job.port}
socket-dir=${job.folder}/socket
daemon=no
guardian=no
disable-syslog=yes
loglevel=3
receiver-threads=1
distributor-threads=1
edns-cookie-secret=00112233445566778899aabbccddeeff
`,
    );
    return { command: "pdns_server", words: [`--config-dir=${job.folder}`] };
  },
};
