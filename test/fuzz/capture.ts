// Captures the packets that dig, kdig and nsupdate send, and messages with records of every type
// that our codec writes, into `corpus/`. Run again only to add to it: node test/fuzz/capture.ts
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  emptyMessage,
  encodeMessage,
  nameOf,
  parseRdata,
  RRType,
  typeText,
} from "../../src/dns/index.ts";

const FOLDER = fileURLToPath(new URL("./corpus/", import.meta.url));
const KEY = "hmac-sha256:fuzz:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/** A client whose question is not answered must give up soon. */
const CLIENT_MS_MAX = 1500;

interface Client {
  readonly name: string;
  readonly program: string;
  readonly words: readonly string[];
  readonly input?: string;
}

const DIG = ["+tries=1", "+time=1", "+noedns"];

function dig(name: string, ...words: string[]): Client {
  return { name: `dig-${name}`, program: "dig", words: [...DIG, ...words] };
}

function kdig(name: string, ...words: string[]): Client {
  return { name: `kdig-${name}`, program: "kdig", words: ["+retry=0", "+time=1", ...words] };
}

function nsupdate(name: string, ...lines: string[]): Client {
  const input = ["zone corners.test", ...lines, "send", "quit", ""].join("\n");
  return { name: `nsupdate-${name}`, program: "nsupdate", words: ["-t", "1", "-r", "0"], input };
}

const CLIENTS: readonly Client[] = [
  dig("plain", "www.corners.test", "A"),
  dig("edns", "+edns=0", "www.corners.test", "AAAA"),
  dig("do", "+dnssec", "*.wild.corners.test", "TXT"),
  dig("cookie", "+cookie=0123456789abcdef0123456789abcdef01234567", "corners.test", "SOA"),
  dig("nsid", "+nsid", "corners.test", "NS"),
  dig("subnet", "+subnet=192.0.2.0/24", "www.corners.test", "A"),
  dig("subnet6", "+subnet=2001:db8::/56", "www.corners.test", "A"),
  dig("expire", "+expire", "+edns=0", "corners.test", "SOA"),
  dig("padding", "+padding=128", "+edns=0", "www.corners.test", "MX"),
  dig("keepalive", "+keepalive", "+edns=0", "www.corners.test", "SRV"),
  dig("version", "+edns=5", "+noednsneg", "www.corners.test", "A"),
  dig("flags", "+ednsflags=0xffff", "+edns=0", "+cdflag", "+adflag", "www.corners.test", "A"),
  dig("option", "+ednsopt=65001:0badcafe", "+edns=0", "www.corners.test", "A"),
  dig("any", "+notcp", "www.corners.test", "ANY"),
  dig("chaos", "version.bind", "TXT", "CH"),
  dig("root", ".", "NS"),
  dig("odd", "\\000\\255\\.x.odd.corners.test", "TYPE65280"),
  dig("ixfr", "+notcp", "corners.test", "IXFR=1"),
  dig("notify", "+opcode=notify", "+aaflag", "corners.test", "SOA"),
  dig("status", "+opcode=status", "corners.test", "SOA"),
  dig("header-only", "+header-only", "corners.test", "A"),
  dig("tsig", "+notcp", "-y", KEY, "www.corners.test", "ANY"),
  dig("tsig512", "-y", KEY.replace("sha256", "sha512"), "+edns=0", "www.corners.test", "A"),
  kdig("plain", "www.corners.test", "A"),
  kdig("edns", "+dnssec", "+nsid", "+bufsize=4096", "www.corners.test", "HTTPS"),
  kdig("padding", "+padding", "+cookie", "www.corners.test", "SVCB"),
  kdig("tsig", "-y", KEY, "www.corners.test", "A"),
  nsupdate("add", "update add new.corners.test 60 A 192.0.2.99"),
  nsupdate(
    "conditions",
    "prereq yxdomain www.corners.test",
    "prereq nxdomain absent.corners.test",
    "prereq yxrrset www.corners.test A",
    "prereq nxrrset www.corners.test TXT",
    "prereq yxrrset mail.corners.test A 192.0.2.25",
    "update delete www.corners.test A 192.0.2.1",
    "update delete www.corners.test AAAA",
    "update delete old.corners.test",
    'update add txt.corners.test 30 TXT "a" "b"',
    "update add srv.corners.test 30 SRV 1 2 3 www.corners.test.",
    "update add svc.corners.test 30 HTTPS 1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1",
  ),
];

