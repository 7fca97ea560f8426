import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSettings, type Settings } from "../config/index.ts";
import { processesToRestart } from "./desired.ts";

const DNS = `  listen: ["127.0.0.1:5300"]
  nsid: ns1
  udpThreads: 2
`;

const KEYS = `keys:
  - { id: one, name: one.example, secretFile: one.key }
`;

const SECONDARIES = '  secondaries: [{ address: "127.0.0.1:5301", key: one }]\n';
const STORES = `stores:
  - { id: bind, kind: rfc2136, server: "127.0.0.1:5302", key: one }
`;

/** A small region with these lines from `dns:` on, and these enactors. */
function region(dns: string, enactors = "[enactor-az1, enactor-az2]"): Settings {
  const text = `version: 1
region: use1
enactors: ${enactors}
dns:
${dns}zones:
  - name: use1.holdfast.example
    nameservers: [{ name: ns1.use1.holdfast.example, addresses: [127.0.0.1] }]
checks:
  - { id: http, kind: http, port: 8080, path: /healthz, interval: 1s, timeout: 500ms }
targets:
  - { id: lb-1, zone: use1-az1, ipv4: 127.77.1.1, capacity: 100 }
pools:
  - { id: ddb, check: http, targets: [lb-1] }
endpoints:
  - { name: dynamodb, zone: use1.holdfast.example, pools: [ddb], answers: all }
`;
  const read = readSettings("holdfast.yaml", () => ({ kind: "file", text }));
  return read.kind === "settings" ? read.settings : assert.fail(JSON.stringify(read.findings));
}

describe("processesToRestart()", () => {
  const before = region(DNS);

  for (const [what, lines] of [
    ["a key that may write", `  updateKeys: [{ key: one, names: [www] }]\n${KEYS}`],
    ["a secondary", `${SECONDARIES}${KEYS}`],
    ["another limit", "  rateLimit: { responsesPerSecond: 7, exempt: [] }\n"],
    ["a catalog", `  catalog: catalog.example\n${SECONDARIES}${KEYS}`],
  ] as const) {
    it(`leaves all processes alone for ${what}`, () => {
      assert.deepEqual(processesToRestart(before, region(DNS + lines)), []);
    });
  }

  for (const [what, old, now] of [
    ["another NSID", "nsid: ns1", "nsid: ns2"],
    ["more threads", "udpThreads: 2", "udpThreads: 3"],
  ] as const) {
    it(`begins the nameserver alone anew for ${what}`, () => {
      const after = region(DNS.replace(old, now));
      assert.deepEqual(processesToRestart(before, after), ["nameserver"]);
    });
  }

  it("begins the nameserver and all who write to it anew for another place to listen", () => {
    const after = region(DNS.replace("5300", "5309"));
    const restarted = ["nameserver", "store", "enactor-az1", "enactor-az2"];
    assert.deepEqual(processesToRestart(before, after), restarted);
  });

  it("begins all who write to other servers anew for another key of theirs", () => {
    const old = region(DNS + KEYS + STORES);
    const after = region(DNS + KEYS.replace("one.key", "two.key") + STORES);
    assert.deepEqual(processesToRestart(old, after), ["store", "enactor-az1", "enactor-az2"]);
  });

  it("names none that was not there before, or is not to be there any more", () => {
    const after = region(DNS, "[enactor-az2, enactor-az3]");
    assert.deepEqual(processesToRestart(before, after), ["enactor-az2"]);
  });
});
