import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { until } from "../processes/instance.ts";
import { digShort } from "../shown/tools.ts";
import { type Pair, withPair } from "./pair.ts";
import { ZONE } from "./primary.ts";
import { SERVERS } from "./servers.ts";

/** Each a commit of its own. */
const CHANGES_IN_CUT = 30;

/** Changes of all sorts, one after another, each of which must go out as differences. */
async function changeAndFollow({ primary, secondary, synced }: Pair): Promise<void> {
  const { port } = secondary.place;
  const before = primary.report.transfers.counts;
  const changes: readonly (readonly [readonly string[], readonly string[]])[] = [
    [[], ["a 60 A 192.0.2.1", "a 60 A 192.0.2.2"]],
    [["a A"], ["a 60 A 192.0.2.2", "a 60 A 192.0.2.3", 'a 60 TXT "one" "two"']],
    [["a A"], ["a 30 A 192.0.2.2", "a 30 A 192.0.2.3"]],
    [["a TXT"], ["deep.below.it 60 AAAA 2001:db8::1", "*.wild 60 A 192.0.2.9"]],
    [["deep.below.it AAAA"], ["mail 60 MX 10 a.use1.example.com."]],
  ];
  for (const [index, [deletes, adds]] of changes.entries()) {
    await primary.update(deletes, adds);
    await synced(`change ${index + 1}`);
  }
  assert.deepEqual(await digShort(port, `a.${ZONE}`, "A"), ["192.0.2.2", "192.0.2.3"]);
  assert.deepEqual(await digShort(port, `a.${ZONE}`, "TXT"), []);
  assert.deepEqual(await digShort(port, `deep.below.it.${ZONE}`, "AAAA"), []);
  assert.deepEqual(await digShort(port, `any.wild.${ZONE}`, "A"), ["192.0.2.9"]);
  assert.deepEqual(await digShort(port, `mail.${ZONE}`, "MX"), [`10 a.${ZONE}.`]);
  const { ixfr, axfr } = primary.report.transfers.counts;
  assert.equal(axfr, before.axfr, "no change went out as a whole zone");
  assert.ok(ixfr >= before.ixfr + changes.length, `${ixfr - before.ixfr} were differences`);
}

/** Both run all the time, and do not hear each other while many changes are made. */
async function catchUpByDifferences({ primary, secondary, synced }: Pair): Promise<void> {
  const { port } = secondary.place;
  const before = primary.report.transfers.counts;
  const from = primary.serial();
  secondary.pause();
  for (let change = 0; change < CHANGES_IN_CUT; change += 1) {
    const gone = change === 0 ? [] : [`cut${change - 1} A`];
    await primary.update(gone, [`cut${change} 60 A 192.0.2.${change + 1}`]);
  }
  assert.equal(primary.serial(), from + CHANGES_IN_CUT);
  secondary.resume();
  await synced("what changed during a cut");
  const { axfr, ixfr } = primary.report.transfers.counts;
  assert.equal(axfr, before.axfr, "not the whole zone");
  const taken = ixfr - before.ixfr;
  assert.ok(taken > 0 && taken < CHANGES_IN_CUT / 2, `many changes at once: ${taken} transfers`);
  const [last, gone] = [CHANGES_IN_CUT - 1, CHANGES_IN_CUT - 2];
  assert.deepEqual(await digShort(port, `cut${last}.${ZONE}`), [`192.0.2.${last + 1}`]);
  assert.deepEqual(await digShort(port, `cut${gone}.${ZONE}`), []);
}

/** The secondary is away until nothing on the primary's disk leads from what it has to the zone. */
async function catchUpBeyondHistory({ primary, secondary, synced }: Pair): Promise<void> {
  await secondary.stop();
  await primary.update([], ["cut 60 A 192.0.2.6"]); // the change that leads on from what it has
  const journals = primary.journals;
  await until("forgets what was before the cut", async () => {
    await primary.update(["old TXT"], [`old 60 TXT "${"x".repeat(250)}"`]);
    await primary.update(["old TXT"], []);
    return !primary.journals.some((name) => journals.includes(name));
  });
  await primary.update([], ["after-cut 60 A 192.0.2.7"]);
  await primary.stop();
  secondary.start();
  await primary.start();
  await synced("what changed during a cut beyond history");
  const { axfr, ixfrAsAxfr } = primary.report.transfers.counts;
  assert.ok(axfr > 0, `${ixfrAsAxfr} of ${axfr} whole zones were asked for as differences`);
  assert.deepEqual(await digShort(secondary.place.port, `after-cut.${ZONE}`), ["192.0.2.7"]);
  assert.deepEqual(await digShort(secondary.place.port, `old.${ZONE}`, "TXT"), []);
}

