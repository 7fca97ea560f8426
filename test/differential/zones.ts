// Zones that the servers under comparison all hold: made for the corners of RFC 1034, 2308, 4592
// and 6672, and random ones.
import { SeededChance } from "../../sim/seededChance.ts";
import type { Chance } from "../../src/base/index.ts";
import {
  makeRRset,
  type Name,
  nameOf,
  parseName,
  parseRdata,
  type RRset,
  typeCode,
} from "../../src/dns/index.ts";

/** A zone for all servers; its SOA, NS and nameserver addresses come from {@link setupOf}. */
export interface TestZone {
  readonly apex: Name;
  readonly rrsets: readonly RRset[];
}

/** A name of a zone: `@` is the apex, and what ends in a dot is taken as it is. */
export function inZone(text: string, apex: Name): Name {
  if (text === "@") return apex;
  return nameOf(text.endsWith(".") && !text.endsWith("\\.") ? text : `${text}.${apex}`);
}

/** RRsets of lines `name ttl type rdata`. */
export function zoneOf(apexText: string, lines: readonly string[]): TestZone {
  const apex = nameOf(apexText);
  const found = new Map<string, RRset>();
  for (const line of lines) {
    const [name = "", ttl = "", typeName = "", ...rest] = line.split(" ");
    const owner = inZone(name, apex);
    const type = typeCode(typeName) ?? fail(line);
    const parsed = parseRdata(type, rest.join(" "));
    if (parsed.kind === "malformed") fail(`${line}: ${parsed.problem}`);
    const rdata = parsed.kind === "parsed" ? [parsed.rdata] : [];
    const before = found.get(`${owner} ${type}`)?.rdata ?? [];
    found.set(`${owner} ${type}`, makeRRset(owner, type, Number(ttl), [...before, ...rdata]));
  }
  return { apex, rrsets: [...found.values()] };
}

function fail(text: string): never {
  throw new Error(`Cannot make a test zone of ${text}`);
}

const LONG = "l".repeat(63);
/** As many labels as a name of 255 octets in `corners.test.` can have, and the longest labels. */
const MANY_LABELS = Array.from({ length: 120 }, (_, index) => "abcdefghij"[index % 10]).join(".");
const LONG_NAME = `${LONG}.${LONG}.${LONG}.${"m".repeat(46)}`;

const many = (count: number, line: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => line(index + 1));

