import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { search } from "./search.ts";

const SEEDS = 12;
/** A design that fails in most worlds. */
const FAILING = { design: "2025", first: 20, seeds: SEEDS, jobs: 2 } as const;

describe("search()", () => {
  test("ends at the first failure; told to keep going, lists every one", async () => {
    const all = await search({ ...FAILING, keepGoing: true });
    assert.equal(all.seeds, SEEDS);
    assert.equal(all.next, FAILING.first + SEEDS);
    assert(all.failed > 1, `${all.failed} of ${SEEDS} seeds failed`);
    const seeds = all.failures.map(({ seed }) => seed);
    assert.equal(seeds.length, all.failed);
    assert.deepEqual(
      seeds,
      seeds.toSorted((left, right) => left - right),
    );
    assert.equal(all.failure?.seed, seeds[0]);

    const [first] = seeds;
    const one = await search({ ...FAILING, jobs: 1 });
    assert.equal(one.failure?.seed, first);
    assert.equal(one.failed, 1);
    assert.equal(one.next, (first ?? 0) + 1);
  });

  test("says from which seed to go on where it is ended early", async () => {
    const stop = new AbortController();
    const whole = { design: "published-fix", first: 5, seeds: 100_000, jobs: 2 } as const;
    const onProgress = (): void => stop.abort();
    const ended = await search({ ...whole, keepGoing: true, stop: stop.signal, onProgress });
    assert(ended.seeds < whole.seeds, "it did not run to its end");
    assert(ended.next >= whole.first && ended.next <= whole.first + ended.seeds * 2);
  });
});
