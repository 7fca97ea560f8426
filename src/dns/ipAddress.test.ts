import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { ipv4Text, ipv6Text, parseIpv4, parseIpv6 } from "./ipAddress.ts";

const cases = [
  { text: "2001:DB8::1", want: "2001:db8::1", why: "RFC 5952 4.3: lower case" },
  { text: "2001:db8:0:0:0:0:2:1", want: "2001:db8::2:1", why: "RFC 5952 4.2: zeros are shortened" },
  { text: "2001:db8:0:1:1:1:1:1", want: "2001:db8:0:1:1:1:1:1", why: "4.2.2: one zero is not" },
  { text: "2001:0:0:1:0:0:0:1", want: "2001:0:0:1::1", why: "4.2.3: the longest run" },
  {
    text: "2001:db8:0:0:1:0:0:1",
    want: "2001:db8::1:0:0:1",
    why: "4.2.3: the first of equal runs",
  },
  { text: "::", want: "::", why: "all zeros" },
  { text: "1::", want: "1::", why: "zeros at the end" },
  { text: "::ffff:192.0.2.1", want: "::ffff:192.0.2.1", why: "RFC 5952 5: IPv4-mapped" },
  { text: "64:ff9b::192.0.2.33", want: "64:ff9b::c000:221", why: "an IPv4 tail may be read" },
  { text: "1::2::3", want: undefined, why: "one shortening only" },
  { text: "1:2:3:4:5:6:7", want: undefined, why: "a group is missing" },
  { text: "1:2:3:4:5:6:7:8::", want: undefined, why: "nothing is left to shorten" },
  { text: "1:2:3:4:5:6:7:8:9", want: undefined, why: "a group too many" },
  { text: "fe80::1%lo", want: undefined, why: "a zone id is no part of an address" },
  { text: "12345::", want: undefined, why: "four digits a group" },
  { text: "192.0.2.1::", want: undefined, why: "IPv4 stands at the end only" },
  { text: ":1:2:3:4:5:6:7", want: undefined, why: "a single colon shortens nothing" },
  { text: "", want: undefined, why: "nothing is no address" },
];

for (const { text, want, why } of cases) {
  test(`parseIpv6() gives ${want ?? "nothing"} for ${JSON.stringify(text)}: ${why}`, () => {
    const octets = parseIpv6(text);
    assert.equal(octets === undefined ? undefined : ipv6Text(octets), want);
  });
}

for (const text of [
  "192.0.2",
  "192.0.2.1.1",
  "192.0.2.256",
  "192.0.2.01",
  "0x7f.0.0.1",
  "1.2.3.-4",
]) {
  test(`parseIpv4() refuses ${text}`, () => {
    assert.equal(parseIpv4(text), undefined);
  });
}

test("addresses survive text and back, and Node reads the same text as an address", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (octets) => {
      assert.deepEqual(parseIpv6(ipv6Text(octets)), octets);
      assert.equal(isIPv6(ipv6Text(octets)), true);
      assert.deepEqual(parseIpv4(ipv4Text(octets)), octets.slice(0, 4));
    }),
  );
});

test("parseIpv6() and parseIpv4() read what Node reads, and nothing else", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV6(), fc.ipV4(), fc.string({ unit: fc.constantFrom(..."01f:.") })),
      (text) => {
        assert.equal(parseIpv4(text) !== undefined, isIPv4(text));
        assert.equal(parseIpv6(text) !== undefined, isIPv6(text));
      },
    ),
    { numRuns: 500 },
  );
});
