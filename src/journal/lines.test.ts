import assert from "node:assert/strict";
import { test } from "node:test";
import type { NewEvent } from "./event.ts";
import { eventLine } from "./lines.ts";

const failed: NewEvent = {
  atMs: Date.UTC(2025, 9, 20, 7, 48, 3, 25),
  kind: "target-down",
  actor: "prober-use1",
  subject: "lb-a1",
  text: "down: HTTP 503",
  facts: {},
};

const cases = [
  {
    event: failed,
    want: "2025-10-20T07:48:03.025Z lb-a1: down: HTTP 503",
    why: "time in UTC, subject, text",
  },
  {
    event: { ...failed, text: "lb-a1 is down: HTTP 503" },
    want: "2025-10-20T07:48:03.025Z lb-a1 is down: HTTP 503",
    why: "a text that begins with its subject is not given it twice",
  },
  {
    event: { ...failed, text: "down: a\r\nb\u001b[2J\u009bc" },
    want: "2025-10-20T07:48:03.025Z lb-a1: down: a b [2J c",
    why: "a peer's words must not break the line or steer a terminal",
  },
  {
    event: { ...failed, atMs: Number.NaN },
    want: "(time unknown) lb-a1: down: HTTP 503",
    why: "a broken clock must not hide what happened",
  },
];

for (const { event, want, why } of cases) {
  test(`eventLine() gives ${want}: ${why}`, () => {
    assert.equal(eventLine(event), want);
  });
}
