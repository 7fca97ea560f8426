// The demo region with keys for programs that others write DNS with: each may change what it is
// for and nothing else.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import type { Region } from "../../processes/instance.ts";
import { demoRegion, ZONE } from "../demoRegion.ts";

/** Where the challenge for `www` of the zone lies (RFC 8555 §8.4). */
export const CHALLENGE = `_acme-challenge.www.${ZONE}.`;

const KEYS = [
  { id: "acme", algorithm: "hmac-sha512", scope: "names: [_acme-challenge.*], types: [TXT]" },
  { id: "acme-256", algorithm: "hmac-sha256", scope: "names: [_acme-challenge.*], types: [TXT]" },
  { id: "apps", algorithm: "hmac-sha384", scope: "names: [apps, '*.apps']" },
  { id: "apps-256", algorithm: "hmac-sha256", scope: "names: [apps, '*.apps']" },
] as const;
type KeyId = (typeof KEYS)[number]["id"];

const secrets = new Map(KEYS.map(({ id }) => [id, randomBytes(64).toString("base64")]));

/** A key's secret in base64, as every client takes it. */
export function secretOf(id: KeyId): string {
  return secrets.get(id) ?? assert.fail();
}

/** A key's file for nsupdate. */
export function keyFile(region: Region, id: KeyId): string {
  return join(region.folder, `${id}.key`);
}

async function clientsRegion(): Promise<Region> {
  const rows = KEYS.map(({ id, scope }) => `    - { key: ${id}, zones: [${ZONE}], ${scope} }\n`);
  const keys = KEYS.map(({ id, algorithm }) => {
    const rest = `algorithm: ${algorithm}, secretFile: ${id}.secret`;
    return `  - { id: ${id}, name: ${id}.example, ${rest} }\n`;
  });
  const transfers = "    transferTo:\n      - { network: 127.0.0.0/8, key: apps-256 }\n";
  const region = await demoRegion((text) => {
    return text
      .replace("\ndns:\n", `\nkeys:\n${keys.join("")}dns:\n  updateKeys:\n${rows.join("")}`)
      .replace("    nameservers:\n", `${transfers}    nameservers:\n`);
  });
  for (const { id, algorithm } of KEYS) {
    writeFileSync(join(region.folder, `${id}.secret`), `${secretOf(id)}\n`);
    const text = `key "${id}.example." { algorithm ${algorithm}; secret "${secretOf(id)}"; };\n`;
    writeFileSync(keyFile(region, id), text);
  }
  return region;
}

let starting: Promise<Region> | undefined;

async function started(): Promise<Region> {
  const region = await clientsRegion();
  await region.up();
  return region;
}

/** Runs `work` on one region for all tests of a file; the first that needs it starts it. */
export async function withClients(work: (region: Region) => Promise<void>): Promise<void> {
  starting ??= started();
  await work(await starting);
}

after(async () => {
  const region = await starting?.catch(() => undefined);
  await region?.dispose();
});
