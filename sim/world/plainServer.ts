import { type Name, Rcode, type RRset, type Update, type UpdateStep } from "../../src/dns/index.ts";
import { RecordMap } from "../../src/provider/memory/recordMap.ts";
import type { DnsReply, DnsService, Host, Writer, ZoneReader } from "../design.ts";
import { type SimulatedServer, type ZoneChange, ZoneWatch } from "./dnsServer.ts";
import type { World } from "./world.ts";
import type { ZoneState } from "./zoneState.ts";

/** Of ten readings, those whose parts are not of one moment: queries travel by themselves. */
const SPLIT_READS_OF_TEN = 2;
const SPLIT_MS_MAX = 6;

/** A DNS server that knows RFC 2136 and nothing more. What it was told is durable at once. */
export class PlainServer implements SimulatedServer {
  readonly #records = new RecordMap();
  readonly #zone: Name;
  readonly #watch: ZoneWatch;
  readonly reader: ZoneReader;
  readonly needsRestart = false;

  constructor(world: World, onChange: (change: ZoneChange) => void) {
    const records = this.#records;
    this.reader = {
      rrset: (name, type) => records.rrset(name, type),
      rrsetsAt: (name) => records.rrsetsAt(name),
      speaks: true,
    };
    const { scene } = world;
    this.#zone = scene.zone;
    const names = scene.endpoints.map(({ name }) => name);
    this.#watch = new ZoneWatch(scene.zone, names, this.reader, () => world, onChange);
    world.spawn({ id: "dns", role: "dns", boot: (host) => this.#boot(world, host) });
  }

  get state(): ZoneState {
    return this.#watch.state;
  }

  force(steps: readonly UpdateStep[], who: string): void {
    this.#records.update({ zone: this.#zone, prerequisites: [], steps });
    this.#watch.look({ kind: "outside", id: who });
  }

  loseDisk(): void {
    // A plain server has no seed mark: it would speak of an empty zone, as no server of ours does.
  }

  #boot(world: World, host: Host): void {
    const service: DnsService = {
      update: (update, by) => this.#update(update, by),
      read: (names) => this.#read(names, host),
    };
    host.serve(world.dns, service);
  }

  #update(update: Update, by: Writer): DnsReply {
    this.#watch.begin(by, update);
    const rcode = this.#records.update(update);
    if (rcode === Rcode.NOERROR) this.#watch.end();
    else this.#watch.drop();
    return { rcode };
  }

  #read(names: readonly Name[], host: Host): readonly RRset[] | Promise<readonly RRset[]> {
    const [first = [], ...rest] = names.map((name) => [name]);
    const at = (some: readonly Name[]) => some.flatMap((name) => this.#records.rrsetsAt(name));
    if (host.chance.below(10) >= SPLIT_READS_OF_TEN) return at(names);
    const early = at(first);
    return new Promise((resolve) => {
      host.clock.wakeAfter(1 + host.chance.below(SPLIT_MS_MAX), () => {
        resolve([...early, ...at(rest.flat())]);
      });
    });
  }
}
