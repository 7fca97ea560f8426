// Whatever the upstream, tombstones and proofs say, and in whatever order: what must hold of every
// verdict. A failure prints its seed (SEED=n replays it).
import assert from "node:assert/strict";
import { test } from "node:test";
import { heldValues } from "./heldValues.ts";
import { answer, denial, failure, Machine } from "./machine.suite.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import { wantsOf } from "./wants.ts";

const RUNS = 3000;
const STEPS = 60;
const { confirmMs, holdMsMax } = DEFAULT_POLICY;
/** Fixed in CI, so that nothing turns red that nobody changed; fresh elsewhere. */
const FRESH = process.env["CI"] === "true" ? 1 : Date.now() % 1_000_000;
const FIRST = Number(process.env["SEED"] ?? FRESH);

/** A small generator of its own: the same seed is the same run. */
function chance(seed: number): (bound: number) => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** What the world did, kept beside the machine. */
class Watched {
  readonly machine = new Machine();
  readonly given = new Set<string>();
  /** Since when there was nothing but denials, and the last proof within them. */
  deniedMs: number | undefined;
  provenMs: number | undefined;
  isEnded = false;
  readonly #draw: (bound: number) => number;

  constructor(seed: number) {
    this.#draw = chance(seed);
  }

  step(): void {
    const { machine } = this;
    const draw = this.#draw;
    machine.after(draw(3) === 0 ? draw(2 * holdMsMax) : draw(confirmMs));
    this.check();
    const kind = draw(10);
    if (kind < 4) this.#answer();
    else if (kind < 7) this.#deny(draw(12));
    else if (kind === 7) machine.outcome(failure());
    else if (kind === 8) this.#tombstone();
    else this.#prove();
    this.check();
  }

  check(): void {
    const { machine, deniedMs } = this;
    const { verdict, nowMs } = machine;
    const values = "values" in verdict ? verdict.values : [];
    for (const value of values) assert.ok(this.given.has(value), `${value} was never given`);
    if ("ttlSeconds" in verdict) assert.ok(verdict.ttlSeconds > 0, "a TTL is above zero");
    const { lookAgainMs } = wantsOf(machine.entry, machine.policy, nowMs);
    if (verdict.kind === "held") assert.ok(lookAgainMs !== undefined && lookAgainMs > nowMs);
    if (deniedMs === undefined || verdict.kind !== "held") return;
    assert.ok(!this.isEnded, "a denial that was to be believed at once is doubted");
    assert.ok(nowMs < deniedMs + holdMsMax, "held past holdMsMax");
    const lastMs = Math.max(deniedMs, this.provenMs ?? deniedMs);
    assert.ok(nowMs < lastMs + confirmMs, "held past confirmMs");
  }

  #answer(): void {
    const values = Array.from({ length: 1 + this.#draw(3) }, () => `192.0.2.${this.#draw(8)}`);
    for (const value of values) this.given.add(value);
    this.machine.outcome(answer(values, this.#draw(300)));
    this.deniedMs = undefined;
    this.provenMs = undefined;
    this.isEnded = false;
  }

  #deny(how: number): void {
    const isAuthenticated = how === 0;
    const isFiltered = how === 1;
    this.deniedMs ??= this.machine.nowMs;
    if (isAuthenticated || isFiltered) this.isEnded = true;
    this.machine.outcome(denial({ isAuthenticated, isFiltered }));
  }

  #tombstone(): void {
    const found = (["none", "tombstone", "unknown"] as const)[this.#draw(3)] ?? "none";
    const isAuthenticated = this.#draw(2) === 0;
    const { machine, deniedMs } = this;
    // While the upstream fails nothing is settled: the next denial is.
    const isSaid = found === "tombstone" && isAuthenticated && machine.entry.failure === undefined;
    if (isSaid && deniedMs !== undefined) this.isEnded = true;
    machine.tombstone(found, isAuthenticated);
  }

  #prove(): void {
    const { nowMs } = this.machine;
    const lastMs = Math.max(this.deniedMs ?? nowMs, this.provenMs ?? 0);
    const outcome = (["proven", "disproven", "unknown"] as const)[this.#draw(3)] ?? "unknown";
    const address = `192.0.2.${this.#draw(8)}`;
    const { entry, policy } = this.machine;
    const isHeld = heldValues(entry, policy).includes(address);
    if (outcome === "proven" && isHeld && nowMs < lastMs + confirmMs) this.provenMs = nowMs;
    this.machine.proof(outcome, address);
  }
}

test(`${RUNS} worlds from seed ${FIRST}: nothing made up, nothing held too long`, () => {
  for (let seed = FIRST; seed < FIRST + RUNS; seed += 1) {
    const world = new Watched(seed);
    try {
      for (let step = 0; step < STEPS; step += 1) world.step();
    } catch (cause) {
      throw new Error(`SEED=${seed} node --test src/guard/machine/machineFuzz.test.ts`, { cause });
    }
  }
});
