import { assertNever, type Clock, type Log, type SocketAddress } from "../../base/index.ts";
import {
  compareSerials,
  decodeMessage,
  ExtendedErrorCode,
  ednsWithErrors,
  encodeName,
  ixfrSerial,
  type Message,
  makeResponse,
  type Name,
  Rcode,
  type ResourceRecord,
  RRClass,
  RRType,
  soaResource,
  TRANSFER_OCTETS,
  TransferWriter,
  TsigStreamSigner,
  UDP_OCTETS_MIN,
  UDP_PAYLOAD_OCTETS,
} from "../../dns/index.ts";
import { wallSeconds } from "../reply.ts";
import type { TransferAnswer, TransferAsker, TransferService } from "../transferService.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import type { ServedZone, ZoneView } from "../zone/zoneView.ts";
import type { DeltaHistory } from "./deltaHistory.ts";
import type { OpenedZone } from "./openedZone.ts";
import { ApexRecord, PackedRecords, type RecordSource } from "./recordSource.ts";
import type { TransferAccess } from "./transferRules.ts";
import { type TransferEnd, TransferStream } from "./transferStream.ts";
import { deltaOctets, type ZoneDelta } from "./zoneDelta.ts";

/** Bounds on transfers. */
export const TRANSFER_LIMITS = {
  /** At once: each may hold an old version of its zone in memory. */
  runningMax: 16,
  /** Of one source at once, so that a few cannot take all places. */
  perSourceMax: 8,
  /** For the slowest honest reader: a million records in ten minutes are 100 kB a second. */
  durationMs: 600_000,
} as const;

/** Octets that a record of a zone takes in a transfer, about: to compare a zone with changes. */
const RECORD_OCTETS = 64;
/** Below it, both answers are one message: then differences are as good as the zone. */
const SMALL_ZONE_OCTETS = TRANSFER_OCTETS;

/** A zone that can be transferred. */
export interface TransferableZone extends ServedZone {
  readonly serial: number | undefined;
  readonly nameCount: number;
}

/** What transfers need. */
export interface ZoneTransfersParts {
  /** The served zone with exactly this apex. */
  readonly zoneOf: (apex: Name) => TransferableZone | undefined;
  /** Opens its newest version; undefined where too many are open. */
  readonly open: (apex: Name) => OpenedZone | undefined;
  readonly accessOf: (apex: Name) => TransferAccess;
  /** Whether the serial may be shown: see SerialKeeper. */
  readonly isSettled: (apex: Name) => boolean;
  readonly history: DeltaHistory;
  readonly clock: Clock;
  readonly log: Log;
  /** A secondary said which serial it has: see {@link isOfItsSource}. */
  readonly onAsked: (
    zone: Name,
    source: SocketAddress,
    key: Name | undefined,
    serial?: number,
  ) => void;
  /** A transfer of this serial was sent to its end; see {@link isOfItsSource}. */
  readonly onSent: (
    zone: Name,
    source: SocketAddress,
    key: Name | undefined,
    serial: number,
  ) => void;
}

