import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SimClock } from "../../../sim/simClock.ts";
import { SILENT_LOG, utf8 } from "../../base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  extendedErrors,
  type Message,
  makeAxfrQuery,
  makeIxfrQuery,
  nameOf,
  type ResourceRecord,
  RRType,
  rcodeText,
  rdataText,
  signMessage,
  type Transfer,
  TransferReader,
  type TsigKey,
  TsigStreamVerifier,
  typeText,
  verifyMessage,
} from "../../dns/index.ts";
import { APEX, at, rrsetsOf, zoneOf } from "../zone/exampleZone.suite.ts";
import type { ZoneData } from "../zone/zoneData.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { DeltaHistory, HISTORY_LIMITS, type HistoryLimits } from "./deltaHistory.ts";
import { openZone } from "./openedZone.ts";
import { raisedSerial } from "./raisedSerial.ts";
import { TransferAccess, type TransferRules } from "./transferRules.ts";
import { zoneDeltaOf } from "./zoneDelta.ts";
import { TRANSFER_LIMITS, ZoneTransfers } from "./zoneTransfers.ts";

const KEY: TsigKey = {
  name: nameOf("transfer."),
  algorithm: "hmac-sha256",
  secret: utf8("0123456789abcdef0123456789abcdef"),
};
/** What a message that this key signed comes with. */
const SIGNATURE = {
  kind: "verified",
  key: KEY,
  mac: new Uint8Array(32),
  timeSigned: 0,
  message: new Uint8Array(0),
} as const;
const SOURCE = { address: "192.0.2.54", port: 4711 };
const RULES: TransferRules = {
  secondaries: [{ address: { address: "192.0.2.54", port: 53 } }],
  transferTo: [{ network: "198.51.100.0/24", key: KEY.name }],
};

class World {
  readonly clock = new SimClock();
  readonly history: DeltaHistory;
  readonly zone: ZoneData;
  readonly transfers: ZoneTransfers;
  isSettled = true;
  readonly asked: (number | undefined)[] = [];
  readonly sent: number[] = [];

  constructor(
    lines: readonly string[] = [],
    seeded = true,
    limits: HistoryLimits = HISTORY_LIMITS,
  ) {
    this.history = new DeltaHistory(limits);
    this.zone = zoneOf(lines, { seeded });
    const access = new TransferAccess(RULES);
    this.transfers = new ZoneTransfers({
      zoneOf: (apex) => (apex === APEX ? this.zone : undefined),
      open: () => openZone(this.zone),
      accessOf: () => access,
      isSettled: () => this.isSettled,
      history: this.history,
      clock: this.clock,
      log: SILENT_LOG,
      onAsked: (_zone, _source, _key, serial) => this.asked.push(serial),
      onSent: (_zone, _source, _key, serial) => this.sent.push(serial),
    });
  }

  get serial(): number {
    return this.zone.serial ?? assert.fail();
  }

  /** One commit, as the committer makes it; `isNoted`: history has it, too. */
  commit(sets: Readonly<Record<string, readonly string[]>>, isNoted = true): void {
    const draft = new ZoneDraft(this.zone);
    for (const [name, lines] of Object.entries(sets)) {
      draft.set(at(name), rrsetsOf(lines.map((line) => `${name} ${line}`)));
    }
    for (const { name, rrsets } of raisedSerial(draft, this.serial)) draft.set(name, rrsets);
    const delta = zoneDeltaOf({ zone: this.zone.apex, changes: draft.changes() });
    if (isNoted) this.history.note(delta ?? assert.fail());
    this.zone.apply(draft);
  }

  ask(request: Message, source = SOURCE, transport: "udp" | "tcp" = "tcp") {
    return this.transfers.answer(request, { source, transport });
  }

  /** The response where it is one message. */
  told(request: Message, source = SOURCE, transport: "udp" | "tcp" = "tcp"): Message {
    const answer = this.ask(request, source, transport);
    return answer.kind === "message" ? answer.response : assert.fail("a stream");
  }

  /** What a reader makes of it. */
  transfer(serial?: number): Transfer {
    const request = serial === undefined ? makeAxfrQuery(1, APEX) : makeIxfrQuery(1, APEX, serial);
    const type = serial === undefined ? RRType.AXFR : RRType.IXFR;
    const asked = { id: 1, zone: APEX, type, ...(serial === undefined ? {} : { serial }) };
    const reader = new TransferReader(asked);
    const answer = this.ask(request);
    if (answer.kind === "message") {
      const read = reader.push(answer.response);
      return read.kind === "done" ? read.transfer : assert.fail(JSON.stringify(read));
    }
    for (;;) {
      const next = answer.messages.next();
      assert.notEqual(next.done, true, "the stream ends with its transfer");
      const read = reader.push(decoded(next.value as Uint8Array));
      assert.notEqual(read.kind, "failed", JSON.stringify(read));
      if (read.kind === "done") return read.transfer;
    }
  }
}

