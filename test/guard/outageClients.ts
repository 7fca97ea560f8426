// Clients that need the name all the time, and count how often they get what they came for.
import { execFile } from "node:child_process";
import { Resolver } from "node:dns";
import { writeFileSync } from "node:fs";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { join } from "node:path";
import { OUTAGE_NAME, type OutageWorld } from "./outageWorld.ts";

/** What became of one request; times of this process. */
export interface Outcome {
  readonly beganMs: number;
  readonly endedMs: number;
  readonly isAnswered: boolean;
}

const EVERY_MS = 50;
const REQUEST_MS_MAX = 3000;

/** The look-up of an application that believes its recursive server. */
export function plainLookup(port: number): LookupFunction {
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return (hostname, options, callback) => {
    resolver.resolve4(hostname, (error, addresses) => {
      const found = (addresses ?? []).map((address) => ({ address, family: 4 }));
      if (error !== null) callback(error, []);
      else if (options.all === true) callback(null, found);
      else callback(null, found[0]?.address ?? "", 4);
    });
  };
}

/** Asks over and over, and notes what became of it. */
export class CountingClient {
  readonly outcomes: Outcome[] = [];
  #isStopped = false;
  readonly #ask: () => Promise<boolean>;
  readonly #done: Promise<void>;

  constructor(ask: () => Promise<boolean>) {
    this.#ask = ask;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const beganMs = performance.now();
      const isAnswered = await this.#ask();
      this.outcomes.push({ beganMs, endedMs: performance.now(), isAnswered });
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}

/** One request over HTTPS; `isKept`: on a connection that is kept alive for the next. */
export function httpsClient(
  world: OutageWorld,
  lookup: LookupFunction,
  isKept: boolean,
): CountingClient {
  const agent = new https.Agent({ keepAlive: isKept, maxSockets: 1 });
  const ca = world.certificate.cert;
  return new CountingClient(
    () =>
      new Promise((resolve) => {
        const options = { host: OUTAGE_NAME, port: world.servicePort, agent, lookup, ca };
        const request = https.get({ ...options, timeout: REQUEST_MS_MAX }, (answer) => {
          answer.resume();
          answer.once("end", () => resolve(answer.statusCode === 200));
          answer.once("error", () => resolve(false));
        });
        request.once("timeout", () => request.destroy());
        request.once("error", () => resolve(false));
      }),
  );
}

/**
 * curl, which asks the server that its resolv.conf names: one of its own, in a mount namespace of
 * its own. `address` answers on port 53.
 */
export function curlClient(world: OutageWorld, address: string): CountingClient {
  const conf = join(world.folder, "resolv.conf");
  const ca = join(world.folder, "service.pem");
  writeFileSync(conf, `nameserver ${address}\noptions timeout:2 attempts:1\n`);
  writeFileSync(ca, world.certificate.cert);
  const url = `https://${OUTAGE_NAME}:${world.servicePort}/`;
  const curl = `curl --silent --show-error --max-time 3 --cacert "${ca}" "${url}"`;
  const script = `mount --bind "${conf}" /etc/resolv.conf && exec ${curl}`;
  return new CountingClient(
    () =>
      new Promise((resolve) => {
        execFile("unshare", ["--mount", "sh", "-c", script], (error, stdout) => {
          resolve(error === null && stdout === "ok");
        });
      }),
  );
}
