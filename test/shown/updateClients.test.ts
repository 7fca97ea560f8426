// Programs that others write DNS with, against a running region, each with a key that may change
// what it is for and nothing else.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { needs } from "../peers.ts";
import type { Region } from "../processes/instance.ts";
import { demoRegion, ZONE } from "./demoRegion.ts";
import { dig, digShort, nsupdate, ran } from "./tools.ts";

const CLIENTS = fileURLToPath(new URL("clients", import.meta.url));
const PYTHON = "/usr/bin/python3"; // Debian's, which its packages are for
const CHALLENGE = `_acme-challenge.www.${ZONE}.`;

const KEYS = [
  { id: "acme", algorithm: "hmac-sha512", scope: "names: [_acme-challenge.*], types: [TXT]" },
  { id: "acme-256", algorithm: "hmac-sha256", scope: "names: [_acme-challenge.*], types: [TXT]" },
  { id: "apps", algorithm: "hmac-sha384", scope: "names: [apps, '*.apps']" },
  { id: "apps-256", algorithm: "hmac-sha256", scope: "names: [apps, '*.apps']" },
] as const;
type KeyId = (typeof KEYS)[number]["id"];

const secrets = new Map(KEYS.map(({ id }) => [id, randomBytes(64).toString("base64")]));

function secretOf(id: KeyId): string {
  return secrets.get(id) ?? assert.fail();
}

function keyFile(region: Region, id: KeyId): string {
  return join(region.folder, `${id}.key`);
}

/** The demo region, where these keys may change these names; one for all tests here. */
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

/** Runs `work` on the region, which the first test that needs it starts. */
async function withClients(work: (region: Region) => Promise<void>): Promise<void> {
  starting ??= started();
  await work(await starting);
}

after(async () => {
  const region = await starting?.catch(() => undefined);
  await region?.dispose();
});

test(
  "nsupdate passes an ACME DNS-01 challenge with a key for that, and gets no further",
  needs("nsupdate", "dig"),
  async () => {
    await withClients(async (region) => {
      const { dnsPort } = region.places;
      const send = (...lines: string[]) => nsupdate(dnsPort, keyFile(region, "acme"), lines);
      const txt = () => digShort(dnsPort, CHALLENGE, "TXT");
      // Two names on one certificate: two tokens at one name.
      for (const token of ["one", "two"]) {
        const { code, stderr } = await send(`update add ${CHALLENGE} 60 TXT ${token}`);
        assert.equal(code, 0, stderr);
      }
      assert.deepEqual(await txt(), ['"one"', '"two"']);
      assert.equal((await send(`update delete ${CHALLENGE} TXT one`)).code, 0);
      assert.deepEqual(await txt(), ['"two"']);
      assert.equal((await send(`update delete ${CHALLENGE} TXT`)).code, 0);
      assert.match(await dig(dnsPort, CHALLENGE, "TXT"), /status: NXDOMAIN/);
      for (const beyond of [
        `update add www.${ZONE}. 60 TXT x`,
        `update add ${CHALLENGE} 60 CNAME www.example.`,
        `update delete dynamodb.${ZONE}.`,
        `update delete _holdfast.dynamodb.${ZONE}. TXT`,
      ]) {
        const { code, stderr } = await send(beyond);
        assert.notEqual(code, 0, beyond);
        assert.match(stderr, /REFUSED/, beyond);
      }
      assert.equal((await digShort(dnsPort, "+tcp", `dynamodb.${ZONE}`, "A")).length > 0, true);
    });
  },
);

test(
  "certbot's plug-in finds the zone, adds its challenge and takes it away",
  needs("certbot", "dig"),
  async () => {
    await withClients(async (region) => {
      const { dnsPort } = region.places;
      const certbot = async (name: string, task: "add" | "delete"): Promise<string> => {
        const key = ["acme.example", secretOf("acme")];
        const words = ["127.0.0.1", `${dnsPort}`, ...key, name, "token", task];
        const { stdout, stderr } = await ran(PYTHON, [join(CLIENTS, "certbotClient.py"), ...words]);
        return `${stdout}${stderr}`.trim();
      };
      const name = CHALLENGE.slice(0, -1);
      assert.equal(await certbot(name, "add"), "done");
      assert.deepEqual(await digShort(dnsPort, CHALLENGE, "TXT"), ['"token"']);
      assert.equal(await certbot(name, "delete"), "done");
      assert.deepEqual(await digShort(dnsPort, CHALLENGE, "TXT"), []);
      assert.match(await certbot(`www.${ZONE}`, "add"), /REFUSED/);
    });
  },
);

test(
  "dnspython's prerequisites of every form are told apart as RFC 2136 says",
  needs("certbot"),
  async () => {
    await withClients(async (region) => {
      const key = ["apps.example", secretOf("apps")];
      const words = ["127.0.0.1", `${region.places.dnsPort}`, ZONE, ...key];
      const { stdout, stderr } = await ran(PYTHON, [join(CLIENTS, "dnspythonClient.py"), ...words]);
      assert.deepEqual(
        stdout.trim().split("\n"),
        [
          "create NOERROR",
          "again YXDOMAIN",
          "whole NOERROR",
          "part NXRRSET",
          "typed NOERROR",
          "empty NOERROR",
          "gone NXDOMAIN",
        ],
        stderr,
      );
    });
  },
);

/** The first build compiles Go's own packages, too. */
const GO_BUILD_MS_MAX = 600_000;

const GO_RUNS: readonly (readonly [string, KeyId, readonly string[]])[] = [
  [
    "external-dns",
    "apps-256",
    [
      "create NOERROR",
      "list A",
      "change NOERROR",
      "answer NOERROR 192.0.2.11 192.0.2.12",
      "delete NOERROR",
      "answer NXDOMAIN ",
      "list ",
    ],
  ],
  [
    "lego",
    "acme-256",
    [
      "answer NOERROR SOA",
      "present NOERROR",
      'answer NOERROR "token"',
      "clean-up NOERROR",
      "answer NXDOMAIN ",
    ],
  ],
  [
    "terraform",
    "apps-256",
    [
      "create NOERROR",
      "answer NOERROR 192.0.2.20 192.0.2.21",
      "change NOERROR",
      "answer NOERROR 192.0.2.21 192.0.2.22",
      "not-used YXDOMAIN",
      "used NOERROR",
      "delete NOERROR",
      "answer NXDOMAIN ",
      "beyond REFUSED",
    ],
  ],
];

test("Go's DNS library writes as external-dns and Terraform do", needs("go"), async () => {
  await withClients(async (region) => {
    const program = join(region.folder, "goClients");
    // Debian's copy of the library; no module is fetched.
    const environment = ["GO111MODULE=off", "GOPATH=/usr/share/gocode", "CGO_ENABLED=0"];
    const build = ["go", "build", "-o", program, join(CLIENTS, "goClients.go")];
    await promisify(execFile)("env", [...environment, ...build], { timeout: GO_BUILD_MS_MAX });
    for (const [task, id, lines] of GO_RUNS) {
      const server = `127.0.0.1:${region.places.dnsPort}`;
      const words = [server, `${ZONE}.`, `${id}.example.`, secretOf(id), task];
      const { stdout, stderr } = await ran(program, words);
      assert.deepEqual(stdout.split("\n").slice(0, -1), lines, stderr);
    }
  });
});
