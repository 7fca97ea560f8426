import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../apiError.ts";
import { ACTOR_UNKNOWN, judgeToken, readActor } from "./token.ts";

test("judgeToken() takes the token and nothing else", () => {
  assert.equal(judgeToken("Bearer s3cret", "s3cret", "token"), undefined);
  assert.equal(judgeToken("bearer s3cret", "s3cret", "token"), undefined);
  for (const wrong of [
    undefined,
    "",
    "Bearer",
    "Bearer ",
    "Bearer s3cre",
    "Bearer s3crets",
    "s3cret",
  ]) {
    const refused = judgeToken(wrong, "s3cret", ".holdfast/token");
    assert.ok(refused?.fault.code === "api-refused" && refused.fault.status === 401, `${wrong}`);
    assert.match(refused.fault.hint ?? "", /\.holdfast\/token/);
  }
});

test("readActor() takes an actor's name, and refuses what could break a log line", () => {
  assert.equal(readActor("operator:ann"), "operator:ann");
  assert.equal(readActor(undefined), ACTOR_UNKNOWN);
  for (const wrong of [
    "",
    "ann",
    "operator:",
    "operator:a\nb",
    "operator:a b",
    `operator:${"x".repeat(65)}`,
  ]) {
    assert.ok(readActor(wrong) instanceof ApiError, JSON.stringify(wrong));
  }
  assert.ok(readActor(["operator:a", "operator:b"]) instanceof ApiError);
});
