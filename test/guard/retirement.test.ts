// A deliberate retirement: when clients behind guard let go of a name.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type GuardOptions, openGuard } from "../../src/guard/library/index.ts";
import { needs } from "../peers.ts";
import { until } from "../processes/instance.ts";
import { ForwarderProcess } from "./forwarderProcess.ts";
import { RETIRED, RETIREMENT_PROGRAMS, type Retired, RetirementWorld } from "./retirementWorld.ts";

const CONFIRM_MS = 3_000;
const HOLD_MS_MAX = 7_000;
const POLICY = { minAgeMs: 1_000, confirmMs: CONFIRM_MS, holdMsMax: HOLD_MS_MAX };
const OFTEN_MS = 300;
/** Longer than anybody takes to find a tombstone; less than the name could be held without it. */
const FIND_MS = 3_000;

/** What a client saw of one name since it was retired; times of this process. */
interface Seen {
  /** When it first was certain that it was denied, and held. */
  heldMs: number | undefined;
  /** When the last question began that got an address. */
  servedMs: number;
  /** When the first answer came without one. */
  endedMs: number | undefined;
}

/** Asks for every name over and over, until it is gone. */
class Watcher {
  readonly seen = new Map<Retired, Seen>();
  readonly #ask: (name: string) => Promise<"served" | "held" | "gone">;

  constructor(ask: (name: string) => Promise<"served" | "held" | "gone">) {
    this.#ask = ask;
  }

  /** Asks for all names, so long, and so that each is served. */
  async warm(forMs: number): Promise<void> {
    for (const name of Object.values(RETIRED)) {
      await until(`serves ${name}`, async () => (await this.#ask(name)) === "served");
    }
    const endMs = performance.now() + forMs;
    while (performance.now() < endMs) {
      for (const name of Object.values(RETIRED))
        assert.equal(await this.#ask(name), "served", name);
    }
  }

  async watch(): Promise<void> {
    await Promise.all(Object.keys(RETIRED).map((id) => this.#watchOne(id as Retired)));
  }

  async #watchOne(id: Retired): Promise<void> {
    const seen: Seen = { heldMs: undefined, servedMs: 0, endedMs: undefined };
    this.seen.set(id, seen);
    await until(`${id} is gone`, async () => {
      const beganMs = performance.now();
      const answer = await this.#ask(RETIRED[id]);
      if (answer === "gone") seen.endedMs = performance.now();
      else seen.servedMs = beganMs;
      if (answer === "held") seen.heldMs ??= performance.now();
      return answer === "gone";
    });
  }
}

function libraryWatcher(options: GuardOptions, whys: Map<string, string>) {
  const guard = openGuard({
    ...options,
    onEvent: (event) => {
      if (event.kind === "denial-believed") whys.set(event.name.slice(0, -1), event.why);
    },
  });
  const isHeld = (name: string): boolean => guard.held().some((one) => one.name === `${name}.`);
  const watcher = new Watcher(async (name) => {
    // The system's own look-up, which has the last word, is not to be asked.
    if (whys.has(name)) return "gone";
    const found = await guard.promises.lookup(name, { family: 4 }).catch(() => undefined);
    if (found === undefined) return "gone";
    return isHeld(name) ? "held" : "served";
  });
  return { watcher, close: () => guard.close() };
}

function forwarderWatcher(forwarder: ForwarderProcess): Watcher {
  return new Watcher(async (name) => {
    const text = await forwarder.dig(name, "A");
    if (!/\s\d+\s+IN\s+A\s/.test(text)) return "gone";
    return text.includes("held: upstream says") ? "held" : "served";
  });
}

function checkSeen(who: string, seen: ReadonlyMap<Retired, Seen>): void {
  const served = (id: Retired): number => {
    const { heldMs = Number.NEGATIVE_INFINITY, servedMs } = seen.get(id) ?? {};
    return (servedMs ?? Number.POSITIVE_INFINITY) - heldMs;
  };
  // A tombstone counts from when it was found.
  assert.ok(served("unsigned") <= CONFIRM_MS + FIND_MS, `${who}: ${served("unsigned")} ms`);
  for (const id of ["gone", "recycled"] as const) {
    assert.ok(
      served(id) <= CONFIRM_MS,
      `${who}: ${id} is served ${served(id)} ms after it was held`,
    );
  }
  assert.ok(served("up") <= HOLD_MS_MAX, `${who}: up is served for ${served("up")} ms`);
  assert.ok(served("up") > CONFIRM_MS, `${who}: up is given up after ${served("up")} ms`);
  assert.equal(seen.get("signed")?.heldMs, undefined, `${who}: a signed denial is held`);
  const ends = (["alias", "gone"] as const).map((id) => seen.get(id)?.endedMs ?? Number.NaN);
  assert.ok((ends[0] ?? 0) < (ends[1] ?? 0), `${who}: an authenticated tombstone is believed late`);
}

test(
  "retired names are let go of: at once, within confirmMs, or within holdMsMax",
  needs(...RETIREMENT_PROGRAMS),
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "hf-retirement-"));
    const world = new RetirementWorld();
    const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true }), () => world.stop()];
    try {
      await world.start();
      const { servicePort: port, resolverPort } = world;
      const ca = join(folder, "ca.pem");
      writeFileSync(ca, world.certificate.cert);
      const config = join(folder, "guard.yaml");
      const { minAgeMs, confirmMs, holdMsMax } = POLICY;
      const times = `minAge: ${minAgeMs}ms, confirm: ${confirmMs}ms, holdMax: ${holdMsMax}ms`;
      const often = `recheck: ${OFTEN_MS}ms, proveEvery: ${OFTEN_MS}ms`;
      const policy = `policy: { port: ${port}, ${times}, ${often} }\n`;
      writeFileSync(config, `${policy}proveNetworks: [127.0.0.0/8]\n`);
      const words = ["--upstream", `127.0.0.1#${resolverPort}`, "--config", config, "--ca", ca];
      const forwarder = await ForwarderProcess.start(...words);
      ends.unshift(() => forwarder.stop());
      const whys = new Map<string, string>();
      const options = {
        upstreams: [{ address: "127.0.0.1", port: resolverPort }],
        allowNetworks: ["127.0.0.0/8"],
        ca: world.certificate.cert,
        policy: { ...POLICY, port, recheckMs: OFTEN_MS, proofMs: OFTEN_MS },
      };
      const library = libraryWatcher(options, whys);
      ends.unshift(library.close);
      const watchers = { library: library.watcher, forwarder: forwarderWatcher(forwarder) };
      const all = Object.values(watchers);
      await Promise.all(all.map((watcher) => watcher.warm(2 * POLICY.minAgeMs)));
      await world.retire();
      await Promise.all(all.map((watcher) => watcher.watch()));
      for (const [who, { seen }] of Object.entries(watchers)) checkSeen(who, seen);
      assert.deepEqual(
        Object.fromEntries(Object.entries(RETIRED).map(([id, name]) => [id, whys.get(name)])),
        {
          gone: "unproven",
          up: "held-longest",
          recycled: "unproven",
          unsigned: "tombstone",
          alias: "tombstone",
          signed: undefined,
        },
      );
    } finally {
      for (const end of ends) await end();
    }
  },
);
