import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import {
  emptyMessage,
  extendedErrors,
  type Message,
  makeQuery,
  type Name,
  nameOf,
  type ResourceRecord,
  RRType,
  rcodeText,
  rdataText,
  typeCode,
  typeText,
} from "../../dns/index.ts";
import { APEX, at, fenceLine, rrsetsOf, zoneOf } from "../zone/exampleZone.suite.ts";
import { ZoneData } from "../zone/zoneData.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { ZoneTable } from "../zone/zoneTable.ts";
import { answerMessage } from "./answer.ts";

const ZONE = zoneOf([
  "www 300 A 192.0.2.1",
  "www 300 AAAA 2001:db8::1",
  "www 300 MX 10 mail.example.test.",
  "deep.ent.below 60 A 192.0.2.2",
  "alias 60 CNAME www.example.test.",
  "alias2 60 CNAME alias.example.test.",
  "away 60 CNAME www.example.org.",
  "dangling 60 CNAME nothing.example.test.",
  "loop1 60 CNAME loop2.example.test.",
  "loop2 60 CNAME loop1.example.test.",
  "*.wild 60 A 192.0.2.3",
  '*.wild 60 TXT "any"',
  'host.wild 60 TXT "exists"',
  'leaf.sub.wild 60 TXT "ent"',
  "*.wildalias 60 CNAME www.example.test.",
  "child 60 NS ns1.child.example.test.",
  "child 60 NS ns.example.org.",
  "ns1.child 60 A 192.0.2.4",
  "ns1.child 60 AAAA 2001:db8::4",
  "secure 60 NS ns.example.org.",
  "secure 60 DS 1 8 99 0011",
  "intochild 60 CNAME www.child.example.test.",
  "tosecure 60 CNAME secure.example.test.",
  "sibling 60 NS ns1.child.example.test.",
  "sibling 60 NS ns1.sibling.example.test.",
  "ns1.sibling 60 A 192.0.2.7",
  "grows 60 DNAME x.grows.example.test.",
  "moved 60 DNAME new.example.test.",
  "moved2 60 DNAME a.moved3.example.test.",
  "x.a.moved3 60 CNAME moved2.example.test.",
  "moved 60 A 192.0.2.5",
  "host.new 60 A 192.0.2.6",
  "svc 60 HTTPS 1 . alpn=h2",
  "_sip._tcp 60 SRV 1 2 5060 www.example.test.",
  'retired 60 TXT "fence is below"',
  fenceLine("gone", "-", { mark: " tombstone=t1 at=2025-10-20T00:00:00Z" }),
]);

function serve(...zones: ZoneData[]): ZoneTable {
  const table = new ZoneTable(new Map(zones.map((zone) => [zone.apex, zone])));
  table.serve(zones.map((zone) => zone.apex));
  return table;
}

/** A seeded zone with nothing but an SOA. */
function apexZone(apex: Name): ZoneData {
  const data = new ZoneData(apex);
  const draft = new ZoneDraft(data);
  const soa = "@ 60 SOA ns1.example.test. hostmaster.example.test. 1 2 3 4 5";
  const seed = '_seed._holdfast 30 TXT "holdfast-seed=1"';
  for (const rrset of rrsetsOf([soa, seed], apex)) draft.set(rrset.name, [rrset]);
  data.apply(draft);
  return data;
}

function ask(text: string, isSigned = false, zones = serve(ZONE)): Message {
  const [name = "", type = ""] = text.split(" ");
  const query = makeQuery(1, at(name), typeCode(type) ?? 0, { udpPayloadSize: 1232 });
  return answerMessage(zones, query, { isSigned, chance: new SeededChance(1) });
}

function show(records: readonly ResourceRecord[]): string[] {
  return records
    .map(({ name, type, ttlSeconds, rdata }) => {
      const owner = name === APEX ? "@" : name.replace(`.${APEX}`, "");
      return `${owner} ${ttlSeconds} ${typeText(type)} ${rdataText(type, rdata)}`;
    })
    .sort();
}

const SOA = "@ 5 SOA ns1.example.test. hostmaster.example.test. 100 300 60 2419200 5";

/** Behind `a.grows`, as far as is followed. */
const GROWN = Array.from({ length: 8 }, (_, index) => {
  const xs = "x.".repeat(index + 1);
  return `a.${xs}grows 60 CNAME a.${xs}x.grows.example.test.`;
});

