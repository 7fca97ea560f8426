import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { needs } from "../peers.ts";
import { ran } from "../shown/tools.ts";
import { SignedServer, ZONE } from "./signedServer.ts";

describe("dnsviz", needs("dnsviz", "dig", "nsupdate"), () => {
  const server = new SignedServer();
  let probed = "";

  before(async () => {
    await server.start();
    probed = join(server.folder, "probe.json");
    const at = `${ZONE}+:ns1.${ZONE}=127.0.0.1:${server.port}`;
    const names = ["www", "alias", "x.wild", "nope", "q.moved", "ent"].map((n) => `${n}.${ZONE}`);
    const words = ["probe", "-A", "-x", at, "-o", probed, ZONE, ...names];
    const { code, stderr } = await ran("dnsviz", words);
    assert.equal(code, 0, stderr);
  });
  after(() => server.stop());

  it("finds neither errors nor warnings, and every answer secure", async () => {
    const { unbound } = await server.anchors();
    const { code, stdout, stderr } = await ran("dnsviz", ["print", "-t", unbound, "-r", probed]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\[\.\] {2}DNSKEY: 13\//);
    assert.ok(stdout.includes(`nope.${ZONE}`));
    assert.doesNotMatch(stdout, /\[[!?-]\]|\b[EW]:/);
  });

  it("finds nothing secure with another trust anchor", async () => {
    const wrong = join(server.folder, "wrong.key");
    const key = Buffer.alloc(64, 7).toString("base64");
    writeFileSync(wrong, `${ZONE}. 3600 IN DNSKEY 257 3 13 ${key}\n`);
    const { stdout } = await ran("dnsviz", ["print", "-t", wrong, "-r", probed]);
    assert.match(stdout, /\[[!?-]\]/);
  });
});
