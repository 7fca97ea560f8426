import assert from "node:assert/strict";
import { test } from "node:test";
import { hexText, utf8 } from "../../base/index.ts";
import {
  decodeMessage,
  type EdnsOption,
  emptyMessage,
  encodeMessage,
  extendedErrors,
  type Message,
  makeQuery,
  nameOf,
  Opcode,
  parseIpNetwork,
  Rcode,
  RRType,
} from "../../dns/index.ts";
import { HAND_OVER, NO_REPLY } from "../../packet/index.ts";
import { rrsetsOf } from "../zone/exampleZone.suite.ts";
import type { RateLimit } from "./rateLimitTable.ts";
import { testZone } from "./testArena.suite.ts";
import { TestServer } from "./testServer.suite.ts";

const APEX = nameOf("example.test.");
const many = Array.from({ length: 80 }, (_, index) => `many 60 A 192.0.2.${index}`);
const ZONES = [
  testZone(
    APEX,
    rrsetsOf([
      "@ 60 SOA ns1.example.test. hostmaster.example.test. 100 300 60 2419200 5",
      "www 60 A 192.0.2.1",
      "www 60 A 192.0.2.2",
      "alias 60 CNAME www.example.test.",
      "pool 60 A 192.0.2.1",
      "pool 60 A 192.0.2.2",
      "pool 60 A 192.0.2.3",
      '_weights._holdfast.pool 30 TXT "holdfast-weights=1 answers=1 A=1,2,5"',
      ...many,
    ]),
  ),
  testZone(nameOf("new.test."), rrsetsOf(["new.test. 60 A 192.0.2.1"]), false),
];
const CLIENT = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const cookie = (...parts: Uint8Array[]): EdnsOption => {
  return { code: 10, data: Uint8Array.from(parts.flatMap((part) => [...part])) };
};

function query(name: string, options: readonly EdnsOption[] = [], type: number = RRType.A) {
  const message = makeQuery(9, nameOf(name), type, { udpPayloadSize: 1232 });
  return encodeMessage({ ...message, edns: { ...ednsOf(message), options } });
}

function ednsOf({ edns }: Message) {
  assert.ok(edns !== undefined);
  return edns;
}

function read(bytes: Uint8Array | number): Message {
  assert.ok(typeof bytes !== "number", `a reply, not ${bytes}`);
  const decoded = decodeMessage(bytes);
  assert.ok(decoded.kind === "message");
  return decoded.message;
}

function optionOf(message: Message, code: number): Uint8Array | undefined {
  return message.edns?.options.find((option) => option.code === code)?.data;
}

// By the fast path, and by the general path, which follows aliases.
for (const name of ["www.example.test.", "alias.example.test."]) {
  test(`${name}: a client gets a cookie, and is known by it`, () => {
    const server = new TestServer(ZONES);
    const first = read(server.send(query(name, [cookie(CLIENT)])));
    assert.equal(first.rcode, Rcode.NOERROR);
    const given = optionOf(first, 10);
    assert.equal(given?.length, 24);
    assert.equal(hexText(given?.subarray(0, 12) ?? CLIENT), "010203040506070801000000");
    const again = read(server.send(query(name, [{ code: 10, data: given ?? CLIENT }])));
    assert.equal(hexText(optionOf(again, 10) ?? CLIENT), hexText(given ?? CLIENT));
  });
}

test("cookies of the secret before, and of other threads, are believed, forged ones not", () => {
  const server = new TestServer(ZONES);
  const valid = () => server.share.counts().cookiesValid;
  const given = optionOf(read(server.send(query("www.example.test.", [cookie(CLIENT)]))), 10);
  const known = query("www.example.test.", [{ code: 10, data: given ?? CLIENT }]);
  server.send(known);
  assert.equal(valid(), 1);
  assert.notEqual(server.send(known, "192.0.2.77"), NO_REPLY);
  assert.equal(valid(), 1, "another address");
  server.share.secrets.rotate();
  const renewed = optionOf(read(server.send(known)), 10);
  assert.equal(valid(), 2, "the secret before");
  assert.notEqual(hexText(renewed ?? CLIENT), hexText(given ?? CLIENT));
  server.share.secrets.rotate();
  assert.equal(read(server.send(known)).rcode, Rcode.NOERROR, "answered without being believed");
  assert.equal(valid(), 2, "two secrets ago");
  server.clock.nowMs += 3_601_000;
  server.send(query("www.example.test.", [{ code: 10, data: renewed ?? CLIENT }]));
  assert.equal(valid(), 2, "an hour old");
});

test("an IPv6 client is known by its cookie", () => {
  const server = new TestServer(ZONES, { address: "2001:db8::5" });
  const given = optionOf(read(server.send(query("www.example.test.", [cookie(CLIENT)]))), 10);
  const known = query("www.example.test.", [{ code: 10, data: given ?? CLIENT }]);
  server.send(known);
  assert.equal(server.share.counts().cookiesValid, 1);
  server.send(known, "2001:db8::6");
  assert.equal(server.share.counts().cookiesValid, 1);
});

