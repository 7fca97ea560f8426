// Break-glass: a person pins an answer with nothing running but the DNS server.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { configText, ENDPOINT, freePlaces, Region, until } from "../processes/instance.ts";
import { startBind, withBind } from "./bindPeer.ts";
import { demoRegion, ZONE } from "./demoRegion.ts";
import { killAllBut } from "./killing.ts";
import { digShort, holdfast, holdfastJson, nsupdate, type Ran } from "./tools.ts";
import { stepsBackwards, Watcher } from "./watcher.ts";

/** An address of no load balancer. */
const PINNED = "127.99.99.99";
const REASON = "all load balancers are gone";

function set(region: Region, name: string, lasts: string, ...more: string[]): Promise<Ran> {
  const words = ["override", "set", name, "A", PINNED, "--reason", REASON, "--for", lasts];
  return holdfast(region.state, ...words, "--direct", ...more);
}

function assertDone({ code, stdout, stderr }: Ran): void {
  assert.equal(code, 0, `${stdout}\n${stderr}`);
}

function waitingActs(region: Region): readonly string[] {
  const folder = join(region.state, "acts");
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json")) : [];
}

interface JournalPage {
  readonly events: readonly { readonly kind: string; readonly text: string; actor: string }[];
}

async function journalled(region: Region, kind: string): Promise<JournalPage["events"]> {
  const url = `http://127.0.0.1:${region.places.apiPort}/v1/journal?limit=1000`;
  const { events } = (await (await fetch(url)).json()) as JournalPage;
  return events.filter((event) => event.kind === kind);
}

const NEEDS_DIG = needs("dig");

/** A second endpoint, that plans go on with. */
const OTHER = "signin.use1.holdfast.example";

function withOther(text: string): string {
  const [, line = ""] = /(\n {2}- \{ name: dynamodb,[^\n]*)/.exec(text) ?? [];
  return text.replace(line, `${line}${line.replace("dynamodb", "signin")}`);
}

test(
  "an override is pinned with all but the nameserver dead, and respected until cleared",
  NEEDS_DIG,
  async () => {
    const places = await freePlaces();
    const region = new Region(places, withOther(configText(places)));
    const watcher = new Watcher(places.dnsPort, ENDPOINT);
    try {
      const first = await region.up();
      await killAllBut(region, first, ["nameserver"]);

      assertDone(await set(region, "dynamodb", "2h"));
      await region.answers([PINNED]);
      const [fence] = await digShort(region.places.dnsPort, `_holdfast.${ENDPOINT}`, "TXT");
      assert.match(fence ?? "", / override=o-dynamodb-[a-z0-9-]+ until=\d{4}-/);
      assert.equal(waitingActs(region).length, 1, "who and why are kept in a file");
      assert.ok(!(fence ?? "").includes("gone"), "the reason is not in public DNS");
      const listed = await holdfast(region.state, "override", "list", "--direct");
      assertDone(listed);
      assert.match(
        listed.stdout,
        new RegExp(`^${ENDPOINT}.* until [\\s\\S]*^    A ${PINNED}`, "m"),
      );

      // All the others come back, take the act in, and make new plans: the pin stays.
      await region.up();
      await until("takes the act in", async () => waitingActs(region).length === 0);
      await until("tells of it", async () => (await journalled(region, "override-set")).length > 0);
      const [told] = await journalled(region, "override-set");
      assert.match(told?.text ?? "", new RegExp(REASON));
      assertDone(await holdfast(region.state, "drain", "lb-1"));
      const rest = places.addresses.slice(1);
      await until("plans for the other", async () => {
        return (await digShort(places.dnsPort, OTHER, "A")).join() === rest.join();
      });
      assert.deepEqual(await region.answer(), [PINNED]);

      assertDone(await holdfast(region.state, "override", "clear", "dynamodb", "--direct"));
      await region.answers(rest);
      await until("tells of its end", async () => {
        return (await journalled(region, "override-ended")).length > 0;
      });
      const { denials, sights } = await watcher.stop();
      assert.deepEqual(denials, []);
      assert.deepEqual(stepsBackwards(sights), []);
      assert.ok(sights.some(({ addresses }) => addresses.join() === PINNED));
    } finally {
      await watcher.stop();
      await region.dispose();
    }
  },
);

test("an override that expires gives the plan back, with nobody doing anything", async () => {
  const region = new Region(await freePlaces());
  const watcher = new Watcher(region.places.dnsPort, ENDPOINT);
  try {
    await region.up();
    assertDone(await set(region, "dynamodb", "6s"));
    await until("is pinned", async () => {
      return (await region.answer())?.join() === PINNED || waitingActs(region).length === 0;
    });
    await region.answers(region.places.addresses);
    const { denials, sights } = await watcher.stop();
    assert.deepEqual(denials, []);
    assert.deepEqual(stepsBackwards(sights), []);
    assert.ok(sights.some(({ addresses }) => addresses.join() === PINNED));
  } finally {
    await watcher.stop();
    await region.dispose();
  }
});

test(
  "an override is pinned on BIND with nothing of Holdfast running, also by nsupdate alone",
  needs("named", "dig", "nsupdate"),
  async () => {
    const { dnsPort: bindPort } = await freePlaces();
    const region = await demoRegion((text) => withBind(text, bindPort));
    const bind = startBind(region, bindPort);
    const name = `signin.${ZONE}`;
    const held = (): Promise<readonly string[]> => digShort(bindPort, name, "A");
    try {
      const first = await region.up();
      await until("is filled", async () => (await held()).length === 3);
      const planned = await held();
      await killAllBut(region, first, []);

      // Our own nameserver is dead, too: one of two stores has it, and the exit code says so.
      const partly = await set(region, "signin", "2h");
      assert.equal(partly.code, 1, partly.stdout);
      assert.match(partly.stderr, /Done on 1 of 2 zone stores/);
      assert.deepEqual(await held(), [PINNED]);

      // What --dry-run prints does the same without Holdfast: another address in its place.
      const words = ["override", "set", "signin", "A", "127.99.99.98", "--reason", "by hand"];
      const rehearsal = await holdfast(
        region.state,
        ...[...words, "--for", "2h", "--direct", "--store", "bind-a", "--dry-run"],
      );
      assertDone(rehearsal);
      assert.deepEqual(await held(), [PINNED], "nothing was sent");
      const script = rehearsal.stdout
        .split("\n")
        .filter((line) => /^(zone|prereq|update)/.test(line));
      const sent = await nsupdate(bindPort, bind.keyFile, script);
      assert.equal(sent.code, 0, sent.stderr);
      assert.deepEqual(await held(), ["127.99.99.98"]);

      await region.up();
      const whole = async (): Promise<boolean> => {
        const status = (await holdfastJson(region.state, "status")) as { generation: number };
        return status.generation > 0 && waitingActs(region).length === 0;
      };
      await until("is up", whole);
      assert.deepEqual(
        await held(),
        ["127.99.99.98"],
        "an override that is only in DNS holds, too",
      );
      assertDone(await holdfast(region.state, "override", "clear", "signin", "--direct"));
      await until("gives the plan back", async () => (await held()).join() === planned.join());
    } finally {
      await bind.stop();
      await region.dispose();
    }
  },
);
