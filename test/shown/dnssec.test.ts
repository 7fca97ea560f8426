// One line of the configuration signs a running region, and takes nothing else from it.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { type Region, until } from "../processes/instance.ts";
import { demoRegion, ZONE } from "./demoRegion.ts";
import { dig, digShort, holdfast, holdfastJson, ran } from "./tools.ts";

const NAME = `dynamodb.${ZONE}`;
const BALANCERS = 9;
const SIGNED_LINE = "    dnssec: true\n";

/** What a person would look at to know that nothing is behind, or fought over. */
interface Status {
  readonly generation: number;
  readonly troubles: readonly object[];
  readonly quarantined: readonly object[];
  readonly nameserver?: {
    readonly signedZones: readonly { readonly zone: string; readonly stage: string }[];
    readonly problems: readonly string[];
  };
  readonly processes?: readonly {
    readonly role: string;
    readonly generation?: number;
    readonly pending?: number;
  }[];
}

async function status(region: Region): Promise<Status> {
  return (await holdfastJson(region.state, "status")) as Status;
}

/** Whether every enactor has read back the newest plan, whole. */
async function isConverged(region: Region): Promise<boolean> {
  const { generation, troubles, quarantined, processes = [] } = await status(region);
  const enactors = processes.filter(({ role }) => role === "enactor");
  const isDone = enactors.every((one) => one.generation === generation && one.pending === 0);
  return isDone && troubles.length === 0 && quarantined.length === 0;
}

async function stageOf(region: Region): Promise<string | undefined> {
  return (await status(region)).nameserver?.signedZones[0]?.stage;
}

/** Says what `delv` makes of an answer, with the zone's own key as the only anchor. */
async function validator(region: Region): Promise<(name: string, type: string) => Promise<string>> {
  const { dnsPort } = region.places;
  const [text = ""] = await digShort(dnsPort, ZONE, "DNSKEY");
  const [, key = ""] = /^257 3 13 (.*)$/.exec(text) ?? assert.fail(`no key: ${text}`);
  const anchor = join(region.folder, "anchor.conf");
  const line = `"${ZONE}." static-key 257 3 13 "${key.replaceAll(" ", "")}";`;
  writeFileSync(anchor, `trust-anchors { ${line} };\n`);
  return async (name, type) => {
    const server = ["@127.0.0.1", "-p", String(dnsPort)];
    const { stdout, stderr } = await ran("delv", [
      "-a",
      anchor,
      `+root=${ZONE}`,
      ...server,
      name,
      type,
    ]);
    return stdout + stderr;
  };
}

const serialOf = async (region: Region): Promise<number> =>
  Number((await digShort(region.places.dnsPort, ZONE, "SOA"))[0]?.split(" ")[2]);

function configure(region: Region, change: (text: string) => string): void {
  writeFileSync(region.config, change(readFileSync(region.config, "utf8")));
}

async function reloaded(region: Region): Promise<void> {
  const { code, stderr } = await holdfast(region.state, "reload");
  assert.equal(code, 0, stderr);
}

test(
  "dnssec: true signs a region whose endpoints go on as before, until the DS is said to be gone",
  needs("delv", "dig"),
  async () => {
    const region = await demoRegion();
    try {
      await region.up();
      const { dnsPort } = region.places;
      const balancers = async (): Promise<number> => (await digShort(dnsPort, NAME, "A")).length;
      assert.equal(await balancers(), 2, "unsigned: as many as the policy says");

      configure(region, (text) => text.replace("    negativeTtl: 5s\n", `$&${SIGNED_LINE}`));
      await reloaded(region);
      await until("signs every name", async () => (await stageOf(region)) === "settling");
      await until("has converged", () => isConverged(region));
      const delv = await validator(region);
      const positive = await delv(NAME, "A");
      assert.match(positive, /; fully validated/);
      assert.equal(positive.match(/\sIN\s+A\s/g)?.length, BALANCERS, "a signed set is whole");
      assert.match(await delv(NAME, "TXT"), /negative response, fully validated/);
      assert.match(await delv(`none.${ZONE}`, "A"), /negative response, fully validated/);
      assert.match(await delv(`_holdfast.${NAME}`, "TXT"), /; fully validated/);

      const resting = await serialOf(region);
      assert.equal((await holdfast(region.state, "demo", "fail", "lb-a1")).code, 0);
      await until("leaves lb-a1 out", async () => (await balancers()) === BALANCERS - 1);
      assert.match(await delv(NAME, "A"), /; fully validated/);
      assert.ok((await serialOf(region)) > resting);
      await until("has converged again", () => isConverged(region));

      const shown = await holdfast(region.state, "dnssec", "status");
      assert.match(shown.stdout, new RegExp(`${ZONE}\\. +settling +\\d+ \\(active\\)`));
      const early = await holdfast(region.state, "dnssec", "ds", ZONE);
      assert.deepEqual([early.code, early.stdout], [1, ""]);
      assert.match(early.stderr, /may be at the parent yet/);
      assert.match((await holdfast(region.state, "status")).stdout, /1 zones? signed/);
      assert.deepEqual((await status(region)).nameserver?.problems, []);

      configure(region, (text) => text.replace(SIGNED_LINE, "    dnssec: false\n"));
      await reloaded(region);
      await until("is leaving", async () => (await stageOf(region)) === "leaving");
      assert.deepEqual(await digShort(dnsPort, ZONE, "CDS"), ["0 0 0 00"]);
      assert.match(await delv(NAME, "A"), /; fully validated/);
      const off = await holdfast(region.state, "dnssec", "off", ZONE, "--ds-gone");
      assert.equal(off.code, 0, off.stderr);
      // The order is done; the report that `status` shows of it follows.
      await until("holds on", async () => (await stageOf(region)) === "leaving-hold");
      assert.match(await delv(NAME, "A"), /; fully validated/);
      assert.match(await dig(dnsPort, ZONE, "DNSKEY"), /257 3 13/);
    } finally {
      await region.dispose();
    }
  },
);

test(
  "a region that is signed from its first start becomes ready, and validates",
  needs("delv", "dig"),
  async () => {
    const region = await demoRegion((text) =>
      text.replace("    negativeTtl: 5s\n", `$&${SIGNED_LINE}`),
    );
    try {
      await region.up();
      await until("signs every name", async () => (await stageOf(region)) === "settling");
      const delv = await validator(region);
      assert.match(await delv(NAME, "A"), /; fully validated/);
      const pid = await region.pid("nameserver");
      process.kill(pid, "SIGKILL");
      await until(
        "is there again",
        async () => (await region.pid("nameserver").catch(() => pid)) !== pid,
      );
      await until("answers", async () =>
        (await dig(region.places.dnsPort, "+time=1", NAME)).includes("status: NOERROR"),
      );
      assert.match(await delv(NAME, "A"), /; fully validated/);
      assert.match(await delv(`none.${ZONE}`, "A"), /fully validated/);
      await until("has converged", () => isConverged(region));
    } finally {
      await region.dispose();
    }
  },
);