for (const kind of Object.values(SERVERS)) {
  test(
    `${kind.name} takes a zone whole, then each change as differences, signed`,
    needs(...kind.programs),
    async () => {
      await withPair(kind, async (pair) => {
        const { primary, secondary, synced } = pair;
        secondary.start();
        await primary.seed();
        await synced("the zone");
        assert.ok(primary.report.transfers.counts.axfr > 0);
        await changeAndFollow(pair);

        await secondary.stop();
        await primary.update([], ["while-away 60 A 192.0.2.4"]);
        secondary.start();
        await synced("what changed while it was away");
        assert.deepEqual(await digShort(secondary.place.port, `while-away.${ZONE}`), ["192.0.2.4"]);

        await primary.stop();
        await primary.start();
        await primary.update([], ["back 60 A 192.0.2.5"]);
        await synced("what changed after the primary's restart");
        const { axfr, ixfr } = primary.report.transfers.counts;
        assert.deepEqual([axfr, ixfr > 0], [0, true], "history was read back");
        const [report] = primary.report.transfers.secondaries;
        assert.equal(report?.transferredSerial, primary.serial());
        assert.equal(report?.notifiedSerial, primary.serial());
        assert.equal(report?.problem, undefined);
      });
    },
  );

  test(
    `${kind.name} catches up after a long cut: by differences as far as history goes, else whole`,
    needs(...kind.programs),
    async () => {
      await withPair(
        kind,
        async (pair) => {
          pair.secondary.start();
          await pair.primary.seed();
          await pair.synced("the zone");
          await catchUpByDifferences(pair);
          await catchUpBeyondHistory(pair);
        },
        { journalOctetsMax: 2_048 },
      );
    },
  );

  test(
    `${kind.name} follows a primary that lost its disk: the serial goes on from its own`,
    needs(...kind.programs),
    async () => {
      await withPair(kind, async ({ primary, secondary, synced }) => {
        secondary.start();
        await primary.seed();
        await synced("the zone");
        // Far ahead of the clock, as after a long time of many changes a second.
        const far = primary.serial() + 1_000_000;
        const soa = `ns1.${ZONE}. hostmaster.${ZONE}. ${far} 300 60 2419200 5`;
        await primary.update([], [`@ 60 SOA ${soa}`, "old 60 A 192.0.2.1"]);
        await synced("a serial far ahead");
        await primary.stop();
        primary.loseDisk();
        await primary.start();
        await primary.seed();
        await primary.update([], ["new 60 A 192.0.2.2"]);
        await until("asked", async () => primary.serial() > far);
        await synced("the new zone");
        assert.deepEqual(await digShort(secondary.place.port, `new.${ZONE}`), ["192.0.2.2"]);
        assert.deepEqual(await digShort(secondary.place.port, `old.${ZONE}`), []);
      });
    },
  );
}

test("NSD without a key is known by its address alone", needs("nsd", "dig"), async () => {
  await withPair(
    SERVERS.nsd,
    async (pair) => {
      pair.secondary.start();
      await pair.primary.seed();
      await pair.synced("the zone");
      await changeAndFollow(pair);
    },
    { isUnsigned: true },
  );
});

test(
  "Knot gets the whole zone where the changes since are longer",
  needs("knotd", "dig"),
  async () => {
    await withPair(SERVERS.knot, async ({ primary, secondary, synced }) => {
      secondary.start();
      await primary.seed();
      await synced("the zone");
      await secondary.stop();
      // More than the zone: differences would be longer.
      for (let round = 0; round < 12; round += 1) {
        const text = `"${"x".repeat(250)}" `.repeat(20).trim();
        await primary.update([`big${round} TXT`], [`big${round} 60 TXT ${text}`]);
        await primary.update([`big${round} TXT`], []);
      }
      await primary.update([], ["new 60 A 192.0.2.7"]);
      const { axfr } = primary.report.transfers.counts;
      secondary.start();
      await synced("what changed during a long cut");
      assert.ok(primary.report.transfers.counts.axfr > axfr);
      assert.deepEqual(await digShort(secondary.place.port, `new.${ZONE}`), ["192.0.2.7"]);
      assert.deepEqual(await digShort(secondary.place.port, `big3.${ZONE}`, "TXT"), []);
    });
  },
);
