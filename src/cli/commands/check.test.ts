import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { ApiWorld } from "../../api/world.suite.ts";
import { type CliWorld, withFolder, withRegion } from "../world.suite.ts";

const ENDPOINTS = ["dynamodb", "signin"];

function configuration(port: number, endpoints: readonly string[] = ENDPOINTS): string {
  return `
version: 1
region: use1
dns: { listen: ["127.0.0.1:5399"] }
api: { listen: "127.0.0.1:${port}" }
zones:
  - name: use1.holdfast.example
    nameservers: [{ name: ns1.use1.holdfast.example, addresses: [127.0.0.1] }]
checks:
  - { id: http, kind: http, port: 8080, path: /healthz, interval: 1s, timeout: 500ms }
targets:
  - { id: lb-a1, zone: use1-az1, ipv4: 127.1.1.1, capacity: 100 }
  - { id: lb-b1, zone: use1-az2, ipv4: 127.1.1.2, capacity: 100 }
  - { id: lb-c1, zone: use1-az3, ipv4: 127.1.1.3, capacity: 100 }
pools: [{ id: ddb, check: http, targets: [lb-a1, lb-b1, lb-c1] }]
defaults: { ttl: 5s, answers: 2, floor: 1, velocity: { fraction: 1, window: 1s } }
endpoints:
${endpoints
  .map((name) => `  - { name: ${name}, zone: use1.holdfast.example, pools: [ddb], types: [A] }`)
  .join("\n")}
`;
}

function write(cli: CliWorld, text: string): void {
  writeFileSync(join(cli.cwd, "holdfast.yaml"), text);
}

test("check says that a configuration is right, and what is in it", async () => {
  await withFolder(async (cli) => {
    write(cli, configuration(1));
    const { code, out } = await cli.run(["check", "holdfast.yaml"]);
    assert.equal(code, 0, out);
    assert.match(out, /no errors \(2 endpoints, 3 targets, 1 zones\)/);
  });
});

test("check lists every error with its place, exit 3, and as JSON", async () => {
  await withFolder(async (cli) => {
    write(cli, configuration(1).replaceAll("pools: [ddb]", "pools: [dbd]"));
    const { code, out, err } = await cli.run(["check", "holdfast.yaml"]);
    assert.equal(code, 3);
    assert.equal(out.trim().split("\n").length, 2);
    assert.match(out, /holdfast\.yaml:\d+:\d+: endpoints\[0\]/);
    assert.match(err, /2 errors/);
    const json = await cli.run(["check", "holdfast.yaml", "--json"]);
    const Findings = z.object({ ok: z.literal(false), findings: z.array(z.unknown()).length(2) });
    Findings.parse(JSON.parse(json.out));
    assert.equal((await cli.run(["check", "missing.yaml"])).code, 3);
  });
});

test("check --schema prints a JSON Schema", async () => {
  await withFolder(async (cli) => {
    const { code, out } = await cli.run(["check", "--schema"]);
    assert.equal(code, 0);
    z.object({ type: z.literal("object"), properties: z.looseObject({}) }).parse(JSON.parse(out));
  });
});

test("plan shows what would change against the running region, and writes nothing", async () => {
  const api = new ApiWorld();
  await api.plan(["dynamodb"]);
  await withRegion(api, async (cli, asker) => {
    write(cli, configuration(asker.port));
    const changed = await cli.run(["plan", "-c", "holdfast.yaml", "--exit-code"]);
    assert.equal(changed.code, 10, changed.err);
    assert.match(changed.out, /Compared with plan 1/);
    assert.match(changed.out, /^\+ signin\.use1\.holdfast\.example\. created/m);
    assert.doesNotMatch(changed.out, /dynamodb\.use1.* (created|changed)/);
    assert.equal((await api.store.head()).generation, 1);
    write(cli, configuration(asker.port, ["dynamodb"]));
    const same = await cli.run(["plan", "-c", "holdfast.yaml", "--exit-code"]);
    assert.equal(same.code, 0, same.out);
    assert.match(same.out, /Nothing would change/);
    write(cli, configuration(asker.port, ["signin"]));
    const gone = await cli.run(["plan", "-c", "holdfast.yaml"]);
    assert.equal(gone.code, 0);
    assert.match(gone.out, /dynamodb\.use1.* is not in the configuration: it goes on answering/);
  });
});

test("plan goes by health and forces of the running region", async () => {
  const api = new ApiWorld();
  await api.plan(["dynamodb"]);
  await withRegion(api, async (cli, asker) => {
    write(cli, configuration(asker.port, ["dynamodb"]));
    await cli.run(["drain", "lb-a1"]);
    const { out } = await cli.run(["plan", "-c", "holdfast.yaml"]);
    assert.match(out, /~ dynamodb\.use1.* changed/);
    assert.match(out, /- A 127\.1\.1\.1/);
  });
});

test("plan leaves alone what a person pinned", async () => {
  const api = new ApiWorld();
  await api.plan(ENDPOINTS);
  await withRegion(api, async (cli, { port }) => {
    write(cli, configuration(port));
    const pin = ["override", "set", "dynamodb", "A", "127.9.9.9", "-r", "lost", "-f", "1h"];
    assert.equal((await cli.run([...pin, "--no-wait"])).code, 0);
    await api.replan();
    await api.report({ "lb-a1": "down", "lb-b1": "up", "lb-c1": "up" });
    const { out } = await cli.run(["plan", "-c", "holdfast.yaml"]);
    assert.match(out, /signin\S+ changed[\s\S]*- A 127\.1\.1\.1/);
    assert.doesNotMatch(out, /dynamodb\S+ changed/);
  });
});

test("plan of a broken file lists its errors, exit 3; without an API it says so", async () => {
  await withFolder(async (cli) => {
    write(cli, configuration(1).replace("region:", "regoin:"));
    assert.equal((await cli.run(["plan", "-c", "holdfast.yaml"])).code, 3);
    write(cli, configuration(1));
    const { code, out } = await cli.run(["plan", "-c", "holdfast.yaml", "--json"]);
    assert.equal(code, 0);
    const Result = z.object({ comparedWith: z.null(), changes: z.array(z.unknown()).length(2) });
    Result.parse(JSON.parse(out));
  });
});
