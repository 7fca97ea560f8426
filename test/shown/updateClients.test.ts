// Programs that others write DNS with, against a running region, each with a key that may change
// what it is for and nothing else.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { needs } from "../peers.ts";
import { CHALLENGE, keyFile, secretOf, withClients } from "./clients/clientsRegion.ts";
import { ZONE } from "./demoRegion.ts";
import { dig, digShort, nsupdate, ran } from "./tools.ts";

const CLIENTS = fileURLToPath(new URL("clients", import.meta.url));
const PYTHON = "/usr/bin/python3"; // Debian's, which its packages are for

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
