import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../dns/index.ts";
import { endpointOfFence, fenceName, gateName, seedName, weightsName } from "./controlNames.ts";
import { gateText, parseGate } from "./gate.ts";
import { parseWeights, weightsText } from "./weights.ts";

test("gateText() and parseGate() are each other's inverse", () => {
  for (const automation of ["on", "paused"] as const) {
    const gate = { edition: 7, automation };
    assert.deepEqual(parseGate(gateText(gate)), { kind: "gate", gate });
  }
});

for (const text of [
  "",
  "holdfast-gate=2 edition=1 automation=on",
  "holdfast-gate=1 edition=01 automation=on",
  "holdfast-gate=1 edition=1 automation=off",
  "holdfast-gate=1 edition=1 automation=on ",
]) {
  test(`parseGate() takes "${text}" as malformed`, () => {
    assert.equal(parseGate(text).kind, "malformed");
  });
}

test("weightsText() and parseWeights() are each other's inverse", () => {
  const weights = {
    answers: 2,
    byType: new Map([
      ["A", [100, 1, 65_535]],
      ["AAAA", [7]],
    ]),
  };
  assert.equal(weightsText(weights), "holdfast-weights=1 answers=2 A=100,1,65535 AAAA=7");
  assert.deepEqual(parseWeights(weightsText(weights)), { kind: "weights", weights });
});

const malformedWeights = [
  { text: "holdfast-weights=1 answers=0 A=1", why: "an answer has at least one address" },
  { text: "holdfast-weights=1 answers=all A=0", why: "weight 0 would never be served" },
  { text: "holdfast-weights=1 answers=all A=65536", why: "over 16 bits" },
  { text: "holdfast-weights=1 answers=all A=1,,2", why: "an empty weight" },
  { text: "holdfast-weights=1 answers=all A=1 A=2", why: "a type is listed once" },
  { text: "holdfast-weights=2 answers=all A=1", why: "an unknown version" },
];

for (const { text, why } of malformedWeights) {
  test(`parseWeights() takes "${text}" as malformed: ${why}`, () => {
    assert.equal(parseWeights(text).kind, "malformed");
  });
}

test("control names stand below the endpoint or apex they belong to", () => {
  const endpoint = nameOf("dynamodb.use1.holdfast.example");
  assert.equal(fenceName(endpoint), "_holdfast.dynamodb.use1.holdfast.example.");
  assert.equal(weightsName(endpoint), "_weights._holdfast.dynamodb.use1.holdfast.example.");
  assert.equal(gateName(nameOf("holdfast.example")), "_gate._holdfast.holdfast.example.");
  assert.equal(seedName(nameOf("holdfast.example")), "_seed._holdfast.holdfast.example.");
  assert.equal(endpointOfFence(fenceName(endpoint)), endpoint);
  assert.equal(endpointOfFence(weightsName(endpoint)), undefined);
});
