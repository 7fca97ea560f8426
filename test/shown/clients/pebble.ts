// Pebble, Let's Encrypt's ACME server for tests: it issues for a name whose challenge it read from
// the nameserver under test, and for no other.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../processes/freePort.ts";
import { ran } from "../tools.ts";

/** The programs that it takes. */
export const PEBBLE_PROGRAMS = ["pebble", "openssl"] as const;

const WAIT_MS_MAX = 60_000;
const LOOK_EVERY_MS = 50;

/** A Pebble that runs. */
export interface Pebble {
  /** The address of its ACME directory. */
  readonly directory: string;
  /** The certificate of its own HTTPS, in PEM, which clients must trust. */
  readonly certificateFile: string;
  /** Kills it, and waits for its end. */
  stop(): Promise<void>;
}

/** Starts Pebble, with its files in `folder`; it asks the nameserver at `dnsPort`. */
export async function startPebble(folder: string, dnsPort: number): Promise<Pebble> {
  const certificateFile = join(folder, "pebble.pem");
  const privateKey = join(folder, "pebble.key");
  await makeCertificate(certificateFile, privateKey);
  const port = await freePort();
  const config = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${await freePort()}`,
    certificate: certificateFile,
    privateKey,
    httpPort: 1,
    tlsPort: 1,
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
  };
  const configFile = join(folder, "pebble.json");
  writeFileSync(configFile, JSON.stringify({ pebble: config }));
  // Its random sleeps and refused nonces test ACME clients, and that is not what runs here.
  const env = { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" };
  const words = ["-config", configFile, "-dnsserver", `127.0.0.1:${dnsPort}`];
  const child = spawn("pebble", words, { env, stdio: "ignore" });
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  const directory = `https://localhost:${port}/dir`;
  if (await answers(directory, certificateFile)) return { directory, certificateFile, stop };
  await stop();
  throw new Error(`Pebble at ${directory} does not answer`);
}

async function makeCertificate(certificateFile: string, privateKey: string): Promise<void> {
  const { code, stderr } = await ran("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
    ...["-addext", "subjectAltName=DNS:localhost", "-keyout", privateKey, "-out", certificateFile],
  ]);
  if (code !== 0) throw new Error(`openssl exited ${code}: ${stderr}`);
}

async function answers(address: string, certificateFile: string): Promise<boolean> {
  const ca = readFileSync(certificateFile);
  const untilMs = performance.now() + WAIT_MS_MAX;
  while (performance.now() < untilMs) {
    const isThere = await new Promise<boolean>((resolve) => {
      const request = get(address, { ca }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      request.on("error", () => resolve(false));
    });
    if (isThere) return true;
    await sleep(LOOK_EVERY_MS);
  }
  return false;
}
