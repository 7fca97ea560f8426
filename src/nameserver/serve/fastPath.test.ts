import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hexText, SILENT_LOG } from "../../base/index.ts";
import {
  decodeMessage,
  type EdnsOption,
  emptyMessage,
  encodeMessage,
  encodeName,
  type Message,
  makeRRset,
  type Name,
  nameOf,
  parseRdata,
  type ResourceRecord,
  type RRset,
  RRType,
  typeCode,
} from "../../dns/index.ts";
import { Counters } from "../counters.ts";
import { handleRequest } from "../requests.ts";
import { ReplyOptions } from "./replyOptions.ts";
import { type TestZone, testZone, zonesViewOf } from "./testArena.suite.ts";
import { TestServer, testChance } from "./testServer.suite.ts";

const APEX = nameOf("example.test.");
const CHILD = nameOf("b.example.test.");
const LABELS = ["a", "b", "c", "*", "\\200x"];

const ownersBelow = (apex: Name) =>
  fc
    .array(fc.constantFrom(...LABELS), { maxLength: 3 })
    .map((labels) => nameOf(apex === "." ? `${labels.join(".")}.` : [...labels, apex].join(".")));

const RDATA: Readonly<Record<string, readonly string[]>> = {
  A: ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"],
  AAAA: ["2001:db8::1", "2001:db8::2"],
  TXT: ['"one"', `"${"long ".repeat(50)}"`, `"${"other ".repeat(40)}"`],
  MX: ["10 a.example.test.", "20 mail.example.net."],
  NS: ["ns.a.example.test.", "ns.example.net."],
  CNAME: ["a.example.test.", "c.b.example.test.", "away.example.net."],
  DNAME: ["c.example.test.", "b.example.test."],
};

function rdataOf(type: string, texts: readonly string[]): readonly Uint8Array[] {
  return texts.map((text) => {
    const parsed = parseRdata(typeCode(type) ?? 0, text);
    assert.ok(parsed.kind === "parsed", text);
    return parsed.rdata;
  });
}

const rrsetsBelow = (apex: Name) =>
  fc
    .record({
      name: ownersBelow(apex),
      type: fc.constantFrom("A", "A", "AAAA", "TXT", "MX", "NS", "CNAME", "DNAME"),
      pick: fc.integer({ min: 1, max: 15 }),
      answers: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ name, type, pick, answers }): readonly RRset[] => {
      const all = RDATA[type] ?? [];
      const some = all.filter((_, index) => ((pick >> index) & 1) === 1);
      const texts = some.length === 0 ? all.slice(0, 1) : some;
      const one = type === "CNAME" || type === "DNAME" ? texts.slice(0, 1) : texts;
      const rrset = makeRRset(name, typeCode(type) ?? 0, 60, rdataOf(type, one));
      if (answers === 0 || type !== "A" || name.startsWith("*.")) return [rrset];
      const weights = one.map((_, index) => index + 1).join(",");
      const text = `"holdfast-weights=1 answers=${answers} A=${weights}"`;
      const owner = nameOf(`_weights._holdfast.${name}`);
      return [rrset, makeRRset(owner, RRType.TXT, 30, rdataOf("TXT", [text]))];
    });

/** A zone of random RRsets; of what a name cannot hold beside others, the first one stays. */
const zoneBelow = (apex: Name, isSeeded = true) =>
  fc.array(rrsetsBelow(apex), { maxLength: 12 }).map((lists): TestZone => {
    const soa = `ns.${apex} hostmaster.${apex} 1 300 60 2419200 5`;
    const parsed = parseRdata(RRType.SOA, soa);
    assert.ok(parsed.kind === "parsed");
    const held = new Map<string, RRset>();
    held.set(`${apex} 6`, makeRRset(apex, RRType.SOA, 60, [parsed.rdata]));
    for (const rrset of lists.flat()) {
      const isAlias = rrset.type === RRType.CNAME;
      const others = [...held.values()].filter(({ name }) => name === rrset.name);
      const hasAlias = others.some(({ type }) => type === RRType.CNAME);
      if (others.length > 0 && (isAlias || hasAlias)) continue;
      held.set(`${rrset.name} ${rrset.type}`, rrset);
    }
    return testZone(apex, [...held.values()], isSeeded);
  });

