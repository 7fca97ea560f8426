// 2 h 37 min of "nothing there", in accelerated time: who still gets an answer. Real BIND, real
// unbound, Node's own HTTPS client, curl.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openGuard } from "../../src/guard/library/index.ts";
import { needs, skipped } from "../peers.ts";
import { until } from "../processes/instance.ts";
import { curlClient, httpsClient, plainLookup } from "./outageClients.ts";
import { OUTAGE_PROGRAMS, OutageWorld } from "./outageWorld.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** How much faster time goes than on that day. */
const FACTOR = 400;
const OUTAGE_MS = (157 * 60_000) / FACTOR;
/** Of the defaults, in that time; but for what a TLS handshake on a busy machine needs. */
const MIN_AGE_MS = 600_000 / FACTOR;
const HOLD_MS_MAX = 86_400_000 / FACTOR;
const CONFIRM_MS = 5_000;
const PROOF_MS = 500;
/** Where curl's own resolv.conf points: port 53 of a loopback address of this test's. */
const FORWARDER = "127.0.53.41";

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
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

/** curl's own resolv.conf needs a mount namespace, and port 53. */
const wanted =
  process.getuid?.() === 0
    ? needs(...OUTAGE_PROGRAMS, "curl", "unshare")
    : skipped("not root: no mount namespace, and no port 53");

test("with guard, a name that is emptied for 2 h 37 min goes on serving", wanted, async () => {
  const world = new OutageWorld();
  const ends: (() => Promise<void> | void)[] = [() => world.stop()];
  try {
    await world.start();
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
    const all = Object.values(clients);
    for (const client of all) ends.unshift(() => client.stop());
    const count = (isCounted: boolean): void => {
      for (const client of all) client.counts = isCounted;
    };
    count(true);
    await until("all are served", () => {
      return Promise.resolve(all.every(({ share }) => share.answered >= 10));
    });
    await pause(2 * MIN_AGE_MS);
    count(false);
    await world.empty();
    await pause(2_000); // what caches still hold runs out
    const before = new Map(all.map((client) => [client, client.share]));
    count(true);
    await pause(OUTAGE_MS);
    count(false);
    const shares = Object.entries(clients).map(([what, client]) => {
      const { asked, answered } = client.share;
      const was = before.get(client) ?? { asked: 0, answered: 0 };
      return { what, asked: asked - was.asked, answered: answered - was.answered };
    });
    for (const { what, asked, answered } of shares) {
      console.log(`${what}: ${((100 * answered) / asked).toFixed(1)} % of ${asked} requests`);
    }
    for (const { what, asked, answered } of shares) {
      assert.ok(asked > 10, `${what} asked ${asked} times`);
      if (what.startsWith("with guard")) assert.equal(answered, asked, what);
      else if (!what.endsWith("keep-alive")) assert.equal(answered, 0, what);
    }
    await world.restore();
    count(true);
    const lost = clients["without guard, short connections"];
    const { answered } = lost.share;
    await until("the answer is back", () => Promise.resolve(lost.share.answered > answered));
  } finally {
    for (const end of ends) await end();
  }
});
