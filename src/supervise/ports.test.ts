import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import type { SocketAddress } from "../base/index.ts";
import { PLAIN_DNS, type Settings } from "../config/index.ts";
import { checkPorts } from "./ports.ts";

const LOOPBACK = "127.0.0.1";

function settingsOf(dns: readonly SocketAddress[], api: SocketAddress): Settings {
  return {
    formatVersion: 1,
    policy: { region: "r", zones: [], targets: [], checks: [], pools: [], endpoints: [] },
    zones: [],
    stores: [],
    keys: [],
    dns: { ...PLAIN_DNS, listen: dns },
    api: { listen: api },
    enactorIds: ["enactor-1"],
    vantage: "prober-r",
    demo: { loadBalancers: false },
  };
}

/** Holds one TCP port while `work` runs. */
async function withTcp(work: (at: SocketAddress) => Promise<void>): Promise<void> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await work({ address: LOOPBACK, port });
  server.close();
}

const FREE = { address: LOOPBACK, port: 0 };

test("checkPorts() passes where all ports are free, and holds none", async () => {
  await checkPorts(settingsOf([FREE], FREE), () => false);
});

test("checkPorts() names a TCP port of the DNS that is taken, and its key", async () => {
  await withTcp(async (at) => {
    await assert.rejects(
      checkPorts(settingsOf([at], FREE), () => false),
      {
        fault: { code: "port-unusable", address: LOOPBACK, port: at.port },
        message: new RegExp(`TCP ${LOOPBACK}:${at.port} \\(dns.listen\\) .*another one has it`),
      },
    );
  });
});

test("checkPorts() names a UDP port that is taken", async () => {
  const socket = createSocket("udp4").bind(0, LOOPBACK);
  await once(socket, "listening");
  const at = { address: LOOPBACK, port: socket.address().port };
  await assert.rejects(
    checkPorts(settingsOf([at], FREE), () => false),
    /UDP .*\(dns\.listen\)/,
  );
  socket.close();
});

test("checkPorts() names the API's port that is taken", async () => {
  await withTcp(async (at) => {
    await assert.rejects(
      checkPorts(settingsOf([], at), () => false),
      /\(api\.listen\)/,
    );
  });
});

test("checkPorts() leaves out what a nameserver of ours still holds", async () => {
  await withTcp(async (at) => {
    await checkPorts(settingsOf([at], FREE), (one) => one.port === at.port);
  });
});

test("checkPorts() says so where the machine has no such address", async () => {
  const at = { address: "192.0.2.1", port: 0 };
  await assert.rejects(
    checkPorts(settingsOf([at], FREE), () => false),
    /no such address/,
  );
});
