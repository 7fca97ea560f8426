import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { type Name, nameOf, RRType } from "../../../dns/index.ts";
import { record } from "../forwarder.suite.ts";
import { answerPlan } from "./answerPlan.ts";
import { AnswerTable, TABLE_OCTETS_MIN } from "./answerTable.ts";
import { FastThread, FastWorld, messageOf, queryOf } from "./fastWorld.suite.ts";
import { type AnswerKey, CHAIN_MAX } from "./tableLayout.ts";
import { type WireAnswer, wireAnswer } from "./wireAnswer.ts";

const A: AnswerKey = { type: RRType.A, dnssecOk: false, cd: false };
const TIMES = { atMs: 0, endsMs: 1e9, dueMs: 1e9 };

function hostOf(index: number): string {
  return `host-${index}.example`;
}

/** The address that a name has here: its number. */
function addressOf(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}

function wireOf(index: number, key: AnswerKey = A): WireAnswer {
  const answer = [record(hostOf(index), "A", addressOf(index), 3600)];
  const told = { rcode: 0, ad: false, answer, authority: [], errors: [] };
  const wire = wireAnswer(nameOf(hostOf(index)), key, told);
  assert.ok(wire !== undefined);
  return wire;
}

/** A small table, and a thread that reads it. */
function tableWorld(octets = TABLE_OCTETS_MIN * 5) {
  const world = new FastWorld(octets);
  const { table } = world.forwarder;
  assert.ok(table !== undefined);
  const put = (index: number): boolean => table.put(nameOf(hostOf(index)), A, wireOf(index), TIMES);
  const rightly = (index: number): boolean => {
    const fast = world.thread.ask(queryOf(hostOf(index)));
    if (fast === "handed over") return false;
    assert.equal(messageOf(fast).answer[0]?.rdata.join("."), addressOf(index));
    return true;
  };
  return { world, table, put, rightly };
}

test("the oldest answers go where new ones need their room, and all that is there is right", () => {
  const { table, put, rightly } = tableWorld();
  const count = 20_000;
  for (let index = 0; index < count; index += 1) {
    assert.ok(put(index), `${index} has room as nobody reads`);
    if (index % 1000 === 0) assert.ok(rightly(index));
  }
  const there = Array.from({ length: count }, (_, index) => rightly(index));
  const first = there.indexOf(true);
  assert.ok(table.size > 300 && table.size < 1000, `${table.size} answers in 64 KiB`);
  assert.equal(first, count - table.size);
  assert.ok(there.slice(first).every((isThere) => isThere));
});

test("what is put again is there once; what is forgotten is not there", () => {
  const { table, put, rightly } = tableWorld();
  for (let times = 0; times < 3; times += 1) assert.ok(put(1));
  for (const dnssecOk of [true, false]) {
    const key = { ...A, dnssecOk, cd: true };
    table.put(nameOf(hostOf(1)), key, wireOf(1, key), TIMES);
  }
  put(2);
  assert.equal(table.size, 4);
  table.forget(nameOf(hostOf(1)));
  assert.deepEqual([rightly(1), rightly(2), table.size], [false, true, 1]);
});

test("no room is written over while a thread reads it", () => {
  const { world, put, rightly } = tableWorld();
  const { answers } = world.thread;
  for (let index = 0; index < 10; index += 1) put(index);
  answers.begin();
  let put1 = 0;
  while (put(put1 + 10) && put1 < 10_000) put1 += 1;
  assert.ok(put1 > 100 && put1 < 1000, `${put1} were put until the oldest room was reached`);
  answers.end();
  assert.ok(put(9_999), "nobody reads any more");
  assert.ok(rightly(9_999));
  // Another thread's batch that began later does not count: it cannot have seen what went.
  const later = new FastThread(world, 3);
  for (let index = 0; index < 2_000; index += 1) {
    later.answers.begin();
    const isPut = put(index);
    later.answers.end();
    later.answers.begin();
    assert.ok(isPut || put(index), `${index}`);
    later.answers.end();
  }
});

