import assert from "node:assert/strict";
import { test } from "node:test";
import type { CancelWake, Clock } from "../base/index.ts";
import { PLAIN_DNS, type Settings } from "../config/index.ts";
import { nameOf } from "../dns/index.ts";
import { MemoryZoneStore } from "../provider/index.ts";
import { ZoneViews } from "./zoneViews.ts";

const ZONE = nameOf("use1.holdfast.example");
const NAME = nameOf("signin.use1.holdfast.example");

/** A clock whose every wait is over as soon as nothing else happens. */
const HASTY: Clock = {
  monotonicMs: () => 0,
  wallMs: () => 0,
  wakeAfter: (_, wake): CancelWake => {
    const timer = setImmediate(wake);
    return () => clearImmediate(timer);
  },
};

test("ZoneViews tells of every zone store, also where one of them never answers", async () => {
  const good = new MemoryZoneStore({ id: "good" });
  const stopped = new MemoryZoneStore({ id: "stopped" });
  stopped.read = () => new Promise(() => {});
  const policy = {
    ...{ region: "use1", zones: [], targets: [], checks: [], pools: [], endpoints: [] },
  };
  const settings: Settings = {
    ...{ formatVersion: 1, policy, zones: [], stores: [], keys: [] },
    dns: { ...PLAIN_DNS, listen: [{ address: "127.0.0.1", port: 0 }] },
    ...{ api: { listen: { address: "127.0.0.1", port: 0 } }, enactorIds: [] },
    ...{ vantage: "prober-use1", demo: { loadBalancers: false } },
  };
  const stores = new Map([good, stopped].map((store) => [store.id, store]));
  const held = await new ZoneViews(stores, () => settings, HASTY).held(NAME, ZONE);
  assert.deepEqual(
    held.map(({ storeId, reading }) => [storeId, reading.kind]),
    [
      ["good", "read"],
      ["stopped", "unreadable"],
    ],
  );
});
