import assert from "node:assert/strict";
import { test } from "node:test";
import { readCorpus } from "./corpus.ts";
import { readAll } from "./decoders.ts";
import { runDecoders } from "./decodersRun.ts";
import { runServer } from "./serverRun.ts";
import { runUpdates } from "./updatesRun.ts";

const PACKETS = 60_000;
const SERVER_PACKETS = 20_000;
const SIGNED = 20_000;
const SEED = 1;
/** A mutated packet may be longer than those of the corpus, and its names longer, but not much. */
const SLOW_RATIO_MAX = 50;
/** What a server may hold more of after four times as many packets: caches that fill. */
const GROWN_OCTETS_MAX = 4 * 1024 * 1024;
/** Of the whole process, where every thread collects its own garbage when it likes. */
const RESIDENT_GROWN_OCTETS_MAX = 128 * 1024 * 1024;

test("every packet of the corpus is read as it was captured", () => {
  const corpus = readCorpus();
  assert.ok(corpus.length > 50, `${corpus.length} packets`);
  for (const { bytes } of corpus) readAll(bytes);
});

test(`the decoders take ${PACKETS} mutated packets (seed ${SEED})`, () => {
  const { failures, slowest } = runDecoders(PACKETS, SEED);
  assert.deepEqual(failures, []);
  assert.ok(slowest.ratio < SLOW_RATIO_MAX, `${slowest.ratio} times as slow: ${slowest.hex}`);
});

test(`${SIGNED} messages, signed after they were mutated, meet no bug (seed ${SEED})`, async () => {
  const { failures, replies, accepted } = await runUpdates(SIGNED, SEED);
  assert.deepEqual(failures, []);
  assert.ok(
    replies > SIGNED / 2 && accepted > SIGNED / 200,
    `${replies} replies, ${accepted} taken`,
  );
});

for (const threads of [0, 2]) {
  const by = threads === 0 ? "main thread" : `${threads} threads`;
  const what = `a server on its ${by} takes ${SERVER_PACKETS} mutated packets (seed ${SEED})`;
  test(what, async () => {
    const report = await runServer(SERVER_PACKETS, SEED, threads);
    assert.deepEqual(report.failures, []);
    assert.ok(report.replies > SERVER_PACKETS / 4, `${report.replies} replies`);
    for (const [what, count] of Object.entries(report.reached)) assert.ok(count > 0, what);
    assert.ok(report.grownOctets < GROWN_OCTETS_MAX, `${report.grownOctets} octets more`);
    const { residentGrownOctets: resident } = report;
    assert.ok(resident < RESIDENT_GROWN_OCTETS_MAX, `${resident} octets more`);
  });
}
