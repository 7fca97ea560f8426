import assert from "node:assert/strict";
import { test } from "node:test";
import * as dnsPacket from "dns-packet";
import { emptyMessage } from "./message.ts";
import { decodeMessage } from "./messageDecode.ts";
import { encodeMessage } from "./messageEncode.ts";
import { nameOf } from "./name.ts";
import { parseRdata } from "./rdata.ts";
import { typeCode } from "./rrType.ts";

// A second opinion, for the types that dns-packet gets right.
const cases = [
  { type: "A", text: "192.0.2.1", data: "192.0.2.1" },
  { type: "AAAA", text: "2001:db8::1", data: "2001:db8::1" },
  { type: "NS", text: "ns.example.", data: "ns.example" },
  { type: "CNAME", text: "b.www.example.", data: "b.www.example" },
  { type: "PTR", text: "www.example.", data: "www.example" },
  { type: "DNAME", text: "other.example.", data: "other.example" },
  { type: "MX", text: "10 mail.example.", data: { preference: 10, exchange: "mail.example" } },
  {
    type: "SRV",
    text: "1 2 443 a.www.example.",
    data: { priority: 1, weight: 2, port: 443, target: "a.www.example" },
  },
  { type: "TXT", text: '"a" "bc"', data: [Buffer.from("a"), Buffer.from("bc")] },
  {
    type: "CAA",
    text: '0 issue "ca.example"',
    data: { flags: 0, tag: "issue", value: "ca.example" },
  },
  {
    type: "SOA",
    text: "ns.example. host.example. 1 2 3 4 5",
    data: {
      mname: "ns.example",
      rname: "host.example",
      serial: 1,
      refresh: 2,
      retry: 3,
      expire: 4,
      minimum: 5,
    },
  },
] as const;

for (const { type, text, data } of cases) {
  const parsed = parseRdata(typeCode(type) ?? 0, text);
  const rdata = parsed.kind === "parsed" ? parsed.rdata : new Uint8Array(0);
  const record = {
    name: nameOf("www.example"),
    type: typeCode(type) ?? 0,
    class: 1,
    ttlSeconds: 60,
    rdata,
  };

  test(`dns-packet reads the ${type} record that encodeMessage() wrote`, () => {
    const question = [{ name: nameOf("www.example"), type: 255, class: 1 }];
    const bytes = encodeMessage({
      ...emptyMessage(1),
      qr: true,
      question,
      answer: [record, record],
    });
    const packet = dnsPacket.decode(Buffer.from(bytes));
    assert.equal(packet.answers?.length, 2);
    for (const answer of packet.answers ?? []) {
      assert.equal(answer.type, type);
      assert.equal(answer.name, "www.example");
      const { issuerCritical: _, ...read } = Object("data" in answer ? answer.data : {});
      if (type === "CAA") assert.deepEqual(read, data);
      else assert.deepEqual("data" in answer && answer.data, data);
    }
  });

  test(`decodeMessage() reads the ${type} record that dns-packet wrote`, () => {
    const answer = { type, name: "WWW.example", ttl: 60, data } as dnsPacket.Answer;
    const bytes = dnsPacket.encode({ type: "response", id: 1, answers: [answer] });
    const decoded = decodeMessage(bytes);
    assert.deepEqual(decoded.kind === "message" && decoded.message.answer, [record]);
  });
}