/** Answers AXFR and IXFR (RFC 5936, RFC 1995). */
export class ZoneTransfers implements TransferService {
  readonly #parts: ZoneTransfersParts;
  readonly #running = new Map<string, number>();
  readonly #counts = {
    axfr: 0,
    ixfr: 0,
    ixfrAsAxfr: 0,
    soaAlone: 0,
    refused: 0,
    notReady: 0,
    cut: 0,
    running: 0,
  };

  constructor(parts: ZoneTransfersParts) {
    this.#parts = parts;
  }

  get counts() {
    return { ...this.#counts };
  }

  answer(request: Message, by: TransferAsker): TransferAnswer {
    const [question] = request.question;
    if (question === undefined || question.class !== RRClass.IN) {
      return failed(request, Rcode.REFUSED, ExtendedErrorCode.NOT_SUPPORTED, "class must be IN");
    }
    const apex = question.name;
    const zone = this.#parts.zoneOf(apex);
    if (zone === undefined) {
      return failed(request, Rcode.NOTAUTH, ExtendedErrorCode.NOT_AUTHORITATIVE, "no zone of ours");
    }
    const key = by.signature?.key.name;
    if (!this.#parts.accessOf(apex).mayTransfer(by.source.address, key)) {
      this.#counts.refused += 1;
      const text = "neither this address nor this key may transfer the zone";
      return failed(request, Rcode.REFUSED, ExtendedErrorCode.PROHIBITED, text);
    }
    const problem = this.#notReady(zone, by);
    if (problem !== undefined) {
      this.#counts.notReady += 1;
      return failed(request, Rcode.SERVFAIL, ExtendedErrorCode.NOT_READY, problem);
    }
    if (question.type === RRType.IXFR) return this.#answerIxfr(zone, request, by);
    if (by.transport === "udp") {
      const text = "AXFR needs TCP (RFC 5936 section 4.2)";
      return failed(request, Rcode.FORMERR, ExtendedErrorCode.NOT_SUPPORTED, text);
    }
    this.#parts.onAsked(apex, by.source, key);
    return this.#sendZone(zone, request, by);
  }

  #notReady(zone: TransferableZone, by: TransferAsker): string | undefined {
    const { apex } = zone;
    // DESIGN.md, rule 1: never speak of what is not known.
    if (!zone.isSeeded || zone.serial === undefined) return `zone ${apex} is not yet seeded`;
    if (!this.#parts.isSettled(apex)) return `secondaries are being asked for their serials`;
    const ofSource = this.#running.get(by.source.address) ?? 0;
    if (this.#counts.running >= TRANSFER_LIMITS.runningMax) return "too many transfers at once";
    if (ofSource >= TRANSFER_LIMITS.perSourceMax) return "too many transfers to one source";
    return undefined;
  }

  #answerIxfr(zone: TransferableZone, request: Message, by: TransferAsker): TransferAnswer {
    const { apex } = zone;
    const serial = ixfrSerial(request);
    if (serial === undefined) {
      const text = "IXFR needs the SOA that is held (RFC 1995 section 3)";
      return failed(request, Rcode.FORMERR, ExtendedErrorCode.INVALID_DATA, text);
    }
    if (isOfItsSource(by)) {
      this.#parts.onAsked(apex, by.source, by.signature?.key.name, serial);
    }
    const newest = zone.serial ?? 0;
    if (serial === newest || compareSerials(serial, newest) === "greater") {
      return this.#sendSoa(zone, request);
    }
    const kept = this.#parts.history.since(apex, serial);
    // What was committed last may be served already, and not be in the history yet.
    const deltas = kept?.at(-1)?.toSerial === newest ? kept : undefined;
    if (by.transport === "udp") return this.#answerDatagram(zone, deltas, request, by);
    if (deltas !== undefined && octetsOf(deltas) <= zoneOctets(zone)) {
      this.#counts.ixfr += 1;
      const sources = differenceSources(encodeName(apex), deltas);
      return this.#stream(sources, newest, request, by, () => {});
    }
    this.#counts.ixfrAsAxfr += 1;
    return this.#sendZone(zone, request, by);
  }

  #sendZone(zone: TransferableZone, request: Message, by: TransferAsker): TransferAnswer {
    const opened = this.#parts.open(zone.apex);
    if (opened === undefined) {
      this.#counts.notReady += 1;
      const text = "too many transfers at once";
      return failed(request, Rcode.SERVFAIL, ExtendedErrorCode.NOT_READY, text);
    }
    this.#counts.axfr += 1;
    const apex = encodeName(zone.apex);
    const soa = () => new ApexRecord(apex, opened.soa);
    const sources = [soa(), opened.records, soa()].values();
    return this.#stream(sources, zone.serial ?? 0, request, by, opened.close);
  }

  #sendSoa(zone: TransferableZone, request: Message): TransferAnswer {
    this.#counts.soaAlone += 1;
    const answer = soaRecords(zone);
    return { kind: "message", response: { ...makeResponse(request, 0), aa: true, answer } };
  }

  /** RFC 1995 section 2: over UDP the differences, if they fit, and else the SOA alone. */
  #answerDatagram(
    zone: TransferableZone,
    deltas: readonly ZoneDelta[] | undefined,
    request: Message,
    by: TransferAsker,
  ): TransferAnswer {
    const asked = request.edns?.udpPayloadSize ?? UDP_OCTETS_MIN;
    const signed = by.signature === undefined ? 0 : TSIG_ROOM_OCTETS;
    const room = Math.min(asked, UDP_PAYLOAD_OCTETS) - signed;
    if (deltas === undefined || octetsOf(deltas) > room) return this.#sendSoa(zone, request);
    const writer = new TransferWriter(questionOf(request), room);
    for (const source of differenceSources(encodeName(zone.apex), deltas)) {
      if (source.fill(writer) !== "done") return this.#sendSoa(zone, request);
    }
    const decoded = decodeMessage(writer.take());
    if (decoded.kind === "malformed") return this.#sendSoa(zone, request);
    this.#counts.ixfr += 1;
    if (isOfItsSource(by)) {
      this.#parts.onSent(zone.apex, by.source, by.signature?.key.name, zone.serial ?? 0);
    }
    const { answer } = decoded.message;
    return { kind: "message", response: { ...makeResponse(request, 0), aa: true, answer } };
  }

  #stream(
    sources: Iterator<RecordSource>,
    serial: number,
    request: Message,
    by: TransferAsker,
    close: () => void,
  ): TransferAnswer {
    const { clock, onSent } = this.#parts;
    const { source, signature } = by;
    const startMs = clock.monotonicMs();
    const question = questionOf(request);
    const signer =
      signature === undefined ? undefined : new TsigStreamSigner(signature.key, signature.mac);
    this.#count(source.address, 1);
    const messages = new TransferStream({
      writer: new TransferWriter(question),
      sources,
      sign: (message) => signer?.sign(message, wallSeconds(clock)) ?? message,
      mayGoOn: () => clock.monotonicMs() - startMs < TRANSFER_LIMITS.durationMs,
      onEnd: (end, octets) => {
        close();
        this.#count(source.address, -1);
        if (end === "whole") onSent(question.zone, source, signature?.key.name, serial);
        this.#noteEnd(end, octets, question.zone, source, clock.monotonicMs() - startMs);
      },
    });
    return { kind: "messages", messages };
  }

  #noteEnd(
    end: TransferEnd,
    octets: number,
    zone: Name,
    { address }: SocketAddress,
    afterMs: number,
  ): void {
    switch (end) {
      case "whole":
        return;
      case "cut":
        this.#counts.cut += 1;
        this.#parts.log.warn("a transfer did not end", { zone, address, octets, afterMs });
        return;
      default:
        assertNever(end);
    }
  }

  #count(source: string, more: number): void {
    const now = (this.#running.get(source) ?? 0) + more;
    if (now === 0) this.#running.delete(source);
    else this.#running.set(source, now);
    this.#counts.running += more;
  }
}

