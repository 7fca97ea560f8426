import assert from "node:assert/strict";
import { test } from "node:test";
import { TriedAddresses } from "./publicAddress.ts";

const PUBLIC = [
  ...["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2600::1"],
  ...["2001:4860:4860::8888", "64:ff9b::808:808", "64:ff9b::8.8.8.8"],
];
const NOT_PUBLIC = [
  ...["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"],
  ...["192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255"],
  ...["::", "::1", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "fd00::1", "fe80::1", "ff02::1"],
  ...["192.88.99.1", "64:ff9b::a00:1", "64:ff9b::127.0.0.1", "64:ff9b::c0a8:101"],
  ...["2001::1", "2001:10::1", "2002:a00:1::", "2002:808:808::1", "5f00::1"],
];

test("public addresses of both families may be tried, and no others", () => {
  const tried = new TriedAddresses([]);
  assert.deepEqual(
    [...PUBLIC, ...NOT_PUBLIC].filter((address) => tried.has(address)),
    PUBLIC,
  );
});

test("networks that are allowed are tried besides; what is no address is not", () => {
  const tried = new TriedAddresses(["10.1.0.0/16", "fd00::/8"]);
  assert.deepEqual(
    ["10.1.2.3", "10.2.0.1", "fd12::1", "fc00::1", "8.8.8.8", "example"].filter((address) => {
      return tried.has(address);
    }),
    ["10.1.2.3", "fd12::1", "8.8.8.8"],
  );
  assert.throws(() => new TriedAddresses(["10.0.0.0"]), /it must be a network/);
});
