// A validating unbound in front of a nameserver under test.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePlaces, until } from "../processes/instance.ts";
import { dig } from "../shown/tools.ts";

/** unbound that asks one server for one zone, and believes it only with the trust anchor. */
export class UnboundResolver {
  readonly #folder = mkdtempSync(join(tmpdir(), "holdfast-unbound-"));
  #process: ChildProcess | undefined;
  #said = "";
  port = 0;

  /** Starts it; `anchorFile` holds a DNSKEY record. */
  async start(zone: string, serverPort: number, anchorFile: string): Promise<void> {
    const { dnsPort } = await freePlaces();
    this.port = dnsPort;
    const config = join(this.#folder, "unbound.conf");
    writeFileSync(config, this.#text(zone, serverPort, anchorFile));
    this.#process = spawn("/usr/sbin/unbound", ["-d", "-d", "-p", "-c", config]);
    this.#process.stderr?.on("data", (text: Buffer) => {
      this.#said += text.toString();
    });
    const isUp = async (): Promise<boolean> => {
      const text = await dig(dnsPort, "+time=1", "+tries=1", zone, "SOA").catch(() => "");
      return text.includes("status: NOERROR");
    };
    await until("answered by unbound", isUp, () => this.#said);
  }

  /** The status and the AD flag of an answer, and its lines. */
  async ask(name: string, type: string) {
    const text = await dig(this.port, "+dnssec", "+noall", "+comments", "+answer", name, type);
    const [, status = ""] = /status: (\w+)/.exec(text) ?? [];
    const isAuthentic = /flags:[^;]* ad[ ;]/.test(text);
    return { status, isAuthentic, text };
  }

  async stop(): Promise<void> {
    const process = this.#process;
    if (process !== undefined && process.exitCode === null) {
      process.kill("SIGTERM");
      await once(process, "exit");
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #text(zone: string, serverPort: number, anchorFile: string): string {
    return [
      "server:",
      `  directory: "${this.#folder}"`,
      '  chroot: ""',
      '  username: ""',
      '  pidfile: ""',
      "  use-syslog: no",
      "  do-daemonize: no",
      "  interface: 127.0.0.1",
      `  port: ${this.port}`,
      "  num-threads: 1",
      "  do-ip6: no",
      "  do-not-query-localhost: no",
      '  module-config: "validator iterator"',
      `  trust-anchor-file: "${anchorFile}"`,
      "  aggressive-nsec: no",
      "  val-log-level: 2",
      "remote-control:",
      "  control-enable: no",
      "stub-zone:",
      `  name: "${zone}"`,
      `  stub-addr: 127.0.0.1@${serverPort}`,
      "",
    ].join("\n");
  }
}
