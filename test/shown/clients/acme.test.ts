// ACME clients, whole, against an ACME server that looks the challenge up at the running region.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../../peers.ts";
import type { Region } from "../../processes/instance.ts";
import { ZONE } from "../demoRegion.ts";
import { dig, type Ran, ran } from "../tools.ts";
import { CHALLENGE, secretOf, withClients } from "./clientsRegion.ts";
import { PEBBLE_PROGRAMS, type Pebble, startPebble } from "./pebble.ts";

/** One certificate for both takes two tokens at one name, one after or beside the other. */
const NAMES = [`www.${ZONE}`, `*.www.${ZONE}`];
/** Its challenge, at the zone's own name, is none that the keys may write. */
const BEYOND = ZONE;

async function withPebble(work: (region: Region, pebble: Pebble) => Promise<void>): Promise<void> {
  await withClients(async (region) => {
    const pebble = await startPebble(region.folder, region.places.dnsPort);
    try {
      await work(region, pebble);
    } finally {
      await pebble.stop();
    }
  });
}

/** Checks that a certificate is for `NAMES`, and that no challenge was left behind. */
async function assertIssued(region: Region, file: string): Promise<void> {
  const { subjectAltName } = new X509Certificate(readFileSync(file));
  const names = subjectAltName?.split(", ").sort();
  assert.deepEqual(names, NAMES.map((name) => `DNS:${name}`).sort());
  assert.match(await dig(region.places.dnsPort, CHALLENGE, "TXT"), /status: NXDOMAIN/);
}

test(
  "certbot is issued a certificate by DNS-01, and removes its challenges",
  needs("certbot", "dig", ...PEBBLE_PROGRAMS),
  async () => {
    await withPebble(async (region, pebble) => {
      const folder = join(region.folder, "certbot");
      const credentials = join(region.folder, "certbot.ini");
      const settings = {
        server: "127.0.0.1",
        port: `${region.places.dnsPort}`,
        name: "acme.example.",
        secret: secretOf("acme"),
        algorithm: "HMAC-SHA512",
      };
      const lines = Object.entries(settings).map(([key, value]) => `dns_rfc2136_${key} = ${value}`);
      writeFileSync(credentials, lines.join("\n"), { mode: 0o600 });
      const certbot = (names: readonly string[]): Promise<Ran> =>
        ran("env", [
          ...[`REQUESTS_CA_BUNDLE=${pebble.certificateFile}`, "certbot", "certonly", "-n"],
          ...["--server", pebble.directory, "--agree-tos", "--register-unsafely-without-email"],
          ...["--dns-rfc2136", "--dns-rfc2136-credentials", credentials],
          ...["--dns-rfc2136-propagation-seconds", "1", "--cert-name", "www"],
          ...["--config-dir", folder, "--work-dir", folder, "--logs-dir", folder],
          ...names.flatMap((name) => ["-d", name]),
        ]);
      const { code, stdout, stderr } = await certbot(NAMES);
      assert.equal(code, 0, `${stdout}${stderr}`);
      await assertIssued(region, join(folder, "live", "www", "cert.pem"));
      const beyond = await certbot([BEYOND]);
      assert.notEqual(beyond.code, 0);
      assert.match(beyond.stderr, /REFUSED/);
    });
  },
);

test(
  "lego is issued a certificate by DNS-01, and removes its challenges",
  needs("lego", "dig", ...PEBBLE_PROGRAMS),
  async () => {
    await withPebble(async (region, pebble) => {
      const folder = join(region.folder, "lego");
      const server = `127.0.0.1:${region.places.dnsPort}`;
      const lego = (names: readonly string[]): Promise<Ran> =>
        ran("env", [
          ...[`LEGO_CA_CERTIFICATES=${pebble.certificateFile}`, `RFC2136_NAMESERVER=${server}`],
          ...["RFC2136_TSIG_ALGORITHM=hmac-sha256.", "RFC2136_TSIG_KEY=acme-256.example."],
          ...[`RFC2136_TSIG_SECRET=${secretOf("acme-256")}`, "RFC2136_SEQUENCE_INTERVAL=1"],
          ...["lego", "--server", pebble.directory, "--accept-tos", "--path", folder],
          ...["--email", "hostmaster@holdfast.example", "--dns", "rfc2136"],
          // Its check of propagation asks port 53 of each nameserver, where tests have none.
          ...["--dns.resolvers", server, "--dns.disable-cp"],
          ...names.flatMap((name) => ["-d", name]),
          "run",
        ]);
      const { code, stdout, stderr } = await lego(NAMES);
      assert.equal(code, 0, `${stdout}${stderr}`);
      await assertIssued(region, join(folder, "certificates", `www.${ZONE}.crt`));
      const beyond = await lego([BEYOND]);
      assert.notEqual(beyond.code, 0);
      assert.match(beyond.stderr, /REFUSED/);
    });
  },
);
