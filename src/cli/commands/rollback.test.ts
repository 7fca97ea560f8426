import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiWorld } from "../../api/world.suite.ts";
import { type CliWorld, withRegion } from "../world.suite.ts";

const BACK = ["rollback", "--to", "1", "--reason", "bad change", "dynamodb"];

/** Plan 1 answers with three targets, plan 2 without lb-a1, whose check passes again by now. */
async function withChanged(
  run: (cli: CliWorld, api: ApiWorld, isUp: (up: boolean) => Promise<void>) => Promise<void>,
): Promise<void> {
  const api = new ApiWorld();
  await api.plan(["dynamodb", "signin"]);
  const isUp = (up: boolean) => api.report({ "lb-a1": up ? "up" : "down" });
  await isUp(false);
  await api.replan();
  await isUp(true);
  await withRegion(api, (cli) => run(cli, api, isUp));
}

function asksForAll({ questions }: CliWorld): number {
  return questions.filter((question) => question.startsWith("Bring ")).length;
}

test("a rollback that would do something else by now is shown again, and asked about again", () =>
  withChanged(async (cli, api, isUp) => {
    cli.answers = ["y", "y", "y"];
    cli.whileAsked = () => isUp(false);
    const { code, out, err } = await cli.run(BACK);
    assert.equal(code, 0, err);
    assert.match(err, /It would change something else by now: look again/);
    assert.equal(out.match(/From plan 2 back to plan 1:/g)?.length, 2);
    assert.match(out, /No ordinary plan would do this:\n.* brings lb-a1 in: down/);
    assert.deepEqual([asksForAll(cli), cli.questions.length], [2, 3]);
    assert.equal((await api.store.orders()).length, 1);
  }));

test("a rollback that is another each time is given up, and changes nothing", () =>
  withChanged(async (cli, api, isUp) => {
    cli.answers = Array.from({ length: 100 }, () => "y");
    cli.whileAsked = async () => {
      if (cli.questions.at(-1)?.startsWith("Bring ")) await isUp(asksForAll(cli) % 2 === 0);
    };
    const { code, err } = await cli.run(BACK);
    assert.equal(code, 1);
    assert.match(err, /what it would change is another by now\n\(look at it again\)/);
    assert.equal(asksForAll(cli), 5);
    assert.deepEqual(await api.store.orders(), []);
  }));

test("a dry run of a rollback shows, asks nothing and changes nothing", () =>
  withChanged(async (cli, api) => {
    cli.answers = ["y"];
    const { code, out } = await cli.run(["rollback", "--to", "1", "--dry-run"]);
    assert.equal(code, 0);
    assert.match(out, /dynamodb\S+ changed[\s\S]*signin\S+ changed/);
    assert.deepEqual(cli.questions, []);
    assert.deepEqual(await api.store.orders(), []);
  }));

test("all rollbacks are released only where a person says so; those named, at once", () =>
  withChanged(async (cli, api) => {
    const all = ["rollback", "--to", "1", "--reason", "bad change", "--yes"];
    assert.equal((await cli.run(all)).code, 0);
    const unasked = await cli.run(["rollback", "release"]);
    assert.equal(unasked.code, 2);
    assert.match(unasked.err, /add --yes/);
    cli.answers = ["n"];
    assert.equal((await cli.run(["rollback", "release"])).code, 1);
    assert.match(cli.questions.at(-1) ?? "", /Have 2 endpoints planned again\?/);
    assert.equal((await api.store.orders()).length, 2);
    assert.equal((await cli.run(["rollback", "release", "signin"])).code, 0);
    assert.equal((await api.store.orders()).length, 1);
  }));
