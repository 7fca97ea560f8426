import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SimClock } from "../../../sim/simClock.ts";
import type { Entry } from "../machine/entry.ts";
import { Guard } from "../machine/guard.ts";
import { DEFAULT_POLICY } from "../machine/policy.ts";
import { memoryText, readMemory, takeUp } from "./memoryFile.ts";
import { MemoryKeeper } from "./memoryKeeper.ts";

const NOW = { monotonicMs: 1_000_000, wallMs: 1_800_000_000_000 };
const OCTETS_MAX = 16 * 2 ** 20;

/** A guard that nobody answers. */
function emptyGuard(clock = new SimClock(), entriesMax = 1_000_000): Guard {
  return new Guard({
    clock,
    chance: { below: () => 0, fork: () => assert.fail() },
    upstream: {
      identity: "home",
      ask: async () => ({ kind: "failure", failure: "timeout" }),
      findTombstone: async () => ({ found: "unknown", isAuthenticated: false }),
    },
    prover: { prove: async () => ({ proven: [], disproven: [] }) },
    policyFor: () => DEFAULT_POLICY,
    report: () => {},
    entriesMax,
  });
}

/** An entry with so many addresses. */
function entryOf(addresses: number): Entry {
  const values = Array.from({ length: addresses }, (_, at) => `192.0.2.${at}`);
  const at = { firstMs: 0, lastMs: 900_000, times: 2, missed: 0, away: 0 };
  const seen = values.map((value) => ({ value, ...at }));
  return {
    answer: { newest: { kind: "answer", values, ttlSeconds: 60, aliases: [] }, atMs: 900_000 },
    seen,
  };
}

function filled(entries: number, addresses: number): Guard {
  const guard = emptyGuard();
  const entry = entryOf(addresses);
  for (let at = 0; at < entries; at += 1) guard.restore(`home 1 n${at}.example.`, entry);
  return guard;
}

function keysOf(guard: Guard): readonly string[] {
  return [...guard.entries()].map(({ key }) => key);
}

test("what is written is never more than is read again: what was asked for last", () => {
  for (const [entries, addresses] of [
    [101_000, 1],
    [12_000, 64],
  ] as const) {
    const text = memoryText(filled(entries, addresses), NOW);
    assert.ok(Buffer.byteLength(text) <= OCTETS_MAX);
    const again = emptyGuard();
    assert.ok(takeUp(text, again, NOW));
    const keys = keysOf(again);
    assert.equal(keys.at(-1), `home 1 n${entries - 1}.example.`);
    assert.ok(keys.length < entries && keys.length > 4000, `${keys.length} of ${entries}`);
    assert.ok(!keys.includes("home 1 n0.example."));
  }
});

test("many events: the file is written at once, and then at most every 5 s", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hf-memory-"));
  const file = join(folder, "memory");
  const clock = new SimClock();
  const guard = emptyGuard(clock);
  const problems: unknown[] = [];
  const keeper = new MemoryKeeper({ file, guard, clock, report: (event) => problems.push(event) });
  let writes = 0;
  let before = 0;
  const step = async (ms: number): Promise<number> => {
    await clock.advance(ms);
    // Each write is another file.
    const { ino } = statSync(file, { throwIfNoEntry: false }) ?? { ino: 0 };
    if (ino !== before) writes += 1;
    before = ino;
    return writes;
  };
  try {
    keeper.saveSoon();
    assert.equal(await step(1), 1);
    for (let event = 0; event < 100; event += 1) {
      keeper.saveSoon();
      await step(40);
    }
    assert.equal(writes, 1);
    assert.equal(await step(1000), 2);
    assert.equal(await step(10_000), 2);
    keeper.close();
    assert.deepEqual([readdirSync(folder), problems], [["memory"], []]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what killed processes left beside the file is removed at the next start, no more", () => {
  const folder = mkdtempSync(join(tmpdir(), "hf-left-over-"));
  const id = "0b8f8a3e-59a5-4a0c-8f0e-1f6f7d0c6a11";
  const left = `memory.${id}.next`;
  const others = [`memory.${id.replace("0", "1")}.next`, `other.${id}.next`, "memory.old.next"];
  for (const name of [left, ...others]) writeFileSync(join(folder, name), "half");
  const writtenMs = Date.UTC(2026, 0, 1);
  const young = others[0] ?? "";
  for (const name of [left, ...others.slice(1)]) {
    utimesSync(join(folder, name), writtenMs / 1000, writtenMs / 1000);
  }
  utimesSync(join(folder, young), writtenMs / 1000 + 50, writtenMs / 1000 + 50);
  const now = { monotonicMs: 0, wallMs: writtenMs + 61_000 };
  assert.equal(readMemory(join(folder, "memory"), emptyGuard(), now), undefined);
  assert.deepEqual(readdirSync(folder).sort(), [...others].sort());
  rmSync(folder, { recursive: true });
});
