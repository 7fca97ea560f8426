import assert from "node:assert/strict";
import { test } from "node:test";
import type { Check } from "../plan/index.ts";
import { DemoError } from "./demoError.ts";
import { demoTargets } from "./demoTarget.ts";

const check: Check = {
  id: "http",
  kind: "http",
  port: 8080,
  path: "/healthz",
  intervalMs: 1,
  timeoutMs: 1,
  jitterMs: 0,
  rise: 1,
  fall: 1,
};
const target = { id: "a", availabilityZone: "az1", ipv4: "127.1.1.1", capacity: 1 };
const pool = { id: "p", checkId: "http", targetIds: ["a"] };

test("demoTargets() gives each target of a pool once, with all that its checks ask for", () => {
  const found = demoTargets({
    targets: [target, { ...target, id: "unused" }],
    checks: [
      check,
      { ...check, id: "deep", path: "/deep" },
      { ...check, id: "tcp", kind: "tcp", port: 9090 },
    ],
    pools: [pool, { ...pool, checkId: "deep" }, { ...pool, checkId: "tcp" }, pool],
  });
  assert.deepEqual(found, [
    {
      id: "a",
      availabilityZone: "az1",
      address: "127.1.1.1",
      listeners: [
        { port: 8080, paths: ["/healthz", "/deep"] },
        { port: 9090, paths: [] },
      ],
    },
  ]);
});

const { ipv4: _, ...withoutIpv4 } = target;
const refusals = [
  { target: { ...target, ipv4: "10.0.0.1" }, check, code: "not-loopback", why: "others reach it" },
  { target: { ...target, ipv4: "127.evil" }, check, code: "not-loopback", why: "not an address" },
  { target: withoutIpv4, check, code: "not-loopback", why: "IPv6 is only in answers" },
  { target, check: { ...check, kind: "https" }, code: "https-not-served", why: "it has no TLS" },
] as const;
for (const { target: odd, check: oddCheck, code, why } of refusals) {
  test(`demoTargets() refuses with ${code}: ${why}`, () => {
    assert.throws(
      () => demoTargets({ targets: [odd], checks: [oddCheck], pools: [pool] }),
      (error: unknown) => error instanceof DemoError && error.fault.code === code,
    );
  });
}