interface Row {
  readonly ask: string;
  readonly why: string;
  readonly rcode?: string;
  readonly aa?: false;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    ask: "www A",
    why: "the RRset asked for (RFC 1034 4.3.2)",
    answer: ["www 300 A 192.0.2.1"],
  },
  {
    ask: "www TXT",
    why: "NODATA: the name exists, the type does not; the SOA with min(TTL, MINIMUM) (RFC 2308)",
    authority: [SOA],
  },
  { ask: "none A", why: "NXDOMAIN with the SOA", rcode: "NXDOMAIN", authority: [SOA] },
  { ask: "ent.below A", why: "an empty non-terminal is NODATA (RFC 8020)", authority: [SOA] },
  { ask: "below A", why: "so is one above it", authority: [SOA] },
  { ask: "x.ent.below A", why: "below an ENT is nothing", rcode: "NXDOMAIN", authority: [SOA] },
  { ask: "gone A", why: "a retired name is NODATA: its fence exists", authority: [SOA] },
  {
    ask: "alias2 A",
    why: "in-zone aliases are followed (RFC 1034 3.6.2)",
    answer: [
      "alias 60 CNAME www.example.test.",
      "alias2 60 CNAME alias.example.test.",
      "www 300 A 192.0.2.1",
    ],
  },
  {
    ask: "alias CNAME",
    why: "a question for the alias itself is not followed",
    answer: ["alias 60 CNAME www.example.test."],
  },
  {
    ask: "alias TXT",
    why: "an alias to a name without the type is NODATA (RFC 2308 2.2)",
    answer: ["alias 60 CNAME www.example.test."],
    authority: [SOA],
  },
  {
    ask: "dangling A",
    why: "an alias to nothing is NXDOMAIN of the target (RFC 2308 2.1, RFC 6604)",
    rcode: "NXDOMAIN",
    answer: ["dangling 60 CNAME nothing.example.test."],
    authority: [SOA],
  },
  {
    ask: "away A",
    why: "out of the zone the resolver goes on by itself",
    answer: ["away 60 CNAME www.example.org."],
  },
  {
    ask: "x.wild A",
    why: "a wildcard answers with the name asked (RFC 4592 3.3.1)",
    answer: ["x.wild 60 A 192.0.2.3"],
  },
  {
    ask: "a.b.wild A",
    why: "it covers more than one label",
    answer: ["a.b.wild 60 A 192.0.2.3"],
  },
  { ask: "x.wild MX", why: "a wildcard without the type is NODATA", authority: [SOA] },
  { ask: "host.wild A", why: "a name that exists is not the wildcard's", authority: [SOA] },
  { ask: "sub.wild A", why: "nor is an empty non-terminal (RFC 4592 4.9)", authority: [SOA] },
  {
    ask: "x.sub.wild A",
    why: "the closest encloser has no wildcard: a higher one does not count (RFC 4592 3.3.1)",
    rcode: "NXDOMAIN",
    authority: [SOA],
  },
  {
    ask: "*.wild A",
    why: "asked for itself, a wildcard is a name",
    answer: ["*.wild 60 A 192.0.2.3"],
  },
  {
    ask: "x.wildalias A",
    why: "an alias may come from a wildcard",
    answer: ["www 300 A 192.0.2.1", "x.wildalias 60 CNAME www.example.test."],
  },
  {
    ask: "www.child A",
    why: "a referral with glue, not authoritative (RFC 1034 4.3.2, RFC 9471)",
    aa: false,
    authority: ["child 60 NS ns.example.org.", "child 60 NS ns1.child.example.test."],
    additional: ["ns1.child 60 A 192.0.2.4", "ns1.child 60 AAAA 2001:db8::4"],
  },
  {
    ask: "child NS",
    why: "the cut itself belongs to the child",
    aa: false,
    authority: ["child 60 NS ns.example.org.", "child 60 NS ns1.child.example.test."],
    additional: ["ns1.child 60 A 192.0.2.4", "ns1.child 60 AAAA 2001:db8::4"],
  },
  {
    ask: "ns1.child A",
    why: "glue is not an answer",
    aa: false,
    authority: ["child 60 NS ns.example.org.", "child 60 NS ns1.child.example.test."],
    additional: ["ns1.child 60 A 192.0.2.4", "ns1.child 60 AAAA 2001:db8::4"],
  },
  { ask: "child DS", why: "no DS at the cut is the parent's to say", authority: [SOA] },
  {
    ask: "secure DS",
    why: "and so is a DS (RFC 4035 3.1.4.1)",
    answer: ["secure 60 DS 1 8 99 0011"],
  },
  {
    ask: "intochild A",
    why: "an alias into a delegation is the answer, the referral helps (RFC 1034 4.3.2)",
    answer: ["intochild 60 CNAME www.child.example.test."],
    authority: ["child 60 NS ns.example.org.", "child 60 NS ns1.child.example.test."],
    additional: ["ns1.child 60 A 192.0.2.4", "ns1.child 60 AAAA 2001:db8::4"],
  },
  {
    ask: "tosecure DS",
    why: "an alias to a cut leads to the parent's DS",
    answer: ["secure 60 DS 1 8 99 0011", "tosecure 60 CNAME secure.example.test."],
  },
  {
    ask: "sibling A",
    why: "addresses of other nameservers of the zone help, too (RFC 9471 section 2.2)",
    aa: false,
    authority: ["sibling 60 NS ns1.child.example.test.", "sibling 60 NS ns1.sibling.example.test."],
    additional: [
      "ns1.child 60 A 192.0.2.4",
      "ns1.child 60 AAAA 2001:db8::4",
      "ns1.sibling 60 A 192.0.2.7",
    ],
  },
  {
    ask: "alias NSEC",
    why: "what may stand beside an alias is asked of the alias (RFC 4035 section 2.5)",
    authority: [SOA],
  },
  {
    ask: "host.moved CNAME",
    why: "the CNAME of a DNAME answers a question for it",
    answer: ["host.moved 60 CNAME host.new.example.test.", "moved 60 DNAME new.example.test."],
  },
  {
    ask: "x.moved2 DNAME",
    why: "a DNAME on the way that is asked for in the end is shown once, too",
    answer: [
      "moved2 60 DNAME a.moved3.example.test.",
      "x.a.moved3 60 CNAME moved2.example.test.",
      "x.moved2 60 CNAME x.a.moved3.example.test.",
    ],
  },
  {
    ask: "a.grows A",
    why: "a DNAME that is met twice is shown once (RFC 2181 section 5)",
    answer: [
      "a.grows 60 CNAME a.x.grows.example.test.",
      ...GROWN,
      "grows 60 DNAME x.grows.example.test.",
    ],
  },
  {
    ask: "host.moved A",
    why: "DNAME gives a CNAME of the same TTL (RFC 6672 3.1)",
    answer: [
      "host.moved 60 CNAME host.new.example.test.",
      "host.new 60 A 192.0.2.6",
      "moved 60 DNAME new.example.test.",
    ],
  },
  {
    ask: "moved A",
    why: "DNAME says nothing of its own name (RFC 6672 2.3)",
    answer: ["moved 60 A 192.0.2.5"],
  },
  {
    ask: "www ANY",
    why: "the public gets one RRset (RFC 8482 4.1)",
    answer: ["www 300 A 192.0.2.1"],
  },
  { ask: "svc HTTPS", why: "RFC 9460", answer: ["svc 60 HTTPS 1 . alpn=h2"] },
  {
    ask: "_sip._tcp SRV",
    why: "RFC 2782",
    answer: ["_sip._tcp 60 SRV 1 2 5060 www.example.test."],
  },
  { ask: "@ NS", why: "the apex is authoritative", answer: ["@ 60 NS ns1.example.test."] },
  { ask: "www.example.org. A", why: "not our zone", rcode: "REFUSED", aa: false },
  { ask: "@ AXFR", why: "no transfers yet", rcode: "REFUSED", aa: false },
  { ask: "@ TYPE250", why: "TSIG is nowhere, as are types nobody knows", authority: [SOA] },
  { ask: "none TYPE200", why: "and names as little", rcode: "NXDOMAIN", authority: [SOA] },
  { ask: "www TYPE128", why: "NXNAME is no question", rcode: "FORMERR", aa: false },
];

