import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeMessage, makeQuery, makeResponse, nameOf, RRType } from "../../dns/index.ts";
import { NO_NAME, POSITIVE } from "./fastPath.ts";
import { subjectOf } from "./replyOctets.ts";

function subject(name: string, kind: typeof POSITIVE | typeof NO_NAME = POSITIVE): number {
  const query = makeQuery(1, nameOf(name), RRType.A);
  return subjectOf(encodeMessage(makeResponse(query, 0)), kind);
}

test("subjectOf() is the same for all names below a wildcard, with any labels", () => {
  const one = subject("a1.wild.example.test");
  assert.equal(subject("b2.wild.example.test"), one);
  assert.equal(subject("c.d.e.f.WILD.example.test"), one);
});

test("subjectOf() tells names below different parents apart, and short ones from long ones", () => {
  assert.notEqual(subject("a1.wild.example.test"), subject("a1.tame.example.test"));
  assert.notEqual(subject("a.test"), subject("a.example.test"));
});

test("subjectOf() is one for all denials", () => {
  assert.equal(subject("a.example.test", NO_NAME), subject("b.other.test", NO_NAME));
});
