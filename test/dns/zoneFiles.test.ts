// Zone files as others read them: the same text, read by them and by us, is the same records.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import {
  collectRRsets,
  makeRRset,
  nameOf,
  type RRset,
  readZoneFile,
  rrsetLines,
  sortRRsets,
  typeCode,
  type ZoneFileOptions,
  zoneFileText,
} from "../../src/dns/index.ts";
import { RDATA_BY_TYPE } from "../../src/dns/rdataArbitraries.suite.ts";
import { needs } from "../peers.ts";

const APEX = "holdfast.example.";
const folder = mkdtempSync(join(tmpdir(), "hf-zone-files-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A program that reads zone files, and prints what it read. */
interface Peer {
  readonly program: string;
  readonly words: (file: string) => readonly string[];
  /** Types that it does not read, or not right; see beside each. */
  readonly leftOut: readonly string[];
}

/** What no program but BIND knows by name. */
const NEW_OR_RARE = "AMTRELAY AVC BRID DSYNC HHIT NINFO NSAP-PTR RESINFO RKEY TA WALLET".split(" ");

const PEERS: readonly Peer[] = [
  {
    program: "named-compilezone",
    words: (file) => [
      ...["-q", "-i", "none", "-k", "ignore", "-n", "ignore", "-m", "ignore", "-r", "ignore"],
      ...["-M", "ignore", "-S", "ignore", "-T", "ignore", "-W", "ignore", "-o", "-", APEX, file],
    ],
    // MD and MF are refused since RFC 1035; of SIG the type covered is printed as a bare number.
    leftOut: ["MD", "MF", "SIG"],
  },
  {
    program: "ldns-read-zone",
    words: (file) => [file],
    // CSYNC without types is refused; values of SVCB are printed without their quotes.
    leftOut: [...NEW_OR_RARE, "CSYNC", "HTTPS", "SVCB"],
  },
  {
    program: "nsd-checkzone",
    words: (file) => ["-p", APEX, file],
    // Three more that it does not know; SPF with one string only; names that it folds.
    leftOut: [...NEW_OR_RARE, "GPOS", "HIP", "TALINK", "SPF", "HTTPS", "LP", "SVCB"],
  },
];

function readBy(peer: Peer, text: string): string {
  const file = join(folder, `${peer.program}.zone`);
  writeFileSync(file, text);
  return execFileSync(peer.program, peer.words(file), {
    encoding: "utf8",
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/usr/bin` },
  });
}

function linesOf(
  text: string,
  options: ZoneFileOptions = { origin: nameOf(APEX) },
): readonly string[] {
  const read = readZoneFile(text, options);
  assert.deepEqual(read.kind === "malformed" ? read.problems : [], []);
  const rrsets = read.kind === "records" ? collectRRsets(read.records) : [];
  return sortRRsets(rrsets).flatMap(rrsetLines).sort();
}

const HEAD = `$ORIGIN ${APEX}
$TTL 300
@ IN SOA ns host 1 2h 15m 2w 30
@ IN NS ns
ns IN A 192.0.2.53
`;

/** Some records of one type, each at a name of its own. */
function rrsetsOf(type: string): readonly RRset[] {
  const arbitrary = RDATA_BY_TYPE[type];
  assert.ok(arbitrary !== undefined);
  return fc.sample(arbitrary, { numRuns: 15, seed: 2025 }).map((rdata, index) => {
    const label = String(index).padStart(32, "0");
    // NSEC3 records are at the apex's own children: a hash that is none elsewhere.
    const owner = nameOf(type === "NSEC3" ? `${label}.${APEX}` : `${label}.${type}.${APEX}`);
    return makeRRset(owner, typeCode(type) ?? 0, 60, [Uint8Array.from(rdata)]);
  });
}

const ACROBATICS = readFileSync(new URL("acrobatics.zone", import.meta.url), "utf8");

for (const peer of PEERS) {
  test(`${peer.program} reads what we wrote, of every type`, needs(peer.program), () => {
    const types = Object.keys(RDATA_BY_TYPE).filter((type) => {
      return type !== "SOA" && !peer.leftOut.includes(type);
    });
    const text = HEAD + zoneFileText(types.flatMap(rrsetsOf));
    assert.deepEqual(linesOf(readBy(peer, text)), linesOf(text));
  });
}

for (const peer of PEERS) {
  test(`${peer.program} and we read the same of a file full of syntax`, needs(peer.program), () => {
    assert.deepEqual(linesOf(readBy(peer, ACROBATICS)), linesOf(ACROBATICS));
  });
}

test("kzonecheck finds nothing wrong in the zone file that we write", needs("kzonecheck"), () => {
  const read = readZoneFile(ACROBATICS, { origin: nameOf(APEX) });
  assert.equal(read.kind, "records");
  const rrsets = read.kind === "records" ? collectRRsets(read.records) : [];
  const kzonecheck: Peer = {
    program: "kzonecheck",
    words: (file) => ["-o", APEX, file],
    leftOut: [],
  };
  assert.equal(readBy(kzonecheck, zoneFileText(sortRRsets(rrsets))), "");
});

test(
  "$INCLUDE, $TTL, $ORIGIN and $GENERATE mean what they mean to BIND",
  needs("named-compilezone"),
  () => {
    const files: Readonly<Record<string, string>> = {
      "inner.db": "$TTL 77\nin A 192.0.2.4\n$ORIGIN deep\nd A 192.0.2.5\n  AAAA ::1\n",
    };
    const text = `${HEAD}
$INCLUDE inner.db sub
after A 192.0.2.3
\\064at A 192.0.2.1
  IN 600 MX 20 mail.other.example.
$ORIGIN relative
here IN 1w1d A 192.0.2.4
$ORIGIN ${APEX}
$INCLUDE "inner.db"
  AAAA 2001:db8::1
$GENERATE 1-3 h$ A 192.0.2.$
$GENERATE 1-9/4 h\${10,3,x} 30 IN CNAME h\${-1}
$GENERATE 1-2 m\\$$ MX "10 ns"
$GENERATE 30-31 \${0,3,N}.z PTR h\${-3,4,o}.
`;
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const [named] = PEERS;
    assert.ok(named !== undefined);
    const options = { origin: nameOf(APEX), include: (path: string) => files[path] };
    assert.deepEqual(linesOf(readBy(named, text)), linesOf(text, options));
  },
);
