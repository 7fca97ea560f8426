import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { test } from "node:test";
import tls from "node:tls";
import { settle } from "../../../sim/simClock.ts";
import { certificateFor } from "../../../test/guard/certificate.ts";
import { needs } from "../../../test/peers.ts";
import { AddressProver, type Attempt, type ProofSettings } from "./addressProver.ts";
import { tryAddressWith } from "./tryAddress.ts";

const NAME = "api.shop.test.";
const HOST = "api.shop.test";
const OPENSSL = needs("openssl");

function proverOf(attempt: Attempt, proof: ProofSettings["proof"] = "tls"): AddressProver {
  const settingsFor = () => ({ proof, port: 443 });
  const tried = { has: (address: string) => !address.startsWith("10.") };
  return new AddressProver({ settingsFor, tried, attempt });
}

/** Attempts that end when the test says so. */
function pending(): { readonly attempt: Attempt; readonly tried: string[]; end: () => void } {
  const tried: string[] = [];
  const ends: (() => void)[] = [];
  const attempt: Attempt = (host, address) => {
    tried.push(`${host} ${address}`);
    return new Promise((resolve) => ends.push(() => resolve(true)));
  };
  return {
    attempt,
    tried,
    end: () => {
      for (const end of ends.splice(0)) end();
    },
  };
}

async function port(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

test("of a name's addresses at most four are tried, and only those that may be", async () => {
  const { attempt, tried, end } = pending();
  const addresses = ["10.0.0.1", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"];
  const proving = proverOf(attempt).prove(NAME, addresses, () => true);
  await settle();
  assert.deepEqual(
    tried,
    [1, 2, 3, 4].map((last) => `${HOST} 192.0.2.${last}`),
  );
  end();
  const proven = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
  assert.deepEqual(await proving, { proven, disproven: [] });
});

test("at most 16 addresses are tried at once, of all names; others wait their turn", async () => {
  const { attempt, tried, end } = pending();
  const prover = proverOf(attempt);
  const four = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
  const began: string[] = [];
  const names = ["a.", "b.", "c.", "d.", "e.", "f."];
  const proving = names.map((name) => prover.prove(name, four, () => began.push(name) > 0));
  await settle();
  assert.equal(tried.length, 16);
  assert.deepEqual([...new Set(began)], ["a.", "b.", "c.", "d."]);
  end();
  await settle();
  assert.equal(tried.length, 24);
  end();
  for (const outcome of await Promise.all(proving)) assert.deepEqual(outcome.proven, four);
});

test("what is not wanted any more once it is its turn is not tried", async () => {
  const { attempt, tried, end } = pending();
  const prover = proverOf(attempt);
  let isWanted = true;
  const four = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
  const names = Array.from({ length: 1000 }, (_, at) => `n${at}.`);
  const proving = names.map((name) => prover.prove(name, four, () => isWanted));
  await settle();
  isWanted = false;
  end();
  await settle();
  assert.equal(tried.length, 16);
  const outcomes = await Promise.all(proving);
  assert.deepEqual(outcomes.at(-1), { proven: [], disproven: [] });
  isWanted = true;
  const later = prover.prove(NAME, four, () => isWanted);
  await settle();
  end();
  assert.deepEqual((await later).proven, four);
});

test("where the application's connections alone are to prove it, nothing is tried", async () => {
  const { attempt, tried } = pending();
  const outcome = await proverOf(attempt, "connections").prove(NAME, ["192.0.2.1"], () => true);
  assert.deepEqual([outcome, tried], [{ proven: [], disproven: [] }, []]);
});

test("a server that accepts, and then says nothing, proves nothing after 3 s", async (context) => {
  const server = createServer();
  const settings = { proof: "tls", port: await port(server) } as const;
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let outcome: boolean | undefined;
  const trying = tryAddressWith(undefined)(HOST, "127.0.0.1", settings).then((isProven) => {
    outcome = isProven;
  });
  const [silent] = await once(server, "connection");
  context.mock.timers.tick(2999);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(outcome, undefined);
  context.mock.timers.tick(1);
  await trying;
  assert.equal(outcome, false);
  silent.destroy();
  server.close();
});

test("a process that only waits for a proof may end", async () => {
  const server = createServer();
  const at = await port(server);
  const url = new URL("./tryAddress.ts", import.meta.url).href;
  const script = `
    import { tryAddressWith } from ${JSON.stringify(url)};
    const trying = tryAddressWith(undefined)("${HOST}", "127.0.0.1", { proof: "tls", port: ${at} });
    void trying.then(() => console.log("waited"));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  const [code] = await once(child, "close");
  server.close();
  assert.deepEqual([code, said], [0, ""]);
});

test("a certificate must be for the name, and of somebody who is trusted", OPENSSL, async () => {
  const own = certificateFor(HOST);
  const server = tls.createServer(own, (socket) => socket.destroy());
  const settings = { proof: "tls", port: await port(server) } as const;
  const outcomes = [
    await tryAddressWith([own.cert])(HOST, "127.0.0.1", settings),
    await tryAddressWith([own.cert])("other.test", "127.0.0.1", settings),
    await tryAddressWith(undefined)(HOST, "127.0.0.1", settings),
    await tryAddressWith(undefined)(HOST, "127.0.0.1", { ...settings, proof: "tcp" }),
    await tryAddressWith(undefined)(HOST, "127.0.0.2", { ...settings, proof: "tcp" }),
  ];
  assert.deepEqual(outcomes, [true, false, false, true, false]);
  server.close();
});
