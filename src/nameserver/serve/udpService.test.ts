import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock } from "../../../sim/simClock.ts";
import {
  type DatagramListener,
  SILENT_LOG,
  type SocketAddress,
  type ThreadedDatagrams,
} from "../../base/index.ts";
import {
  decodeMessage,
  ednsWithErrors,
  encodeMessage,
  extendedErrors,
  type Message,
  makeQuery,
  makeResponse,
  nameOf,
  Opcode,
  Rcode,
  RRType,
} from "../../dns/index.ts";
import { Counters } from "../counters.ts";
import { encodeReply } from "../reply.ts";
import { Arena } from "../zone/arena.ts";
import { allReadersAt, pin } from "../zone/arenaReader.ts";
import { THREAD_READERS } from "./mainThreadServer.ts";
import { NO_RATE_LIMIT, type RateLimit } from "./rateLimitTable.ts";
import { UdpService } from "./udpService.ts";

test("a thread that ended in the middle of a batch holds no version of the zones", async () => {
  const arena = new Arena();
  const services: ThreadedDatagrams[] = [];
  const local = { address: "127.0.0.1", port: 53 };
  const listening = { local, close: () => Promise.resolve() };
  const service = new UdpService({
    arena: arena.memory,
    nsid: "",
    rateLimit: NO_RATE_LIMIT,
    threads: {
      perAddress: 2,
      freePlaces: 2,
      running: 2,
      restarts: 0,
      listen: (_on, given) => {
        services.push(given);
        return Promise.resolve(listening);
      },
    },
    datagrams: { listen: () => assert.fail("threads serve") },
    handle: () => assert.fail("nothing is handed over"),
    clock: new SimClock(),
    chance: new SeededChance(1),
    log: SILENT_LOG,
  });
  await service.listen(local);
  for (const thread of [0, 1]) pin(arena.words, THREAD_READERS + thread);
  const next = arena.version + 1;
  services[0]?.ended(1);
  assert.equal(allReadersAt(arena.words, next), false, "the other thread goes on");
  services[0]?.ended(0);
  assert.equal(allReadersAt(arena.words, next), true);
  service.close();
});

type Receive = Parameters<DatagramListener["listen"]>[1];

const ZONE = nameOf("example.test.");
const TEXT = "Cannot update as it must be signed (TSIG)";
const FROM = { address: "192.0.2.9", port: 5000 };

/** A service without threads, whose owner refuses everything in so many words. */
class Refusals {
  readonly clock = new SimClock();
  readonly service: UdpService;
  isSigned = false;
  #receive: Receive = () => assert.fail("nobody listens");

  private constructor(rateLimit: RateLimit) {
    const { clock } = this;
    this.service = new UdpService({
      arena: new Arena().memory,
      nsid: "",
      rateLimit,
      threads: { absent: "a test" },
      datagrams: {
        listen: (local, receive) => {
          this.#receive = receive;
          return Promise.resolve({ local, close: () => Promise.resolve() });
        },
      },
      handle: (bytes, { source }) => {
        const request = read(bytes);
        const refused = makeResponse(request, Rcode.REFUSED);
        const errors = [{ code: 18, text: TEXT }];
        const edns = refused.edns && ednsWithErrors(refused.edns, errors);
        const response = edns === undefined ? refused : { ...refused, edns };
        const parts = { counters: new Counters(), clock, options: this.service.options };
        const by = { transport: "udp", source, edns: request.edns } as const;
        const reply = encodeReply(parts, response, by);
        return { kind: "replied", reply, isSigned: this.isSigned };
      },
      clock,
      chance: new SeededChance(1),
      log: SILENT_LOG,
    });
  }

  static async listening(rateLimit: RateLimit): Promise<Refusals> {
    const refusals = new Refusals(rateLimit);
    await refusals.service.listen({ address: "127.0.0.1", port: 53 });
    return refusals;
  }

  send(request: Message, from: SocketAddress = FROM): Uint8Array | undefined {
    let got: Uint8Array | undefined;
    this.#receive(encodeMessage(request), from, (reply) => {
      got = reply;
    });
    return got;
  }
}

function read(bytes: Uint8Array | undefined): Message {
  const decoded = bytes === undefined ? undefined : decodeMessage(bytes);
  assert.ok(decoded?.kind === "message", "a message");
  return decoded.message;
}

const EDNS = { udpPayloadSize: 1232 };
const query = makeQuery(7, ZONE, RRType.IXFR, EDNS);
const update: Message = { ...makeQuery(7, ZONE, RRType.SOA, EDNS), opcode: Opcode.UPDATE };
const LIMIT = { responsesPerSecond: 10, slip: 2, exempt: [] };

for (const [what, request, rcode, tc] of [
  ["an UPDATE", update, Rcode.REFUSED, false],
  ["a transfer", query, Rcode.NOERROR, true],
] as const) {
  test(`refusals of ${what} that nobody signed are limited, and cut ones say no more`, async () => {
    const refusals = await Refusals.listening(LIMIT);
    const replies = Array.from({ length: 30 }, () => refusals.send(request));
    const octets = encodeMessage(request).length;
    assert.ok(replies.slice(0, 10).every((reply) => read(reply).edns !== undefined));
    assert.deepEqual(
      replies.slice(10, 12).map((reply) => reply?.length),
      [undefined, octets - 11],
    );
    const cut = read(replies[11]);
    assert.deepEqual([cut.rcode, cut.tc, cut.question.length], [rcode, tc, 1], "never NOERROR");
    assert.equal(replies.filter((reply) => reply !== undefined).length, 20);
    const elsewhere = refusals.send(request, { address: "2001:db8::1", port: 5000 });
    assert.equal(read(elsewhere).rcode, Rcode.REFUSED, "another network");
    const { limited, slipped } = refusals.service.report().counts;
    assert.deepEqual([limited, slipped], [10, 10]);
    await refusals.clock.advance(1000);
    assert.equal(read(refusals.send(request)).rcode, Rcode.REFUSED, "a second later");
    refusals.service.close();
  });
}

test("what was signed, or shows our cookie, is replied to without a limit", async () => {
  const refusals = await Refusals.listening(LIMIT);
  refusals.isSigned = true;
  for (let sent = 0; sent < 30; sent += 1) assert.ok(refusals.send(update) !== undefined);
  refusals.isSigned = false;
  const withCookie = (data: Uint8Array): Message => {
    const { edns } = update;
    assert.ok(edns !== undefined);
    return { ...update, edns: { ...edns, options: [{ code: 10, data }] } };
  };
  const first = read(refusals.send(withCookie(new Uint8Array(8))));
  assert.deepEqual(extendedErrors(first), [{ code: 18, text: "" }]);
  const given = first.edns?.options.find(({ code }) => code === 10)?.data;
  assert.ok(given !== undefined);
  for (let sent = 0; sent < 30; sent += 1) {
    const known = read(refusals.send(withCookie(given)));
    assert.deepEqual(extendedErrors(known), [{ code: 18, text: TEXT }]);
  }
  for (let sent = 0; sent < 9; sent += 1) assert.ok(refusals.send(update) !== undefined);
  assert.equal(refusals.send(update), undefined, "a cookie of the message before proves nothing");
  refusals.service.close();
});

test("a refusal to a possibly forged address is six octets longer than the request", async () => {
  const refusals = await Refusals.listening(NO_RATE_LIMIT);
  const octets = refusals.send(update)?.length ?? 0;
  assert.equal(octets - encodeMessage(update).length, 6, "an extended error's code");
  refusals.service.close();
});
