// The evening of October 2025 in accelerated time: who still gets an answer, request by request.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openGuard } from "../../src/guard/library/index.ts";
import { until } from "../processes/instance.ts";
import { type CountingClient, curlClient, httpsClient, plainLookup } from "./outageClients.ts";
import { OutageWorld } from "./outageWorld.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** How much faster time goes than on that day. */
export const FACTOR = 400;
/** 06:48 to 09:25 (UTC). */
export const OUTAGE_MINUTES = 157;
const OUTAGE_MS = (OUTAGE_MINUTES * 60_000) / FACTOR;
/** Of the defaults, in that time; but for what a TLS handshake on a busy machine needs. */
const MIN_AGE_MS = 600_000 / FACTOR;
const HOLD_MS_MAX = 86_400_000 / FACTOR;
const CONFIRM_MS = 5_000;
const PROOF_MS = 500;
/** Before and after: what caches hold runs out, and comes back. */
const AROUND_MS = 4_000;
const CACHES_MS = 2_000;
/** Where curl's own resolv.conf points: port 53 of a loopback address of this test's. */
const FORWARDER = "127.0.53.41";

/** What became of the requests of one client. */
export interface ClientRun {
  readonly what: string;
  /** While the name was empty, but for the first moments, in which caches still hold it. */
  readonly asked: number;
  readonly answered: number;
  /** For each part of the time: how many were under way in it, and how many of them answered. */
  readonly parts: readonly (readonly [asked: number, answered: number])[];
}

/** One run, as docs/guard-outage.json keeps it. Times are of that day, in minutes. */
export interface OutageRun {
  readonly factor: number;
  /** Minutes from the beginning until the name was emptied, and until it was put right. */
  readonly emptiedMinutes: number;
  readonly restoredMinutes: number;
  readonly minutes: number;
  readonly clients: readonly ClientRun[];
}

/** Parts of the time that the chart shows. */
const PARTS = 60;

/** Plays the evening once. */
export async function runOutage(): Promise<OutageRun> {
  const world = new OutageWorld();
  const ends: (() => Promise<void> | void)[] = [() => world.stop()];
  try {
    await world.start();
    const clients = startClients(world, ends);
    const all = Object.values(clients);
    await until("all are served", () => {
      return Promise.resolve(all.every(({ outcomes }) => outcomes.filter(isServed).length >= 10));
    });
    await pause(2 * MIN_AGE_MS);
    const startMs = performance.now();
    await pause(AROUND_MS);
    await world.empty();
    const emptiedMs = performance.now();
    await pause(CACHES_MS + OUTAGE_MS);
    const restoredMs = performance.now();
    await world.restore();
    await pause(AROUND_MS);
    const endMs = performance.now();
    const minutes = (ms: number): number => ((ms - startMs) * FACTOR) / 60_000;
    return {
      factor: FACTOR,
      emptiedMinutes: minutes(emptiedMs),
      restoredMinutes: minutes(restoredMs),
      minutes: minutes(endMs),
      clients: Object.entries(clients).map(([what, client]) => {
        const during = countOf(client, emptiedMs + CACHES_MS, restoredMs);
        return { what, ...during, parts: partsOf(client, startMs, endMs) };
      }),
    };
  } finally {
    for (const end of ends) await end();
  }
}

/** In a few words: `98.5 % of 326`. */
export function shareText({ asked, answered }: Pick<ClientRun, "asked" | "answered">): string {
  const percent = (100 * answered) / asked;
  return `${percent === 100 || percent === 0 ? percent : percent.toFixed(1)} % of ${asked}`;
}

function startClients(world: OutageWorld, ends: (() => Promise<void> | void)[]) {
  const guard = openGuard({
    upstreams: [{ address: "127.0.0.1", port: world.plainPort }],
    allowNetworks: ["127.0.0.0/8"],
    ca: world.certificate.cert,
    policy: {
      port: world.servicePort,
      minAgeMs: MIN_AGE_MS,
      confirmMs: CONFIRM_MS,
      holdMsMax: HOLD_MS_MAX,
      recheckMs: PROOF_MS,
      proofMs: PROOF_MS,
    },
  });
  ends.unshift(() => guard.close());
  ends.unshift(startForwarder(world));
  const plain = plainLookup(world.plainPort);
  const stale = plainLookup(world.stalePort);
  const clients = {
    "without guard, short connections": httpsClient(world, plain, false),
    "without guard, keep-alive": httpsClient(world, plain, true),
    "serve-stale only, short connections": httpsClient(world, stale, false),
    "with guard's library, short connections": httpsClient(world, guard.lookup, false),
    "with guard's library, keep-alive": httpsClient(world, guard.lookup, true),
    "with guard's forwarder, curl": curlClient(world, FORWARDER),
  };
  for (const client of Object.values(clients)) ends.unshift(() => client.stop());
  return clients;
}

/** The forwarder as a process of its own; gives what ends it. */
function startForwarder(world: OutageWorld): () => Promise<void> {
  const file = join(world.folder, "guard.yaml");
  const times = [
    `minAge: ${MIN_AGE_MS}ms`,
    `confirm: ${CONFIRM_MS}ms`,
    `holdMax: ${HOLD_MS_MAX}ms`,
    `recheck: ${PROOF_MS}ms`,
    `proveEvery: ${PROOF_MS}ms`,
  ];
  const policy = `policy: { port: ${world.servicePort}, ${times.join(", ")} }\n`;
  writeFileSync(file, `${policy}proveNetworks: [127.0.0.0/8]\n`);
  const ca = join(world.folder, "forwarder-ca.pem");
  writeFileSync(ca, world.certificate.cert);
  const words = ["guard", "--upstream", `127.0.0.1#${world.plainPort}`];
  const where = ["--listen", `${FORWARDER}:53`, "--config", file, "--ca", ca];
  const child = spawn(process.execPath, [MAIN, ...words, ...where], { stdio: "ignore" });
  const ended = once(child, "exit");
  return async () => {
    child.kill("SIGTERM");
    await ended;
  };
}

function isServed({ isAnswered }: { readonly isAnswered: boolean }): boolean {
  return isAnswered;
}

/** Requests that began and ended within this time. */
function countOf({ outcomes }: CountingClient, fromMs: number, untilMs: number) {
  const within = outcomes.filter(({ beganMs, endedMs }) => beganMs >= fromMs && endedMs <= untilMs);
  return { asked: within.length, answered: within.filter(isServed).length };
}

function partsOf({ outcomes }: CountingClient, startMs: number, endMs: number) {
  const parts = Array.from({ length: PARTS }, (): [number, number] => [0, 0]);
  const partAt = (ms: number): number => Math.floor(((ms - startMs) / (endMs - startMs)) * PARTS);
  for (const { beganMs, endedMs, isAnswered } of outcomes) {
    for (let at = partAt(beganMs); at <= partAt(endedMs); at += 1) {
      const part = parts[at];
      if (part === undefined) continue;
      part[0] += 1;
      if (isAnswered) part[1] += 1;
    }
  }
  return parts;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
