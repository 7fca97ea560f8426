import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { ApiWorld, until } from "../../api/world.suite.ts";
import type { Name } from "../../dns/index.ts";
import { fenceText, type Reading, rrsetsOf } from "../../plan/index.ts";
import { type CliWorld, settingsAt, withFolder, withRegion } from "../world.suite.ts";

const DYNAMODB = "dynamodb.use1.holdfast.example.";
const SIGNIN = "signin.use1.holdfast.example.";
const PIN = [
  ...["override", "set", "dynamodb", "A", "127.9.9.9", "--reason", "az1 is lost", "--for", "2h"],
];
const RETIRE = ["retire", "signin", "--reason", "nobody uses it"];

/** An override that the zone store holds, and no plan knows, until an entry ends it. */
const STRAY = "o-laptop";

/** What a zone store holds where enactors are done: the newest plan. */
async function asPlanned(world: ApiWorld, endpoint: Name, strays: boolean): Promise<Reading> {
  const entry = (await world.store.read())?.entries.get(endpoint);
  if (entry === undefined) return { kind: "unreadable", endpoint, problem: "not planned" };
  const { epoch, generation, digest } = entry;
  const isStray = strays && !(entry.kind === "serving" && entry.ends?.includes(STRAY));
  const untilMs = world.clock.wallMs() + 3_600_000;
  const mark = isStray ? { mark: { kind: "override", id: STRAY, untilMs } as const } : {};
  const fence = { epoch, generation, edition: 1, types: ["A"], digest, ...mark };
  const found = { kind: "fence", fence, text: fenceText(fence) } as const;
  return { kind: "read", endpoint, fence: found, rrsets: rrsetsOf(entry) };
}

/** Runs a test against a planned region whose zone store has the newest plan at once. */
async function withPlanned(
  run: (cli: CliWorld, api: ApiWorld) => Promise<void>,
  strays = false,
): Promise<void> {
  const api: ApiWorld = new ApiWorld({
    held: async (name) => [{ storeId: "embedded", reading: await asPlanned(api, name, strays) }],
  });
  await api.plan(["dynamodb", "signin"]);
  await withRegion(api, async (cli, asker) => {
    // Nothing is to be found where another region may run.
    const settings = settingsAt(api, asker.port);
    const listen = [{ address: "127.0.0.1", port: 1 }];
    const policy = (await api.store.policy())?.policy ?? settings.policy;
    cli.accept({ ...settings, policy, dns: { ...settings.dns, listen } });
    await run(cli, api);
  });
}

/** The only order there is. */
async function theOrder(api: ApiWorld) {
  const [order, ...others] = await api.store.orders();
  assert.ok(order !== undefined && others.length === 0);
  return order;
}

