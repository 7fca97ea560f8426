import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { until } from "../processes/instance.ts";
import { digShort } from "../shown/tools.ts";
import { serialAt, withPair } from "./pair.ts";
import { ZONE } from "./primary.ts";
import { SERVERS } from "./servers.ts";

const CATALOG = "catalog.example.com";
const SECOND = "eu1.example.com";

for (const kind of [SERVERS.knot, SERVERS.bind, SERVERS.pdns]) {
  test(
    `${kind.name} configures itself from our catalog zone, and follows it`,
    needs(...kind.programs),
    async () => {
      await withPair(
        kind,
        async ({ primary, secondary, synced }) => {
          secondary.start();
          await primary.seed();
          await synced("the zone that the catalog lists");
          await primary.update([], ["a 60 A 192.0.2.1"]);
          await synced("a change of it");
          const listed = primary.serial(CATALOG);

          await primary.serve([ZONE, SECOND]);
          await primary.seed(SECOND);
          await primary.update([], ["b 60 A 192.0.2.2"], SECOND);
          await synced("a zone that was added", SECOND);
          const { port } = secondary.place;
          assert.deepEqual(await digShort(port, `b.${SECOND}`), ["192.0.2.2"]);
          assert.equal(primary.serial(CATALOG), listed + 1, "one change, one serial");

          await primary.serve([SECOND]);
          const isGone = async () => (await serialAt(secondary, ZONE)) === undefined;
          await until("drops the zone that went", isGone, () => secondary.output);
          await primary.update([], ["c 60 A 192.0.2.3"], SECOND);
          await synced("a change of what is left", SECOND);
        },
        // PowerDNS asks for what a catalog lists without a key.
        { catalog: CATALOG, isUnsigned: kind === SERVERS.pdns },
      );
    },
  );
}
