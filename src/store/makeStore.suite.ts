import { test } from "node:test";
import { ManualClock } from "./fixtures.suite.ts";
import type { Store } from "./store.ts";
import { StoreError } from "./storeError.ts";

/** Makes an empty store of region `use1` whose owner reads this clock. */
export type MakeStore = (clock: ManualClock, journalEventsMax?: number) => Promise<Store>;

/** A test with a store of its own, closed at its end. */
export function storeTest(
  claim: string,
  make: MakeStore,
  body: (store: Store, clock: ManualClock) => Promise<void>,
): void {
  test(claim, { timeout: 30_000 }, async () => {
    const clock = new ManualClock();
    const store = await make(clock);
    try {
      await body(store, clock);
    } finally {
      await store.close();
    }
  });
}

/** For `assert.rejects`: a StoreError with this code. */
export function failsWith(code: StoreError["fault"]["code"]): (error: unknown) => boolean {
  return (error) => error instanceof StoreError && error.fault.code === code;
}
