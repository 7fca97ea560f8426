// The resolvers that are compared: one thread each, in front of the same server.
import { fileURLToPath } from "node:url";
import {
  type Job,
  type Launch,
  versionOf,
  writeConfiguration,
} from "../serve/servers/serverKind.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

export type ResolverId = "ours" | "unbound" | "dnsdist";

/** What a resolver is to do. */
interface Resolving {
  readonly job: Job;
  readonly upstreamPort: number;
  /** Names that it must have room for. */
  readonly names: number;
}

export interface Resolver {
  readonly id: ResolverId;
  /** As people know it. */
  readonly title: string;
  version(): string;
  /** Writes the configuration and says how to start it. */
  configure(resolving: Resolving): Launch;
}

/** Room for a name and its answer, whoever keeps them: more than any of them takes. */
const OCTETS_PER_NAME = 4096;
const MEBI = 2 ** 20;

function cacheMebi(names: number): number {
  return Math.max(64, Math.ceil((names * OCTETS_PER_NAME) / MEBI));
}

const OURS: Resolver = {
  id: "ours",
  title: "Holdfast guard",
  version: () => `Node ${versionOf(process.execPath, "--version")}`,
  configure: ({ job, upstreamPort, names }) => ({
    command: process.execPath,
    words: [
      ...[MAIN, "guard", "--upstream", `127.0.0.1#${upstreamPort}`],
      ...["--listen", `127.0.0.1:${job.port}`, "--threads", "1"],
      ...["--cache", `${cacheMebi(names)}M`],
    ],
  }),
};

const UNBOUND: Resolver = {
  id: "unbound",
  title: "unbound",
  version: () => versionOf("unbound", "-V"),
  configure: ({ job, upstreamPort, names }) => {
    const text = `server:
  interface: 127.0.0.1@${job.port}
  num-threads: 1
  username: ""
  chroot: ""
  directory: "${job.folder}"
  pidfile: "${job.folder}/unbound.pid"
  use-syslog: no
  verbosity: 0
  module-config: "iterator"
  do-not-query-localhost: no
  access-control: 127.0.0.0/8 allow
  local-zone: "test." transparent
  msg-cache-slabs: 1
  rrset-cache-slabs: 1
  msg-cache-size: ${Math.ceil(cacheMebi(names) / 2)}m
  rrset-cache-size: ${Math.ceil(cacheMebi(names) / 2)}m
  outgoing-range: 4096
  num-queries-per-thread: 2048
  so-rcvbuf: 4m
  so-sndbuf: 4m
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstreamPort}
`;
    const path = writeConfiguration(job, "unbound.conf", text);
    return { command: "unbound", words: ["-d", "-p", "-c", path] };
  },
};

const DNSDIST: Resolver = {
  id: "dnsdist",
  title: "dnsdist",
  version: () => versionOf("dnsdist", "--version"),
  configure: ({ job, upstreamPort, names }) => {
    const text = `setLocal("127.0.0.1:${job.port}")
setACL({"127.0.0.0/8"})
setSecurityPollSuffix("")
newServer({address="127.0.0.1:${upstreamPort}"}):setUp()
getPool(""):setCache(newPacketCache(${names * 2}, {numberOfShards=1}))
`;
    const path = writeConfiguration(job, "dnsdist.conf", text);
    return { command: "dnsdist", words: ["--supervised", "--disable-syslog", "-C", path] };
  },
};

/** In the order in which they take turns. */
export const RESOLVERS: readonly Resolver[] = [OURS, UNBOUND, DNSDIST];
