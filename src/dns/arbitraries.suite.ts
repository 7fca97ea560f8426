import fc from "fast-check";
import type { Edns, Message, ResourceRecord } from "./message.ts";
import { anyName, anyRdata, octets } from "./rdataArbitraries.suite.ts";

export { anyName, anyRdata };

// Plain objects, as the code makes them, so that they can be compared strictly.
const PLAIN = { noNullPrototype: true } as const;

const u16 = fc.integer({ min: 0, max: 65535 });

/** One RR of class IN. */
const anyRecord: fc.Arbitrary<ResourceRecord> = fc
  .tuple(anyName, anyRdata, fc.integer({ min: 0, max: 2 ** 31 - 1 }))
  .map(([name, { type, rdata }, ttlSeconds]) => ({ name, type, class: 1, ttlSeconds, rdata }));

const anyEdns: fc.Arbitrary<Edns> = fc.record(
  {
    udpPayloadSize: u16,
    version: fc.constantFrom(0, 1),
    dnssecOk: fc.boolean(),
    options: fc.array(fc.record({ code: u16, data: octets(0, 20) }, PLAIN), { maxLength: 3 }),
  },
  PLAIN,
);

const records = fc.array(anyRecord, { maxLength: 5 });

/** Any message that fits; more than one question only where RFC 9619 leaves it open. */
export const anyMessage: fc.Arbitrary<Message> = fc
  .record({
    id: u16,
    opcode: fc.constantFrom(0, 4, 5),
    rcode: fc.integer({ min: 0, max: 15 }),
    qr: fc.boolean(),
    aa: fc.boolean(),
    tc: fc.boolean(),
    rd: fc.boolean(),
    ra: fc.boolean(),
    ad: fc.boolean(),
    cd: fc.boolean(),
    question: fc.array(fc.record({ name: anyName, type: u16, class: u16 }, PLAIN), {
      maxLength: 1,
    }),
    answer: records,
    authority: records,
    additional: records,
    edns: fc.option(anyEdns, { nil: undefined }),
    rcodeHigh: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ edns, rcodeHigh, ...message }) => {
    if (edns === undefined) return message;
    return { ...message, rcode: (rcodeHigh << 4) | message.rcode, edns };
  });
