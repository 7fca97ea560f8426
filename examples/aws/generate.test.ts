import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { generate } from "./generate.ts";

const folder = import.meta.dirname;
const files = generate(readFileSync(join(folder, "aws-endpoints.csv"), "utf8"));

test("generate() gives the committed files, octet for octet", () => {
  for (const [file, text] of files) {
    assert.equal(readFileSync(join(folder, file), "utf8"), text, file);
  }
});

test("generate() places each of the 10,717 names once, behind 4 to 16 load balancers", () => {
  const names = new Set<string>();
  let balancers = 0;
  for (const [file, text] of files) {
    if (!file.endsWith(".json")) continue;
    const region = JSON.parse(text) as {
      targets: { id: string }[];
      pools: { id: string; targets: string[] }[];
      endpoints: { name: string; pools: string[] }[];
    };
    balancers += region.targets.length;
    for (const { targets } of region.pools) assert.ok(targets.length >= 4 && targets.length <= 16);
    for (const { name } of region.endpoints) names.add(name);
  }
  assert.equal(names.size, 10_717);
  assert.ok(balancers > 900 && balancers < 1100, `${balancers} load balancers`);
});
