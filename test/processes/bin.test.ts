// The commands in bin/: what brings Node 24, and says so where it cannot.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..", "..");

function runNode(words: readonly string[]): {
  readonly status: number | null;
  readonly output: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

test("holdfast runs the program from a clone, and passes its exit code on", () => {
  const bin = join(ROOT, "bin", "holdfast.mjs");
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const said = runNode([bin, "--version"]);
  assert.equal(said.output.trim(), version);
  assert.equal(said.status, 0);
  assert.equal(runNode([bin, "no-such-command"]).status, 2);
});

test("a Node that is too old is told so, with what to do", () => {
  const script = `
    Object.defineProperty(process.versions, "node", { value: "18.20.0" });
    const { enter } = await import(${JSON.stringify(join(ROOT, "bin", "entry.mjs"))});
    enter(() => { throw new Error("not reached"); });
  `;
  const { status, output } = runNode(["--input-type=module", "-e", script]);
  assert.equal(status, 1);
  assert.match(output, /needs Node 20 or newer: this is Node 18\.20\.0/);
});

test("a Node between 20 and 24 finds the one that npm brought, or says what to do", () => {
  const script = `
    Object.defineProperty(process.versions, "node", { value: "20.1.0" });
    const { findNode } = await import(${JSON.stringify(join(ROOT, "bin", "runtime.mjs"))});
    try { console.log("found " + findNode()); } catch (error) { console.log(error.message); }
  `;
  const { output } = runNode(["--input-type=module", "-e", script]);
  const name = `node-${process.platform}-${process.arch}`;
  const found = join(ROOT, "node_modules", name, "bin", "node");
  const isFound = output.trim() === `found ${found}`;
  assert.ok(isFound || /Install Node 24|install Node 24/.test(output), output);
});

test("what checks the version parses on old versions itself", () => {
  const text = readFileSync(join(ROOT, "bin", "entry.mjs"), "utf8");
  const modern = [/\?\./, /\?\?/, /^await /m, /^import /m, /#[a-z]/, /static \{/];
  for (const syntax of modern) assert.doesNotMatch(text, syntax);
});
