import { type CancelWake, errorText, type Listening, type SocketAddress } from "../base/index.ts";
import { type Name, Rcode, type TsigKey, type Update } from "../dns/index.ts";
import type { Arrival } from "./arrival.ts";
import { Counters, type NameserverReport } from "./counters.ts";
import type { Handled } from "./handled.ts";
import type { NameserverParts, NameserverSettings } from "./nameserverParts.ts";
import { handleRequest, type RequestParts } from "./requests.ts";
import { NO_RATE_LIMIT } from "./serve/rateLimitTable.ts";
import { UdpService } from "./serve/udpService.ts";
import { Signer } from "./sign/signer.ts";
import { type OpenedState, StateFiles } from "./state/stateFiles.ts";
import { TcpServer } from "./tcp/tcpServer.ts";
import { type CatalogSetup, catalogChanges } from "./transfer/catalogZone.ts";
import { NO_DIALER } from "./transfer/noDialer.ts";
import { openZone } from "./transfer/openedZone.ts";
import { raisedSerial } from "./transfer/raisedSerial.ts";
import { sourceAddress } from "./transfer/sourceAddress.ts";
import type { TransferRules } from "./transfer/transferRules.ts";
import { Transfers } from "./transfer/transfers.ts";
import { Committer } from "./update/committer.ts";
import type { UpdateTerms } from "./update/evaluateUpdate.ts";
import type { UpdateRights } from "./update/scopes.ts";
import type { UpdateOutcome } from "./update/updateOutcome.ts";
import type { Arena } from "./zone/arena.ts";
import { ZoneData } from "./zone/zoneData.ts";
import type { NameChange, ZoneDraft } from "./zone/zoneDraft.ts";
import { checkSetups, fittingSetups, setupChanges } from "./zone/zoneSetup.ts";
import { ZoneTable } from "./zone/zoneTable.ts";

/** Ports tried where any will do: the odds that so many are taken for TCP alone are nil. */
const ANY_PORT_ATTEMPTS_MAX = 8;
const EVERYWHERE = ["0.0.0.0/0", "::/0"];
/** How soon zones that could not be written are set up again: room on the disk is found soon. */
const SETUP_RETRY_MS = 5_000;

/** The authoritative nameserver: answers, takes updates, and remembers them. */
export class Nameserver {
  readonly #parts: NameserverParts;
  readonly #zones: ZoneTable;
  readonly #arena: Arena;
  readonly #committer: Committer;
  readonly #tcp: TcpServer;
  readonly #udp: UdpService;
  readonly #counters = new Counters();
  readonly #requests: RequestParts;
  readonly #transfers: Transfers;
  readonly #signer: Signer | undefined;
  #catalog: CatalogSetup | undefined;
  #rules: ReadonlyMap<Name, TransferRules> = new Map();
  #keys: ReadonlyMap<Name, TsigKey> = new Map();
  #rights: ReadonlyMap<Name, UpdateRights> = new Map();
  // What of the configuration could not be taken up, one sentence each.
  #problems: readonly string[] = [];
  #listening: Listening[] = [];
  #reloading: Promise<void> = Promise.resolve();
  #cancelRetry: CancelWake = () => {};