test("a thread that ended in the middle of a batch is let go", () => {
  const { world, table, put } = tableWorld();
  world.thread.answers.begin();
  for (let index = 0; index < 2_000; index += 1) put(index);
  assert.equal(put(1), false);
  table.release(0);
  assert.equal(put(1), true);
});

test("names of one hash cannot make a search long", () => {
  const { world, table } = tableWorld(2 ** 20);
  const name = nameOf(hostOf(1));
  const types = Array.from({ length: CHAIN_MAX + 8 }, (_, index) => 1000 + index);
  for (const type of types) table.put(name, { ...A, type }, wireOf(1), TIMES);
  assert.equal(table.size, CHAIN_MAX);
  const there = types.map((type) => world.thread.ask(queryOf(hostOf(1), { type })));
  assert.deepEqual(
    there.map((fast) => fast !== "handed over"),
    types.map((_, index) => index >= 8),
  );
});

test("an answer that says more than its records do, or that fits no datagram, is not put", () => {
  const name: Name = nameOf("host.example");
  const told = { rcode: 0, ad: false, answer: [], authority: [], errors: [] };
  assert.ok(wireAnswer(name, A, told) !== undefined);
  const filtered = { ...told, errors: [{ code: 17, text: "" }] };
  assert.equal(wireAnswer(name, A, filtered), undefined);
  const many = Array.from({ length: 100 }, (_, at) => record("host.example", "A", `192.0.2.${at}`));
  assert.equal(wireAnswer(name, A, { ...told, answer: many }), undefined);
});

/** Reads as a serving thread does, as fast as it can, until it is stopped; posts what it saw. */
const READER = `
import { parentPort, workerData } from "node:worker_threads";
const { FastAnswers } = await import(workerData.answers);
const { plan, queries, control } = workerData;
const stop = new Int32Array(control);
const buffer = new ArrayBuffer(8192 + 16);
const octets = new Uint8Array(buffer);
octets.set([127, 0, 0, 1], 8192);
const clock = { monotonicMs: () => 0, wallMs: () => 0 };
const answers = new FastAnswers(plan, { thread: 0, buffer, addressWords: 1, clock });
let [right, wrong] = [0, 0];
parentPort.postMessage("reads");
while (Atomics.load(stop, 0) === 0) {
  answers.begin();
  for (const { bytes, address } of queries) {
    octets.set(bytes);
    const length = answers.answer(0, 0, bytes.length, 2048);
    if (length <= 0) continue;
    const isRight = length === bytes.length + 16 &&
      address.every((octet, at) => octets[length - 4 + at] === octet);
    if (isRight) right += 1;
    else wrong += 1;
  }
  answers.end();
}
parentPort.postMessage({ right, wrong });
`;

test("a thread that reads while all is put and overwritten sees nothing torn", async () => {
  const table = new AnswerTable(TABLE_OCTETS_MIN);
  const count = 2000;
  const queries = Array.from({ length: count }, (_, index) => {
    return { bytes: queryOf(hostOf(index)), address: addressOf(index).split(".").map(Number) };
  });
  const wires = queries.map((_, index) => wireOf(index));
  const control = new SharedArrayBuffer(4);
  const words = new Int32Array(control);
  const answers = new URL("./fastAnswers.ts", import.meta.url).href;
  const plan = answerPlan(table, [{ octets: Uint8Array.of(127, 0, 0, 0), prefixLength: 8 }]);
  const url = new URL(`data:text/javascript,${encodeURIComponent(READER)}`);
  const worker = new Worker(url, { workerData: { answers, plan, queries, control } });
  await once(worker, "message");
  let refused = 0;
  for (let round = 0; round < 300; round += 1) {
    for (const [index, wire] of wires.entries()) {
      if (index % 7 === 3) table.forget(nameOf(hostOf(index - 3)));
      if (!table.put(nameOf(hostOf(index)), A, wire, TIMES)) refused += 1;
    }
  }
  Atomics.store(words, 0, 1);
  const [{ right, wrong }] = await once(worker, "message");
  await worker.terminate();
  assert.equal(wrong, 0, `of ${right + wrong}; ${refused} were not put`);
  assert.ok(right > 0);
});
