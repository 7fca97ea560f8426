import assert from "node:assert/strict";
import { test } from "node:test";
import { newCounts } from "../forwarder/counts.ts";
import type { ForwarderStatus } from "./forwarderStatus.ts";
import { metricsOf } from "./metrics.ts";
import { pageOf } from "./page.ts";

const STATUS: ForwarderStatus = {
  upSeconds: 10,
  held: [
    {
      name: '<script>alert("x")</script>.example.',
      type: "A",
      values: ["192.0.2.1"],
      denial: "NODATA",
      since: "2025-10-20T06:48:00Z",
      until: "2025-10-21T06:48:00Z",
      why: "the addresses were the service 3 s ago",
    },
  ],
  counts: { ...newCounts(), udp: 3, hits: 2, misses: 1 },
  cache: { messages: 1, octets: 2 ** 20, octetsMax: 2 ** 22, evicted: 0, ready: 1 },
  udp: { by: "main thread", threads: 0, restarts: 0, reason: "<no koffi>" },
  entries: 1,
  waiting: 0,
};

test("the page says what is held, and a name is text whatever is in it", () => {
  const page = pageOf(STATUS);
  assert.match(page, /Names held up: 1/);
  assert.match(page, /<td>2025-10-20T06:48:00Z<\/td>/);
  assert.match(page, /66\.7 %/);
  assert.match(page, /one thread: &#60;no koffi/);
  assert.doesNotMatch(page, /<script/);
});

test("the metrics have every count, and the number of names that are held", async () => {
  const { text } = await metricsOf(STATUS);
  assert.match(text, /^holdfast_guard_held_names 1$/m);
  assert.match(text, /^holdfast_guard_queries_udp_total 3$/m);
  for (const line of text.split("\n").filter((one) => one !== "" && !one.startsWith("#"))) {
    assert.match(line, /^holdfast_guard_[a-z_]+ \d+$/);
  }
});
