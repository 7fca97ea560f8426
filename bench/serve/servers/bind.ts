import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { APEX, KEY } from "../benchZone.ts";
import { type ServerKind, versionOf, writeConfiguration } from "./serverKind.ts";

/** BIND: one thread; UPDATEs go to its journal, which it syncs. */
export const BIND: ServerKind = {
  id: "bind",
  title: "BIND",
  version: () => versionOf("named", "-v"),
  configure: (job) => {
    const zoneFile = join(job.folder, "zone");
    copyFileSync(job.zoneFile, zoneFile);
    const notify =
      job.secondaryPort === undefined
        ? "notify no;"
        : `notify explicit; also-notify { 127.0.0.1 port ${job.secondaryPort}; };`;
    const path = writeConfiguration(
      job,
      "named.conf",
      `options {
  directory "${job.folder}";
  pid-file "${job.folder}/named.pid";
  session-keyfile none;
  managed-keys-directory "${job.folder}";
  listen-on port ${job.port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  minimal-responses yes;
  rrset-order { order cyclic; };
  querylog no;
  zone-statistics none;
  allow-transfer { 127.0.0.1; };
  answer-cookie yes;
  cookie-secret "00112233445566778899aabbccddeeff";
  update-quota 1000;
  notify-delay 0;
  serial-query-rate 1000;
  notify-rate 1000;
};
controls { };
logging {
  channel errors { file "${job.folder}/named.log"; severity error; };
  category default { errors; };
};
key "${KEY.name}" { algorithm ${KEY.algorithm}; secret "${KEY.secret}"; };
zone "${APEX}" {
  type primary;
  file "${zoneFile}";
  check-names ignore;
  allow-update { key "${KEY.name}"; };
  ${notify}
};
`,
    );
    return { command: "named", words: ["-f", "-n", "1", "-c", path] };
  },
};