  private constructor(
    parts: NameserverParts,
    { files, arena }: OpenedState,
    zones: ZoneTable,
    signer: Signer | undefined,
  ) {
    const { clock, log, chance } = parts;
    this.#parts = parts;
    this.#zones = zones;
    this.#arena = arena;
    this.#transfers = this.#makeTransfers();
    this.#signer = signer;
    const handle = (message: Uint8Array, arrival: Arrival): Handled =>
      handleRequest(this.#requests, message, arrival);
    this.#udp = makeUdpService(parts, arena, handle);
    const watcher = this.#transfers;
    this.#committer = new Committer({
      zones,
      files,
      clock,
      log,
      watcher,
      ...(signer && { signer }),
    });
    this.#requests = {
      zones,
      keyFor: (name) => this.#keys.get(name),
      rightsOf: (name) => this.#rights.get(name) ?? "everything",
      update: (update, terms) => this.#update(update, terms),
      transfers: this.#transfers.service,
      counters: this.#counters,
      options: this.#udp.options,
      asked: this.#udp.asked,
      clock,
      chance: chance.fork("answers"),
      log,
    };
    this.#tcp = new TcpServer(
      (message, source) => handle(message, { transport: "tcp", source }),
      clock,
      log,
      parts.tcpLimits,
    );
  }

  /**
   * Loads what was held, brings the apexes in line with the configuration, then listens. A disk
   * that cannot be written does not stop it from answering what it held; nor does a zone of the
   * configuration that would hide what is held: it is left out, and {@link report} says so.
   *
   * @throws NameserverError; RecordLogError; the disk's error on reading, the listener's.
   */
  static async start(parts: NameserverParts): Promise<Nameserver> {
    const opened = await StateFiles.open(parts.disk, parts.journalOctetsMax, parts.arenaOctets);
    if (opened.tornOctets > 0) {
      parts.log.warn("cut off the torn end of the journal", { octets: opened.tornOctets });
    }
    for (const problem of opened.damaged) {
      parts.log.error("an image is damaged, and an older one stood in for it", { problem });
    }
    // What was set up once was served, as far as can be known. Others may hide what is held: one
    // zone that cannot be served must not take all others down with it.
    const isServed = (apex: Name) => opened.zones.get(apex)?.serial !== undefined;
    const { fitting, problems } = fittingSetups(parts.setups, { held: opened.zones, isServed });
    for (const { message } of problems) parts.log.error("left a zone out", { problem: message });
    const zones = new ZoneTable(opened.zones);
    const signer = await openSigner(parts, zones);
    const nameserver = new Nameserver(parts, opened, zones, signer);
    nameserver.#problems = problems.map(({ message }) => message);
    signer?.start((apex) => nameserver.#committer.setUp(apex, () => []));
    try {
      await nameserver.#restoreHistory(parts, opened);
      await nameserver.#configure({ ...parts, setups: fitting });
      for (const address of parts.listen) await nameserver.#listen(address);
      void parts.largePages?.use(opened.arena.memory, opened.arena.usedOctets);
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
  reload(settings: NameserverSettings): Promise<void> {
    const { setups } = settings;
    const reloaded = this.#reloading.then(async () => {
      // Updates go on meanwhile: none may put an endpoint where a new zone is about to hide it.
      await this.#committer.betweenCommits(() => {
        const { held, served } = this.#zones;
        checkSetups(setups, { held, isServed: (apex) => served.has(apex) });
        this.#zones.announce(setups.map(({ name }) => name));
      });
      await this.#configure(settings);
      this.#problems = [];
    });
    // The caller hears of it, and so does `status`; the next one may be right.
    this.#reloading = reloaded.catch((error: unknown) => {
      this.#problems = [`The configuration is not taken up: ${errorText(error)}`];
    });
    return reloaded;
  }

  report(): NameserverReport {
    const { updatesAccepted, updatesConditionFailed, updatesRefused, refusals } = this.#counters;
    const udp = this.#udp.report();
    return {
      ...this.#counters.answered(udp.counts),
      udp,
      updatesAccepted,
      updatesConditionFailed,
      updatesRefused,
      refusals,
      updatesWaiting: this.#committer.waitingCount,
      tcp: this.#tcp.counts,
      transfers: this.#transfers.report(),
      ...(this.#signer && { dnssec: this.#signer.report() }),
      problems: [...this.#problems, ...this.#transfers.problems],
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
    this.#cancelRetry();
    await Promise.all(this.#listening.map((listening) => listening.close()));
    this.#listening = [];
    this.#tcp.close();
    this.#udp.close();
    this.#transfers.close();
    await this.#signer?.close();
    await this.#committer.idle();
  }

  async #configure(settings: NameserverSettings): Promise<void> {
    const { setups, keys, updateRights = new Map(), catalog } = settings;
    const names = setups.map(({ name }) => name);
    const all = catalog === undefined ? names : [...names, catalog.name];
    // As found on disk, at the start: what follows writes.
    const serials = new Map(
      [...this.#zones.held].flatMap(([apex, { serial }]) =>
        serial === undefined ? [] : [[apex, serial] as const],
      ),
    );
    const newZones = new Set(all.filter((name) => this.#zones.get(name)?.serial === undefined));
    const outcomes = setups.map((setup) =>
      this.#setUp(setup.name, (draft, _held, firstSerial) =>
        setupChanges(draft, setup, firstSerial),
      ),
    );
    const areSetUp = (await Promise.all(outcomes)).every(Boolean);
    // A disk that is full at the start must not keep a new zone dark until a person restarts it.
    this.#cancelRetry();
    if (!areSetUp) this.#retry(settings);
    // What an update in flight makes an endpoint of must be seen: its zone stays served.
    await this.#committer.betweenCommits(() => this.#zones.serve(all));
    this.#rights = updateRights;
    this.#keys = new Map(keys.map((key) => [key.name, key]));
    this.#catalog = catalog;
    if (catalog !== undefined) await this.#setUpCatalog(catalog.name, all);
    this.#rules = this.#transferRules(settings);
    this.#transfers.configure(this.#rules, newZones, serials);
    this.#udp.setRateLimit(settings.rateLimit ?? NO_RATE_LIMIT);
    this.#signer?.configure(new Map(setups.map(({ name, dnssec }) => [name, dnssec ?? false])));
  }

  /** Once more what could not be written; a reload comes before it. */
  #retry(settings: NameserverSettings): void {
    this.#cancelRetry = this.#parts.clock.wakeAfter(SETUP_RETRY_MS, () => {
      const again = this.#reloading.then(() => this.#configure(settings));
      this.#reloading = again.catch((error: unknown) => {
        this.#parts.log.error("cannot set up zones", { problem: errorText(error) });
      });
    });
  }

  /** Lets secondaries go on from where they were; without it they get their zones whole. */
  async #restoreHistory(settings: NameserverSettings, { files }: OpenedState): Promise<void> {
    const hasReaders = settings.setups.some(({ secondaries = [], transferTo = [] }) => {
      return secondaries.length + transferTo.length > 0;
    });
    if (!hasReaders) return;
    try {
      await this.#transfers.restore(files.history());
    } catch (error) {
      this.#parts.log.warn("cannot read the history of zones", { problem: errorText(error) });
    }
  }

  /** Writes what the server itself has to say of a zone, held or new; whether it could. */
  async #setUp(
    name: Name,
    changes: (draft: ZoneDraft, held: ZoneData, firstSerial: number) => readonly NameChange[],
  ): Promise<boolean> {
    const { clock, log } = this.#parts;
    const held = this.#zones.get(name) ?? new ZoneData(name, this.#arena);
    if (this.#zones.get(name) === undefined) this.#zones.add(held);
    // From the clock at first, so that the serial rises even where the disk was lost.
    const firstSerial = Math.floor(clock.wallMs() / 1000) % 2 ** 32;
    const { problem } = await this.#committer.setUp(name, (draft) =>
      changes(draft, held, firstSerial),
    );
    if (problem !== undefined) log.error("cannot set up a zone", { zone: name, problem });
    return problem === undefined;
  }

  /** Lists what is served; zones that left the configuration too, while they are. */
  async #setUpCatalog(catalog: Name, all: readonly Name[]): Promise<void> {
    const members = [...this.#zones.served.keys()].filter((name) => name !== catalog).sort();
    await this.#setUp(catalog, (draft, held, firstSerial) =>
      catalogChanges(draft, held, members, firstSerial),
    );
    await this.#committer.betweenCommits(() => this.#zones.serve(all));
  }

  /** Who may have which zone; one that left the configuration goes on to where it went. */
  #transferRules(settings: NameserverSettings): ReadonlyMap<Name, TransferRules> {
    const { setups, catalog, inspectionKey: key } = settings;
    const inspection = key === undefined ? [] : EVERYWHERE.map((network) => ({ network, key }));
    const nobody = { secondaries: [], transferTo: [] };
    const rules = new Map<Name, TransferRules>();
    for (const name of this.#zones.served.keys()) {
      rules.set(name, this.#rules.get(name) ?? catalog ?? nobody);
    }
    for (const { name, secondaries = [], transferTo = [] } of setups) {
      const granted = [...transferTo, ...inspection];
      if (rules.has(name)) rules.set(name, { secondaries, transferTo: granted });
    }
    if (catalog !== undefined && rules.has(catalog.name)) rules.set(catalog.name, catalog);
    return rules;
  }

  #makeTransfers(): Transfers {
    const { clock, log, chance, listen, dialer = NO_DIALER } = this.#parts;
    const served = (apex: Name) => this.#zones.served.get(apex);
    return new Transfers({
      zoneOf: served,
      open: (apex) => {
        const zone = served(apex);
        return zone === undefined ? undefined : openZone(zone);
      },
      keyFor: (name) => this.#keys.get(name),
      isCatalog: (zone) => zone === this.#catalog?.name,
      raise: async (zone, above) => {
        await this.#setUp(zone, (draft) => raisedSerial(draft, above));
      },
      dialer,
      sourceFor: (to) => sourceAddress(listen, to),
      clock,
      chance: chance.fork("transfers"),
      log,
    });
  }

  #update(update: Update, terms: UpdateTerms): Promise<UpdateOutcome> {
    if (update.zone !== this.#catalog?.name) return this.#committer.update(update, terms);
    const problem = `Cannot update ${update.zone} as the server itself makes its catalog zone`;
    return Promise.resolve({ rcode: Rcode.REFUSED, problem });
  }

  async #listen(address: SocketAddress): Promise<void> {
    const { streams } = this.#parts;
    for (let attempt = 1; ; attempt += 1) {
      const udp = await this.#udp.listen(address);
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

async function openSigner(parts: NameserverParts, zones: ZoneTable): Promise<Signer | undefined> {
  const { dnssecCrypto: crypto, disk, clock, chance, log } = parts;
  if (crypto === undefined) return undefined;
  // As it is held: nothing is served yet while the apexes are brought in line at a start.
  const zoneOf = (apex: Name) => zones.get(apex);
  return Signer.open({ disk, clock, chance: chance.fork("signing"), crypto, log, zoneOf });
}

function makeUdpService(
  { nsid = "", rateLimit = NO_RATE_LIMIT, chance, ...parts }: NameserverParts,
  arena: Arena,
  handle: (message: Uint8Array, arrival: Arrival) => Handled,
): UdpService {
  const threads = parts.threads ?? { absent: "none were given" };
  const { datagrams, clock, log } = parts;
  const own = { arena: arena.memory, nsid, rateLimit, threads, datagrams, handle, clock, log };
  return new UdpService({ ...own, chance: chance.fork("udp") });
}
