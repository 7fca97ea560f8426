// external-dns's and Terraform's own clients, from their own sources, against the running region.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../../peers.ts";
import type { Region } from "../../processes/instance.ts";
import { ZONE } from "../demoRegion.ts";
import { dig, digShort, type Ran, ran } from "../tools.ts";
import { secretOf, withClients } from "./clientsRegion.ts";
import { buildGoPrograms } from "./goPrograms.ts";

const APP = `app.apps.${ZONE}`;
const OTHER = `other.apps.${ZONE}`;

const { folder: programs, needed } = buildGoPrograms();
const options = { ...needs("dig"), ...needed };

interface Endpoint {
  readonly dnsName: string;
  readonly recordType: string;
  readonly targets: readonly string[];
  readonly recordTTL?: number;
}

/** One round of external-dns that wants these endpoints; it owns what `owner` made. */
function externalDns(region: Region, owner: string, desired: readonly Endpoint[]): Promise<Ran> {
  const flags = [
    ...["--provider=rfc2136", "--source=fake", `--domain-filter=apps.${ZONE}`],
    ...["--registry=txt", `--txt-owner-id=${owner}`, "--policy=sync"],
    ...["--rfc2136-host=127.0.0.1", `--rfc2136-port=${region.places.dnsPort}`, "--rfc2136-axfr"],
    ...[`--rfc2136-zone=${ZONE}`, "--rfc2136-tsig-keyname=apps-256.example"],
    ...[`--rfc2136-tsig-secret=${secretOf("apps-256")}`, "--rfc2136-tsig-secret-alg=hmac-sha256"],
    ...["--managed-record-types=A", "--managed-record-types=AAAA", "--managed-record-types=CNAME"],
  ];
  return ran(join(programs, "externalDns"), flags, JSON.stringify(desired));
}

test(
  "external-dns makes, changes and removes what it owns, and nothing else",
  options,
  async () => {
    await withClients(async (region) => {
      const { dnsPort } = region.places;
      const round = async (...desired: readonly Endpoint[]): Promise<string> => {
        const { stdout, stderr } = await externalDns(region, "cluster-a", desired);
        assert.doesNotMatch(stderr, /level=(warning|error|fatal)/);
        return stdout.trim();
      };
      const app = { dnsName: APP, recordType: "A", targets: ["192.0.2.10"], recordTTL: 60 };
      const other = {
        dnsName: OTHER,
        recordType: "CNAME",
        targets: ["www.example"],
        recordTTL: 60,
      };
      assert.equal(await round(app, other), "created 2, updated 0, deleted 0");
      assert.deepEqual(await digShort(dnsPort, APP, "A"), ["192.0.2.10"]);
      assert.deepEqual(await digShort(dnsPort, OTHER, "CNAME"), ["www.example."]);
      const owned = await digShort(dnsPort, `a-${APP}`, "TXT");
      assert.match(owned.join(), /heritage=external-dns,external-dns\/owner=cluster-a/);
      assert.equal(await round(app, other), "created 0, updated 0, deleted 0");
      const two = { ...app, targets: ["192.0.2.11", "192.0.2.12"], recordTTL: 90 };
      assert.equal(await round(two, other), "created 0, updated 1, deleted 0");
      assert.match(await dig(dnsPort, APP, "A"), /\s90\s+IN\s+A\s+192\.0\.2\.11/);
      assert.deepEqual(await digShort(dnsPort, APP, "A"), two.targets);
      // Another cluster sees by AXFR that the name is taken, and leaves it alone.
      const stranger = await externalDns(region, "cluster-b", [app]);
      assert.equal(stranger.stdout.trim(), "created 0, updated 0, deleted 0");
      assert.equal(await round(), "created 0, updated 0, deleted 2");
      for (const name of [APP, OTHER, `a-${APP}`, `cname-${OTHER}`]) {
        assert.match(await dig(dnsPort, name, "ANY"), /status: NXDOMAIN/, name);
      }
    });
  },
);

/** What Terraform is asked for, in its own language. */
function configuration(region: Region, resources: string): string {
  return `
provider "dns" {
  update {
    server        = "127.0.0.1"
    port          = ${region.places.dnsPort}
    key_name      = "apps-256.example."
    key_algorithm = "hmac-sha256"
    key_secret    = "${secretOf("apps-256")}"
  }
}
${resources}`;
}

function resource(type: string, name: string, content: string): string {
  const head = `resource "${type}" "${name.split(".")[0]}" {`;
  return `${head}\n  zone = "${ZONE}."\n  name = "${name}"\n  ttl = 60\n  ${content}\n}\n`;
}

