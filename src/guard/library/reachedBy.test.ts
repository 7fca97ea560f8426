import assert from "node:assert/strict";
import { test } from "node:test";
import { reachedBy, sourceTowards, type Ways } from "./reachedBy.ts";

const SERVERS = ["10.0.0.53"];
const V4 = { address: "10.0.0.7", netmask: "255.255.255.0" };

/** A machine with these ways out, and whatever else it has addresses of. */
function ways(
  sources: Readonly<Record<string, string>>,
  ...others: readonly { readonly address: string; readonly netmask: string }[]
): Ways {
  return { sourceTowards: (address) => sources[address], interfaces: () => [V4, ...others] };
}

test("the network is that of the address by which the servers are reached", () => {
  assert.equal(reachedBy(SERVERS, ways({ "10.0.0.53": "10.0.0.7" })), "10.0.0.0");
  const away = ways({ "10.0.0.53": "10.9.1.2" }, { address: "10.9.1.2", netmask: "255.255.0.0" });
  assert.equal(reachedBy(SERVERS, away), "10.9.0.0");
});

test("interfaces that come and go beside it change nothing", () => {
  const alone = ways({ "10.0.0.53": "10.0.0.7" });
  const docker = { address: "172.18.0.1", netmask: "255.255.0.0" };
  const pod = { address: "fe80::dc4b:97ff", netmask: "ffff:ffff:ffff:ffff::" };
  const beside = ways({ "10.0.0.53": "10.0.0.7" }, docker, pod);
  assert.equal(reachedBy(SERVERS, beside), reachedBy(SERVERS, alone));
});

test("a new privacy address of the same network is the same network", () => {
  const by = (source: string) => reachedBy(["2600::53"], ways({ "2600::53": source }));
  assert.equal(by("2001:db8::a1b2"), by("2001:db8:0:0:9:9:9:9999"));
  assert.notEqual(by("2001:db8::a1b2"), by("2001:db8:0:1::a1b2"));
});

test("servers on this machine or link: the network by which the world is reached", () => {
  const home = { "127.0.0.53": "127.0.0.1", "192.0.2.1": "10.0.0.7" };
  assert.equal(reachedBy(["127.0.0.53"], ways(home)), "10.0.0.0");
  const router = { "fe80::1%eth0": "fe80::2%eth0", "2001:db8::1": "2001:db8:7::2" };
  assert.equal(reachedBy(["fe80::1%eth0"], ways(router)), "2001:db8:7:0");
});

test("no way out: nothing", () => {
  assert.equal(reachedBy(SERVERS, ways({})), undefined);
  assert.equal(reachedBy(["127.0.0.53"], ways({ "127.0.0.53": "127.0.0.1" })), undefined);
  assert.equal(reachedBy([], ways({})), undefined);
});

test("the system says by which address another is reached, at once", () => {
  assert.equal(sourceTowards("127.0.0.1"), "127.0.0.1");
  assert.equal(sourceTowards("255.255.255.255"), undefined);
});
