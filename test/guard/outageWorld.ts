// The evening of October 2025 with real servers: BIND holds the name, unbound resolves it, a load
// balancer serves it all the time. All on loopback.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../processes/freePort.ts";
import { until } from "../processes/instance.ts";
import { digShort, nsupdate } from "../shown/tools.ts";
import { type Certificate, certificateFor } from "./certificate.ts";

/** The programs that it takes. */
export const OUTAGE_PROGRAMS = ["named", "unbound", "dig", "nsupdate", "openssl"] as const;

const ZONE = "shop.example";
/** The name that loses its records. */
export const OUTAGE_NAME = `dynamodb.${ZONE}`;
const BALANCER = "127.0.0.41";
/** Of the 5 s that the name had in 2025: the least that a TTL can be. */
const TTL_SECONDS = 1;

/** Servers of one evening. */
export class OutageWorld {
  readonly folder = mkdtempSync(join(tmpdir(), "hf-outage-"));
  readonly certificate: Certificate = certificateFor(OUTAGE_NAME);
  /** The port of a recursive server that believes what it is told. */
  plainPort = 0;
  /** The port of one that serves expired answers (RFC 8767) where it gets none. */
  stalePort = 0;
  /** The port of the load balancer. */
  servicePort = 0;
  readonly #children: ChildProcess[] = [];
  readonly #service = https.createServer(this.certificate, (_request, answer) => answer.end("ok"));
  #bindPort = 0;

  async start(): Promise<void> {
    chmodSync(this.folder, 0o777);
    this.#service.listen(0, BALANCER);
    await once(this.#service, "listening");
    this.servicePort = (this.#service.address() as AddressInfo).port;
    this.#bindPort = await freePort();
    this.#startBind();
    this.plainPort = await this.#startUnbound("plain", []);
    this.stalePort = await this.#startUnbound("stale", [
      "  serve-expired: yes",
      "  serve-expired-ttl: 604800",
      "  serve-expired-client-timeout: 1800",
    ]);
    for (const port of [this.plainPort, this.stalePort]) {
      await until("resolves the name", async () => {
        return (await digShort(port, OUTAGE_NAME, "A").catch(() => [])).length === 1;
      });
    }
  }

  /** What the automation did at 06:48 (UTC) that day. */
  async empty(): Promise<void> {
    await this.#change(`update delete ${OUTAGE_NAME}. A`);
  }

  /** What people did at 09:25. */
  async restore(): Promise<void> {
    await this.#change(`update add ${OUTAGE_NAME}. ${TTL_SECONDS} A ${BALANCER}`);
  }

  async stop(): Promise<void> {
    this.#service.close();
    this.#service.closeAllConnections();
    for (const child of this.#children) {
      if (child.exitCode === null) child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #keyFile(): string {
    return join(this.folder, "key");
  }

  async #change(line: string): Promise<void> {
    const { code, stderr } = await nsupdate(this.#bindPort, this.#keyFile, [`zone ${ZONE}`, line]);
    if (code !== 0) throw new Error(stderr);
  }

  #startBind(): void {
    const secret = randomBytes(32).toString("base64");
    const key = `key "operator." { algorithm hmac-sha256; secret "${secret}"; };\n`;
    writeFileSync(this.#keyFile, key);
    writeFileSync(
      join(this.folder, "zone.db"),
      `$TTL ${TTL_SECONDS}\n@ IN SOA ns1 hostmaster 1 300 60 86400 ${TTL_SECONDS}\n@ IN NS ns1\n` +
        `ns1 IN A 127.0.0.1\ndynamodb IN A ${BALANCER}\n`,
    );
    const config = join(this.folder, "named.conf");
    writeFileSync(
      config,
      `options { directory "${this.folder}"; pid-file none; recursion no; notify no;
         listen-on port ${this.#bindPort} { 127.0.0.1; }; listen-on-v6 { none; }; };
       controls { };
       ${key}
       zone "${ZONE}" { type primary; file "zone.db";
         update-policy { grant operator. zonesub ANY; }; };\n`,
    );
    this.#children.push(spawn("named", ["-g", "-4", "-c", config], { stdio: "ignore" }));
  }

  async #startUnbound(id: string, lines: readonly string[]): Promise<number> {
    const port = await freePort();
    const config = join(this.folder, `${id}.conf`);
    const text = [
      "server:",
      `  directory: "${this.folder}"`,
      '  chroot: ""',
      '  username: ""',
      '  pidfile: ""',
      "  use-syslog: no",
      "  do-daemonize: no",
      "  interface: 127.0.0.1",
      `  port: ${port}`,
      "  do-ip6: no",
      "  do-not-query-localhost: no",
      '  module-config: "iterator"',
      ...lines,
      "remote-control:",
      "  control-enable: no",
      "stub-zone:",
      `  name: "${ZONE}"`,
      `  stub-addr: 127.0.0.1@${this.#bindPort}`,
      "",
    ];
    writeFileSync(config, text.join("\n"));
    const words = ["-d", "-d", "-p", "-c", config];
    this.#children.push(spawn("/usr/sbin/unbound", words, { stdio: "ignore" }));
    return port;
  }
}
