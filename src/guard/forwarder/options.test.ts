import assert from "node:assert/strict";
import { test } from "node:test";
import { GuardError } from "../guardError.ts";
import { type ForwarderWords, readForwarderOptions } from "./options.ts";

const WORDS: ForwarderWords = { upstreams: ["192.0.2.53"], listen: [], allow: [], off: [] };

function upstream(text: string): unknown {
  return readForwarderOptions({ ...WORDS, upstreams: [text] }).upstreams[0];
}

test("upstreams are addresses, with a port, or names behind TLS", () => {
  assert.deepEqual(upstream("192.0.2.53"), { address: "192.0.2.53", port: 53 });
  assert.deepEqual(upstream("192.0.2.53#5353"), { address: "192.0.2.53", port: 5353 });
  assert.deepEqual(upstream("2001:db8::1@54"), { address: "2001:db8::1", port: 54 });
  const tls = { address: "1.1.1.1", port: 853, tlsName: "one.example" };
  assert.deepEqual(upstream("tls://1.1.1.1#one.example"), tls);
  assert.deepEqual(upstream("tls://1.1.1.1@8853#one.example"), { ...tls, port: 8853 });
});

test("what is not said is safe: loopback alone, 64 MiB", () => {
  const { listen, allowed, cacheOctetsMax, threads } = readForwarderOptions(WORDS);
  assert.deepEqual(listen, [{ address: "127.0.0.1", port: 53 }]);
  assert.deepEqual([allowed.length, cacheOctetsMax, threads], [0, 64 * 2 ** 20, "auto"]);
  const counts = ["0", "47"].map((text) => readForwarderOptions({ ...WORDS, threads: text }));
  assert.deepEqual(
    counts.map((options) => options.threads),
    [0, 47],
  );
});

const WRONG: readonly (readonly [string, Partial<ForwarderWords>, RegExp])[] = [
  ["no upstream", { upstreams: [] }, /Name the servers/],
  ["a name as upstream", { upstreams: ["dns.example"] }, /--upstream must be an address/],
  ["a network as upstream", { upstreams: ["192.0.2.0/24"] }, /--upstream must be/],
  ["a port that is none", { upstreams: ["192.0.2.53#70000"] }, /--upstream must be/],
  ["TLS without a name", { upstreams: ["tls://192.0.2.53"] }, /--upstream must be/],
  ["an open resolver", { listen: ["0.0.0.0:53"] }, /--allow/],
  ["a status page for all", { http: "0.0.0.0:9153" }, /--http 0.0.0.0:9153 .* --allow/],
  ["itself as upstream", { listen: ["127.0.0.1:53"], upstreams: ["127.0.0.1"] }, /must differ/],
  ["an address without port", { listen: ["127.0.0.1"] }, /--listen must be address:port/],
  ["a network that is none", { allow: ["10.0.0.1/8"] }, /--allow must be a network/],
  ["too little memory", { cache: "10K" }, /--cache must be a size/],
  ["memory in no unit", { cache: "64" }, /--cache must be a size/],
  ["more threads than there may be", { threads: "48" }, /--threads must be a number in 0..47/],
  ["a number of threads that is none", { threads: "-1" }, /--threads must be a number/],
  ["no name", { off: ["a..b"] }, /--off must be a domain name/],
];

for (const [what, words, problem] of WRONG) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => readForwarderOptions({ ...WORDS, ...words }),
      (error) => error instanceof GuardError && problem.test(error.message),
    );
  });
}

test("other clients are let in where it is said who", () => {
  const words = { ...WORDS, listen: ["0.0.0.0:53"], allow: ["10.0.0.0/8"], http: "0.0.0.0:9153" };
  const { allowed, http } = readForwarderOptions(words);
  assert.deepEqual([allowed.length, http], [1, { address: "0.0.0.0", port: 9153 }]);
  assert.equal(readForwarderOptions({ ...WORDS, http: "[::1]:9153" }).http?.address, "::1");
});
