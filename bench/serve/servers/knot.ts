import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { APEX, KEY } from "../benchZone.ts";
import { type ServerKind, versionOf, writeConfiguration } from "./serverKind.ts";

const COOKIE_SECRET = "0x00112233445566778899aabbccddeeff";

/** Knot: one worker of each kind; UPDATEs go to its journal, which it syncs (robust). */
export const KNOT: ServerKind = {
  id: "knot",
  title: "Knot",
  version: () => versionOf("knotd", "--version"),
  configure: (job) => {
    const zoneFile = join(job.folder, "zone");
    copyFileSync(job.zoneFile, zoneFile);
    mkdirSync(join(job.folder, "db")); // it refuses UPDATEs where it must make the folder itself
    const isPrimary = job.secondaryPort !== undefined;
    const path = writeConfiguration(
      job,
      "knot.conf",
      `server:
  listen: 127.0.0.1@${job.port}
  rundir: "${job.folder}"
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  answer-rotation: on
  tcp-max-clients: 100
log:
  - target: stderr
    any: error
database:
  storage: "${job.folder}/db"
  journal-db-mode: robust
key:
  - id: ${KEY.name}
    algorithm: ${KEY.algorithm}
    secret: ${KEY.secret}
${isPrimary ? remoteText(job.secondaryPort) : ""}acl:
  - id: updates
    key: ${KEY.name}
    action: [update, transfer]
  - id: transfers
    address: 127.0.0.1
    action: transfer
mod-cookies:
  - id: cookies
    secret: ${COOKIE_SECRET}
    badcookie-slip: 1
template:
  - id: default
    global-module: mod-cookies/cookies
    storage: "${job.folder}"
    semantic-checks: off
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: changes
zone:
  - domain: ${APEX}
    file: "${zoneFile}"
    acl: [updates, transfers]
${isPrimary ? "    notify: secondary\n" : ""}`,
    );
    return { command: "knotd", words: ["-c", path] };
  },
};

function remoteText(port: number | undefined): string {
  return `remote:
  - id: secondary
    address: 127.0.0.1@${port}
    key: ${KEY.name}
`;
}
