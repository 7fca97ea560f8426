import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entry, NEW_ENTRY } from "./entry.ts";
import { CONFIRMED, DOUBTED, PLAIN, type Rank, type Ranked, Slots, weightOf } from "./slots.ts";

interface Named extends Ranked {
  readonly key: string;
}

function world(room: number) {
  const slots = new Slots<Named>(room);
  const put = (key: string, rank: Rank = PLAIN, weight = 1): readonly string[] => {
    const slot = slots.get(key) ?? { key, rank: PLAIN, weight: 1 };
    return slots.put(key, slot, rank, weight).map((gone) => gone.key);
  };
  return { slots, put };
}

test("what was asked for longest ago goes first, and what is put again stands last", () => {
  const { slots, put } = world(3);
  for (const key of ["a", "b", "c"]) assert.deepEqual(put(key), []);
  put("a");
  assert.deepEqual(put("d"), ["b"]);
  assert.equal(slots.get("b"), undefined);
  assert.deepEqual([slots.size, [...slots.entries()].map(([key]) => key)], [3, ["c", "a", "d"]]);
});

test("a flood of names that were never good takes nothing that is confirmed or held", () => {
  const { slots, put } = world(100);
  for (let at = 0; at < 40; at += 1) put(`good-${at}`, CONFIRMED);
  for (let at = 0; at < 20; at += 1) put(`held-${at}`, DOUBTED);
  for (let at = 0; at < 1000; at += 1) put(`random-${at}`);
  const left = [...slots.values()].map(({ rank }) => rank);
  assert.deepEqual([left.filter((rank) => rank === CONFIRMED).length, left.length], [40, 100]);
  assert.equal(left.filter((rank) => rank === DOUBTED).length, 20);
});

function counts(slots: Slots<Named>): readonly number[] {
  const ranks = [...slots.values()].map(({ rank }) => rank);
  return [DOUBTED, CONFIRMED, PLAIN].map((rank) => ranks.filter((one) => one === rank).length);
}

test("names that are good leave room for new ones", () => {
  const { slots, put } = world(100);
  for (let at = 0; at < 500; at += 1) put(`good-${at}`, CONFIRMED);
  for (let at = 0; at < 500; at += 1) put(`new-${at}`);
  assert.deepEqual(counts(slots), [0, 80, 20]);
  assert.ok(slots.get("new-499") !== undefined && slots.get("good-499") !== undefined);
});

test("however many names are held, others go before them", () => {
  const { slots, put } = world(100);
  for (let at = 0; at < 90; at += 1) put(`held-${at}`, DOUBTED);
  for (let at = 0; at < 5; at += 1) put(`good-${at}`, CONFIRMED);
  for (let at = 0; at < 500; at += 1) put(`new-${at}`);
  assert.deepEqual(counts(slots), [90, 5, 5]);
  for (let at = 0; at < 500; at += 1) put(`more-${at}`, CONFIRMED);
  assert.deepEqual(counts(slots).slice(0, 1), [90]);
  for (let at = 0; at < 500; at += 1) put(`newer-${at}`);
  assert.deepEqual(counts(slots), [90, 8, 2]);
  for (let at = 0; at < 500; at += 1) put(`more-held-${at}`, DOUBTED);
  assert.deepEqual(counts(slots), [100, 0, 0], "and there are no more than there is room for");
});

test("nor does one that is large take what is held while there is anything else", () => {
  const { slots, put } = world(100);
  for (let at = 0; at < 50; at += 1) put(`held-${at}`, DOUBTED);
  for (let at = 0; at < 40; at += 1) put(`good-${at}`, CONFIRMED);
  put("large", PLAIN, 15);
  assert.deepEqual(counts(slots), [50, 35, 1]);
  const other = world(100);
  for (let at = 0; at < 80; at += 1) other.put(`held-${at}`, DOUBTED);
  for (let at = 0; at < 10; at += 1) other.put(`new-${at}`);
  other.put("large", CONFIRMED, 20);
  assert.deepEqual(counts(other.slots), [80, 1, 0]);
});

test("a rank that changes takes its weight along, and nothing is left of it in the end", () => {
  const { slots, put } = world(10);
  put("a", PLAIN, 4);
  put("a", DOUBTED, 5);
  put("a", CONFIRMED, 2);
  for (let at = 0; at < 8; at += 1) assert.deepEqual(put(`${at}`), []);
  assert.deepEqual(put("8"), ["0"], "eight and two are ten");
  slots.clear();
  assert.deepEqual([slots.size, put("b", PLAIN, 10)], [0, []]);
});

test("one that is larger than all room stays alone", () => {
  const { slots, put } = world(10);
  put("a");
  assert.deepEqual(put("large", PLAIN, 20), ["a"]);
  assert.equal(slots.size, 1);
});

test("an entry weighs as much as it has values and aliases", () => {
  assert.equal(weightOf(NEW_ENTRY), 1);
  const seen = (count: number): Entry => ({
    seen: Array.from({ length: count }, (_, at) => {
      return { value: `2001:db8::${at}`, firstMs: 0, lastMs: 0, times: 1, missed: 0, away: 0 };
    }),
  });
  assert.equal(weightOf(seen(2)), 1);
  assert.ok(weightOf(seen(64)) > 12, "12,468 octets were measured");
  const aliases = Array.from({ length: 16 }, (_, at) => `alias-${at}.example.`);
  const newest = { kind: "answer", values: ["192.0.2.1"], ttlSeconds: 60, aliases } as const;
  assert.ok(weightOf({ seen: [], answer: { newest, atMs: 0 } }) > 2);
});
