import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type IpNetwork, ipNetworkText, isInNetwork, parseIpNetwork } from "./ipNetwork.ts";

function network(text: string): IpNetwork {
  const read = parseIpNetwork(text);
  assert.ok(read !== undefined, text);
  return read;
}

describe("parseIpNetwork()", () => {
  it("reads networks and single addresses, and writes them canonically", () => {
    for (const [text, canonical] of [
      ["192.0.2.0/24", "192.0.2.0/24"],
      ["0.0.0.0/0", "0.0.0.0/0"],
      ["192.0.2.1", "192.0.2.1/32"],
      ["2001:DB8:0::/48", "2001:db8::/48"],
      ["::1", "::1/128"],
    ] as const) {
      assert.equal(ipNetworkText(network(text)), canonical);
    }
  });

  it("refuses what is no network, and bits behind the prefix", () => {
    for (const text of [
      "192.0.2.1/24",
      "2001:db8::1/64",
      "192.0.2.0/33",
      "::/129",
      "192.0.2.0/024",
      "192.0.2.0/",
      "192.0.2.0/24/8",
      "fe80::1%eth0",
      "example",
      "",
    ]) {
      assert.equal(parseIpNetwork(text), undefined, text);
    }
  });
});

describe("isInNetwork()", () => {
  it("compares the bits of the prefix only, also inside an octet", () => {
    const odd = network("198.51.100.64/27");
    assert.ok(isInNetwork(odd, "198.51.100.64"));
    assert.ok(isInNetwork(odd, "198.51.100.95"));
    assert.ok(!isInNetwork(odd, "198.51.100.96"));
    assert.ok(isInNetwork(network("2001:db8::/47"), "2001:db8:1::5"));
    assert.ok(!isInNetwork(network("2001:db8::/47"), "2001:db8:2::5"));
  });

  it("takes an IPv4 address mapped into IPv6 for what it is, and looks past a zone id", () => {
    assert.ok(isInNetwork(network("192.0.2.0/24"), "::ffff:192.0.2.9"));
    assert.ok(isInNetwork(network("fe80::/10"), "fe80::1%eth0"));
  });

  it("keeps the families apart, and everything that is no address out", () => {
    assert.ok(!isInNetwork(network("0.0.0.0/0"), "2001:db8::1"));
    assert.ok(!isInNetwork(network("::/0"), "192.0.2.1"));
    assert.ok(!isInNetwork(network("0.0.0.0/0"), "localhost"));
  });
});
