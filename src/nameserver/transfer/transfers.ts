import type { Chance, Clock, DatagramDialer, Log, SocketAddress } from "../../base/index.ts";
import { type Message, makeNotify, type Name, RRType, type TsigKey } from "../../dns/index.ts";
import type { ZoneCommit } from "../state/commitCodec.ts";
import type { CommitWatcher } from "../update/committer.ts";
import type { ZoneData } from "../zone/zoneData.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import { DatagramClient } from "./datagramClient.ts";
import { DeltaHistory } from "./deltaHistory.ts";
import { Notifier } from "./notifier.ts";
import type { OpenedZone } from "./openedZone.ts";
import { SerialKeeper } from "./serialKeeper.ts";
import type { SecondaryReport, TransferReport } from "./transferCounts.ts";
import { secondaryText, TransferAccess, type TransferRules } from "./transferRules.ts";
import { type ZoneDelta, zoneDeltaOf } from "./zoneDelta.ts";
import { ZoneTransfers } from "./zoneTransfers.ts";

/** Ports and parts that transfers need. */
export interface TransfersParts {
  /** The served zone with exactly this apex. */
  readonly zoneOf: (apex: Name) => ZoneData | undefined;
  /** Opens its newest version; undefined where too many are open. */
  readonly open: (apex: Name) => OpenedZone | undefined;
  readonly keyFor: (name: Name) => TsigKey | undefined;
  /** Gives a zone a serial above this one. Never rejects. */
  readonly raise: (zone: Name, above: number) => Promise<void>;
  /** Whether it is the catalog zone. */
  readonly isCatalog?: (zone: Name) => boolean;
  readonly dialer: DatagramDialer;
  /** The address to ask secondaries from, where it matters. */
  readonly sourceFor: (to: SocketAddress) => string | undefined;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
}

interface Progress {
  askedSerial?: number;
  transferredSerial?: number;
  transferredMs?: number;
}

const NOBODY = new TransferAccess({ secondaries: [], transferTo: [] });

/** All that goes out to secondaries: transfers, NOTIFY, and the serials that they go by. */
export class Transfers implements CommitWatcher {
  /** Answers AXFR and IXFR. */
  readonly service: ZoneTransfers;
  readonly #parts: TransfersParts;
  readonly #history = new DeltaHistory();
  readonly #client: DatagramClient;
  readonly #notifier: Notifier;
  readonly #serials: SerialKeeper;
  #access: ReadonlyMap<Name, TransferAccess> = new Map();
  // By zone, then by secondary.
  readonly #progress = new Map<Name, Map<string, Progress>>();
  #durable: ZoneDelta[] = [];

