// BIND as another primary of the demo region's zone, which takes our UPDATEs.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Region } from "../processes/instance.ts";
import { ZONE } from "./demoRegion.ts";

/** What a region's configuration needs to hold its zone on BIND as well, in front of `checks`. */
export function withBind(text: string, bindPort: number): string {
  return text.replace(
    "\nchecks:",
    `
stores:
  - { id: embedded, kind: embedded }
  - { id: bind-a, kind: rfc2136, server: "127.0.0.1:${bindPort}", key: bind-key }
keys: [{ id: bind-key, name: holdfast., algorithm: hmac-sha256, secretFile: bind.secret }]

checks:`,
  );
}

/** A BIND that was started in a region's folder. */
export interface BindPeer {
  /** A key file for nsupdate. */
  readonly keyFile: string;
  /** Kills it, and waits for its end. */
  stop(): Promise<void>;
}

/** Starts BIND with the zone as lines of a zone file say, beside its SOA and NS. */
export function startBind(region: Region, port: number, lines: readonly string[] = []): BindPeer {
  const { folder } = region;
  const secret = randomBytes(32).toString("base64");
  const keyFile = join(folder, "bind.key");
  const key = `key "holdfast." { algorithm hmac-sha256; secret "${secret}"; };\n`;
  writeFileSync(keyFile, key);
  writeFileSync(join(folder, "bind.secret"), `${secret}\n`);
  writeFileSync(
    join(folder, "zone.db"),
    [
      ...["$TTL 60", "@ IN SOA ns1 hostmaster 1 300 60 86400 5", "@ IN NS ns1"],
      ...["ns1 IN A 127.0.0.1", ...lines, ""],
    ].join("\n"),
  );
  const config = join(folder, "named.conf");
  writeFileSync(
    config,
    `options { directory "${folder}"; pid-file none; recursion no; notify no;
       listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; };
     controls { };
     ${key}
     zone "${ZONE}" { type primary; file "zone.db"; allow-transfer { key "holdfast."; };
       update-policy { grant holdfast. zonesub ANY; }; };\n`,
  );
  chmodSync(folder, 0o777);
  const child: ChildProcess = spawn("named", ["-g", "-4", "-c", config], { stdio: "ignore" });
  const ended = once(child, "exit");
  return {
    keyFile,
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
