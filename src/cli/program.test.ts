import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { allCommands } from "./allCommands.ts";
import { COLUMNS_MAX } from "./output/table.ts";
import { makeProgram } from "./program.ts";
import { cliReference } from "./reference.ts";
import type { RunRequest } from "./runCli.ts";
import { NO_RUN, withFolder } from "./world.suite.ts";

const SPECS = allCommands(NO_RUN);

/** The words of a line as a shell takes it apart, as far as examples go. */
function shellWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((found) => found[1] ?? found[2] ?? "");
}

for (const spec of SPECS) {
  test(`every example in the help of "${spec.path}" is a command line of it`, async () => {
    assert.ok(spec.examples.length > 0, "a command has at least one example");
    for (const { line } of spec.examples) {
      let performed = "";
      let complaint = "";
      const err = (text: string): void => {
        complaint += text;
      };
      const silent = { out: () => {}, err };
      const program = makeProgram(SPECS, silent, async (asked) => {
        performed = asked.path;
      });
      const parsed = program.parseAsync(shellWords(line), { from: "user" });
      await assert.doesNotReject(parsed, `${line}: ${complaint}`);
      assert.equal(performed, spec.path, line);
    }
  });

  test(`help of "${spec.path}" shows its examples and fits the page`, () =>
    withFolder(async (cli) => {
      const { code, out } = await cli.run([...spec.path.split(" "), "--help"]);
      assert.equal(code, 0);
      assert.ok(out.includes("Examples:"));
      for (const { line } of spec.examples) assert.ok(out.includes(`holdfast ${line}`), line);
      for (const line of out.split("\n")) assert.ok(line.length <= COLUMNS_MAX, line);
    }));
}

test("docs/cli.md is what the program says of itself", () => {
  const path = new URL("../../docs/cli.md", import.meta.url);
  const hint = "write it anew: node -e \"import('./src/cli/index.ts').then((cli) => …)\"";
  assert.equal(readFileSync(path, "utf8"), cliReference(), hint);
});

test("commands that print data all have --json", () => {
  const without = SPECS.filter((spec) => !spec.options.some(({ flags }) => /--json/.test(flags)));
  assert.deepEqual(
    without.map((spec) => spec.path),
    [],
  );
});

const WRONG: readonly (readonly string[])[] = [
  ["nonsense"],
  ["status", "--nonsense"],
  ["explain"],
  ["run", "--role", "king"],
  ["force", "sideways", "lb-a1"],
  ["demo", "slow", "lb-a1", "soon"],
  ["override", "set"],
  ["override", "set", "dynamodb"],
  ["retire"],
  ["retire", "cancel"],
  ["retire", "list", "--hold-down", "2h"],
  ["demo", "fail"],
  ["demo", "fail", "lb-a1", "--zone", "use1-az1"],
  [],
];

for (const words of WRONG) {
  test(`"holdfast ${words.join(" ")}" is wrong usage: exit 2, and says so`, () =>
    withFolder(async (cli) => {
      const { code, out, err } = await cli.run(words);
      assert.equal(code, 2, err);
      assert.notEqual(out + err, "");
    }));
}

test("options of a sub-command count, before and behind its name", async () => {
  const asked: unknown[] = [];
  const silent = { out: () => {}, err: () => {} };
  for (const line of ["retire list --json", "retire list.example --json", "retire --json list"]) {
    const program = makeProgram(SPECS, silent, async (spec, words, options) => {
      asked.push([spec.path, words, options["json"]]);
    });
    await program.parseAsync(shellWords(line), { from: "user" });
  }
  assert.deepEqual(asked, [
    ["retire list", [], true],
    ["retire", ["list.example"], true],
    ["retire list", [], true],
  ]);
});

test("run hands over what was asked for, and its exit code is the command's", () =>
  withFolder(async (cli) => {
    const asked: RunRequest[] = [];
    const run = async (request: RunRequest): Promise<number> => {
      asked.push(request);
      return 3;
    };
    const words = ["run", "-c", "a.yaml", "--state", "s", "--role", "enactor", "--id", "enactor-1"];
    assert.equal((await cli.run(words, { ...NO_RUN, run })).code, 3);
    await cli.run(["run", "--json"], { ...NO_RUN, run });
    assert.deepEqual(asked, [
      { config: "a.yaml", state: "s", role: "enactor", id: "enactor-1", json: false },
      { json: true },
    ]);
  }));

test("--version prints the version of the package", () =>
  withFolder(async (cli) => {
    const { code, out } = await cli.run(["--version"]);
    assert.equal(code, 0);
    assert.match(out, /^\d+\.\d+\.\d+\n$/);
  }));