  constructor(parts: TransfersParts) {
    this.#parts = parts;
    const { dialer, sourceFor, clock, chance, log, keyFor, zoneOf, open } = parts;
    const client = new DatagramClient({ dialer, sourceFor, clock, chance: chance.fork("ids") });
    const jitter = chance.fork("jitter");
    this.#client = client;
    this.#notifier = new Notifier({
      client,
      clock,
      chance: jitter,
      keyFor,
      messageOf: (zone, id) => this.#notifyMessage(zone, id),
    });
    this.#serials = new SerialKeeper({
      client,
      clock,
      chance: jitter,
      log,
      keyFor,
      serialOf: (zone) => zoneOf(zone)?.serial,
      raise: (zone, above) => this.#raise(zone, above),
      onSettled: (zone) => this.#started(zone),
      isCatalog: parts.isCatalog ?? (() => false),
    });
    this.service = new ZoneTransfers({
      zoneOf,
      open,
      accessOf: (zone) => this.#access.get(zone) ?? NOBODY,
      isSettled: (zone) => this.#serials.isSettled(zone),
      history: this.#history,
      clock,
      log,
      onAsked: (zone, source, key, serial) => this.#noteAsked(zone, source, key, serial),
      onSent: (zone, source, key, serial) => this.#noteSent(zone, source, key, serial),
    });
  }

  /**
   * Takes the rules of every served zone, after it is served. `newZones`: of which nothing was on
   * disk; `atStart`: serials that the disk held. Secondaries that were not there before are asked
   * and told at once.
   */
  configure(
    rules: ReadonlyMap<Name, TransferRules>,
    newZones: ReadonlySet<Name>,
    atStart: ReadonlyMap<Name, number> = new Map(),
  ): void {
    for (const zone of this.#access.keys()) {
      if (rules.has(zone)) continue;
      this.#notifier.setSecondaries(zone, []);
      this.#serials.end(zone);
      this.#history.clear(zone);
      this.#progress.delete(zone);
    }
    this.#access = new Map([...rules].map(([zone, rule]) => [zone, new TransferAccess(rule)]));
    for (const [zone, { secondaries }] of this.#access) {
      this.#notifier.setSecondaries(zone, secondaries);
      this.#serials.begin(zone, newZones.has(zone), secondaries, atStart.get(zone));
      this.#started(zone);
    }
  }

  /** Takes commits that were read back from disk, oldest first, before {@link configure}. */
  async restore(commits: AsyncIterable<ZoneCommit>): Promise<void> {
    for await (const commit of commits) {
      const delta = zoneDeltaOf(commit);
      if (delta === undefined) this.#history.clear(commit.zone);
      else this.#history.note(delta);
    }
  }

  onDurable(commit: ZoneCommit): void {
    const delta = zoneDeltaOf(commit);
    if (delta !== undefined) this.#durable.push(delta);
  }

  onShown(): void {
    const deltas = this.#durable;
    this.#durable = [];
    for (const delta of deltas) {
      this.#history.note(delta);
      this.#changed(delta.zone);
    }
  }

  report(): TransferReport {
    const secondaries = [...this.#access].flatMap(([zone, { secondaries: of }]) => {
      const states = this.#notifier.statesOf(zone);
      return of.map((secondary): SecondaryReport => {
        const address = secondaryText(secondary);
        const told = states.find((one) => secondaryText(one.secondary) === address)?.state;
        const progress = this.#progress.get(zone)?.get(address) ?? {};
        const serial = told?.toldSerial === undefined ? {} : { notifiedSerial: told.toldSerial };
        const problem = told?.problem === undefined ? {} : { problem: told.problem };
        return { zone, address, ...progress, ...serial, ...problem };
      });
    });
    return {
      counts: this.service.counts,
      secondaries,
      unsettledZones: this.#serials.unsettledZones,
      historyOctets: this.#history.octets,
    };
  }

  /** What a person must look at, one sentence each. */
  get problems(): readonly string[] {
    return this.#serials.heldZones.map((zone) => {
      const why = "its state is new, and a secondary may hold one that lists more zones";
      return `Catalog ${zone} is not transferred: ${why}. Check the zones, then: holdfast reload.`;
    });
  }

  close(): void {
    this.#notifier.close();
    this.#serials.close();
    this.#client.close();
  }

  #changed(zone: Name): void {
    const serial = this.#tellableSerial(zone);
    if (serial !== undefined) this.#notifier.changed(zone, serial);
  }

  #started(zone: Name): void {
    const serial = this.#tellableSerial(zone);
    if (serial !== undefined) this.#notifier.started(zone, serial);
  }

  /** The serial that secondaries may be told: undefined where they would not get the zone. */
  #tellableSerial(zone: Name): number | undefined {
    const data = this.#parts.zoneOf(zone);
    return data?.isSeeded === true && this.#serials.isSettled(zone) ? data.serial : undefined;
  }

  #notifyMessage(zone: Name, id: number): Message | undefined {
    const data = this.#parts.zoneOf(zone);
    const soa = rrsetOfType(data?.node(zone), RRType.SOA);
    const [rdata] = soa?.rdata ?? [];
    if (soa === undefined || rdata === undefined) return undefined;
    if (this.#tellableSerial(zone) === undefined) return undefined;
    return makeNotify(id, { zone, rdata, ttlSeconds: soa.ttlSeconds });
  }

  async #raise(zone: Name, above: number): Promise<void> {
    // What secondaries hold may have our numbers on another content: it leads nowhere from there.
    this.#history.clear(zone);
    await this.#parts.raise(zone, above);
    this.#history.clear(zone);
  }

  #noteAsked(zone: Name, source: SocketAddress, key: Name | undefined, serial?: number): void {
    const progress = this.#progressOf(zone, source, key);
    if (progress === undefined || serial === undefined) return;
    progress.askedSerial = serial;
    this.#serials.noteAsked(zone, serial, progress.transferredSerial !== undefined);
  }

  #noteSent(zone: Name, source: SocketAddress, key: Name | undefined, serial: number): void {
    const progress = this.#progressOf(zone, source, key);
    if (progress === undefined) return;
    progress.transferredSerial = serial;
    progress.transferredMs = this.#parts.clock.monotonicMs();
  }

  /** Where it is noted how a secondary gets on; undefined for others. */
  #progressOf(zone: Name, source: SocketAddress, key: Name | undefined): Progress | undefined {
    const secondary = this.#access.get(zone)?.secondaryAt(source.address, key);
    if (secondary === undefined) return undefined;
    const ofZone = this.#progress.get(zone) ?? new Map<string, Progress>();
    this.#progress.set(zone, ofZone);
    const address = secondaryText(secondary);
    const progress = ofZone.get(address) ?? {};
    ofZone.set(address, progress);
    return progress;
  }
}
