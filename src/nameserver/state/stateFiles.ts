import { assert, type Disk, type LogFormat, type OpenedLog, RecordLog } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import { NameserverError } from "../nameserverError.ts";
import { ZoneData } from "../zone/zoneData.ts";
import { type NameChange, ZoneDraft } from "../zone/zoneDraft.ts";
import { decodeStateRecord, encodeStateRecord, type ZoneCommit } from "./commitCodec.ts";

/** Octets of journal after which a new snapshot is worth writing: about 20,000 commits. */
const JOURNAL_OCTETS_MAX = 16 * 2 ** 20;
/** Names written to a snapshot between two chances for queries to be answered. */
const SNAPSHOT_NAMES_PER_STEP = 1000;

const JOURNAL: LogFormat = { magic: "holdfast-journal", version: 1 };
const SNAPSHOT: LogFormat = { magic: "holdfast-zones", version: 1 };
const FILE_NAME = /^(journal|snapshot)-(0|[1-9][0-9]{0,9})$/;

/** State as it was found on disk. */
export interface OpenedState {
  readonly files: StateFiles;
  readonly zones: Map<Name, ZoneData>;
  /** Octets of commits that a crash cut off; nobody was told that they were done. */
  readonly tornOctets: number;
}

/**
 * The nameserver's state on disk: `snapshot-N` holds every zone as of the beginning of
 * `journal-N`, and the journals from N on hold every commit since. A snapshot without its end
 * record was never finished, and the one before it counts.
 */
export class StateFiles {
  readonly #disk: Disk;
  readonly #journalOctetsMax: number;
  #journal: RecordLog;
  #number: number;
  #isWriting = false;

  private constructor(disk: Disk, journal: RecordLog, number: number, journalOctetsMax: number) {
    this.#disk = disk;
    this.#journal = journal;
    this.#number = number;
    this.#journalOctetsMax = journalOctetsMax;
  }

  /**
   * Reads all zones. Writes nothing.
   *
   * @throws NameserverError `state-incomplete`, `state-unreadable`; RecordLogError; the disk's own.
   */
  static async open(disk: Disk, journalOctetsMax = JOURNAL_OCTETS_MAX): Promise<OpenedState> {
    const numbers = listNumbers(await disk.list());
    const zones = new Map<Name, ZoneData>();
    const start = await loadSnapshot(disk, numbers.snapshots, zones);
    const journals = numbers.journals.filter((number) => number >= start);
    checkComplete(start, journals, numbers.count);
    const newest = journals.at(-1) ?? start;
    let last: OpenedLog | undefined;
    for (const number of journals) last = await replayJournal(disk, number, newest, zones);
    last ??= await RecordLog.open(disk, `journal-${newest}`, JOURNAL);
    const files = new StateFiles(disk, last.log, newest, journalOctetsMax);
    return { files, zones, tornOctets: last.tornOctets };
  }

  /** Makes commits durable, all together. Rejects with the disk's error: then none counts. */
  append(commits: readonly ZoneCommit[]): Promise<void> {
    const records = commits.map((commit) => encodeStateRecord({ kind: "commit", commit }));
    return this.#journal.append(records);
  }

  /** The journal has grown so much that a new snapshot should be written. */
  get wantsSnapshot(): boolean {
    return !this.#isWriting && this.#journal.octets >= this.#journalOctetsMax;
  }

  /**
   * Begins a new journal. Call right after an {@link append} that resolved and before the next:
   * the old journal must end whole, and hold all that the snapshot to come begins with.
   */
  async beginJournal(): Promise<void> {
    const next = this.#number + 1;
    this.#journal = (await RecordLog.open(this.#disk, `journal-${next}`, JOURNAL)).log;
    this.#number = next;
  }