/** A record's RDATA in presentation format for each type worth one. */
const RDATA: Readonly<Record<string, string>> = {
  A: "192.0.2.1",
  AAAA: "2001:db8::1",
  NS: "ns1.corners.test.",
  CNAME: "www.corners.test.",
  SOA: "ns1.corners.test. hostmaster.corners.test. 1 2 3 4 5",
  PTR: "www.corners.test.",
  HINFO: '"cpu" "os"',
  MX: "10 mail.corners.test.",
  TXT: '"" "text" "\\000\\255"',
  SRV: "1 2 5060 www.corners.test.",
  NAPTR: '10 20 "s" "SIP+D2U" "" _sip._udp.corners.test.',
  DNAME: "new.corners.test.",
  DS: `12345 13 2 ${"ab".repeat(32)}`,
  SSHFP: `4 2 ${"cd".repeat(32)}`,
  RRSIG: `A 13 3 300 20300101000000 20200101000000 12345 corners.test. ${"A".repeat(86)}==`,
  NSEC: "a.corners.test. A NS TYPE65280",
  DNSKEY: `257 3 13 ${"A".repeat(86)}==`,
  NSEC3: "1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A RRSIG",
  NSEC3PARAM: "1 0 10 aabb",
  TLSA: `3 1 1 ${"ef".repeat(32)}`,
  CDS: "0 0 0 00",
  CDNSKEY: "0 3 0 AA==",
  ZONEMD: `1 1 1 ${"12".repeat(48)}`,
  SVCB: "1 svc.corners.test. alpn=h2 port=8443 ipv6hint=2001:db8::1",
  HTTPS: "1 . mandatory=alpn alpn=h2,h3 ech=AAAA",
  CAA: '0 issue "ca.example"',
  URI: '10 1 "https://corners.test/"',
  TYPE65280: "\\# 4 0a000001",
};

function write(name: string, about: string, bytes: Uint8Array): void {
  const hex = Buffer.from(bytes).toString("hex").replaceAll(/.{80}/g, "$&\n");
  writeFileSync(join(FOLDER, `${name}.hex`), `# ${about}\n${hex}\n`);
}

/** The first packet that a client sends to a server that never answers. */
async function captured({ name, program, words, input }: Client): Promise<void> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  const folder = mkdtempSync(join(tmpdir(), "holdfast-capture-"));
  const where = program === "nsupdate" ? [] : ["@127.0.0.1", "-p", String(port)];
  const packet = once(socket, "message");
  const child = spawn(program, [...where, ...words], {
    cwd: folder,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.stdin?.end(input === undefined ? "" : `server 127.0.0.1 ${port}\n${input}`);
  const timer = setTimeout(() => child.kill("SIGKILL"), CLIENT_MS_MAX);
  const got = await Promise.race([packet, once(child, "exit").then(() => undefined)]);
  clearTimeout(timer);
  child.kill("SIGKILL");
  socket.close();
  rmSync(folder, { recursive: true, force: true });
  if (got === undefined) {
    console.log(`${name}: nothing was sent`);
    return;
  }
  const [bytes] = got as [Buffer];
  write(name, `${program} ${words.join(" ")}`, bytes);
}

function encoded(type: number, text: string): Uint8Array | undefined {
  const parsed = parseRdata(type, text);
  if (parsed.kind === "malformed") {
    console.log(parsed.problem);
    return undefined;
  }
  const name = nameOf("www.corners.test.");
  const record = { name, type, class: 1, ttlSeconds: 300, rdata: parsed.rdata };
  const question = [{ name, type, class: 1 }];
  const edns = { udpPayloadSize: 1232, version: 0, dnssecOk: true, options: [] };
  const sections = { answer: [record], authority: [record], additional: [record] };
  return encodeMessage({ ...emptyMessage(1), question, ...sections, edns });
}

/** Names of nearly 255 octets, with others that end in them: one label more is too long. */
function longNames(): Uint8Array {
  const long = nameOf(`${"l".repeat(63)}.${"m".repeat(63)}.${"n".repeat(63)}.${"o".repeat(59)}`);
  const names = [long, nameOf(`a.${long}`), nameOf(`b.${long}`), long];
  const answer = names.map((name) => {
    return { name, type: RRType.TXT, class: 1, ttlSeconds: 1, rdata: Uint8Array.of(0) };
  });
  const question = [{ name: long, type: RRType.TXT, class: 1 }];
  return encodeMessage({ ...emptyMessage(1), question, answer });
}

for (const client of CLIENTS) await captured(client);
for (const [text, rdata] of Object.entries(RDATA)) {
  const type = RRType[text as keyof typeof RRType] ?? Number(text.replace("TYPE", ""));
  const bytes = encoded(type, rdata);
  if (bytes !== undefined) write(`record-${typeText(type).toLowerCase()}`, rdata, bytes);
}
write("made-long-names", "names at the limit, compressed", longNames());
