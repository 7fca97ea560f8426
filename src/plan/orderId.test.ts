import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeededChance } from "../../sim/seededChance.ts";
import { nameOf } from "../dns/index.ts";
import { parseFence } from "./fence.ts";
import type { OrderKind } from "./order.ts";
import { orderId } from "./orderId.ts";

const WALL_MS = Date.UTC(2026, 10, 22, 14, 5, 59, 999);
const KINDS: readonly OrderKind[] = ["override", "retirement", "revival", "rollback"];

function idOf(name: string, kind: OrderKind = "override"): string {
  return orderId(kind, nameOf(name), WALL_MS, new SeededChance(1));
}

describe("orderId()", () => {
  it("says kind, first label and minute, and draws the rest", () => {
    assert.match(idOf("signin.use1.example"), /^o-signin-20261122-1405-[a-z2-9]{4}$/);
    assert.deepEqual(
      KINDS.map((kind) => idOf("signin.use1.example", kind)[0]),
      ["o", "t", "v", "r"],
    );
  });

  const names = [
    "a-very-long-label-that-goes-on.use1.example",
    "_x\\.y\\009z.use1.example",
    "*.use1.example",
    ".",
  ];
  for (const name of names) {
    it(`fits a fence: ${name}`, () => {
      const id = idOf(name);
      const digest = "a".repeat(43);
      const text =
        `holdfast=1 epoch=0 generation=1 edition=1 types=A digest=${digest} ` +
        `override=${id} until=2026-11-22T16:05:00Z`;
      assert.equal(parseFence(text).kind, "fence", text);
    });
  }

  it("gives no id of a batch twice, however alike the names", () => {
    // Draws nothing but one letter, so that the first two draws are equal.
    let draws = 0;
    const chance = {
      below: () => (draws++ < 8 ? 0 : 1),
      fork: () => chance,
    };
    const taken = new Set<string>();
    for (const label of ["one", "two"]) {
      taken.add(orderId("rollback", nameOf(`api.${label}.example`), WALL_MS, chance, taken));
    }
    assert.deepEqual([...taken], ["r-api-20261122-1405-aaaa", "r-api-20261122-1405-bbbb"]);
  });
});
