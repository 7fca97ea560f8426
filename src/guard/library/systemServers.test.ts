import assert from "node:assert/strict";
import { test } from "node:test";
import { ndotsOf, SystemServers } from "./systemServers.ts";

test("the network is that of who is asked, and the last one while there is none", () => {
  let nowMs = 0;
  let network: string | undefined = "10.0.0.0";
  const asked: string[] = [];
  const upstreams = [{ address: "192.0.2.53", port: 53 }];
  const system = new SystemServers(
    () => nowMs,
    upstreams,
    (servers) => {
      asked.push(...servers);
      return network;
    },
  );
  assert.equal(system.network, "10.0.0.0");
  network = undefined;
  assert.equal(system.network, "10.0.0.0");
  assert.deepEqual(asked, ["192.0.2.53"], "not for each question");
  nowMs += 5000;
  assert.equal(system.network, "10.0.0.0", "nobody can be asked: it is stale that counts");
  assert.equal(asked.length, 2);
  network = "10.9.0.0";
  nowMs += 5000;
  assert.equal(system.network, "10.9.0.0");
});

test("ndots counts where there are search domains: a line's, or this machine's own", () => {
  const cluster = "search default.svc.cluster.local svc.cluster.local\noptions ndots:5\n";
  for (const [text, host, want] of [
    [cluster, "pod", 5],
    [`search .\n${cluster}`, "pod", 5],
    [`${cluster}search .\n`, "pod.example", 1],
    ["domain shop.example\noptions rotate ndots:3", "pod", 3],
    ["options ndots:5", "pod", 1],
    ["options ndots:5", "pod.shop.example", 5],
    ["search shop.example", "pod", 1],
  ] as const) {
    assert.equal(ndotsOf(text, host), want, JSON.stringify([text, host]));
  }
});
