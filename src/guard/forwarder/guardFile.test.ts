import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { findingText } from "../../config/index.ts";
import { nameOf } from "../../dns/index.ts";
import { type GuardFile, POLICY_KEYS, readGuardFile } from "./guardFile.ts";
import { DEFAULT_BOOKED, PolicyBook } from "./policyBook.ts";

function read(text: string): GuardFile {
  const found = readGuardFile("guard.yaml", text);
  assert.ok(found.kind === "read", JSON.stringify(found));
  return found.file;
}

function problems(text: string): readonly string[] {
  const found = readGuardFile("guard.yaml", text);
  return found.kind === "broken" ? found.findings.map(findingText) : [];
}

const WHOLE = `
policy:
  confirm: 5m
  port: 8443
names:
  example.com:
    guarded: false
  api.example.com.:
    holdMax: 1h
    proof: tcp
proveNetworks: [10.0.0.0/8]
`;

test("a name goes by the nearest one above it, and by what is said of all", () => {
  const { book, proveNetworks } = read(WHOLE);
  assert.deepEqual(proveNetworks, ["10.0.0.0/8"]);
  const policy = (name: string) => {
    const { isGuarded, confirmMs, holdMsMax, proof, port } = book.policyFor(name);
    return [isGuarded, confirmMs / 60_000, holdMsMax / 3_600_000, proof, port];
  };
  assert.deepEqual(policy("other.test."), [true, 5, 24, "tls", 8443]);
  assert.deepEqual(policy("www.example.com."), [false, 5, 24, "tls", 8443]);
  assert.deepEqual(policy("v1.api.example.com."), [true, 5, 1, "tcp", 8443]);
  assert.deepEqual(policy("xapi.example.com."), [false, 5, 24, "tls", 8443]);
});

test("--off takes names and all below them out, and leaves the rest of their policy", () => {
  const book = read(WHOLE).book.without([nameOf("api.example.com")]);
  assert.deepEqual(
    [book.policyFor("v1.api.example.com.").isGuarded, book.policyFor("api.example.com.").proof],
    [false, "tcp"],
  );
  assert.equal(book.policyFor("other.test.").isGuarded, true);
});

test("an empty file is the defaults", () => {
  const { book } = read("");
  assert.deepEqual(book, new PolicyBook(DEFAULT_BOOKED, new Map()));
  assert.deepEqual(book.policyFor("a."), DEFAULT_BOOKED);
});

test("each mistake is told with its line, its column and what may stand there", () => {
  const text = `policy:
  confirm: 5 minutes
  hold: 1h
names:
  a..b: {}
  api.example.com:
    port: 70000
    proof: ping
proveNetworks: [10.0.0.1]
`;
  const found = problems(text).join("\n");
  assert.match(found, /guard\.yaml:2:12: policy\.confirm: .*\(allowed: a duration/);
  assert.match(found, /guard\.yaml:3:3: policy\.hold: Cannot take the key "hold"/);
  assert.match(found, /guard\.yaml:5:3: .*\(allowed: a domain name\)/);
  assert.match(found, /guard\.yaml:7:11: .*port.*\(allowed: a whole number in 1\.\.65535\)/);
  assert.match(found, /guard\.yaml:8:12: .*\(allowed: tls, tcp, connections\)/);
  assert.match(found, /guard\.yaml:9:17: .*a network, as 10\.0\.0\.0\/8/);
});

test("holdMax below confirm is refused, and so are durations out of bounds", () => {
  assert.match(problems("policy: {confirm: 2h, holdMax: 1h}").join(), /holdMsMax .* must be >=/);
  assert.match(problems("policy: {recheck: 2h}").join(), /from 100ms to 1h/);
  for (const rest of ["0s", "6m"]) {
    assert.match(problems(`policy: {failureBackOff: ${rest}}`).join(), /from 1s to 5m/, rest);
  }
  assert.match(problems("- a").join(), /Cannot take a list/);
});

test("every key is in docs/guard.md", () => {
  const page = readFileSync(new URL("../../../docs/guard.md", import.meta.url), "utf8");
  for (const key of POLICY_KEYS) assert.ok(page.includes(`\`${key}\``), key);
});
