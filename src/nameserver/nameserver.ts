import type {
  Chance,
  Clock,
  DatagramListener,
  Disk,
  Listening,
  Log,
  SocketAddress,
  StreamListener,
} from "../base/index.ts";
import type { Name, TsigKey } from "../dns/index.ts";
import { Counters, type NameserverReport } from "./counters.ts";
import { handleRequest, type RequestParts } from "./requests.ts";
import { StateFiles } from "./state/stateFiles.ts";
import type { TcpLimits } from "./tcp/connectionTable.ts";
import { TcpServer } from "./tcp/tcpServer.ts";
import { Committer } from "./update/committer.ts";
import { ZoneData } from "./zone/zoneData.ts";
import { checkSetups, setupChanges, type ZoneSetup } from "./zone/zoneSetup.ts";
import { ZoneTable } from "./zone/zoneTable.ts";

/** Everything a nameserver is made of. */
export interface NameserverParts {
  readonly setups: readonly ZoneSetup[];
  /** Who may sign; every key may update every zone, within the rules. */
  readonly keys: readonly TsigKey[];
  /** UDP and TCP are opened on each. */
  readonly listen: readonly SocketAddress[];
  /** A folder of its own. */
  readonly disk: Disk;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
  readonly datagrams: DatagramListener;
  readonly streams: StreamListener;
  /** For tests. */
  readonly tcpLimits?: TcpLimits;
  /** Octets of journal after which a snapshot is written; for tests. */
  readonly journalOctetsMax?: number;
}

/** Ports tried where any will do: the odds that so many are taken for TCP alone are nil. */
const ANY_PORT_ATTEMPTS_MAX = 8;

/** The authoritative nameserver: answers, takes updates, and remembers them. */
export class Nameserver {
  readonly #parts: NameserverParts;
  readonly #zones: ZoneTable;
  readonly #committer: Committer;
  readonly #tcp: TcpServer;
  readonly #counters = new Counters();
  readonly #requests: RequestParts;
  #keys: ReadonlyMap<Name, TsigKey> = new Map();
  #listening: Listening[] = [];
  #reloading: Promise<void> = Promise.resolve();

  private constructor(parts: NameserverParts, files: StateFiles, zones: ZoneTable) {
    const { clock, log, chance } = parts;
    this.#parts = parts;
    this.#zones = zones;
    this.#committer = new Committer({ zones, files, clock, log });
    this.#requests = {
      zones,
      keyFor: (name) => this.#keys.get(name),
      update: (update) => this.#committer.update(update),
      counters: this.#counters,
      clock,
      chance: chance.fork("answers"),
      log,
    };
    const handle = (message: Uint8Array) => handleRequest(this.#requests, message, "tcp");
    this.#tcp = new TcpServer(handle, clock, parts.tcpLimits);
  }

  /**
   * Loads what was held, brings the apexes in line with the configuration, then listens. A disk
   * that cannot be written does not stop it from answering what it held.
   *
   * @throws NameserverError; RecordLogError; the disk's error on reading, the listener's.
   */
  static async start(parts: NameserverParts): Promise<Nameserver> {
    const opened = await StateFiles.open(parts.disk, parts.journalOctetsMax);
    if (opened.tornOctets > 0) {
      parts.log.warn("cut off the torn end of the journal", { octets: opened.tornOctets });
    }
    checkSetups(parts.setups, opened.zones);
    const nameserver = new Nameserver(parts, opened.files, new ZoneTable(opened.zones));
    try {
      await nameserver.#configure(parts.setups, parts.keys);
      for (const address of parts.listen) await nameserver.#listen(address);
    } catch (error) {
      await nameserver.close();
      throw error;
    }
    return nameserver;
  }

  /** The sockets listened on: for each address UDP, then TCP. */
  get local(): readonly SocketAddress[] {
    return this.#listening.map(({ local }) => local);
  }

  /**
   * Takes a new configuration. Zones that left it go on being served while they hold endpoints.
   *
   * @throws NameserverError: then nothing has changed.
   */
  reload(setups: readonly ZoneSetup[], keys: readonly TsigKey[]): Promise<void> {
    const reloaded = this.#reloading.then(async () => {
      // Updates go on meanwhile: none may put an endpoint where a new zone is about to hide it.
      await this.#committer.betweenCommits(() => {
        checkSetups(setups, this.#zones.held);
        this.#zones.announce(setups.map(({ name }) => name));
      });
      await this.#configure(setups, keys);
    });
    this.#reloading = reloaded.catch(() => {}); // the caller hears of it; the next one may be right
    return reloaded;
  }

  report(): NameserverReport {
    const { requests, dropped, responses, refusals } = this.#counters;
    const { updatesAccepted, updatesConditionFailed, updatesRefused } = this.#counters;
    return {
      requests: { ...requests },
      dropped,
      responses,
      updatesAccepted,
      updatesConditionFailed,
      updatesRefused,
      refusals,
      updatesWaiting: this.#committer.waitingCount,
      tcp: this.#tcp.counts,
      zones: [...this.#zones.served.values()].map((zone) => ({
        name: zone.apex,
        serial: zone.serial ?? 0,
        isSeeded: zone.isSeeded,
        names: zone.nameCount,
        endpoints: zone.fenceCount,
        isInConfiguration: this.#zones.isConfigured(zone.apex),
      })),
    };
  }

  /** Stops listening, closes connections and waits for what is being written. */
  async close(): Promise<void> {
    await Promise.all(this.#listening.map((listening) => listening.close()));
    this.#listening = [];
    this.#tcp.close();
    await this.#committer.idle();
  }

  async #configure(setups: readonly ZoneSetup[], keys: readonly TsigKey[]): Promise<void> {
    const { clock, log } = this.#parts;
    const outcomes = setups.map(async (setup) => {
      const { name } = setup;
      if (this.#zones.get(name) === undefined) this.#zones.add(new ZoneData(name));
      // From the clock at first, so that the serial rises even where the disk was lost.
      const firstSerial = Math.floor(clock.wallMs() / 1000) % 2 ** 32;
      const { problem } = await this.#committer.setUp(name, (draft) =>
        setupChanges(draft, setup, firstSerial),
      );
      if (problem !== undefined) log.error("cannot set up a zone", { zone: name, problem });
    });
    await Promise.all(outcomes);
    // What an update in flight makes an endpoint of must be seen: its zone stays served.
    await this.#committer.betweenCommits(() => this.#zones.serve(setups.map(({ name }) => name)));
    this.#keys = new Map(keys.map((key) => [key.name, key]));
  }

  async #listen(address: SocketAddress): Promise<void> {
    const { datagrams, streams } = this.#parts;
    for (let attempt = 1; ; attempt += 1) {
      const udp = await datagrams.listen(address, (bytes, _from, reply) => {
        const handled = handleRequest(this.#requests, bytes, "udp");
        if (handled.kind === "replied") reply(handled.reply);
        if (handled.kind === "updating") void handled.reply.then(reply);
      });
      // Port 0 asks for any port: TCP then takes the one that UDP was given, if it is free.
      const same = { address: address.address, port: udp.local.port };
      try {
        const tcp = await streams.listen(same, (stream) => this.#tcp.accept(stream));
        this.#listening.push(udp, tcp);
        return;
      } catch (error) {
        await udp.close();
        if (address.port !== 0 || attempt === ANY_PORT_ATTEMPTS_MAX) throw error;
      }
    }
  }
}