test("a malformed cookie is a FORMERR, and a query for a cookie alone gets one", () => {
  const server = new TestServer(ZONES);
  const short = query("www.example.test.", [cookie(CLIENT.subarray(0, 7))]);
  assert.equal(read(server.send(short)).rcode, Rcode.FORMERR);
  const edns = { udpPayloadSize: 1232, version: 0, dnssecOk: false };
  const askAlone = (data: EdnsOption) =>
    read(server.send(encodeMessage({ ...emptyMessage(3), edns: { ...edns, options: [data] } })));
  const alone = askAlone(cookie(CLIENT));
  assert.equal(alone.rcode, Rcode.NOERROR);
  const given = optionOf(alone, 10) ?? CLIENT;
  assert.equal(given.length, 24);
  assert.equal(askAlone(cookie(given)).rcode, Rcode.NOERROR);
  // RFC 7873 section 5.4: whoever asks with a cookie that is not ours learns that it is not.
  const wrong = askAlone(cookie(given.with(23, (given[23] ?? 0) ^ 1)));
  assert.equal(wrong.rcode, Rcode.BADCOOKIE);
  assert.equal(hexText(optionOf(wrong, 10) ?? CLIENT), hexText(given), "the right one goes back");
});

test("NSID is told where asked for, a client subnet goes back with scope 0", () => {
  const server = new TestServer(ZONES, { nsid: utf8("ns-a") });
  const subnet = Uint8Array.of(0, 1, 20, 0, 192, 0, 0);
  const options = [
    { code: 3, data: new Uint8Array(0) },
    { code: 8, data: subnet },
  ];
  for (const name of ["www.example.test.", "alias.example.test."]) {
    const reply = read(server.send(query(name, options)));
    assert.equal(hexText(optionOf(reply, 3) ?? CLIENT), hexText(utf8("ns-a")));
    assert.equal(hexText(optionOf(reply, 8) ?? CLIENT), hexText(subnet));
    assert.equal(optionOf(read(server.send(query(name))), 3), undefined, "not asked for");
  }
  assert.equal(server.share.counts().general, 2);
});

test("another version of EDNS is BADVERS", () => {
  const server = new TestServer(ZONES);
  const message = makeQuery(9, nameOf("www.example.test."), 1, { udpPayloadSize: 1232 });
  const asked = encodeMessage({ ...message, edns: { ...ednsOf(message), version: 1 } });
  assert.equal(read(server.send(asked)).rcode, Rcode.BADVERS);
  assert.equal(server.share.counts().responses[Rcode.BADVERS], 1);
});

test("not yet seeded: SERVFAIL with error 14; no zone of ours: REFUSED with 20", () => {
  const server = new TestServer(ZONES);
  const early = read(server.send(query("new.test.")));
  assert.deepEqual([early.rcode, extendedErrors(early)[0]?.code], [Rcode.SERVFAIL, 14]);
  const before = server.share.counts().general;
  const other = read(server.send(query("www.example.net.")));
  assert.deepEqual([other.rcode, other.aa], [Rcode.REFUSED, false]);
  assert.deepEqual(extendedErrors(other), [{ code: 20, text: "" }]);
  assert.equal(server.share.counts().general, before, "it is cheap");
});

test("what does not fit is cut, with TC", () => {
  const server = new TestServer(ZONES);
  const reply = read(server.send(query("many.example.test.")));
  assert.deepEqual([reply.tc, reply.answer.length, reply.rcode], [true, 0, Rcode.NOERROR]);
  assert.equal(server.share.counts().truncated, 1);
});

