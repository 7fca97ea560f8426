import assert from "node:assert/strict";
import { makeRRset, type Name, nameOf, parseRdata, type RRset, typeCode } from "../../dns/index.ts";
import type { ReadReading } from "../../enact/index.ts";
import { type Fence, fenceText } from "../../plan/index.ts";
import { MemoryZoneStore } from "../../provider/index.ts";
import type { DirectStep } from "./directStep.ts";

/** The zone and the endpoint of these tests. */
export const ZONE = nameOf("use1.holdfast.example");
export const NAME = nameOf("signin.use1.holdfast.example");
export const NOW_MS = 1_760_000_000_000;
const DIGEST = "0123456789abcdef";

/** An RRset at {@link NAME}: `rrset("A", "192.0.2.1")`. */
export function rrset(type: string, ...texts: readonly string[]): RRset {
  return rrsetAt(NAME, type, ...texts);
}

/** An RRset at any name. */
export function rrsetAt(name: Name, type: string, ...texts: readonly string[]): RRset {
  const code = typeCode(type);
  assert.ok(code !== undefined, type);
  const rdata = texts.map((text) => {
    const parsed = parseRdata(code, text);
    assert.ok(parsed.kind === "parsed", text);
    return parsed.rdata;
  });
  return makeRRset(name, code, 60, rdata);
}

/** A fence of generation 42, edition 7. */
export function fenceOf(change: Partial<Fence> = {}): Fence {
  return { epoch: 0, generation: 42, edition: 7, types: ["A"], digest: DIGEST, ...change };
}

/** A zone store where {@link NAME} holds these records behind this fence. */
export function storeWith(fence: Fence | string | undefined, ...held: RRset[]): MemoryZoneStore {
  const store = new MemoryZoneStore({ id: "test" });
  for (const one of held) store.putRRset(one);
  const text = typeof fence === "object" ? fenceText(fence) : fence;
  if (text !== undefined) store.putFenceText(NAME, text);
  return store;
}

/** What a store holds of {@link NAME}. */
export async function readName(store: MemoryZoneStore): Promise<ReadReading> {
  const [reading] = await store.read(ZONE, [NAME]);
  assert.ok(reading?.kind === "read");
  return reading;
}

/** Applies a step that writes; the reading after it. */
export async function applied(store: MemoryZoneStore, step: DirectStep): Promise<ReadReading> {
  assert.ok(step.kind === "write", step.kind === "refused" ? step.problem : step.kind);
  const [outcome] = await store.commit(ZONE, [step.write]);
  assert.deepEqual(outcome, { kind: "applied" });
  return readName(store);
}

/** The fence of a reading. */
export function fenceIn({ fence }: ReadReading): Fence {
  assert.ok(fence.kind === "fence", fence.kind);
  return fence.fence;
}