/** The same zone with signatures that are none, but look like them. */
function signed({ apex, nodes, isSeeded }: TestZone): TestZone {
  const rrsets = [...nodes.values()].flatMap((node) => node.rrsets);
  const key = Uint8Array.of(1, 1, 3, 13, ...new Uint8Array(64));
  const all = [...rrsets, makeRRset(apex, RRType.DNSKEY, 60, [key])];
  const signatures = all.map(({ name, type }) => {
    const fixed = [type >> 8, type & 0xff, 13, 2, 0, 0, 0, 60, 1, 0, 0, 0, 0, 0, 0, 1, 0, 7];
    const rdata = Uint8Array.of(...fixed, ...encodeName(apex), ...new Uint8Array(64));
    return makeRRset(name, RRType.RRSIG, 60, [rdata]);
  });
  return testZone(apex, [...all, ...signatures], isSeeded);
}

const zones = fc
  .tuple(
    zoneBelow(APEX),
    fc.option(zoneBelow(CHILD)),
    zoneBelow(nameOf("new.test."), false),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([plain, child, unseeded, isDelegating, isSigned]): readonly TestZone[] => {
    const parent = isSigned ? signed(plain) : plain;
    if (child === null) return [parent, unseeded];
    if (!isDelegating) return [parent, child, unseeded];
    const rrsets = [...parent.nodes.values()].flatMap((node) => node.rrsets);
    const others = rrsets.filter(({ name }) => name !== CHILD);
    const ns = makeRRset(CHILD, RRType.NS, 60, rdataOf("NS", RDATA["NS"] ?? []));
    return [testZone(APEX, [...others, ns]), child, unseeded];
  });

