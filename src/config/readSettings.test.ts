import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ENDPOINTS_MAX } from "./compileEndpoints.ts";
import { findingText } from "./finding.ts";
import { errorsIn, readFiles, readText, SOUND, settingsIn } from "./readSettings.suite.ts";
import { readSettings } from "./readSettings.ts";
import { readSettingsText, settingsText } from "./settingsText.ts";

const EXAMPLE = "examples/region/holdfast.yaml";

describe("readSettings()", () => {
  it("reads the demo region", () => {
    const url = new URL(`../../${EXAMPLE}`, import.meta.url);
    const read = readSettings(EXAMPLE, () => ({ kind: "file", text: readFileSync(url, "utf8") }));
    const settings = settingsIn(read);
    assert.deepEqual(
      settings.policy.endpoints.map(({ name }) => name.replace(".use1.holdfast.example.", "")),
      [
        "dynamodb",
        "dynamodb-fips",
        "streams.dynamodb",
        "dynamodb.dualstack",
        "ipv6.dynamodb",
        "111122223333.ddb",
        "signin",
      ],
    );
    assert.equal(settings.policy.targets.length, 9);
    assert.deepEqual(settings.dns.listen, [{ address: "127.0.0.1", port: 5300 }]);
    assert.deepEqual(read.kind === "settings" && read.warnings, []);
  });

  it("takes the state folder that the configuration names, and none where it names none", () => {
    assert.equal(settingsIn(readText(`${SOUND}state: .holdfast-x\n`)).stateFolder, ".holdfast-x");
    assert.equal(settingsIn(readText(SOUND)).stateFolder, undefined);
  });

  it("fills in what is not said", () => {
    const settings = settingsIn(readText(SOUND));
    assert.deepEqual(settings.stores, [{ id: "embedded", kind: "embedded" }]);
    assert.deepEqual(settings.enactorIds, ["enactor-1", "enactor-2", "enactor-3"]);
    assert.equal(settings.vantage, "prober-use1");
    assert.deepEqual(settings.api.listen, { address: "127.0.0.1", port: 8053 });
    const [zone] = settings.zones;
    assert.equal(zone?.hostmaster, "hostmaster.use1.holdfast.example.");
    assert.equal(zone?.negativeTtlSeconds, 5);
    assert.deepEqual(zone?.storeIds, ["embedded"]);
    const [endpoint] = settings.policy.endpoints;
    assert.deepEqual(endpoint, {
      name: "dynamodb.use1.holdfast.example.",
      zone: "use1.holdfast.example.",
      poolIds: ["ddb"],
      types: ["A", "AAAA"],
      ttlSeconds: 5,
      answers: 2,
      floor: 1,
      velocity: { fractionMax: 0.5, windowMs: 10_000 },
    });
  });

  it("makes names and addresses canonical", () => {
    const text = SOUND.replace("{ name: dynamodb,", "{ name: DynamoDB.USE1.holdfast.example.,");
    const settings = settingsIn(readText(text));
    assert.equal(settings.policy.endpoints[0]?.name, "dynamodb.use1.holdfast.example.");
    assert.equal(settings.policy.targets[0]?.ipv6, "2001:db8:a::1");
  });

  it("joins the lists of included files, relative to the main one, YAML or JSON", () => {
    const endpoint = { name: "s3", zone: "use1.holdfast.example", pools: ["more"] };
    const read = readFiles({
      "holdfast.yaml": `${SOUND}include: [./regions/use1.json, more.yaml]\n`,
      "regions/use1.json": JSON.stringify({ endpoints: [endpoint] }),
      "more.yaml": "pools: [{ id: more, check: http, targets: [lb-b1] }]\n",
    });
    const { policy } = settingsIn(read);
    assert.deepEqual(
      policy.endpoints.map(({ name, types }) => [name.split(".")[0], types]),
      [
        ["dynamodb", ["A", "AAAA"]],
        ["s3", ["A"]],
      ],
    );
  });

  it("takes a server of others with a key whose secret is elsewhere", () => {
    const text = `${SOUND}
stores:
  - { id: bind-a, kind: rfc2136, server: "[::1]:5353", key: bind-key }
keys:
  - { id: bind-key, name: holdfast, secretFile: keys/bind.key }
`;
    const read = readText(text);
    const settings = settingsIn(read);
    assert.deepEqual(settings.stores, [
      {
        id: "bind-a",
        kind: "rfc2136",
        server: { address: "::1", port: 5353 },
        keyId: "bind-key",
        reads: "by-type",
      },
    ]);
    assert.deepEqual(settings.keys[0]?.secret, { kind: "file", path: "keys/bind.key" });
    assert.deepEqual(settings.dns.listen, []);
    assert.match(
      read.kind === "settings" ? (read.warnings[0]?.problem ?? "") : "",
      /bind-a cannot choose: it gives whole RRsets/,
    );
  });

  it("survives being kept as text", () => {
    const settings = settingsIn(readText(SOUND));
    assert.deepEqual(readSettingsText(settingsText(settings)), settings);
  });

  it("lists every error, in order, each with its place and what is allowed", () => {
    const text = SOUND.replace("capacity: 100", "capacity: 0")
      .replace("targets: [lb-a1, lb-b1]", "targets: [lb-a1, lb-b2]")
      .replace("interval: 1s", "interval: 1 s")
      .replace("pools: [ddb] }", "pools: [ddb], ttl: 1500ms, florr: 3 }");
    assert.deepEqual(errorsIn(readText(text)).map(findingText), [
      'holdfast.yaml:8:67: checks[0].interval: Cannot take "1 s" here' +
        " (allowed: a duration from 100ms to 1h)",
      "holdfast.yaml:10:87: targets[0].capacity: Cannot take 0 here" +
        " (allowed: a whole number in 1..65535)",
      'holdfast.yaml:13:46: pools[0].targets[1]: Cannot find the target "lb-b2"' +
        ': did you mean "lb-b1"? (allowed: lb-b1)',
      'holdfast.yaml:15:79: endpoints[0].florr: Cannot take the key "florr" as it is not known' +
        ' here: did you mean "floor"?' +
        " (allowed: name, zone, pools, types, ttl, answers, floor, velocity)",
    ]);
  });

  it("names pools that are wrong themselves rather than saying that none is defined", () => {
    const text = SOUND.replace("127.77.1.1", "127.77.1.999").replace(
      "pools: [ddb]",
      "pools: [dbd]",
    );
    const [, pool] = errorsIn(readText(text)).map(findingText);
    assert.match(pool ?? "", /"dbd": did you mean "ddb"\? \(allowed: ddb\)$/);
  });

  it("refuses a newer version with that alone", () => {
    const errors = errorsIn(readText(SOUND.replace("version: 1", "version: 2\nnews: true")));
    assert.equal(errors.length, 1);
    assert.equal(errors[0]?.line, 1);
    assert.match(errors[0]?.problem ?? "", /must be <= 1: it is 2, for a newer Holdfast$/);
  });

  it("names the file and place of an error in an included file", () => {
    const target = '{ "id": "lb-x", "zone": "az", "ipv4": "300.1.1.1" }';
    const json = `{\n  "targets": [\n    ${target}\n  ]\n}\n`;
    const errors = errorsIn(
      readFiles({ "holdfast.yaml": `${SOUND}include: [x.json]\n`, "x.json": json }),
    );
    const [{ file, line, column, path } = { file: "" }] = errors;
    assert.deepEqual([file, line, column, path], ["x.json", 3, 43, "targets[0].ipv4"]);
  });

  it("takes thousands of endpoints from JSON, and refuses more than a cell holds", () => {
    const endpointsJson = (count: number): string => {
      const endpoints = Array.from({ length: count }, (_, place) => {
        return { name: `e${place}`, zone: "use1.holdfast.example", pools: ["ddb"] };
      });
      return JSON.stringify({ endpoints });
    };
    const main = SOUND.replace(/endpoints:[\s\S]*/, "include: [many.json]\n");
    const read = readFiles({ "holdfast.yaml": main, "many.json": endpointsJson(10_717) });
    assert.equal(settingsIn(read).policy.endpoints.length, 10_717);
    const many = endpointsJson(ENDPOINTS_MAX + 1);
    const errors = errorsIn(readFiles({ "holdfast.yaml": main, "many.json": many }));
    assert.match(errors[0]?.problem ?? "", /Cannot have 100001 endpoints/);
    assert.equal(errors.length, 1);
  });
});