function decoded(bytes: Uint8Array): Message {
  const message = decodeMessage(bytes);
  return message.kind === "message" ? message.message : assert.fail(message.problem);
}

function lineOf({ name, ttlSeconds, type, rdata }: ResourceRecord): string {
  return `${name} ${ttlSeconds} ${typeText(type)} ${rdataText(type, rdata)}`;
}

function linesOf(zone: ZoneData): readonly string[] {
  const lines = [...zone.nodes()].flatMap(([name, { rrsets }]) =>
    rrsets.flatMap(({ type, ttlSeconds, rdata }) =>
      rdata.map((octets) => lineOf({ name, type, class: 1, ttlSeconds, rdata: octets })),
    ),
  );
  return lines.sort();
}

/** What a secondary holds after a transfer; removing what is not there is a fault. */
function applied(held: readonly string[], transfer: Transfer): readonly string[] {
  if (transfer.kind === "soa-alone") return held;
  if (transfer.kind === "whole") return transfer.records.map(lineOf).sort();
  const lines = new Set(held);
  for (const { fromSoa, removed, toSoa, added } of transfer.sequences) {
    for (const record of [fromSoa, ...removed]) assert.ok(lines.delete(lineOf(record)));
    for (const record of [toSoa, ...added]) {
      assert.equal(lines.has(lineOf(record)), false, "nothing is added twice");
      lines.add(lineOf(record));
    }
  }
  return [...lines].sort();
}

const EDE = { udpPayloadSize: 1232, version: 0, dnssecOk: false, options: [] };

