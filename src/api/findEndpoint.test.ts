import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../dns/index.ts";
import { findEndpoint } from "./findEndpoint.ts";

const NAMES = [
  "dynamodb.use1.holdfast.example.",
  "dynamodb-fips.use1.holdfast.example.",
  "streams.dynamodb.use1.holdfast.example.",
  "dynamodb.dualstack.use1.holdfast.example.",
  "signin.use1.holdfast.example.",
  "signin.use2.holdfast.example.",
].map(nameOf);
const ENDPOINTS = NAMES.map((name) => {
  return {
    name,
    zone: nameOf(name.includes("use1") ? "use1.holdfast.example" : "holdfast.example"),
  };
});

const CASES: readonly (readonly [why: string, text: string, found: string | undefined])[] = [
  ["the whole name", "dynamodb.use1.holdfast.example.", "dynamodb.use1.holdfast.example."],
  ["without the last dot", "dynamodb.use1.holdfast.example", "dynamodb.use1.holdfast.example."],
  ["letter case is folded", "DynamoDB.use1", "dynamodb.use1.holdfast.example."],
  ["first labels, where unique", "streams", "streams.dynamodb.use1.holdfast.example."],
  ["whole labels only: dynamodb is not dynamodb-fips", "dynamodb", NAMES[0]],
  ["the name within its zone, before a longer one", "dynamodb", NAMES[0]],
  ["one in its zone, although another zone's begins so", "signin", NAMES[4]],
  ["first labels, where only one begins so", "signin.use2", NAMES[5]],
  ["none begins so", "s3", undefined],
  ["not a name", "a..b", undefined],
];

for (const [why, text, expected] of CASES) {
  test(`findEndpoint() ${expected === undefined ? "finds none" : "finds one"}: ${why}`, () => {
    const found = findEndpoint(text, ENDPOINTS);
    assert.equal(found.kind === "found" ? found.name : undefined, expected);
  });
}

test("findEndpoint() lists what an ambiguous text may mean, and what is like a wrong one", () => {
  const zones = ["a.example", "b.example"].map(nameOf);
  const twice = zones.map((zone) => ({ name: nameOf(`db.${zone}`), zone }));
  const names = twice.map(({ name }) => name);
  assert.deepEqual(findEndpoint("db", twice), { kind: "ambiguous", names });
  assert.deepEqual(findEndpoint("fips", ENDPOINTS), { kind: "none", similar: [NAMES[1]] });
});
