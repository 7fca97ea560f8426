import { type Disk, type LogFormat, RecordLog } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import { NameserverError } from "../nameserverError.ts";
import type { Arena } from "../zone/arena.ts";
import { ZoneData } from "../zone/zoneData.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { decodeStateRecord } from "./commitCodec.ts";
import { readImage } from "./imageReader.ts";
import { journalsFrom, type StateFile, wholeFiles } from "./stateNumbers.ts";

const SNAPSHOT: LogFormat = { magic: "holdfast-zones", version: 1 };

/** Zones as the newest whole file has them; number 0 where there is none. */
export interface WholeState {
  readonly number: number;
  readonly arena: Arena;
  readonly zones: Map<Name, ZoneData>;
  /** What was wrong with newer files. */
  readonly damaged: readonly string[];
}

/**
 * Loads the newest file that holds whole zones and can be read. A damaged one counts for nothing
 * only where an older one and all journals behind it are there.
 *
 * @throws NameserverError `state-unreadable`, `state-too-new`, `memory-full`; RecordLogError; the
 * disk's own error.
 */
export async function loadWhole(
  disk: Disk,
  files: readonly StateFile[],
  makeArena: () => Arena,
): Promise<WholeState> {
  const damaged: NameserverError[] = [];
  const found = (number: number, arena: Arena, zones: Map<Name, ZoneData>): WholeState => {
    const [first] = damaged;
    if (first !== undefined && !isComplete(number, files)) throw first;
    return { number, arena, zones, damaged: damaged.map(({ message }) => message) };
  };
  for (const { name, kind, number } of wholeFiles(files)) {
    const arena = makeArena();
    if (kind === "image") {
      const read = await readImage(disk, name, arena);
      if (read.kind === "read") return found(number, arena, read.zones);
      if (read.kind === "damaged") damaged.push(unreadable(name, read.problem));
      continue;
    }
    const zones = new Map<Name, ZoneData>();
    if (await readSnapshot(disk, name, zones, arena)) return found(number, arena, zones);
  }
  return found(0, makeArena(), new Map());
}

/**
 * Does again what records say.
 *
 * @throws NameserverError `state-unreadable`, `memory-full`
 */
export function replayRecords(
  file: string,
  records: readonly Uint8Array[],
  zones: Map<Name, ZoneData>,
  arena: Arena,
): void {
  for (const bytes of records) {
    const record = decodeStateRecord(bytes);
    if (record === undefined) throw unreadable(file, "a record is not a commit");
    if (record.kind === "snapshot-end") continue;
    const { zone, changes } = record.commit;
    const data = zones.get(zone) ?? new ZoneData(zone, arena);
    zones.set(zone, data);
    const draft = new ZoneDraft(data);
    for (const { name, rrsets } of changes) draft.set(name, rrsets);
    data.apply(draft);
  }
}

/** A file that cannot be used, and what is wrong with it. */
export function unreadable(file: string, problem: string): NameserverError {
  return new NameserverError(
    { code: "state-unreadable", file, problem },
    `Cannot load zones as ${file} must be whole: ${problem}; restore a backup`,
  );
}

/** Says no where the snapshot was never finished. */
async function readSnapshot(
  disk: Disk,
  file: string,
  zones: Map<Name, ZoneData>,
  arena: Arena,
): Promise<boolean> {
  const { records } = await RecordLog.open(disk, file, SNAPSHOT);
  const last = records.at(-1);
  if (last === undefined || decodeStateRecord(last)?.kind !== "snapshot-end") return false;
  replayRecords(file, records, zones, arena);
  return true;
}

function isComplete(number: number, files: readonly StateFile[]): boolean {
  try {
    journalsFrom(number, files);
    return true;
  } catch (error) {
    if (error instanceof NameserverError) return false;
    throw error;
  }
}