/** For a TSIG record in a datagram: two names and the longest MAC. */
const TSIG_ROOM_OCTETS = 360;

/**
 * Whether it was sent from where it says: anyone can write a secondary's address on a datagram, and
 * what it tells of serials would then be believed (docs/adr/0011).
 */
function isOfItsSource({ transport, signature }: TransferAsker): boolean {
  return transport === "tcp" || signature !== undefined;
}

function failed(request: Message, rcode: number, code: number, text: string): TransferAnswer {
  const response = makeResponse(request, rcode);
  if (response.edns === undefined) return { kind: "message", response };
  const edns = ednsWithErrors(response.edns, [{ code, text }]);
  return { kind: "message", response: { ...response, edns } };
}

function questionOf({ id, rd, question, edns }: Message) {
  const [first] = question;
  const { name, type } = first ?? { name: "." as Name, type: 0 };
  const facts = { id, rd, zone: name, type };
  return edns === undefined ? facts : { ...facts, edns: { dnssecOk: edns.dnssecOk } };
}

function soaRecords(zone: ZoneView): readonly ResourceRecord[] {
  const soa = rrsetOfType(zone.node(zone.apex), RRType.SOA);
  const [rdata] = soa?.rdata ?? [];
  if (soa === undefined || rdata === undefined) return [];
  return [soaResource({ zone: zone.apex, rdata, ttlSeconds: soa.ttlSeconds })];
}

/** RFC 1995 section 4: the newest SOA; of each change old SOA, what goes, new SOA, what comes. */
function* differenceSources(
  apex: Uint8Array,
  deltas: readonly ZoneDelta[],
): Generator<RecordSource> {
  const newest = deltas.at(-1)?.toSoa;
  if (newest === undefined) return;
  yield new ApexRecord(apex, newest);
  for (const { fromSoa, removed, toSoa, added } of deltas) {
    yield new ApexRecord(apex, fromSoa);
    yield new PackedRecords(removed);
    yield new ApexRecord(apex, toSoa);
    yield new PackedRecords(added);
  }
  yield new ApexRecord(apex, newest);
}

function octetsOf(deltas: readonly ZoneDelta[]): number {
  return deltas.reduce((sum, delta) => sum + deltaOctets(delta), 0);
}

function zoneOctets(zone: TransferableZone): number {
  return Math.max(SMALL_ZONE_OCTETS, zone.nameCount * RECORD_OCTETS);
}
