import assert from "node:assert/strict";
import { test } from "node:test";
import { clientSubnetReply } from "./clientSubnet.ts";
import type { Edns } from "./message.ts";

function edns(...subnets: readonly (readonly number[])[]): Edns {
  const options = subnets.map((octets) => ({ code: 8, data: Uint8Array.from(octets) }));
  const cookie = { code: 10, data: new Uint8Array(8) };
  return { udpPayloadSize: 1232, version: 0, dnssecOk: false, options: [cookie, ...options] };
}

test("a client subnet is answered as it came, with scope 0", () => {
  for (const octets of [
    [0, 1, 24, 0, 192, 0, 2],
    [0, 1, 20, 0, 192, 0, 0x20],
    [0, 1, 0, 0],
    [0, 0, 0, 0],
    [0, 1, 32, 0, 192, 0, 2, 1],
    [0, 2, 56, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0],
    [0, 2, 128, 0, ...new Array<number>(16).fill(1)],
  ]) {
    const data = Uint8Array.from(octets);
    assert.deepEqual(clientSubnetReply(edns(octets)), [{ code: 8, data }]);
  }
});

test("no client subnet is answered with none", () => {
  assert.deepEqual(clientSubnetReply(edns()), []);
  assert.deepEqual(clientSubnetReply(undefined), []);
});

for (const [why, octets] of [
  ["nothing", []],
  ["no scope", [0, 1, 0]],
  ["a scope in a query", [0, 1, 24, 24, 192, 0, 2]],
  ["bits behind the prefix", [0, 1, 20, 0, 192, 0, 0x21]],
  ["too few octets", [0, 1, 24, 0, 192, 0]],
  ["too many octets", [0, 1, 24, 0, 192, 0, 2, 0]],
  ["a prefix longer than an IPv4 address", [0, 1, 33, 0, 192, 0, 2, 1, 0]],
  ["a prefix longer than an IPv6 address", [0, 2, 129, 0, ...new Array<number>(17).fill(0)]],
  ["far too many octets", [0, 2, 128, 0, ...new Array<number>(200).fill(0)]],
  ["a family nobody knows", [0, 3, 0, 0]],
  ["a prefix without a family", [0, 0, 8, 0, 1]],
] as const) {
  test(`a client subnet with ${why} is malformed`, () => {
    assert.equal(clientSubnetReply(edns([...octets])), undefined);
  });
}

test("two client subnets are malformed", () => {
  const one = [0, 1, 0, 0];
  assert.equal(clientSubnetReply(edns(one, one)), undefined);
});
