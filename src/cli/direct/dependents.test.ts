import assert from "node:assert/strict";
import { test } from "node:test";
import type { ByteStream } from "../../base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  FrameReader,
  frame,
  makeResponse,
  nameOf,
  parseTsigKey,
  Rcode,
  type ResourceRecord,
  RRClass,
  type RRset,
  TsigStreamSigner,
  verifyMessage,
} from "../../dns/index.ts";
import { RealClock } from "../../net/index.ts";
import { listDependents } from "./dependents.ts";
import { NAME, rrset, rrsetAt, ZONE } from "./zone.suite.ts";

const parsedKey = parseTsigKey({
  name: "operator.use1.",
  algorithm: "hmac-sha256",
  secret: Buffer.alloc(32, 7).toString("base64"),
});
assert.ok(parsedKey.kind === "parsed");
const KEY = parsedKey.key;
const clock = new RealClock();

function recordsOf({ name, type, ttlSeconds, rdata }: RRset): readonly ResourceRecord[] {
  return rdata.map((octets) => ({ name, type, class: RRClass.IN, ttlSeconds, rdata: octets }));
}

const SOA = recordsOf(rrsetAt(ZONE, "SOA", "ns1.example. hostmaster.example. 7 60 60 1209600 5"));
const OTHERS = [
  rrset("A", "192.0.2.1"),
  rrsetAt(nameOf("www.use1.holdfast.example"), "CNAME", NAME),
  rrsetAt(nameOf("_sip._tcp.use1.holdfast.example"), "SRV", `1 1 443 ${NAME}`),
  rrsetAt(nameOf("mail.use1.holdfast.example"), "MX", "10 other.example."),
].flatMap(recordsOf);

interface Script {
  readonly rcode?: number;
  readonly messages: readonly (readonly ResourceRecord[])[];
  /** The last message goes out without a signature. */
  readonly unsignedEnd?: boolean;
}

/** A server on the other end of a stream that answers one transfer as scripted. */
function serverOf({ rcode = Rcode.NOERROR, messages, unsignedEnd = false }: Script) {
  return {
    dial: async (): Promise<ByteStream> => {
      const reader = new FrameReader();
      let onData: (bytes: Uint8Array) => void = () => {};
      let onClose: (problem?: string) => void = () => {};
      const answer = (bytes: Uint8Array): void => {
        const nowSeconds = Math.floor(clock.wallMs() / 1000);
        const verified = verifyMessage(bytes, () => KEY, { nowSeconds });
        assert.ok(verified.kind === "verified");
        const decoded = decodeMessage(verified.message);
        assert.ok(decoded.kind === "message" && decoded.message.question[0]?.name === ZONE);
        const signer = new TsigStreamSigner(KEY, verified.mac);
        for (const [index, records] of messages.entries()) {
          const response = { ...makeResponse(decoded.message, rcode), answer: records };
          const plain = encodeMessage(response);
          const isBare = unsignedEnd && index === messages.length - 1;
          onData(frame(isBare ? plain : signer.sign(plain, nowSeconds)));
        }
        onClose();
      };
      return {
        remote: { address: "127.0.0.1", port: 53 },
        queuedOctets: 0,
        write: (bytes) => {
          for (const message of reader.push(bytes)) queueMicrotask(() => answer(message));
          return true;
        },
        ...{ pause: () => {}, resume: () => {}, end: () => {}, destroy: () => {} },
        onData: (handler) => {
          onData = handler;
        },
        onDrain: () => {},
        onClose: (handler) => {
          onClose = handler;
        },
      };
    },
  };
}

function ask(script: Script) {
  const server = { address: "127.0.0.1", port: 53 };
  return listDependents(ZONE, NAME, { server, key: KEY, dialer: serverOf(script), clock });
}

test("listDependents() finds who leads to a name, over several messages", async () => {
  const listed = await ask({
    messages: [
      [...SOA, ...OTHERS.slice(0, 2)],
      [...OTHERS.slice(2), ...SOA],
    ],
  });
  assert.deepEqual(listed, {
    kind: "listed",
    names: [
      { name: "www.use1.holdfast.example.", type: "CNAME" },
      { name: "_sip._tcp.use1.holdfast.example.", type: "SRV" },
    ],
    more: 0,
  });
});

test("listDependents() keeps a list that a person can read, and counts the rest", async () => {
  const many = Array.from({ length: 300 }, (_, index) => {
    return rrsetAt(nameOf(`n${index}.use1.holdfast.example`), "CNAME", NAME);
  }).flatMap(recordsOf);
  const listed = await ask({ messages: [[...SOA, ...many, ...SOA]] });
  assert.ok(listed.kind === "listed");
  assert.deepEqual([listed.names.length, listed.more], [200, 100]);
});

const FAILURES: readonly (readonly [why: string, script: Script, says: RegExp])[] = [
  ["it is refused", { rcode: Rcode.REFUSED, messages: [[]] }, /REFUSED/],
  ["the zone is cut short", { messages: [[...SOA, ...OTHERS]] }, /closed/],
  ["it does not begin with the SOA", { messages: [[...OTHERS, ...SOA]] }, /begin/],
  [
    "its end is not signed",
    { messages: [[...SOA, ...OTHERS], [...SOA]], unsignedEnd: true },
    /not signed/,
  ],
  ["there is more behind its end", { messages: [[...SOA, ...SOA, ...OTHERS]] }, /behind its end/],
];

for (const [why, script, says] of FAILURES) {
  test(`listDependents() says why nothing can be listed: ${why}`, async () => {
    const listed = await ask(script);
    assert.ok(listed.kind === "unlisted");
    assert.match(listed.problem, says);
  });
}