test("Terraform applies, changes and destroys record sets", options, async () => {
  await withClients(async (region) => {
    const { dnsPort } = region.places;
    const folder = join(region.folder, "terraform");
    mkdirSync(folder);
    const terraform = (task: "apply" | "destroy", resources: string): Promise<Ran> => {
      writeFileSync(join(folder, "main.tf"), configuration(region, resources));
      return ran(join(programs, "terraform"), [folder, task]);
    };
    const applied = async (resources: string, task: "apply" | "destroy" = "apply") => {
      const { stdout, stderr } = await terraform(task, resources);
      return `${stdout}${stderr}`.trim();
    };
    const rest = [
      resource("dns_aaaa_record_set", "v6.apps", 'addresses = ["2001:db8::1"]'),
      resource("dns_cname_record", "alias.apps", 'cname = "www.example."'),
      resource("dns_ptr_record", "pointer.apps", 'ptr = "www.example."'),
    ].join("");
    const db = (...addresses: string[]): string =>
      resource("dns_a_record_set", "db.apps", `addresses = ${JSON.stringify(addresses)}`);
    const before = `${db("192.0.2.20", "192.0.2.21")}${rest}`;
    assert.equal(await applied(before), "changed 4");
    assert.deepEqual(await digShort(dnsPort, `db.apps.${ZONE}`, "A"), ["192.0.2.20", "192.0.2.21"]);
    assert.deepEqual(await digShort(dnsPort, `v6.apps.${ZONE}`, "AAAA"), ["2001:db8::1"]);
    assert.deepEqual(await digShort(dnsPort, `alias.apps.${ZONE}`, "CNAME"), ["www.example."]);
    assert.deepEqual(await digShort(dnsPort, `pointer.apps.${ZONE}`, "PTR"), ["www.example."]);
    assert.equal(await applied(before), "changed 0");
    const after = `${db("192.0.2.21", "192.0.2.22")}${rest}`;
    assert.equal(await applied(after), "changed 1");
    assert.deepEqual(await digShort(dnsPort, `db.apps.${ZONE}`, "A"), ["192.0.2.21", "192.0.2.22"]);
    const beyond = resource("dns_a_record_set", "beyond", 'addresses = ["192.0.2.20"]');
    const refused = await terraform("apply", `${after}${beyond}`);
    assert.match(refused.stderr, /Error updating DNS record: 5/); // REFUSED
    assert.equal(await applied(after, "destroy"), "changed 4");
    for (const name of ["db", "v6", "alias", "pointer"]) {
      assert.match(await dig(dnsPort, `${name}.apps.${ZONE}`, "ANY"), /status: NXDOMAIN/, name);
    }
  });
});

test("what Terraform's provider of today sends does what it means", options, async () => {
  await withClients(async (region) => {
    const server = `127.0.0.1:${region.places.dnsPort}`;
    const words = [server, `${ZONE}.`, "apps-256.example.", secretOf("apps-256")];
    const { stdout, stderr } = await ran(join(programs, "terraformToday"), words);
    assert.deepEqual(
      stdout.trim().split("\n"),
      [
        "create A NOERROR: 192.0.2.20 192.0.2.21",
        "change A NOERROR: 192.0.2.21 192.0.2.22",
        "delete A NOERROR: ",
        "create AAAA NOERROR: 2001:db8::1",
        "change AAAA NOERROR: 2001:db8::2",
        "delete AAAA NOERROR: ",
        "create CNAME NOERROR: a.example.",
        "change CNAME NOERROR: b.example.",
        "delete CNAME NOERROR: ",
        "create MX NOERROR: 10 a.example. 20 b.example.",
        "change MX NOERROR: 10 a.example.",
        "delete MX NOERROR: ",
        "create NS NOERROR: a.example. b.example.",
        "change NS NOERROR: b.example. c.example.",
        "delete NS NOERROR: ",
        "create PTR NOERROR: a.example.",
        "change PTR NOERROR: b.example.",
        "delete PTR NOERROR: ",
        "create SRV NOERROR: 1 2 443 a.example.",
        "change SRV NOERROR: 1 2 443 b.example.",
        "delete SRV NOERROR: ",
        'create TXT NOERROR: "two words" "v=1"',
        'change TXT NOERROR: "v=1"',
        "delete TXT NOERROR: ",
        "udp NOERROR: 80",
        "tcp NOERROR: 400",
        `zone: ${ZONE}.`,
        "beyond A REFUSED:",
      ],
      stderr,
    );
  });
});
