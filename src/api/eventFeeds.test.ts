import assert from "node:assert/strict";
import { createServer } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { SILENT_LOG } from "../base/index.ts";
import type { Journal, JournalEvent, NewEvent } from "../journal/index.ts";
import { ApiClient } from "./client/apiClient.ts";
import { EventFeeds } from "./eventFeeds.ts";
import { ApiWorld, TestClock, until } from "./world.suite.ts";

function event(subject: string, text = "up again"): NewEvent {
  return { atMs: 1, kind: "target-up", actor: "prober", subject, text, facts: {} };
}

async function take(events: AsyncIterable<JournalEvent>, count: number): Promise<string[]> {
  const subjects: string[] = [];
  for await (const one of events) {
    subjects.push(one.subject);
    if (subjects.length === count) break;
  }
  return subjects;
}

test("events arrive as they happen, and a watcher resumes behind the last one it has", async () => {
  const world = new ApiWorld();
  await world.store.record([event("before")]);
  await world.serve(async (api) => {
    const client = new ApiClient({ baseUrl: `http://127.0.0.1:${api.port}` });
    const stop = new AbortController();
    const live = client.events(undefined, stop.signal);
    const first = live.next();
    await api.watched(1);
    await world.store.record([event("lb-a1"), event("lb-b1")]);
    const got = (await first).value;
    assert.equal(got?.subject, "lb-a1");
    assert.deepEqual(await take(live, 1), ["lb-b1"]);
    await world.store.record([event("lb-c1")]);
    assert.deepEqual(await take(client.events(got?.seq, stop.signal), 2), ["lb-b1", "lb-c1"]);
    stop.abort();
    await client.close();
  });
});

test("Last-Event-ID resumes, as a browser sends it", async () => {
  const world = new ApiWorld();
  await world.store.record([event("one"), event("two")]);
  await world.serve(async (api) => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(api.port, "127.0.0.1");
      let received = "";
      socket.on("data", (data) => {
        received += data.toString();
        if (received.includes("two")) socket.destroy();
      });
      socket.on("close", () => resolve(received));
      socket.on("error", reject);
      const host = `Host: 127.0.0.1:${api.port}`;
      socket.write(`GET /v1/events HTTP/1.1\r\n${host}\r\nLast-Event-ID: 1\r\n\r\n`);
    });
    assert.match(text, /content-type: text\/event-stream/i);
    assert.match(text, /id: 2\nevent: target-up\ndata: \{/);
    assert.doesNotMatch(text, /id: 1\n/);
  });
});

/** A journal that never ends: what a slow watcher is sent must be bounded all the same. */
class EndlessJournal {
  reads = 0;

  async eventsAfter(after: number, limit: number): Promise<readonly JournalEvent[]> {
    this.reads += 1;
    return Array.from({ length: limit }, (_, index) => ({
      ...event("lb-a1", "x".repeat(1000)),
      ...{ seq: after + index + 1, previousDigest: "", digest: "" },
    }));
  }
}

test("a watcher that takes nothing is cut off, and little was read for it", async () => {
  const endless = new EndlessJournal();
  const journal: Journal = {
    record: async () => {},
    newestEvents: async () => [],
    eventsAfter: (after, limit) => endless.eventsAfter(after, limit),
    watchJournal: () => () => {},
  };
  const limits = { stallMs: 50, heartbeatMs: 1000, watchersMax: 1 };
  const feeds = new EventFeeds(journal, new TestClock(), SILENT_LOG, limits);
  const server = createServer((_request, response) => void feeds.follow(response, 0));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const socket = connect(address.port, "127.0.0.1");
  socket.pause();
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await until("the first read", () => endless.reads > 0);
  assert.equal(feeds.full, true);
  await until("the watcher is cut off", () => feeds.size === 0);
  // What fits the sockets' own buffers, a few megabytes; never more and more.
  assert.ok(endless.reads < 300, `${endless.reads} reads`);
  socket.destroy();
  server.close();
});

test("closing the API ends its streams", async () => {
  const world = new ApiWorld();
  const ends: Promise<unknown>[] = [];
  await world.serve(async (api) => {
    const client = new ApiClient({ baseUrl: `http://127.0.0.1:${api.port}` });
    const stream = client.events(0, new AbortController().signal);
    ends.push(stream.next().catch(() => ({ done: true })));
    await api.watched(1);
  });
  assert.deepEqual(
    (await Promise.all(ends)).map((end) => JSON.stringify(end).includes('"done":true')),
    [true],
  );
});
