import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { nameOf } from "../../dns/index.ts";
import { NodeDnssecCrypto } from "../../net/index.ts";
import { type CliWorld, withFolder } from "../world.suite.ts";

const KEY = new NodeDnssecCrypto().generate();
const ZONE = nameOf("use1.example.com.");
const NOW = 1_800_000_000;

function writeBook(cli: CliWorld, stage: string, outcomes: readonly object[] = []): void {
  const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString("base64");
  const key = {
    role: "active",
    madeSeconds: NOW,
    publicKey: base64(KEY.publicKey),
    privateKey: base64(KEY.privateKey),
  };
  const zone = {
    ...{ zone: ZONE, stage, sinceSeconds: NOW, keys: [key] },
    ...{ ttlSecondsMax: 60, newestSeconds: NOW, lastExpirationSeconds: NOW },
  };
  mkdirSync(cli.layout.nameserverFolder, { recursive: true });
  const book = { version: 1, zones: [zone], outcomes };
  // Renamed into place, as the nameserver does: who reads meanwhile must not find half of it.
  const file = `${cli.layout.nameserverFolder}/dnssec.json`;
  writeFileSync(`${file}.new`, JSON.stringify(book));
  renameSync(`${file}.new`, file);
}

test("dnssec status shows zones, stages and keys, and no secret", async () => {
  await withFolder(async (cli) => {
    mkdirSync(cli.layout.nameserverFolder, { recursive: true });
    assert.match((await cli.run(["dnssec", "status"])).out, /No zone is signed/);
    writeBook(cli, "settling");
    const { out, code } = await cli.run(["dnssec", "status"]);
    assert.equal(code, 0);
    assert.match(out, /use1.example.com. +settling +[0-9]+ \(active\) +2027-01-15T10:00:00Z/);
    const json = JSON.stringify(await cli.json(["dnssec", "status"]));
    assert.match(json, /"stage":"settling"/);
    assert.ok(!json.includes(Buffer.from(KEY.privateKey).toString("base64")));
  });
});

test("dnssec commands on a folder where no nameserver ever ran say so", async () => {
  await withFolder(async (cli) => {
    for (const words of [["status"], ["ds", ZONE], ["roll", ZONE], ["trust-clock", ZONE]]) {
      const { code, out, err } = await cli.run(["dnssec", ...words]);
      assert.deepEqual([code, out], [1, ""], words.join(" "));
      assert.match(err, /Cannot find a nameserver's state in .*--state DIR/);
    }
  });
});

test("a file of a newer holdfast is no damaged one: that holdfast is asked for", async () => {
  await withFolder(async (cli) => {
    writeBook(cli, "signed");
    const path = `${cli.layout.nameserverFolder}/dnssec.json`;
    writeFileSync(path, JSON.stringify({ version: 2, zones: {} }));
    const newer = await cli.run(["dnssec", "status"]);
    assert.equal(newer.code, 1);
    assert.match(newer.err, /newer format: use the newer holdfast/);
    assert.doesNotMatch(newer.err, /backup/);
    writeFileSync(path, JSON.stringify({ version: 1, zones: {} }));
    assert.match((await cli.run(["dnssec", "status"])).err, /restore it from a backup/);
  });
});

test("a wait that is no number of seconds is refused before an order is laid", async () => {
  await withFolder(async (cli) => {
    writeBook(cli, "signed");
    for (const wait of ["abc", "-1", "1.5", "3601", ""]) {
      const { code, err } = await cli.run(["dnssec", "roll", ZONE, `--wait=${wait}`]);
      assert.equal(code, 2, `${wait}: ${err}`);
      assert.match(err, /--wait must be whole seconds/);
    }
    assert.deepEqual(readdirSync(cli.layout.nameserverFolder), ["dnssec.json"]);
  });
});

test("dnssec ds prints the record once the parent may hold it, and says when before", async () => {
  await withFolder(async (cli) => {
    writeBook(cli, "settling");
    const early = await cli.run(["dnssec", "ds", "use1.example.com"]);
    assert.deepEqual([early.code, early.out], [1, ""]);
    assert.match(early.err, /may be at the parent yet.*2027-01-15T10:00:00Z/);
    writeBook(cli, "signed");
    const { code, out } = await cli.run(["dnssec", "ds", "use1.example.com"]);
    assert.equal(code, 0);
    assert.match(out, /^use1\.example\.com\. 3600 IN DS [0-9]+ 13 2 [0-9A-Fa-f ]{64,}\n$/);
    assert.match((await cli.run(["dnssec", "ds", "other.example"])).err, /is not signed/);
  });
});

test("dnssec roll leaves its order for the nameserver alone, and says that it waits", async () => {
  await withFolder(async (cli) => {
    writeBook(cli, "signed");
    const { code, err } = await cli.run(["dnssec", "roll", "use1.example.com", "--wait", "0"]);
    assert.equal(code, 1);
    assert.match(err, /not taken the order yet/);
    const folder = cli.layout.nameserverFolder;
    const [file = ""] = readdirSync(folder).filter((name) => name.startsWith("dnssec-order-"));
    const order: unknown = JSON.parse(readFileSync(`${folder}/${file}`, "utf8"));
    assert.deepEqual(order, { zone: ZONE, act: "roll", actor: "operator:ann" });
    assert.equal(statSync(`${folder}/${file}`).mode & 0o777, 0o600);
  });
});

test("an order's outcome is told as the nameserver wrote it", async () => {
  await withFolder(async (cli) => {
    writeBook(cli, "signed");
    const folder = cli.layout.nameserverFolder;
    const answered = cli.run(["dnssec", "roll", "use1.example.com", "--ds-seen", "--wait", "60"]);
    let file: string | undefined;
    while (file === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      file = readdirSync(folder).find((name) => name.startsWith("dnssec-order-"));
    }
    const id = file.slice("dnssec-order-".length);
    writeBook(cli, "signed", [{ id, isDone: false, text: "Cannot go on with the roll" }]);
    assert.deepEqual(await answered, { code: 1, out: "", err: "Cannot go on with the roll\n" });
  });
});

test("dnssec off does nothing until a person has seen the DS gone", async () => {
  await withFolder(async (cli) => {
    writeBook(cli, "leaving");
    const { code, err } = await cli.run(["dnssec", "off", "use1.example.com"]);
    assert.equal(code, 2);
    assert.match(err, /bogus/);
    const left = readdirSync(cli.layout.nameserverFolder);
    assert.deepEqual(left, ["dnssec.json"]);
  });
});

test("every dnssec command in docs/dnssec.md is one of ours", async () => {
  const text = readFileSync(new URL("../../../docs/dnssec.md", import.meta.url), "utf8");
  const lines = text.split("\n").filter((line) => line.startsWith("holdfast dnssec "));
  assert.ok(lines.length >= 6);
  await withFolder(async (cli) => {
    writeBook(cli, "signed");
    for (const line of lines) {
      const words = line.split(" ").slice(1);
      const wait = /^(roll|off|trust)/.test(words[1] ?? "") ? ["--wait", "0"] : [];
      const { code, err } = await cli.run([...words, ...wait]);
      assert.ok(code < 2, `${line}: ${err}`);
    }
  });
});
