// NSD and Knot beside a running region: what an enactor writes is what they serve.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { freePlaces, type Region, until } from "../processes/instance.ts";
import { SECRET_BASE64 } from "../secondaries/primary.ts";
import { SERVERS, SecondaryServer, type ServerKind } from "../secondaries/servers.ts";
import { demoRegion, ZONE } from "./demoRegion.ts";
import { dig, digShort, holdfast, holdfastJson } from "./tools.ts";

const NAME = `dynamodb.${ZONE}`;
const CATALOG = "catalog.example.com"; // as docs/secondaries.md names it

/** A demo region that tells one secondary of its zone, signed with a key. */
async function primaryOf(secondaryPort: number, catalog: string | undefined): Promise<Region> {
  const region = await demoRegion((text) => {
    const secondary = `secondaries: [{ address: "127.0.0.1:${secondaryPort}", key: transfer }]`;
    const listed = catalog === undefined ? "" : `\n  catalog: ${catalog}`;
    const key =
      "{ id: transfer, name: transfer, algorithm: hmac-sha256, secretFile: transfer.secret }";
    return text
      .replace("\ndns:\n", `\nkeys: [${key}]\ndns:\n  ${secondary}${listed}\n`)
      .replaceAll(/answers: \d+/g, "answers: all");
  });
  writeFileSync(join(region.folder, "transfer.secret"), `${SECRET_BASE64}\n`);
  return region;
}

async function withSecondary(
  kind: ServerKind,
  work: (region: Region, secondary: SecondaryServer) => Promise<void>,
  catalog?: string,
): Promise<void> {
  const { dnsPort: port } = await freePlaces();
  const region = await primaryOf(port, catalog);
  const { dnsPort } = region.places;
  const plan = {
    primary: { address: "127.0.0.1", port: dnsPort },
    ...{ port, zone: ZONE, secret: SECRET_BASE64, hasCatalog: catalog !== undefined },
  };
  const secondary = new SecondaryServer(kind, plan);
  try {
    secondary.start();
    await region.up();
    await work(region, secondary);
  } finally {
    await secondary.dispose();
    await region.dispose();
  }
}

async function serves(secondary: SecondaryServer, count: number): Promise<void> {
  const { port } = secondary.place;
  const isSo = async (): Promise<boolean> => {
    const text = await dig(port, "+time=1", "+tries=1", "+noall", "+answer", NAME, "A");
    return (text.match(/\sIN\s+A\s/g) ?? []).length === count;
  };
  await until(`serves ${count}`, isSo, () => secondary.output);
}

async function isCurrent(region: Region): Promise<boolean> {
  const { stdout } = await holdfast(region.state, "status");
  return /1 of 1 secondaries current/.test(stdout);
}

test(
  "an endpoint's change reaches NSD, which status knows, also after the nameserver was killed",
  needs(...SERVERS.nsd.programs),
  async () => {
    await withSecondary(SERVERS.nsd, async (region, secondary) => {
      await serves(secondary, 9);
      await until("is current", () => isCurrent(region));
      assert.equal((await holdfast(region.state, "demo", "fail", "lb-a1")).code, 0);
      await serves(secondary, 8);
      await until("is current again", () => isCurrent(region));

      const pid = await region.pid("nameserver");
      process.kill(pid, "SIGKILL");
      const isBack = async (): Promise<boolean> =>
        (await region.pid("nameserver").catch(() => pid)) !== pid;
      await until("is started again", isBack);
      assert.equal((await holdfast(region.state, "demo", "heal", "lb-a1")).code, 0);
      await serves(secondary, 9);
      await until("is current after the kill", () => isCurrent(region));
      const [ours, theirs] = [region.places.dnsPort, secondary.place.port];
      assert.deepEqual(await digShort(theirs, ZONE, "SOA"), await digShort(ours, ZONE, "SOA"));

      // Foreign addresses and unsigned questions get nothing.
      for (const from of ["127.0.0.1", "127.0.0.9"]) {
        assert.match(await dig(ours, "-b", from, ZONE, "AXFR"), /Transfer failed/);
      }
    });
  },
);

test(
  "Knot takes the region's zone from the catalog, and follows it",
  needs(...SERVERS.knot.programs),
  async () => {
    await withSecondary(
      SERVERS.knot,
      async (region, secondary) => {
        await serves(secondary, 9);
        const status = (await holdfastJson(region.state, "status")) as {
          nameserver: { secondaries: { zone: string; isCurrent: boolean }[] };
        };
        const zones = status.nameserver.secondaries.map(({ zone }) => zone).sort();
        assert.deepEqual(zones, [`${CATALOG}.`, `${ZONE}.`]);
        assert.equal((await holdfast(region.state, "demo", "fail", "lb-a1")).code, 0);
        await serves(secondary, 8);
      },
      CATALOG,
    );
  },
);
