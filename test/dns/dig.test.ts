// The comparison with dig's and kdig's reading: records of every type, as they come off the wire.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import fc from "fast-check";
import {
  nameOf,
  parseRdata,
  type ResourceRecord,
  rdataText,
  typeCode,
} from "../../src/dns/index.ts";
import { RDATA_BY_TYPE } from "../../src/dns/rdataArbitraries.suite.ts";
import { needs } from "../peers.ts";
import { AnswerServer } from "./answerServer.ts";

const RECORDS = 40;
const SEED = 20_25_10_19;
const run = promisify(execFile);
const server = new AnswerServer();
let port = 0;
before(async () => {
  port = await server.listen();
});
after(() => server.close());

function recordsOf(type: string): readonly ResourceRecord[] {
  const arbitrary = RDATA_BY_TYPE[type];
  assert.ok(arbitrary !== undefined);
  return fc.sample(arbitrary, { numRuns: RECORDS, seed: SEED }).map((rdata, index) => ({
    // A hash, as dig will not have any other owner of an NSEC3 record.
    name: nameOf(`${String(index).padStart(32, "0")}.example`),
    type: typeCode(type) ?? 0,
    class: 1,
    ttlSeconds: 60,
    rdata: Uint8Array.from(rdata),
  }));
}

/** RDATA as a program shows it, by owner name. */
function shown(output: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [, name, rdata] = /^(\S+)\s+\d+\s+IN\s+\S+\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined && rdata !== undefined) texts.set(name, rdata);
  }
  return texts;
}

async function ask(program: string, words: readonly string[], type: string): Promise<string> {
  const place = ["@127.0.0.1", "-p", String(port), "+tcp", "+noall", "+answer", ...words];
  const { stdout } = await run(program, [...place, "all.example", type]);
  return stdout;
}

/**
 * What dig 9.18 writes otherwise: the type covered by SIG as a bare number, which it does not read
 * itself; and the algorithm of CERT by a mnemonic that others do not know.
 */
const DIG_DIFFERS = new Set(["SIG", "CERT"]);

// What it does not take at all, and we do: IPSECKEY without a key (RFC 4025 section 2.4), RRSIG
// with fewer labels than its signer, NAPTR whose regular expression is none.
for (const type of Object.keys(RDATA_BY_TYPE).filter((text) => !DIG_DIFFERS.has(text))) {
  test(`dig shows ${type} records as rdataText() does`, needs("dig"), async () => {
    server.answer = recordsOf(type);
    const texts = shown(await ask("dig", ["+nosplit", "+norecurse"], type));
    assert.equal(texts.size, RECORDS);
    for (const { name, type: code, rdata } of server.answer) {
      const text = texts.get(name) ?? "";
      assert.deepEqual(parseRdata(code, text), { kind: "parsed", rdata }, text);
      // dig puts quotes around values that need none.
      assert.equal(rdataText(code, rdata), text.replace(/(=)"([\w.:,+/=-]+)"/g, "$1$2"));
    }
  });

  test(`parseRdata() reads what kdig shows of ${type} records`, needs("kdig"), async () => {
    server.answer = recordsOf(type);
    const texts = shown(await ask("kdig", [], type));
    assert.equal(texts.size, RECORDS);
    for (const { name, type: code, rdata } of server.answer) {
      const text = texts.get(name) ?? "";
      assert.deepEqual(parseRdata(code, text), { kind: "parsed", rdata }, text);
    }
  });
}
