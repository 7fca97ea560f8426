import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ednsWithErrors,
  emptyMessage,
  type Message,
  nameOf,
  Rcode,
  RRClass,
  UDP_PAYLOAD_OCTETS,
} from "../../dns/index.ts";
import { record, soa } from "./forwarder.suite.ts";
import { MessageCache } from "./messageCache.ts";

const EMPTY: Message = { ...emptyMessage(4711), qr: true, ra: true };
const ANSWER = [record("host.example", "A", "192.0.2.1")];
const EDNS = { udpPayloadSize: UDP_PAYLOAD_OCTETS, version: 0, dnssecOk: true, options: [] };

test("a message comes back as it was put, with every bit of its RCODE", () => {
  const cache = new MessageCache(2 ** 20);
  const odd = { name: nameOf("host.example"), class: RRClass.IN, ttlSeconds: 2 ** 31 - 1 };
  const messages: readonly Message[] = [
    EMPTY,
    { ...EMPTY, ad: true, answer: ANSWER, authority: [soa("example", 30)] },
    {
      ...EMPTY,
      answer: [{ ...odd, type: 65_400, rdata: Uint8Array.from({ length: 256 }, (_, at) => at) }],
    },
    { ...EMPTY, rcode: 23 },
    { ...EMPTY, rcode: 23, edns: EDNS },
    { ...EMPTY, rcode: Rcode.NXDOMAIN, edns: ednsWithErrors(EDNS, [{ code: 17, text: "é" }]) },
  ];
  for (const [at, message] of messages.entries()) {
    cache.put(`${at}`, message, 10 + at, 60);
    const cached = cache.get(`${at}`);
    assert.deepEqual(cached?.message, message);
    assert.deepEqual([cached?.atMs, cached?.ttlSeconds, cached?.hits], [10 + at, 60, 0]);
  }
  for (const at of messages.keys()) cache.delete(`${at}`);
  assert.deepEqual([cache.octets, cache.size], [0, 0]);
});

test("a message that does not come back whole is not remembered", () => {
  const cache = new MessageCache(2 ** 24);
  const answer = Array.from({ length: 5000 }, (_, at) => {
    return record("host.example", "A", `192.0.${at >> 8}.${at & 255}`);
  });
  cache.put("large", { ...EMPTY, answer }, 0, 60);
  assert.equal(cache.get("large"), undefined);
});
