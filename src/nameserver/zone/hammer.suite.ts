import { parentPort, threadId, workerData } from "node:worker_threads";
import { type Name, RRType } from "../../dns/index.ts";
import { pin, unpin } from "./arenaReader.ts";
import { ArenaZones } from "./arenaZones.ts";
import { rrsetOfType } from "./zoneNode.ts";

/** What a thread that reads is told, and where it reports. */
export interface HammerJob {
  readonly memory: SharedArrayBuffer;
  readonly reader: number;
  readonly apex: Name;
  /** Each of them must show one and the same TTL, in every version. */
  readonly names: readonly Name[];
  /** Word 0: stop, where it is not 0. Word 1 + reader: versions seen so far. */
  readonly signals: Int32Array<SharedArrayBuffer>;
}

/** What it saw. */
export interface HammerReport {
  readonly rounds: number;
  readonly versions: number;
  readonly problem: string | undefined;
}

/** Reads until it is told to stop, or sees two versions at once. */
function hammer({ memory, reader, apex, names, signals }: HammerJob): HammerReport {
  const zones = new ArenaZones(memory);
  let rounds = 0;
  let versions = 0;
  let last = -1;
  while (Atomics.load(signals, 0) === 0) {
    zones.root = pin(zones.words, reader);
    const seen = new Set<number>();
    for (const name of names) {
      const node = zones.zoneFor(apex)?.node(name);
      const txt = rrsetOfType(node, RRType.TXT);
      const said = Number(new TextDecoder().decode(txt?.rdata[0]?.subarray(1)));
      if (txt === undefined || said !== txt.ttlSeconds) {
        return { rounds, versions, problem: `${name} says ${said} at ${txt?.ttlSeconds}` };
      }
      seen.add(said);
    }
    unpin(zones.words, reader);
    const [version = -1, ...others] = seen;
    if (others.length > 0 || version < last) {
      return { rounds, versions, problem: `saw ${[...seen]} after ${last}` };
    }
    if (version !== last) versions = Atomics.add(signals, 1 + reader, 1) + 1;
    last = version;
    rounds += 1;
  }
  return { rounds, versions, problem: undefined };
}

if (threadId !== 0 && parentPort !== null) parentPort.postMessage(hammer(workerData as HammerJob));
