import { APEX, KEY } from "../benchZone.ts";
import {
  type Job,
  type Launch,
  type ServerKind,
  versionOf,
  writeConfiguration,
} from "./serverKind.ts";

const COOKIE_SECRET = "00112233445566778899aabbccddeeff";

/** NSD: one server process. It takes no UPDATEs. */
export const NSD: ServerKind = {
  id: "nsd",
  title: "NSD",
  version: () => versionOf("nsd", "-v"),
  configure: (job) => launch(job, `zonefile: "${job.zoneFile}"`),
};

/** NSD as a secondary of the server at `primaryPort`, serving each change as soon as it has it. */
export function nsdSecondary(job: Job, primaryPort: number): Launch {
  const zone = `request-xfr: 127.0.0.1@${primaryPort} ${KEY.name}
  allow-notify: 127.0.0.1 NOKEY
  allow-notify: 127.0.0.1 ${KEY.name}`;
  return launch(job, zone);
}

function launch(job: Job, zoneText: string): Launch {
  const path = writeConfiguration(
    job,
    "nsd.conf",
    `server:
  ip-address: 127.0.0.1@${job.port}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "${job.folder}"
  database: ""
  pidfile: "${job.folder}/nsd.pid"
  xfrdfile: "${job.folder}/xfrd.state"
  xfrdir: "${job.folder}"
  zonelistfile: "${job.folder}/zone.list"
  logfile: "${job.folder}/nsd.log"
  verbosity: 0
  rrl-ratelimit: 0
  minimal-responses: yes
  round-robin: yes
  xfrd-reload-timeout: 0
  answer-cookie: yes
  cookie-secret: "${COOKIE_SECRET}"
remote-control:
  control-enable: no
key:
  name: "${KEY.name}"
  algorithm: ${KEY.algorithm}
  secret: "${KEY.secret}"
zone:
  name: "${APEX}"
  ${zoneText}
`,
  );
  return { command: "nsd", words: ["-d", "-c", path] };
}