/** One zone with every corner; another below it and served besides, to be asked for DS. */
export const CORNERS = zoneOf("corners.test.", [
  "@ 300 MX 10 mail.corners.test.",
  '@ 300 TXT "apex"',
  "www 300 A 192.0.2.1",
  "www 300 A 192.0.2.2",
  "www 300 AAAA 2001:db8::1",
  "www 60 MX 10 mail.corners.test.",
  "www 60 MX 20 nothing.corners.test.",
  "mail 300 A 192.0.2.25",
  "_sip._tcp 60 SRV 1 2 5060 www.corners.test.",
  "svc 60 HTTPS 1 . alpn=h2",
  "svc 60 SVCB 1 www.corners.test. port=8443",
  '@ 60 CAA 0 issue "ca.example"',
  "unknown 60 TYPE65280 \\# 4 0a000001",
  "unknown 60 TYPE731 \\# 6 abcdef012345",
  'texts 60 TXT "" "a b" "\\"quoted\\"" "\\000\\255"',
  ...many(40, (index) => `crowd 60 A 198.51.100.${index}`),
  ...many(9, (index) => `bulk 60 TXT "${String(index).repeat(200)}"`),
  // Empty non-terminals, and what is below and beside them.
  "deep.ent.below 60 A 192.0.2.3",
  "a.b.c.d.e.f 60 A 192.0.2.4",
  // Aliases: in the zone, out of it, to nothing, in circles, long.
  "alias 60 CNAME www.corners.test.",
  "alias2 60 CNAME alias.corners.test.",
  "away 60 CNAME www.example.org.",
  "dangling 60 CNAME nothing.corners.test.",
  "tonodata 60 CNAME ent.below.corners.test.",
  "self 60 CNAME self.corners.test.",
  "loop1 60 CNAME loop2.corners.test.",
  "loop2 60 CNAME loop3.corners.test.",
  "loop3 60 CNAME loop1.corners.test.",
  ...many(7, (index) => `chain${index} 60 CNAME chain${index + 1}.corners.test.`),
  "chain8 60 A 192.0.2.8",
  ...many(29, (index) => `endless${index} 60 CNAME endless${index + 1}.corners.test.`),
  "endless30 60 A 192.0.2.8",
  "toapex 60 CNAME corners.test.",
  "tosister 60 CNAME www.plain.test.",
  // Wildcards (RFC 4592 section 2.2.1 and beyond).
  "*.wild 60 A 192.0.2.5",
  "*.wild 60 MX 10 host1.wild.corners.test.",
  'host.wild 60 TXT "exists"',
  'leaf.sub.wild 60 TXT "below an empty non-terminal"',
  "cname.wild 60 CNAME x.wild.corners.test.",
  "*.wildalias 60 CNAME www.corners.test.",
  "*.wildaway 60 CNAME www.example.org.",
  "*.wildself 60 CNAME x.wildself.corners.test.",
  "*.wildempty.below 60 A 192.0.2.6",
  "under.*.emptywild 60 A 192.0.2.7",
  "*.towild 60 CNAME y.wild.corners.test.",
  "*.tonothing 60 CNAME nothing.corners.test.",
  "*.*.twostars 60 A 192.0.2.9",
  "child.wildcut 60 NS ns.example.org.",
  '*.wildcut 60 TXT "beside a cut"',
  "a*b.stars 60 A 192.0.2.10",
  "*a.stars 60 A 192.0.2.11",
  "mid.*.stars2 60 A 192.0.2.12",
  "*.stars2 60 A 192.0.2.13",
  // Delegations, with glue of every kind.
  "child 60 NS ns1.child.corners.test.",
  "child 60 NS ns2.child.corners.test.",
  "child 60 NS ns.example.org.",
  "ns1.child 60 A 192.0.2.14",
  "ns1.child 60 AAAA 2001:db8::14",
  "ns2.child 60 A 192.0.2.15",
  "secure 60 NS ns.secure.corners.test.",
  "secure 60 DS 12345 13 2 0000000000000000000000000000000000000000000000000000000000000000",
  "ns.secure 60 A 192.0.2.16",
  "sibling 60 NS ns1.child.corners.test.",
  "noglue 60 NS missing.noglue.corners.test.",
  "zoneglue 60 NS mail.corners.test.",
  "nested 60 NS ns.deeper.nested.corners.test.",
  "deeper.nested 60 NS ns.deeper.nested.corners.test.",
  "ns.deeper.nested 60 A 192.0.2.17",
  "far.away.cut 60 NS ns.example.org.",
  "intochild 60 CNAME www.child.corners.test.",
  "tocut 60 CNAME secure.corners.test.",
  "viaalias 60 NS alias.corners.test.",
  ...many(13, (index) => `widecut 60 NS ns${index}.widecut.corners.test.`),
  ...many(13, (index) => `ns${index}.widecut 60 A 192.0.2.${index}`),
  ...many(13, (index) => `ns${index}.widecut 60 AAAA 2001:db8::${index}`),
  ...many(13, (index) => `wideother 60 NS ns${index}.widecut.corners.test.`),
  ...many(30, (index) => `hugecut 60 NS ${LONG}.ns${index}.hugecut.corners.test.`),
  // DNAME (RFC 6672).
  "moved 60 DNAME new.corners.test.",
  "moved 60 A 192.0.2.18",
  "host.new 60 A 192.0.2.19",
  "alias.new 60 CNAME host.new.corners.test.",
  "*.wild.new 60 A 192.0.2.20",
  "movedaway 60 DNAME example.org.",
  "movedagain 120 DNAME moved.corners.test.",
  "movedtocut 60 DNAME child.corners.test.",
  "movedtoroot 60 DNAME .",
  `toolong 60 DNAME ${LONG_NAME}.corners.test.`,
  "dloop1 60 DNAME dloop2.corners.test.",
  "dloop2 60 DNAME dloop1.corners.test.",
  "todname 60 CNAME host.moved.corners.test.",
  "grows 60 DNAME x.grows2.corners.test.",
  "grows2 60 DNAME x.grows.corners.test.",
  // Names at the limits, and octets that are no letters.
  `${LONG_NAME} 60 A 192.0.2.21`,
  `${MANY_LABELS} 60 A 192.0.2.22`,
  "\\000.odd 60 A 192.0.2.23",
  "\\255\\128.odd 60 A 192.0.2.24",
  "dot\\.dot.odd 60 A 192.0.2.25",
  "back\\\\slash.odd 60 A 192.0.2.26",
  "sp\\032ace.odd 60 A 192.0.2.27",
  "\\@.odd 60 A 192.0.2.28",
  'q\\"q.odd 60 A 192.0.2.29',
  "[\\{`.odd 60 A 192.0.2.30",
  "\\042.literal 60 A 192.0.2.31",
  // Served besides: asked for its DS, this zone answers.
  "served 60 NS ns1.served.corners.test.",
  "served 60 DS 23456 13 2 1111111111111111111111111111111111111111111111111111111111111111",
  "ns1.served 60 A 192.0.2.53",
  "unsigned 60 NS ns1.unsigned.corners.test.",
  "ns1.unsigned 60 A 192.0.2.53",
]);

