import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeOrigin, type RequestOrigin } from "./hostRule.ts";

const LOCAL: RequestOrigin = {
  host: "127.0.0.1:8053",
  origin: undefined,
  secFetchSite: undefined,
  localAddress: "127.0.0.1",
  localPort: 8053,
};

const CASES: readonly (readonly [why: string, change: Partial<RequestOrigin>, reason?: string])[] =
  [
    ["a program on this machine", {}],
    ["by the loopback's name", { host: "localhost:8053" }],
    ["letter case of a host means nothing", { host: "LocalHost:8053" }],
    ["by IPv6 loopback", { host: "[::1]:8053", localAddress: "::1" }],
    ["any address of 127/8 is this machine", { host: "127.0.0.9:8053" }],
    ["the listen address", { host: "10.0.0.5:8053", localAddress: "10.0.0.5" }],
    ["the same through a dual socket", { host: "10.0.0.5:8053", localAddress: "::ffff:10.0.0.5" }],
    ["an IPv6 listen address", { host: "[fd00::5]:8053", localAddress: "fd00::5" }],
    ["port 80 is left out of Host", { host: "127.0.0.1", localPort: 80 }],
    ["our own page", { origin: "http://127.0.0.1:8053" }],
    [
      "our own page, reported as such",
      { origin: "http://localhost:8053", secFetchSite: "same-site" },
    ],
    ["typed into the address bar", { secFetchSite: "none" }],
    [
      "DNS rebinding: their name, our address",
      { host: "evil.example:8053" },
      "misdirected-request",
    ],
    [
      "a name that merely begins so",
      { host: "localhost.evil.example:8053" },
      "misdirected-request",
    ],
    ["an address by suffix", { host: "127.0.0.1.evil.example:8053" }, "misdirected-request"],
    ["another port is another origin", { host: "127.0.0.1:9999" }, "misdirected-request"],
    ["no port means 80", { host: "127.0.0.1" }, "misdirected-request"],
    ["no Host at all", { host: undefined }, "misdirected-request"],
    ["an address that is not ours", { host: "10.0.0.6:8053" }, "misdirected-request"],
    ["user information is no host", { host: "a@127.0.0.1:8053" }, "misdirected-request"],
    ["another site's page", { origin: "https://evil.example" }, "foreign-origin"],
    ["a page of another local port", { origin: "http://127.0.0.1:3000" }, "foreign-origin"],
    ["a sandboxed frame or a file", { origin: "null" }, "foreign-origin"],
    ["https is another origin", { origin: "https://127.0.0.1:8053" }, "foreign-origin"],
    ["an image on another page sends no Origin", { secFetchSite: "cross-site" }, "foreign-origin"],
  ];

for (const [why, change, reason] of CASES) {
  test(`judgeOrigin() ${reason === undefined ? "serves" : "refuses"}: ${why}`, () => {
    const refused = judgeOrigin({ ...LOCAL, ...change });
    const got = refused?.fault.code === "api-refused" ? refused.fault.reason : undefined;
    assert.equal(got, reason);
  });
}
