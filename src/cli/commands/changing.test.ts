import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { ApiWorld, until } from "../../api/world.suite.ts";
import { settingsAt, withFolder, withRegion } from "../world.suite.ts";

test("drain, force and release change a target in the name of the operator", async () => {
  const api = new ApiWorld();
  await api.plan(["dynamodb"]);
  await withRegion(api, async (cli) => {
    const drained = await cli.run(["drain", "lb-a1", "lb-b1", "--reason", "new kernel"]);
    assert.equal(drained.code, 0, drained.err);
    assert.deepEqual(
      (await api.store.forces()).map(({ targetId, state, actor, reason }) => [
        ...[targetId, state, actor, reason],
      ]),
      [
        ["lb-a1", "drain", "operator:ann", "new kernel"],
        ["lb-b1", "drain", "operator:ann", "new kernel"],
      ],
    );
    assert.match((await cli.run(["targets", "--not-up"])).out, /operator:ann: new kernel/);
    await cli.run(["force", "down", "lb-a1"]);
    await cli.run(["force", "up", "lb-b1"]);
    const states = (await api.store.forces()).map(({ state }) => state);
    assert.deepEqual(states.sort(), ["down", "up"]);
    assert.match((await cli.run(["release", "lb-a1", "lb-b1"])).out, /lb-a1 is released/);
    assert.equal((await api.store.forces()).length, 0);
    assert.match((await cli.run(["release", "lb-a1"])).out, /lb-a1 was not forced/);
    const unknown = await cli.run(["drain", "lb-z9"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /not in the configuration/);
  });
});

test("pause says per zone and store what became of it, also where a store is away", async () => {
  await withFolder(async (cli) => {
    const settings = settingsAt(new ApiWorld(), 1);
    const listen = [{ address: "127.0.0.1", port: 1 }];
    cli.accept({ ...settings, dns: { ...settings.dns, listen } });
    const { code, out } = await cli.run(["pause", "--reason", "test"]);
    assert.equal(code, 1);
    assert.match(out, /use1\.holdfast\.example\. +embedded +failed/);
    const unknown = await cli.run(["pause", "--zone", "other.example"]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /the zones are use1\.holdfast\.example\./);
  });
});

test("watch shows the newest events, then each as it happens, and resumes", async () => {
  const api = new ApiWorld();
  await api.plan(["dynamodb"]);
  await withRegion(api, async (cli) => {
    const running = cli.run(["watch", "--last", "1", "--json"]);
    const seen = (text: string) => cli.out.includes(text);
    await until("the newest event", () => seen("policy-accepted"));
    const event = { atMs: 1, kind: "target-up" as const, actor: "prober-use1", facts: {} };
    await api.store.record([{ ...event, subject: "lb-a1", text: "up again" }]);
    await until("the next event", () => seen("up again"));
    cli.stop.abort();
    const { code, out } = await running;
    assert.equal(code, 0);
    const lines = out.trim().split("\n");
    const Line = z.object({ seq: z.number(), kind: z.string() });
    const seqs = lines.map((line) => Line.parse(JSON.parse(line)).seq);
    assert.deepEqual(seqs, [...new Set(seqs)].sort(), "each event once, in order");
  });
});

test("watch goes on when the API comes back, without missing an event", async () => {
  const api = new ApiWorld();
  await api.plan(["dynamodb"]);
  await withFolder(async (cli) => {
    let port = 0;
    let running: Promise<unknown> = Promise.resolve();
    const event = { atMs: 1, kind: "target-up" as const, actor: "prober-use1", facts: {} };
    const store = api.store;
    const close = store.close.bind(store);
    store.close = async () => {}; // it outlives the first API
    await api.serve(async (asker) => {
      port = asker.port;
      cli.accept(settingsAt(api, port));
      running = cli.run(["watch", "--last", "0"]);
      await asker.watched(1);
    });
    await until("the API is missed", () => cli.err.includes("resuming"));
    await store.record([{ ...event, subject: "lb-a1", text: "missed meanwhile" }]);
    const again = new ApiWorld({ store, journal: store, listen: { address: "127.0.0.1", port } });
    await again.serve(async () => {
      await until("the missed event", () => cli.out.includes("missed meanwhile"));
      cli.stop.abort();
      await running;
    });
    await close();
  });
});
