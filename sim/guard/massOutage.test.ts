// All names of a machine are denied at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressProver } from "../../src/guard/library/addressProver.ts";
import { Guard } from "../../src/guard/machine/guard.ts";
import type { Outcome } from "../../src/guard/machine/outcome.ts";
import { DEFAULT_POLICY } from "../../src/guard/machine/policy.ts";
import { SeededChance } from "../seededChance.ts";
import { A } from "./scene.ts";
import { MachineClock, Timeline } from "./timeline.ts";

const SILENT_MS = 3000;
const HANDSHAKE_MS = 300;
const TRYING_MAX = 16;

/** So many names, all known well, and then denied; four addresses each. */
class World {
  isDenied = false;
  tries = 0;
  readonly timeline = new Timeline(5_000_000);
  readonly guard: Guard;
  readonly #names: number;

  constructor(names: number, isSilent: (address: string) => boolean) {
    this.#names = names;
    const addresses = (name: string): string[] =>
      [1, 2, 3, 4].map((last) => `8.x.${name.slice(1)}.${last}`);
    const prover = new AddressProver({
      settingsFor: () => ({ proof: "tls", port: 443 }),
      tried: { has: () => true },
      tryingMax: TRYING_MAX,
      attempt: async (_host, address) => {
        this.tries += 1;
        const afterMs = isSilent(address) ? SILENT_MS : HANDSHAKE_MS;
        await new Promise<void>((done) => this.timeline.later(afterMs, done));
        return !isSilent(address);
      },
    });
    this.guard = new Guard({
      clock: new MachineClock(this.timeline),
      chance: new SeededChance(1),
      upstream: {
        identity: "home",
        ask: async (name): Promise<Outcome> => {
          const facts = { ttlSeconds: 5, isAuthenticated: false, isFiltered: false };
          if (this.isDenied) return { kind: "denial", denial: "nodata", ...facts };
          return { kind: "answer", values: addresses(name), ttlSeconds: 5, aliases: [] };
        },
        findTombstone: async () => ({ found: "none", isAuthenticated: false }),
      },
      prover,
      policyFor: () => DEFAULT_POLICY,
      report: () => {},
      entriesMax: 2 * names,
    });
  }

  askAll(): void {
    for (let name = 0; name < this.#names; name += 1) void this.guard.lookUp(`n${name}`, A);
  }

  async goOn(forMs: number): Promise<void> {
    await this.timeline.run(this.timeline.nowMs + forMs);
  }

  /** All is well for long enough; then the outage begins. */
  async deny(): Promise<void> {
    this.askAll();
    await this.goOn(DEFAULT_POLICY.minAgeMs);
    this.askAll();
    await this.goOn(10_000);
    this.isDenied = true;
    this.askAll();
  }
}

test("800 names denied at once are all held while their services are up", async () => {
  const world = new World(800, (address) => address.endsWith(".4"));
  await world.deny();
  await world.goOn(6 * 60_000);
  assert.equal(world.guard.held().length, 800);
  world.guard.close();
});

test("proofs that wait for their turn end with the guard, and with the outage", async () => {
  for (const end of ["closed", "over"] as const) {
    const world = new World(300, () => true);
    await world.deny();
    await world.goOn(6000);
    assert.equal(world.guard.held().length, 300);
    if (end === "closed") world.guard.close();
    world.isDenied = false;
    world.askAll();
    // Each name asks again within `recheckMs`, and a quarter of that by chance.
    await world.goOn(end === "closed" ? 0 : 1.25 * DEFAULT_POLICY.recheckMs);
    const { tries } = world;
    await world.goOn(300_000);
    assert.equal(world.tries - tries, 0, end);
    world.guard.close();
  }
});