describe("answerMessage()", () => {
  for (const row of ROWS) {
    it(`answers ${row.ask.slice(0, 40)}: ${row.why}`, () => {
      const response = ask(row.ask);
      assert.equal(rcodeText(response.rcode), row.rcode ?? "NOERROR");
      assert.deepEqual(show(response.answer), row.answer ?? []);
      assert.deepEqual(show(response.authority), row.authority ?? []);
      assert.deepEqual(show(response.additional), row.additional ?? []);
      assert.equal(response.aa, row.aa ?? true);
      assert.equal(response.ra, false, "we never recurse");
    });
  }

  it("ends a loop of aliases with what was followed, each alias once", () => {
    const response = ask("loop1 A");
    assert.equal(rcodeText(response.rcode), "NOERROR");
    assert.equal(response.answer.length, 2);
  });

  it("says YXDOMAIN where a DNAME makes a name that is too long (RFC 6672 2.2)", () => {
    const zone = zoneOf([`m 60 DNAME ${"t".repeat(63)}.${"u".repeat(63)}.example.test.`]);
    const response = ask(`${"x".repeat(63)}.${"y".repeat(63)}.m A`, false, serve(zone));
    assert.equal(rcodeText(response.rcode), "YXDOMAIN");
  });

  it("gives a signed asker every RRset of a name, whole and in order", () => {
    assert.deepEqual(show(ask("www ANY", true).answer), [
      "www 300 A 192.0.2.1",
      "www 300 AAAA 2001:db8::1",
      "www 300 MX 10 mail.example.test.",
    ]);
  });

  it("tells a signed asker for ANY the fence and the weights besides, and nobody else", () => {
    const weights = '_weights._holdfast.www 30 TXT "holdfast-weights=1 answers=1 A=5"';
    const zones = serve(zoneOf(["www 300 A 192.0.2.1", fenceLine("www", "A"), weights]));
    const owners = ask("www ANY", true, zones).additional.map(({ name }) => name);
    assert.deepEqual(owners, [at("_holdfast.www"), at("_weights._holdfast.www")]);
    assert.deepEqual(ask("www ANY", false, zones).additional, []);
    assert.deepEqual(ask("www A", true, zones).additional, []);
  });

  it("answers SERVFAIL with error 14 for a zone not seeded, but shows it to the signed", () => {
    const zones = serve(zoneOf(["www 300 A 192.0.2.1"], { seeded: false }));
    for (const question of ["www A", "none A", "@ SOA"]) {
      const response = ask(question, false, zones);
      assert.equal(rcodeText(response.rcode), "SERVFAIL");
      assert.deepEqual(response.answer, []);
      assert.deepEqual(response.authority, []);
      assert.equal(extendedErrors(response)[0]?.code, 14);
    }
    assert.deepEqual(show(ask("www A", true, zones).answer), ["www 300 A 192.0.2.1"]);
    assert.equal(rcodeText(ask("none A", true, zones).rcode), "NXDOMAIN");
  });

  it("answers DS of an apex from the zone above where that delegates it (RFC 4035 3.1.4.1)", () => {
    const child = apexZone(at("child"));
    const undelegated = apexZone(at("island"));
    const zones = serve(ZONE, child, undelegated);
    const authority = (text: string) => ask(text, false, zones).authority.map(({ name }) => name);
    assert.deepEqual(authority("child DS"), [APEX]);
    assert.deepEqual(authority("child TXT"), [at("child")]);
    assert.deepEqual(authority("island DS"), [at("island")], "or the name would not exist");
    assert.deepEqual(authority("@ DS"), [APEX], "nothing above is served");
  });

  it("gives a wildcard's address as glue", () => {
    const zone = zoneOf(["cut 60 NS any.hosts.example.test.", "*.hosts 60 A 192.0.2.9"]);
    const { additional } = ask("www.cut A", false, serve(zone));
    assert.deepEqual(show(additional), ["any.hosts 60 A 192.0.2.9"]);
  });

  it("answers a client subnet with what came, and a malformed one with FORMERR", () => {
    const asker = { isSigned: false, chance: new SeededChance(1) };
    const subnet = (...octets: number[]): Message => {
      const options = [{ code: 8, data: Uint8Array.from(octets) }];
      const edns = { udpPayloadSize: 1232, version: 0, dnssecOk: false, options };
      return answerMessage(serve(ZONE), { ...makeQuery(1, at("none"), 1), edns }, asker);
    };
    const right = subnet(0, 1, 24, 0, 192, 0, 2);
    assert.equal(rcodeText(right.rcode), "NXDOMAIN");
    assert.deepEqual(right.edns?.options, [
      { code: 8, data: Uint8Array.of(0, 1, 24, 0, 192, 0, 2) },
    ]);
    assert.equal(rcodeText(subnet(0, 1, 24, 0, 192, 0, 2, 1).rcode), "FORMERR");
  });

  it("picks the zone with the longest apex", () => {
    const table = serve(ZONE);
    assert.equal(table.zoneFor(at("a.b.c"))?.apex, APEX);
    assert.equal(table.zoneFor(nameOf("xexample.test.")), undefined);
  });

  it("refuses what is not a question it understands", () => {
    const asker = { isSigned: false, chance: new SeededChance(1) };
    const query = makeQuery(1, at("www"), RRType.A, { udpPayloadSize: 1232 });
    const rcode = (message: Message) => rcodeText(answerMessage(serve(ZONE), message, asker).rcode);
    const [question] = query.question;
    assert.ok(question);
    assert.equal(rcode({ ...query, question: [{ ...question, class: 3 }] }), "REFUSED", "CH");
    assert.equal(rcode({ ...query, question: [] }), "FORMERR");
    assert.equal(rcode({ ...query, opcode: 4 }), "NOTIMP", "NOTIFY");
    assert.equal(rcode({ ...emptyMessage(1), opcode: 2 }), "NOTIMP", "STATUS");
    const edns = { udpPayloadSize: 1232, version: 1, dnssecOk: false, options: [] };
    assert.equal(rcode({ ...query, edns }), "BADVERS", "RFC 6891 6.1.3");
  });
});