describe("ZoneTransfers", () => {
  it("keeps a secondary like its zone, whichever versions it asks from", () => {
    const name = fc.constantFrom("a", "b", "c.d", "*.e", "ns1");
    const line = fc.constantFrom("60 A 192.0.2.1", "60 A 192.0.2.2", '30 TXT "x"', '30 TXT "y"');
    const other = fc.constantFrom("30 A 192.0.2.1", "5 MX 1 mx.example.net.");
    const lines = fc.uniqueArray(fc.oneof(line, other), { maxLength: 3 });
    const commit = fc.dictionary(name, lines, { minKeys: 1, maxKeys: 3 });
    fc.assert(
      fc.property(fc.array(commit, { maxLength: 8 }), fc.boolean(), (commits, isShort) => {
        const limits = isShort ? { ...HISTORY_LIMITS, deltasMax: 2 } : HISTORY_LIMITS;
        const world = new World(["a 60 A 192.0.2.1"], true, limits);
        const versions = [{ serial: world.serial, lines: applied([], world.transfer()) }];
        assert.deepEqual(versions[0]?.lines, linesOf(world.zone));
        for (const sets of commits) {
          const clean = Object.entries(sets).map(([owner, of]) => [owner, oneTtl(of)]);
          world.commit(Object.fromEntries(clean));
          for (const held of versions) {
            const got = applied(held.lines, world.transfer(held.serial));
            assert.deepEqual(got, linesOf(world.zone));
          }
          versions.push({ serial: world.serial, lines: linesOf(world.zone) });
        }
      }),
      { numRuns: 60 },
    );
  });

  it("sends what a zone was when it began, whatever is committed meanwhile", () => {
    const count = 3500;
    const many = Array.from({ length: count }, (_, index) => `n${index} 60 A 192.0.2.1`);
    const world = new World(many);
    const before = linesOf(world.zone);
    const answer = world.ask(makeAxfrQuery(1, APEX));
    assert.equal(answer.kind, "messages");
    if (answer.kind !== "messages") return;
    const records: ResourceRecord[] = [];
    for (let index = 0; ; index += 1) {
      const next = answer.messages.next();
      if (next.done === true) break;
      records.push(...decoded(next.value).answer);
      // Every name goes, comes back, or gets another address: what memory may be used again is.
      const sets = Array.from({ length: count }, (_, at): [string, readonly string[]] => {
        return [`n${at}`, (at + index) % 3 === 0 ? [] : [`60 A 192.0.2.${index + 2}`]];
      });
      world.commit(Object.fromEntries(sets));
      world.commit({ more: [`60 A 192.0.2.${index + 2}`] });
    }
    assert.deepEqual(records.slice(0, -1).map(lineOf).sort(), before);
    assert.deepEqual(world.sent, [100]);
    world.commit({ more: [] });
    // The newest version itself settles with the next one.
    assert.ok(world.zone.arena.settling.waitingCount <= 1, "old memory is given back");
  });

  it("streams one change that is many messages long", () => {
    const lines = (last: number) =>
      Array.from({ length: 5000 }, (_, index): [string, readonly string[]] => {
        return [`n${index}`, [`60 A 192.0.2.${last}`]];
      });
    const world = new World();
    world.commit(Object.fromEntries(lines(1)));
    const held = linesOf(world.zone);
    const from = world.serial;
    world.commit(Object.fromEntries(lines(2).slice(0, 3000)));
    const answer = world.ask(makeIxfrQuery(1, APEX, from));
    if (answer.kind !== "messages") assert.fail();
    let messages = 0;
    while (answer.messages.next().done !== true) messages += 1;
    assert.ok(messages > 1, `${messages} messages`);
    const transfer = world.transfer(from);
    assert.equal(transfer.kind, "differences");
    assert.deepEqual(applied(held, transfer), linesOf(world.zone));
  });

  it("answers the SOA alone to who has the newest, or one that is ahead", () => {
    const world = new World();
    assert.equal(world.transfer(world.serial).kind, "soa-alone");
    assert.equal(world.transfer(world.serial + 5).kind, "soa-alone");
  });

  it("sends the zone where history does not reach, or is longer than the zone", () => {
    const world = new World();
    assert.equal(world.transfer(7).kind, "whole");
    const from = world.serial;
    const long = Array.from({ length: 60 }, (_, index) => `60 TXT "${index}${"x".repeat(240)}"`);
    for (let round = 0; round < 4; round += 1) {
      world.commit({ a: round % 2 === 0 ? long : [] });
    }
    assert.equal(world.transfer(from).kind, "whole");
    assert.equal(world.transfers.counts.ixfrAsAxfr, 2);
  });

  it("answers IXFR over UDP with differences that fit, and else with the SOA", () => {
    const world = new World();
    const from = world.serial;
    world.commit({ a: ["60 A 192.0.2.1"] });
    const small = world.told(makeIxfrQuery(1, APEX, from), SOURCE, "udp");
    assert.equal(small.answer.length, 5);
    assert.ok(encodeMessage(small).length <= 512);
    world.commit({ b: Array.from({ length: 9 }, (_, i) => `60 TXT "${i}${"y".repeat(200)}"`) });
    const large = world.told(makeIxfrQuery(1, APEX, from), SOURCE, "udp");
    assert.deepEqual([large.answer.length, large.tc], [1, false]);
    assert.equal(rcodeText(world.told(makeAxfrQuery(1, APEX), SOURCE, "udp").rcode), "FORMERR");
  });

  it("leaves nobody behind what is served already, and not in the history yet", () => {
    const world = new World();
    const from = world.serial;
    world.commit({ a: ["60 A 192.0.2.1"] });
    world.commit({ b: ["60 A 192.0.2.2"] }, false);
    const datagram = world.told(makeIxfrQuery(1, APEX, from), SOURCE, "udp");
    assert.equal(datagram.answer.length, 1, "the SOA alone: ask over TCP");
    assert.equal(world.transfer(from).kind, "whole");
    assert.deepEqual(world.sent, [world.serial]);
  });

  it("believes no datagram about serials that is not signed: anyone may have sent it", () => {
    const world = new World();
    const from = world.serial;
    world.commit({ a: ["60 A 192.0.2.1"] });
    for (const serial of [from, from + 2 ** 30]) {
      world.told(makeIxfrQuery(1, APEX, serial), SOURCE, "udp");
    }
    assert.deepEqual([world.asked, world.sent], [[], []]);
    const by = { source: SOURCE, transport: "udp", signature: SIGNATURE } as const;
    const roomy = { ...makeIxfrQuery(1, APEX, from), edns: EDE };
    assert.equal(world.transfers.answer(roomy, by).kind, "message");
    assert.deepEqual([world.asked, world.sent], [[from], [world.serial]]);
    world.told(makeIxfrQuery(1, APEX, from + 2 ** 30));
    assert.deepEqual(world.asked, [from, from + 2 ** 30], "TCP has shown its address");
  });

  it("signs every message with the request's key, one after another", () => {
    const many = Array.from({ length: 3000 }, (_, index) => `n${index} 60 A 192.0.2.1`);
    const world = new World(many);
    const timeSeconds = Math.floor(world.clock.wallMs() / 1000);
    const signed = signMessage(encodeMessage(makeAxfrQuery(1, APEX)), KEY, { timeSeconds });
    const verified = verifyMessage(signed.bytes, () => KEY, { nowSeconds: timeSeconds });
    assert.equal(verified.kind, "verified");
    if (verified.kind !== "verified") return;
    const by = { source: SOURCE, transport: "tcp", signature: verified } as const;
    const answer = world.transfers.answer(makeAxfrQuery(1, APEX), by);
    const checks = new TsigStreamVerifier(KEY, signed.mac);
    let count = 0;
    if (answer.kind !== "messages") assert.fail();
    for (;;) {
      const next = answer.messages.next();
      if (next.done === true) break;
      assert.equal(checks.check(next.value, timeSeconds).kind, "verified");
      count += 1;
    }
    assert.ok(count > 1 && checks.isProven);
  });
});

