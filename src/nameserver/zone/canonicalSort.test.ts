import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareWireNames } from "./canonicalOrder.ts";
import { canonicalOrder } from "./canonicalSort.ts";

const octet = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 0x2a, 255),
  fc.integer({ min: 0x61, max: 0x63 }),
);
const label = fc
  .array(octet, { minLength: 1, maxLength: 7 })
  .map((octets) => [octets.length, ...octets]);
const prefix = fc.array(label, { maxLength: 4 }).map((found) => found.flat());

test("canonicalOrder() agrees with compareWireNames(), below any apex", () => {
  const names = fc.uniqueArray(prefix, { maxLength: 80, selector: (name) => name.join() });
  fc.assert(
    fc.property(names, fc.array(label, { maxLength: 2 }), (prefixes, apexLabels) => {
      const apex = [...apexLabels.flat(), 0];
      const wires = prefixes.map((one) => [...one, ...apex]);
      const octets = new Uint8Array(new SharedArrayBuffer(wires.flat().length));
      octets.set(wires.flat());
      let end = 0;
      const starts = wires.map(({ length }) => {
        end += length;
        return end - length;
      });
      const order = [...canonicalOrder(octets, starts, apex.length)];
      const byTwo = [...starts.keys()].sort((left, right) => {
        return compareWireNames(octets, starts[left] ?? 0, octets, starts[right] ?? 0);
      });
      assert.deepEqual(order, byTwo);
    }),
    { numRuns: 300 },
  );
});
