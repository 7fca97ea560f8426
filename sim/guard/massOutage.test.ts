// All names of a machine are denied at once, services are up, and one address in four is silent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressProver } from "../../src/guard/library/addressProver.ts";
import { Guard } from "../../src/guard/machine/guard.ts";
import type { Outcome } from "../../src/guard/machine/outcome.ts";
import { DEFAULT_POLICY } from "../../src/guard/machine/policy.ts";
import { SeededChance } from "../seededChance.ts";
import { A } from "./scene.ts";
import { MachineClock, Timeline } from "./timeline.ts";

const NAMES = 800;
const SILENT_MS = 3000;
const HANDSHAKE_MS = 300;
const SIX_MINUTES_MS = 6 * 60_000;

test(`${NAMES} names denied at once are all held while their services are up`, async () => {
  const timeline = new Timeline(5_000_000);
  const clock = new MachineClock(timeline);
  const addresses = (name: string): string[] =>
    [1, 2, 3, 4].map((last) => `8.x.${name.slice(1)}.${last}`);
  let isDenied = false;
  const prover = new AddressProver({
    settingsFor: () => ({ proof: "tls", port: 443 }),
    tried: { has: () => true },
    attempt: async (_host, address) => {
      const isSilent = address.endsWith(".4");
      const afterMs = isSilent ? SILENT_MS : HANDSHAKE_MS;
      await new Promise<void>((done) => timeline.later(afterMs, done));
      return !isSilent;
    },
  });
  const guard = new Guard({
    clock,
    chance: new SeededChance(1),
    upstream: {
      identity: "home",
      ask: async (name): Promise<Outcome> => {
        const facts = { ttlSeconds: 5, isAuthenticated: false, isFiltered: false };
        if (isDenied) return { kind: "denial", denial: "nodata", ...facts };
        return { kind: "answer", values: addresses(name), ttlSeconds: 5, aliases: [] };
      },
      findTombstone: async () => ({ found: "none", isAuthenticated: false }),
    },
    prover,
    policyFor: () => DEFAULT_POLICY,
    report: () => {},
    entriesMax: 2 * NAMES,
  });
  const askAll = (): void => {
    for (let name = 0; name < NAMES; name += 1) void guard.lookUp(`n${name}`, A);
  };
  askAll();
  await timeline.run(DEFAULT_POLICY.minAgeMs);
  askAll();
  await timeline.run(timeline.nowMs + 10_000);
  isDenied = true;
  askAll();
  await timeline.run(timeline.nowMs + SIX_MINUTES_MS);
  assert.equal(guard.held().length, NAMES);
  guard.close();
});
