import { errorText } from "../../src/base/index.ts";
import { nameOf, Rcode, type RRset, type Update, type UpdateStep } from "../../src/dns/index.ts";
import { StateFiles } from "../../src/nameserver/state/stateFiles.ts";
import { Committer } from "../../src/nameserver/update/committer.ts";
import { applySteps } from "../../src/nameserver/update/updateSteps.ts";
import { ZoneData } from "../../src/nameserver/zone/zoneData.ts";
import { ZoneDraft } from "../../src/nameserver/zone/zoneDraft.ts";
import { rrsetOfType } from "../../src/nameserver/zone/zoneNode.ts";
import { setupChanges, type ZoneSetup } from "../../src/nameserver/zone/zoneSetup.ts";
import { ZoneTable } from "../../src/nameserver/zone/zoneTable.ts";
import type { DnsReply, Host, Writer, ZoneReader } from "../design.ts";
import { LOST_DISK, type SimulatedServer, type ZoneChange, ZoneWatch } from "./dnsServer.ts";
import type { World } from "./world.ts";
import type { ZoneState } from "./zoneState.ts";

/** Enough for a few endpoints; a world makes one for each start of its server. */
const ARENA_OCTETS = 2 ** 18;
/** What an UPDATE of one endpoint weighs while it waits. */
const UPDATE_OCTETS = 700;

/** Our own nameserver without its sockets: its rules, its commits, its files on a disk. */
export class EmbeddedServer implements SimulatedServer {
  readonly #world: World;
  readonly #setup: ZoneSetup;
  readonly #watch: ZoneWatch;
  readonly reader: ZoneReader;
  /** As it is served; undefined before the first start. */
  #zone: ZoneData | undefined;
  #committer: Committer | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isLost = false;

  constructor(world: World, onChange: (change: ZoneChange) => void) {
    this.#world = world;
    const { zone, endpoints } = world.scene;
    const primary = nameOf(`ns1.${zone}`);
    this.#setup = {
      name: zone,
      primary,
      hostmaster: nameOf(`hostmaster.${zone}`),
      nameservers: [{ name: primary, addresses: ["192.0.2.53"] }],
      negativeTtlSeconds: 5,
      apexTtlSeconds: 30,
    };
    const current = () => this.#zone;
    this.reader = {
      rrset: (name, type) => rrsetOfType(current()?.node(name), type),
      rrsetsAt: (name) => current()?.node(name)?.rrsets ?? [],
      get speaks() {
        return current()?.isSeeded ?? false;
      },
    };
    const names = endpoints.map(({ name }) => name);
    this.#watch = new ZoneWatch(zone, names, this.reader, () => world, onChange);
    world.spawn({ id: "dns", role: "dns", boot: (host) => void this.#boot(host) });
  }

  get state(): ZoneState {
    return this.#watch.state;
  }

  /** A first start on a full disk serves nothing until the next. */
  get needsRestart(): boolean {
    return this.#zone?.serial === undefined;
  }

  /** With the server down, as a tool or a restored file would: no rule is asked. */
  force(steps: readonly UpdateStep[], who: string): void {
    const process = this.#world.process("dns");
    const wasStopped = process.isStopped;
    this.#world.kill(process, "everything", "own");
    // A hand in the files meets the same full disk, or a machine that is off, as the server does.
    const edit = this.#edit(steps, process.disk).catch((error: unknown) => {
      this.#world.tell(who, () => `cannot write the server's files: ${errorText(error)}`);
    });
    void edit.then(() => {
      this.#watch.expect({ kind: "outside", id: who });
      this.#world.boot(process);
      if (wasStopped) this.#world.stop(process);
    });
  }

  loseDisk(): void {
    this.#isLost = true;
  }

  async #edit(steps: readonly UpdateStep[], disk: Host["disk"]): Promise<void> {
    const { files, zones } = await StateFiles.open(disk, undefined, ARENA_OCTETS);
    const zone = zones.get(this.#setup.name);
    if (zone === undefined) return;
    const draft = new ZoneDraft(zone);
    applySteps(draft, steps);
    const changes = draft.changes();
    if (changes.length > 0) await files.append([{ zone: zone.apex, changes }]);
  }

  async #boot(host: Host): Promise<void> {
    const { disk, clock, log } = host;
    const { name } = this.#setup;
    try {
      const { files, zones, arena } = await StateFiles.open(disk, undefined, ARENA_OCTETS);
      const table = new ZoneTable(zones);
      const zone = zones.get(name) ?? new ZoneData(name, arena);
      table.add(zone);
      const committer = new Committer({ zones: table, files, clock, log });
      const firstSerial = Math.floor(clock.wallMs() / 1000);
      await committer.setUp(name, (draft) => setupChanges(draft, this.#setup, firstSerial));
      table.serve([name]);
      if (disk !== this.#world.process("dns").disk) return; // killed meanwhile
      this.#zone = zone;
      this.#committer = committer;
      this.#last = Promise.resolve();
      if (this.#isLost) this.#watch.look({ kind: "outside", id: LOST_DISK });
      else this.#watch.back();
      this.#isLost = false;
      host.serve(this.#world.dns, {
        update: (update, by) => this.#update(update, by),
        read: (names) => names.flatMap((one) => this.#rrsets(one)),
      });
    } catch (error) {
      this.#world.tell("dns", () => `cannot start: ${errorText(error)}`);
    }
  }

  #rrsets(name: Update["zone"]): readonly RRset[] {
    return this.#zone?.node(name)?.rrsets ?? [];
  }

  /** One after another, so that every change can be told from the next. */
  #update(update: Update, by: Writer): Promise<DnsReply> {
    const committer = this.#committer;
    const done = this.#last.then(async (): Promise<DnsReply> => {
      if (committer === undefined || committer !== this.#committer)
        return { rcode: Rcode.SERVFAIL };
      this.#watch.begin(by, update);
      const outcome = await committer.update(update, {
        rights: "everything",
        octets: UPDATE_OCTETS,
      });
      if (outcome.rcode === Rcode.NOERROR) this.#watch.end();
      else if (outcome.rcode !== Rcode.SERVFAIL) this.#watch.drop();
      const { rcode, problem } = outcome;
      return { rcode, ...(problem === undefined ? {} : { problem }) };
    });
    this.#last = done.catch(() => {});
    return done;
  }
}
