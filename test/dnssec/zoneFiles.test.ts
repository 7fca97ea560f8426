import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { needs } from "../peers.ts";
import { dig, ran } from "../shown/tools.ts";
import { SignedServer, ZONE } from "./signedServer.ts";

const tools = needs("dig", "nsupdate", "ldns-verify-zone", "dnssec-verify");

describe("a transferred signed zone", tools, () => {
  const server = new SignedServer();

  before(() => server.start());
  after(() => server.stop());

  async function verify(): Promise<void> {
    const file = await server.transferred();
    const ldns = await ran("ldns-verify-zone", [file]);
    assert.equal(ldns.code, 0, ldns.stdout + ldns.stderr);
    const bind = await ran("dnssec-verify", ["-z", "-o", ZONE, file]);
    assert.equal(bind.code, 0, bind.stdout + bind.stderr);
  }

  it("verifies with ldns-verify-zone and dnssec-verify", verify);

  it("verifies after names, types, cuts and wildcards came and went", async () => {
    const steps: readonly (readonly string[])[] = [
      [`add a.b.c.${ZONE}. 60 IN A 192.0.2.1`],
      [`add b.c.${ZONE}. 60 IN NS ns.elsewhere.test.`],
      [`add *.c.${ZONE}. 60 IN TXT x`, `delete www.${ZONE}. A`],
      [`delete b.c.${ZONE}. NS`, `delete *.wild.${ZONE}.`],
      [`delete deep.below.ent.${ZONE}.`, `add 0.${ZONE}. 60 IN A 192.0.2.1`],
      [`add zzz.${ZONE}. 60 IN CAA 0 issue "ca.example"`, `delete moved.${ZONE}.`],
    ];
    for (const lines of steps) {
      await server.update(lines);
      await verify();
    }
  });

  it("verifies after a restart, with the same key, and goes on being signed", async () => {
    const keys = await dig(server.port, "+short", ZONE, "DNSKEY");
    await server.close();
    await server.open();
    assert.equal(await dig(server.port, "+short", ZONE, "DNSKEY"), keys);
    await verify();
    await server.update([`add after.restart.${ZONE}. 60 IN A 192.0.2.1`]);
    await verify();
  });

  it("nobody writes signatures, denials or keys by UPDATE", async () => {
    const refused = /REFUSED/;
    await assert.rejects(server.update([`delete www.${ZONE}. RRSIG`]), refused);
    await assert.rejects(server.update([`delete ${ZONE}. DNSKEY`]), refused);
    await assert.rejects(server.update([`add www.${ZONE}. 60 IN NSEC x.${ZONE}. A`]), refused);
    await server.update([`delete ${ZONE}.`, `delete srv.${ZONE}.`]);
    await verify();
  });
});