const OPTIONS: readonly EdnsOption[] = [
  { code: 10, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
  { code: 10, data: new Uint8Array(24).fill(7) },
  { code: 10, data: Uint8Array.of(1, 2, 3) },
  { code: 3, data: new Uint8Array(0) },
  { code: 8, data: Uint8Array.of(0, 1, 24, 0, 192, 0, 2) },
  { code: 8, data: Uint8Array.of(0, 2, 33, 0, 0x20, 1, 0xd, 0xb8, 0x80) },
  { code: 8, data: Uint8Array.of(0, 1, 24, 0, 192, 0) },
  { code: 12, data: new Uint8Array(9) },
];

const queries = fc
  .record({
    name: fc.oneof(
      ...[APEX, CHILD, nameOf("new.test."), nameOf("elsewhere."), nameOf(".")].map(ownersBelow),
    ),
    type: fc.constantFrom(1, 1, 1, 28, 16, 15, 2, 5, 6, 39, 43, 46, 47, 255, 257, 250, 41, 0),
    class: fc.constantFrom(1, 1, 1, 1, 1, 1, 3, 255),
    rd: fc.boolean(),
    cd: fc.boolean(),
    edns: fc.option(
      fc.record({
        udpPayloadSize: fc.constantFrom(0, 512, 600, 1232, 4096),
        version: fc.constantFrom(0, 0, 0, 0, 0, 1),
        dnssecOk: fc.boolean(),
        options: fc.subarray([...OPTIONS], { maxLength: 3 }),
      }),
    ),
    upper: fc.integer(),
  })
  .map(({ name, type, class: rrClass, rd, cd, edns, upper }): Uint8Array => {
    const query: Message = {
      ...emptyMessage(4711),
      rd,
      cd,
      question: [{ name, type, class: rrClass }],
      ...(edns === null ? {} : { edns }),
    };
    const bytes = encodeMessage(query);
    const end = 12 + encodeName(name).length;
    for (let at = 12; at < end; at += 1) {
      const octet = bytes[at] ?? 0;
      if (octet >= 0x61 && octet <= 0x7a && ((upper >> (at % 31)) & 1) === 1)
        bytes[at] = octet - 32;
    }
    return bytes;
  });

/** What the general path alone says. */
function generalReply(held: readonly TestZone[], server: TestServer, query: Uint8Array): Message {
  const chance = testChance(3);
  const never = () => assert.fail("a query changes nothing");
  const parts = {
    zones: zonesViewOf(held),
    keyFor: () => undefined,
    rightsOf: never,
    update: never,
    options: new ReplyOptions(server.share.plan),
    counters: new Counters(),
    clock: server.clock,
    chance,
    log: SILENT_LOG,
  };
  const source = { address: "192.0.2.1", port: 5000 };
  const handled = handleRequest(parts, query, { transport: "udp", source });
  assert.ok(handled.kind === "replied");
  return decoded(handled.reply);
}

function decoded(bytes: Uint8Array): Message {
  const message = decodeMessage(bytes);
  assert.ok(message.kind === "message", message.kind === "malformed" ? message.problem : "");
  return message.message;
}

const recordText = ({ name, type, ttlSeconds, rdata }: ResourceRecord): string =>
  `${name} ${ttlSeconds} ${type} ${hexText(rdata)}`;

/** A message in which the order of records, and which of them chance chose, is nothing. */
function comparable(message: Message, held: readonly TestZone[]) {
  const section = (records: readonly ResourceRecord[]) =>
    records
      .map((record) => {
        const isChosen = held.some(({ nodes }) => {
          const weights = nodes.get(`_weights._holdfast.${record.name}` as Name)?.weights;
          const isSigned = nodes.get(record.name)?.rrsets.some(({ type }) => type === 46);
          return weights !== undefined && isSigned === false && record.type === RRType.A;
        });
        return isChosen ? `${record.name} A of those that there are` : recordText(record);
      })
      .sort();
  const { answer, authority, additional, edns, ...header } = message;
  const options = (edns?.options ?? []).map(({ code, data }) => `${code} ${hexText(data)}`).sort();
  return {
    ...header,
    answer: section(answer),
    authority: section(authority),
    additional: section(additional),
    edns: edns === undefined ? undefined : { ...edns, options },
  };
}

test("both paths say of an arena what the answers to its zones are, whatever is asked", () => {
  let fast = 0;
  let all = 0;
  fc.assert(
    fc.property(zones, fc.array(queries, { minLength: 20, maxLength: 20 }), (held, asked) => {
      const server = new TestServer(held, { nsid: Uint8Array.of(104, 102) });
      for (const query of asked) {
        const before = server.share.counts().general;
        const reply = server.send(query);
        if (reply === -1) continue;
        assert.ok(typeof reply !== "number");
        all += 1;
        if (server.share.counts().general === before) fast += 1;
        const [got, expected] = [decoded(reply), generalReply(held, server, query)];
        assert.deepEqual(comparable(got, held), comparable(expected, held));
        assert.equal(hexText(reply.subarray(12, 14)), hexText(query.subarray(12, 14)));
        for (const { name, type, rdata } of got.answer) {
          const rrsets = held.flatMap(({ nodes }) => nodes.get(name)?.rrsets ?? []);
          if (type !== RRType.A || rrsets.length === 0) continue;
          const texts = rrsets.flatMap((rrset) => rrset.rdata.map(hexText));
          assert.ok(texts.includes(hexText(rdata)), "what is chosen is what is held");
        }
        assert.equal(new Set(got.answer.map(recordText)).size, got.answer.length);
      }
    }),
    { numRuns: 100 },
  );
  assert.ok(fast > all / 8, `the fast path answered ${fast} of ${all}`);
});

test("no octets make the server throw, or write outside of their slot", () => {
  const mutations = fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 6 });
  fc.assert(
    fc.property(zones, fc.array(fc.tuple(queries, mutations, fc.nat(100))), (held, packets) => {
      const server = new TestServer(held);
      for (const [query, changes, cut] of packets) {
        const packet = cut < 80 ? query.slice() : query.slice(0, cut - 80);
        for (const [at, octet] of changes) if (at < packet.length) packet[at] = octet;
        const reply = server.send(packet);
        if (typeof reply !== "number") assert.ok(reply.length <= 1232 && reply.length >= 12);
      }
      assert.equal(server.share.counts().faults, 0);
    }),
    { numRuns: 100 },
  );
});

test("random octets of any length are refused or dropped", () => {
  const held = [testZone(APEX, [])];
  const server = new TestServer(held);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1400 }), (packet) => {
      server.send(packet);
      assert.equal(server.share.counts().faults, 0);
    }),
    { numRuns: 2000 },
  );
});