test("override set waits until it is in place, and warns of what does not answer", () =>
  withPlanned(async (cli, api) => {
    const running = cli.run(PIN);
    await until("the order", async () => (await api.store.orders()).length === 1);
    await api.replan();
    const { code, out, err } = await running;
    assert.equal(code, 0, err);
    assert.match(out, /dynamodb\.\S+ is pinned to A 127\.9\.9\.9 until /);
    assert.match(out, /In place on embedded/);
    assert.match(err, /Warning: 127\.9\.9\.9 does not pass http:\/\/…:8080\/healthz from here/);
    const order = await theOrder(api);
    assert.ok(order.kind === "override" && order.actor === "operator:ann");
    assert.match((await cli.run(["status"])).out, /1 overridden/);
    assert.match((await cli.run(["endpoints"])).out, /dynamodb\S+ +overridden .*until \S+/);
    const explained = (await cli.run(["explain", "dynamodb"])).out;
    assert.match(explained, /Asked for: override until .* by operator:ann: az1 is lost/);
    assert.match(explained, /Planned beneath, for the override's end/);
    assert.match((await cli.run(["targets"])).out, /Note: dynamodb\S+: overridden/);
    const list = await cli.run(["override", "list"]);
    assert.match(list.out, /^dynamodb\S+ {2}until \S+ \(\d+ h( \d+ min)? left\), in the plan$/m);
    assert.match(list.out, /^ {4}A 127\.9\.9\.9\n {4}by operator:ann: az1 is lost \(o-dynamodb/m);
  }));

test("override clear brings the plan back", () =>
  withPlanned(async (cli, api) => {
    await cli.run([...PIN, "--no-wait"]);
    await api.replan();
    const running = cli.run(["override", "clear", "dynamodb", "--reason", "az1 is back"]);
    await until("its end", async () => (await api.store.orders()).length === 0);
    await api.replan();
    const { code, out, err } = await running;
    assert.equal(code, 0, err);
    assert.match(out, /dynamodb\S+ is planned again/);
    assert.match((await cli.run(["override", "list"])).out, /Nothing is overridden/);
    assert.equal((await cli.run(["override", "clear", "dynamodb"])).code, 1);
  }));

test("override clear ends one that only DNS holds, and waits until it is gone", () =>
  withPlanned(async (cli, api) => {
    const running = cli.run(["override", "clear", "dynamodb"]);
    await until("its end", async () => (await api.store.head()).endedOverrides !== undefined);
    await api.replan();
    const { code, out, err } = await running;
    assert.equal(code, 0, err);
    assert.match(out, /o-laptop, which only DNS holds, ends with the next plan[\s\S]*In place on/);
  }, true));

test("override set without a reason, a duration or records is wrong usage", () =>
  withPlanned(async (cli, api) => {
    const set = ["override", "set", "dynamodb"];
    for (const [words, problem] of [
      [[...set, "A", "127.9.9.9", "--for", "2h"], /--reason is missing/],
      [[...set, "A", "127.9.9.9", "--reason", "x"], /--for is missing/],
      [[...set, "A", "127.9.9.9", "-r", "x", "-f", "8d"], /1s to 7d/],
      [[...set, "A", "127.9.9.9", "-r", "x", "-f", "2 hours"], /whole number and s, m, h or d/],
      [[...set, "127.9.9.9", "-r", "x", "-f", "2h"], /RR type first/],
      [[...set, "A", "-r", "x", "-f", "2h"], /never empty/],
      [[...set, "A", "127.9.9.9", "-r", "x", "-f", "2h", "--new"], /--new is for --direct/],
    ] as const) {
      const { code, err } = await cli.run(words);
      assert.equal(code, 2, words.join(" "));
      assert.match(err, problem);
    }
    assert.deepEqual(await api.store.orders(), []);
  }));

test("with the API dead, override names the way that needs nothing running", () =>
  withFolder(async (cli) => {
    cli.accept(settingsAt(new ApiWorld(), 1));
    for (const words of [PIN, ["override", "list"], ["override", "clear", "dynamodb"]]) {
      const { code, err } = await cli.run(words);
      assert.equal(code, 1, err);
      assert.match(err, /add --direct/);
    }
  }));

test("retire shows what it is about, and wants the full name typed", () =>
  withPlanned(async (cli, api) => {
    cli.answers = ["signin"];
    const wrong = await cli.run(RETIRE);
    assert.equal(wrong.code, 1);
    assert.match(wrong.out, /signin\S+ answers:\n {2}A 127\.1\.1\.1, /);
    assert.match(wrong.out, /leads to it cannot be listed/);
    assert.match(wrong.err, /"signin" is not signin\.use1\S+: nothing was changed/);
    assert.deepEqual(await api.store.orders(), []);
    cli.answers = [SIGNIN.slice(0, -1)];
    const { code, out, err } = await cli.run([...RETIRE, "--hold-down", "2h"]);
    assert.equal(code, 0, err);
    assert.match(out, /signin\S+ stops answering at \S+ \(t-signin/);
    assert.match(out, /Cancel it with: holdfast retire cancel signin/);
    const order = await theOrder(api);
    assert.ok(order.kind === "retirement" && order.holdDownMs === 7_200_000);
    const { out: listed } = await cli.run(["retire", "list"]);
    assert.match(listed, /^signin\S+ {2}stops answering at \S+ \(.* left\)\n {4}by operator:ann/m);
    assert.match((await cli.run(["status"])).out, /1 waiting to be retired/);
    const cancelled = await cli.run(["retire", "cancel", "signin", "--reason", "someone does"]);
    assert.match(cancelled.out, /goes on answering/);
    assert.match((await cli.run(["retire", "list"])).out, /No name waits/);
  }));

test("retire does nothing where nobody can be asked, and nobody confirmed", () =>
  withPlanned(async (cli, api) => {
    const { code, err } = await cli.run(RETIRE);
    assert.equal(code, 2);
    assert.match(err, /add --confirm signin\.use1/);
    assert.equal((await cli.run([...RETIRE, "--confirm", DYNAMODB])).code, 1);
    assert.deepEqual(await api.store.orders(), []);
    assert.equal((await cli.run([...RETIRE, "--confirm", SIGNIN])).code, 0);
  }));

test("retire with a hold-down that may not be is wrong usage before anybody types a name", () =>
  withPlanned(async (cli, api) => {
    for (const wait of ["59s", "91d", "soon"]) {
      cli.answers = [SIGNIN];
      const { code, err } = await cli.run([...RETIRE, "--hold-down", wait]);
      assert.equal(code, 2, wait);
      assert.match(err, /--hold-down must be/);
    }
    assert.deepEqual(cli.questions, []);
    assert.deepEqual(await api.store.orders(), []);
  }));

test("retire without a hold-down is asked twice", () =>
  withPlanned(async (cli, api) => {
    const now = [...RETIRE, "--hold-down", "0s"];
    cli.answers = [SIGNIN, "no"];
    assert.equal((await cli.run(now)).code, 1);
    assert.equal(cli.questions.length, 2);
    assert.deepEqual(await api.store.orders(), []);
    const running = cli.run([...now, "--confirm", SIGNIN, "--confirm-now", SIGNIN]);
    await until("the order", async () => (await api.store.orders()).length === 1);
    await api.replan([(await theOrder(api)).id]);
    const { code, out, err } = await running;
    assert.equal(code, 0, err);
    assert.match(out, /In place on embedded/);
  }));

test("revive brings a retired name back; cancel takes a waiting revival back", () =>
  withPlanned(async (cli, api) => {
    const twice = ["--confirm", SIGNIN, "--confirm-now", SIGNIN];
    await cli.run([...RETIRE, "-d", "0s", "--no-wait", ...twice]);
    const { id } = await theOrder(api);
    await api.replan([id]);
    await api.store.endOrders([id], "planner", "done");
    const retired = (await cli.run(["explain", "signin"])).out;
    assert.match(retired, /Retired on purpose at .*"revive"/);
    assert.doesNotMatch(retired, /lb-a1/);
    assert.match((await cli.run(["endpoints", "-m", "retired"])).out, /signin/);
    const again = await cli.run(RETIRE);
    assert.equal(again.code, 1);
    assert.match(again.err, /it is \(t-signin/);
    const wish = ["revive", "signin", "--reason", "used after all", "--no-wait"];
    assert.equal((await cli.run(wish)).code, 0);
    assert.match((await cli.run(["revive", "cancel", "signin"])).out, /stays retired/);
    await cli.run(wish);
    await api.replan();
    assert.match((await cli.run(["endpoints"])).out, /signin\S+ +healthy/);
  }));

test("rollback shows what would change, asks, and release ends it", () =>
  withPlanned(async (cli, api) => {
    await api.report({ "lb-a1": "down", "lb-b1": "up", "lb-c1": "up" });
    await api.replan();
    const back = ["rollback", "--to", "1", "--reason", "bad change", "dynamodb"];
    cli.answers = ["n"];
    const no = await cli.run(back);
    assert.equal(no.code, 1);
    assert.match(no.out, /dynamodb\S+ changed\n {4}\+ A 127\.1\.1\.1/);
    const brake =
      /No ordinary plan would do this:\n {2}dynamodb\S+ brings lb-a1 in: down, HTTP 503/;
    assert.match(no.out, brake);
    assert.match(cli.questions.join(), /Bring 1 of 2 endpoints back to plan 1\?/);
    cli.answers = ["n"];
    const braked = await cli.run([...back, "--yes"]);
    assert.equal(braked.code, 1);
    assert.match(cli.questions.at(-1) ?? "", /1 limit speaks against it/);
    cli.answers = undefined;
    const script = await cli.run([...back, "--yes"]);
    assert.equal(script.code, 2);
    assert.match(script.err, /add --despite-brakes/);
    assert.deepEqual(await api.store.orders(), []);
    const dry = await cli.run(["rollback", "--to", "1", "--dry-run"]);
    assert.match(dry.out, /dynamodb[\s\S]*signin/);
    assert.deepEqual(await api.store.orders(), []);
    const { code, out, err } = await cli.run([...back, "--yes", "--despite-brakes"]);
    assert.equal(code, 0, err);
    assert.match(out, /1 endpoint is brought back to plan 1$/m);
    await api.replan();
    assert.match(
      (await cli.run(["rollback", "list"])).out,
      /^dynamodb\S+ {2}as in plan 1, in the plan$/m,
    );
    assert.match((await cli.run(["endpoints"])).out, /dynamodb\S+ +rolled-back/);
    const released = await cli.run(["rollback", "release", "--yes"]);
    assert.match(released.out, /1 endpoint is planned again$/m);
    const none = await cli.run(["rollback", "release", "signin"]);
    assert.equal(none.code, 1, "it was named, and nothing was rolled back");
    assert.equal((await cli.run(["rollback", "release"])).code, 0);
    assert.match((await cli.run(["rollback", "list"])).out, /Nothing is rolled back/);
    for (const to of [[], ["--to", "newest"]]) {
      assert.equal((await cli.run(["rollback", ...to, "--reason", "x"])).code, 2);
    }
  }));

test("every command about orders has JSON for programs", () =>
  withPlanned(async (cli, api) => {
    const Listed = z.object({ orders: z.array(z.unknown()).length(1) });
    const Changed = z.object({ changed: z.literal(true) });
    Changed.parse(await cli.json([...PIN, "--no-wait"]));
    Listed.parse(await cli.json(["override", "list"]));
    Changed.parse(await cli.json(["override", "clear", "dynamodb", "--no-wait"]));
    Changed.parse(await cli.json([...RETIRE, "--confirm", SIGNIN]));
    Listed.parse(await cli.json(["retire", "list"]));
    Changed.parse(await cli.json(["retire", "cancel", "signin"]));
    await api.report({ "lb-a1": "down", "lb-b1": "up", "lb-c1": "up" });
    await api.replan();
    const back = ["rollback", "--to", "1", "-r", "bad", "--yes", "--despite-brakes"];
    Changed.parse(await cli.json(back));
    const { orders } = z
      .object({ orders: z.array(z.unknown()) })
      .parse(await cli.json(["rollback", "list"]));
    assert.equal(orders.length, 2);
    Changed.parse(await cli.json(["rollback", "release", "--yes"]));
  }));

test("a zone of targets that does not exist is wrong usage, not an empty list", () =>
  withPlanned(async (cli) => {
    const { code, err } = await cli.run(["targets", "--zone", "nosuch"]);
    assert.equal(code, 2);
    assert.match(err, /"nosuch": the zones are use1-az1, use1-az2, use1-az3/);
    assert.equal((await cli.run(["targets", "--zone", "use1-az1"])).code, 0);
  }));