export const SERVED = zoneOf("served.corners.test.", [
  "www 60 A 192.0.2.40",
  "alias 60 CNAME www.served.corners.test.",
  "up 60 CNAME www.corners.test.",
]);

export const UNSIGNED = zoneOf("unsigned.corners.test.", ['* 60 TXT "wildcard at the apex"']);

/** Nothing below its apex but its nameserver. */
export const PLAIN = zoneOf("plain.test.", ["www 60 A 192.0.2.50"]);

const LABELS = ["a", "b", "c", "*", "x", "*", "\\001", "www", "under_score", "a-b"];
const ADDRESS_TYPES = ["A 192.0.2.", "A 198.51.100."];

/** A zone of random shape: short labels from few, so that names meet, cover and hide each other. */
export function randomZone(index: number, seed: number): TestZone {
  const chance = new SeededChance(seed).fork(`zone ${index}`);
  const apexText = `r${index}.random.test.`;
  const apex = nameOf(apexText);
  const names = Array.from({ length: 60 }, () => randomOwner(chance, apex));
  const lines = new Map<Name, string[]>();
  for (const name of new Set(names)) lines.set(name, randomLines(chance, name, names, apex));
  dropHidden(lines, apex);
  return zoneOf(apexText, [...lines.values()].flat());
}

function randomOwner(chance: Chance, apex: Name): Name {
  const labels = Array.from({ length: 1 + chance.below(4) }, () => pick(chance, LABELS));
  const parsed = parseName(`${labels.join(".")}.${apex}`);
  return parsed.kind === "parsed" ? parsed.name : apex;
}

/** What one name owns: a cut, an alias, a DNAME with or without company, or data. */
function randomLines(chance: Chance, name: Name, names: readonly Name[], apex: Name): string[] {
  const target = chance.below(6) === 0 ? "www.example.org." : pick(chance, names);
  const isStar = name.startsWith("*.");
  switch (chance.below(10)) {
    case 0:
    case 1:
      return [`${name} 60 CNAME ${target}`];
    case 2:
      return isStar ? [`${name} 60 CNAME ${target}`] : [`${name} 60 DNAME ${target}`];
    case 3:
      return isStar ? [] : [`${name} 60 NS ns.${name}`, `${name} 60 NS ns1.${apex}`];
    case 4:
      return [`${name} 60 TXT "t"`, `${name} 30 MX 5 ${target}`];
    default:
      return [`${name} 60 ${pick(chance, ADDRESS_TYPES)}${1 + chance.below(250)}`];
  }
}

/** Some servers do not load what a DNAME hides. */
function dropHidden(lines: Map<Name, string[]>, apex: Name): void {
  const movers = [...lines].filter(([, own]) => own.some((line) => line.includes(" DNAME ")));
  for (const name of lines.keys()) {
    if (movers.some(([mover]) => name !== mover && name.endsWith(`.${mover}`))) lines.delete(name);
  }
  lines.delete(apex);
}

/** One of several. */
export function pick<T>(chance: Chance, from: readonly T[]): T {
  const one = from[chance.below(from.length)];
  if (one === undefined) throw new Error("Cannot pick from nothing");
  return one;
}

/** All zones of a run. */
export function allZones(seed: number, randomCount: number): readonly TestZone[] {
  const random = Array.from({ length: randomCount }, (_, index) => randomZone(index, seed));
  return [CORNERS, SERVED, UNSIGNED, PLAIN, ...random];
}