test("draws follow the weights, and rotation puts every record first", () => {
  const server = new TestServer(ZONES);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 2000; draw += 1) {
    for (const name of ["pool.example.test.", "www.example.test."]) {
      const { answer } = read(server.send(query(name)));
      assert.equal(answer.length, name.startsWith("pool") ? 1 : 2);
      const key = `${name} ${answer[0]?.rdata.at(-1)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const share = (key: string) => (counts.get(key) ?? 0) / 2000;
  for (const [key, expected] of [
    ["pool.example.test. 1", 1 / 8],
    ["pool.example.test. 2", 2 / 8],
    ["pool.example.test. 3", 5 / 8],
    ["www.example.test. 1", 1 / 2],
  ] as const) {
    assert.ok(Math.abs(share(key) - expected) < 0.03, `${key}: ${share(key)}`);
  }
});

test("what needs keys or changes anything is for the main thread, and nothing else is", () => {
  const server = new TestServer(ZONES);
  const update = { ...makeQuery(7, APEX, RRType.SOA), opcode: Opcode.UPDATE };
  assert.equal(server.send(encodeMessage(update)), HAND_OVER);
  assert.equal(server.send(query("example.test.", [], RRType.IXFR)), HAND_OVER);
  assert.equal(server.send(new Uint8Array(1300)), HAND_OVER);
  const status = { ...makeQuery(7, APEX, RRType.SOA), opcode: 2 };
  assert.equal(read(server.send(encodeMessage(status))).rcode, Rcode.NOTIMP);
  const response = { ...makeQuery(7, APEX, RRType.SOA), qr: true };
  assert.equal(server.send(encodeMessage(response)), NO_REPLY);
  assert.equal(server.send(new Uint8Array(11)), NO_REPLY);
  const { handedOver, dropped } = server.share.counts();
  assert.deepEqual([handedOver, dropped], [3, 2]);
});

const LIMIT: RateLimit = { responsesPerSecond: 10, slip: 2, exempt: [] };

test("one network is told the same ten times a second; of the rest, every second is cut", () => {
  const server = new TestServer(ZONES, { limit: LIMIT });
  const asked = query("www.example.test.");
  const round = (from: string) =>
    Array.from({ length: 20 }, () => server.send(asked, from)).map((reply) =>
      typeof reply === "number" ? "none" : read(reply).tc ? "tc" : "full",
    );
  const counted = (replies: string[], kind: string) => replies.filter((one) => one === kind).length;
  const first = round("192.0.2.1");
  assert.deepEqual(first.slice(0, 10), Array(10).fill("full"));
  assert.deepEqual([counted(first, "tc"), counted(first, "none")], [5, 5]);
  assert.equal(counted(round("192.0.2.200"), "full"), 0, "the same /24");
  assert.equal(counted(round("192.0.3.1"), "full"), 10, "another /24");
  const other = server.send(query("pool.example.test."), "192.0.2.1");
  assert.equal(read(other).answer.length, 1, "another name");
  server.clock.nowMs += 500;
  assert.equal(counted(round("192.0.2.1"), "full"), 5, "half a second later");
  assert.equal(server.share.counts().slipped, 5 + 10 + 5 + 7);
});

test("random names below one zone are one flood, and so are errors", () => {
  for (const base of ["example.test.", "example.net."]) {
    const server = new TestServer(ZONES, { limit: LIMIT });
    const replies = Array.from({ length: 40 }, (_, index) =>
      server.send(query(`x${index}.${base}`)),
    );
    const full = replies.filter((reply) => typeof reply !== "number" && !read(reply).tc);
    assert.equal(full.length, 10, base);
  }
});

test("a client with a right cookie is not limited; one without the server's gets it", () => {
  const server = new TestServer(ZONES, { limit: { ...LIMIT, slip: 1 } });
  const asked = query("www.example.test.", [cookie(CLIENT)]);
  let given: Uint8Array | undefined;
  for (let sent = 0; sent < 11; sent += 1) {
    const reply = read(server.send(asked));
    given = optionOf(reply, 10);
    assert.equal(reply.rcode, sent < 10 ? Rcode.NOERROR : Rcode.BADCOOKIE);
    assert.equal(reply.answer.length, sent < 10 ? 2 : 0);
  }
  const known = query("www.example.test.", [{ code: 10, data: given ?? CLIENT }]);
  for (let sent = 0; sent < 30; sent += 1) assert.equal(read(server.send(known)).answer.length, 2);
  const alias = query("alias.example.test.", [{ code: 10, data: given ?? CLIENT }]);
  for (let sent = 0; sent < 30; sent += 1) assert.equal(read(server.send(alias)).answer.length, 3);
  const any = query("www.example.test.", [{ code: 10, data: given ?? CLIENT }], RRType.ANY);
  for (let sent = 0; sent < 30; sent += 1) assert.equal(read(server.send(any)).answer.length, 2);
});

test("exempt networks and a limit of 0 are not limited, also when set later", () => {
  const exempt = ["192.0.2.0/28", "2001:db8::/33"].map((text) => parseIpNetwork(text));
  const networks = exempt.filter((network) => network !== undefined);
  const server = new TestServer(ZONES, { limit: { ...LIMIT, exempt: networks } });
  const full = (from: string, at = server) =>
    Array.from({ length: 20 }, () => at.send(query("www.example.test."), from)).filter(
      (reply) => typeof reply !== "number" && !read(reply).tc,
    ).length;
  assert.equal(full("192.0.2.15"), 20);
  assert.equal(full("192.0.2.16"), 10);
  const v6 = new TestServer(ZONES, {
    limit: { ...LIMIT, exempt: networks },
    address: "2001:db8::1",
  });
  assert.equal(full("2001:db8:7fff::1", v6), 20);
  assert.equal(full("2001:db8:8000::1", v6), 10);
  assert.equal(full("2001:db8:8000:ff::1", v6), 0, "the same /56");
  assert.equal(full("2001:db8:8000:100::1", v6), 10, "another /56");
  server.share.limits.set({ ...LIMIT, responsesPerSecond: 0 });
  assert.equal(full("192.0.2.16"), 20);
});