describe("ZoneTransfers, refusals", () => {
  const refusal = (response: Message) =>
    [rcodeText(response.rcode), extendedErrors(response)[0]?.code] as const;
  const query = { ...makeAxfrQuery(1, APEX), edns: EDE };

  it("gives the zone to its addresses and keys, and to nobody else", () => {
    const world = new World();
    const stranger = { address: "203.0.113.1", port: 1 };
    assert.deepEqual(refusal(world.told(query, stranger)), ["REFUSED", 18]);
    const unsigned = { address: "198.51.100.7", port: 1 };
    assert.deepEqual(refusal(world.told(query, unsigned)), ["REFUSED", 18]);
    const by = { source: unsigned, transport: "tcp", signature: SIGNATURE } as const;
    assert.equal(world.transfers.answer(query, by).kind, "messages");
    const mapped = { address: "::ffff:192.0.2.54", port: 1 };
    assert.equal(world.ask(query, mapped).kind, "messages");
    assert.equal(world.transfers.counts.refused, 2);
  });

  it("never speaks of a zone that is not seeded, or whose serial is not settled", () => {
    assert.deepEqual(refusal(new World([], false).told(query)), ["SERVFAIL", 14]);
    const world = new World();
    world.isSettled = false;
    assert.deepEqual(refusal(world.told(query)), ["SERVFAIL", 14]);
  });

  it("answers NOTAUTH for what is no zone of ours, FORMERR for IXFR without SOA", () => {
    const world = new World();
    const other = { ...makeAxfrQuery(1, at("www")), edns: EDE };
    assert.deepEqual(refusal(world.told(other)), ["NOTAUTH", 20]);
    const bare = { ...makeIxfrQuery(1, APEX, 1), authority: [], edns: EDE };
    assert.equal(refusal(world.told(bare))[0], "FORMERR");
  });

  it("runs no more at once than its bounds, and gives places back", () => {
    const many = Array.from({ length: 3000 }, (_, index) => `n${index} 60 A 192.0.2.1`);
    const world = new World(many);
    const begun = Array.from({ length: TRANSFER_LIMITS.perSourceMax }, () => world.ask(query));
    assert.deepEqual(refusal(world.told(query)), ["SERVFAIL", 14]);
    for (const answer of begun) if (answer.kind === "messages") answer.messages.return?.("cut");
    assert.equal(world.ask(query).kind, "messages");
    assert.deepEqual([world.transfers.counts.running, world.transfers.counts.cut], [1, 8]);
  });

  it("cuts a transfer that takes too long", async () => {
    const many = Array.from({ length: 3000 }, (_, index) => `n${index} 60 A 192.0.2.1`);
    const world = new World(many);
    const answer = world.ask(query);
    if (answer.kind !== "messages") assert.fail();
    assert.equal(answer.messages.next().done, false);
    await world.clock.advance(TRANSFER_LIMITS.durationMs);
    assert.deepEqual(answer.messages.next(), { done: true, value: "cut" });
    assert.deepEqual(world.sent, []);
  });
});

/** All records of one type have the TTL of the first. */
function oneTtl(lines: readonly string[]): readonly string[] {
  const ttls = new Map<string, string>();
  return lines.map((line) => {
    const [, ttl = "", type = "", rest = ""] = /^(\d+) (\S+) (.*)$/.exec(line) ?? [];
    ttls.set(type, ttls.get(type) ?? ttl);
    return `${ttls.get(type)} ${type} ${rest}`;
  });
}