  /**
   * Writes a snapshot as of the beginning of the journal in use, and drops the files before it.
   * Commits go on meanwhile: it may show some of them, and the journal shows them again. `pause`
   * lets others run. Rejects with the disk's error: then the old files still count, and the next
   * snapshot is tried when the journal has grown by as much again.
   */
  async writeSnapshot(
    zones: ReadonlyMap<Name, ZoneData>,
    pause: () => Promise<void>,
  ): Promise<void> {
    assert(!this.#isWriting, "one snapshot is written at a time");
    this.#isWriting = true;
    const number = this.#number;
    try {
      await this.#writeAll(`snapshot-${number}`, zones, pause);
      await this.#dropBefore(number);
    } finally {
      this.#isWriting = false;
    }
  }

  async #writeAll(
    name: string,
    zones: ReadonlyMap<Name, ZoneData>,
    pause: () => Promise<void>,
  ): Promise<void> {
    await this.#disk.remove(name);
    const { log } = await RecordLog.open(this.#disk, name, SNAPSHOT);
    let nameCount = 0;
    for (const zone of zones.values()) {
      for (const changes of chunksOf(zone)) {
        nameCount += changes.length;
        const commit = { zone: zone.apex, changes };
        await log.append([encodeStateRecord({ kind: "commit", commit })]);
        await pause();
      }
    }
    await log.append([encodeStateRecord({ kind: "snapshot-end", nameCount })]);
  }

  async #dropBefore(number: number): Promise<void> {
    for (const name of await this.#disk.list()) {
      const found = FILE_NAME.exec(name);
      if (found !== null && Number(found[2]) < number) await this.#disk.remove(name);
    }
  }
}

/** A journal is begun only when the one before holds commits: none may be missing. */
function checkComplete(start: number, journals: readonly number[], fileCount: number): void {
  const missing = journals.find((number, index) => number !== start + index);
  const hasNothing = start === 0 && journals.length === 0 && fileCount > 0;
  if (missing === undefined && !hasNothing) return;
  const problem =
    start === 0 && journals[0] !== 0
      ? "neither a whole snapshot nor journal-0 is there"
      : `a journal before journal-${missing} is not there`;
  throw new NameserverError(
    { code: "state-incomplete", problem },
    `Cannot load zones as no file may be missing: ${problem}; restore a backup`,
  );
}

interface StateNumbers {
  readonly snapshots: readonly number[];
  readonly journals: readonly number[];
  readonly count: number;
}

function listNumbers(names: readonly string[]): StateNumbers {
  const found = names.flatMap((name) => {
    const parts = FILE_NAME.exec(name);
    return parts === null ? [] : [{ kind: parts[1], number: Number(parts[2]) }];
  });
  const numbersOf = (kind: string) =>
    found.filter((file) => file.kind === kind).map(({ number }) => number);
  return {
    snapshots: numbersOf("snapshot").toSorted((left, right) => right - left),
    journals: numbersOf("journal").toSorted((left, right) => left - right),
    count: found.length,
  };
}

/** Loads the newest whole snapshot; the answer is its number, 0 where there is none. */
async function loadSnapshot(
  disk: Disk,
  newestFirst: readonly number[],
  zones: Map<Name, ZoneData>,
): Promise<number> {
  for (const number of newestFirst) {
    const file = `snapshot-${number}`;
    const { records } = await RecordLog.open(disk, file, SNAPSHOT);
    const last = records.at(-1);
    if (last === undefined || decodeStateRecord(last)?.kind !== "snapshot-end") continue;
    for (const record of records) loadRecord(file, record, zones);
    return number;
  }
  return 0;
}

async function replayJournal(
  disk: Disk,
  number: number,
  newest: number,
  zones: Map<Name, ZoneData>,
): Promise<OpenedLog> {
  const file = `journal-${number}`;
  const opened = await RecordLog.open(disk, file, JOURNAL);
  if (opened.tornOctets > 0 && number !== newest) {
    throw new NameserverError(
      { code: "state-unreadable", file, problem: "its end is damaged" },
      `Cannot load zones as ${file} must be whole: its end is damaged; restore a backup`,
    );
  }
  for (const record of opened.records) loadRecord(file, record, zones);
  return opened;
}

function loadRecord(file: string, bytes: Uint8Array, zones: Map<Name, ZoneData>): void {
  const record = decodeStateRecord(bytes);
  if (record === undefined) {
    throw new NameserverError(
      { code: "state-unreadable", file, problem: "a record is not a commit" },
      `Cannot load zones as every record of ${file} must be a commit: one is not`,
    );
  }
  if (record.kind === "snapshot-end") return;
  const { zone, changes } = record.commit;
  let data = zones.get(zone);
  if (data === undefined) {
    data = new ZoneData(zone);
    zones.set(zone, data);
  }
  const draft = new ZoneDraft(data);
  for (const { name, rrsets } of changes) draft.set(name, rrsets);
  data.apply(draft);
}

/** Everything a zone holds, in parts small enough to write between answers. */
function* chunksOf(zone: ZoneData): Iterable<readonly NameChange[]> {
  let chunk: NameChange[] = [];
  for (const [name, { rrsets }] of zone.nodes()) {
    if (rrsets.length === 0) continue;
    chunk.push({ name, rrsets });
    if (chunk.length < SNAPSHOT_NAMES_PER_STEP) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
