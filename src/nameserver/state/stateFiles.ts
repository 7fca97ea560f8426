import { assert, type Disk, type LogFormat, type OpenedLog, RecordLog } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import { type Arena, reserveArena } from "../zone/arena.ts";
import type { ZoneData } from "../zone/zoneData.ts";
import { decodeStateRecord, encodeStateRecord, type ZoneCommit } from "./commitCodec.ts";
import { ArenaImage, type Pause } from "./imageWriter.ts";
import { loadWhole, replayRecords, unreadable } from "./loadState.ts";
import { journalsFrom, type StateFile, stateFilesOf, superseded } from "./stateNumbers.ts";

/** Octets of journal after which a new image is worth writing: some 10,000 commits. */
const JOURNAL_OCTETS_MAX = 16 * 2 ** 20;
/** Journals kept in front of the newest image, for IXFR: an hour of ten changes a second. */
const HISTORY_JOURNALS_MAX = 4;

const JOURNAL: LogFormat = { magic: "holdfast-journal", version: 2 };

/** State as it was found on disk. */
export interface OpenedState {
  readonly files: StateFiles;
  readonly zones: Map<Name, ZoneData>;
  /** Where all these zones live, and every further one should. */
  readonly arena: Arena;
  /** Octets of commits that a crash cut off; nobody was told that they were done. */
  readonly tornOctets: number;
  /** Images that were damaged, each with what is wrong: an older one stood in for them. */
  readonly damaged: readonly string[];
}

/**
 * The nameserver's state on disk: `image-N` holds every zone as of the beginning of `journal-N`,
 * and the journals from N on hold every commit since. An image without its end was never finished,
 * and the one before it counts. Images of the first version are called snapshots, and read.
 */
export class StateFiles {
  readonly #disk: Disk;
  readonly #arena: Arena;
  readonly #journalOctetsMax: number;
  #journal: RecordLog;
  #number: number;
  #isWriting = false;

  private constructor(disk: Disk, arena: Arena, journal: RecordLog, number: number, max: number) {
    this.#disk = disk;
    this.#arena = arena;
    this.#journal = journal;
    this.#number = number;
    this.#journalOctetsMax = max;
  }

  /**
   * Reads all zones. Writes nothing. `arenaOctets`: memory for them, as far as the system has it.
   *
   * @throws NameserverError `state-incomplete`, `state-unreadable`, `state-too-new`, `memory-full`;
   * RecordLogError; the disk's own; RangeError where no memory is to be had.
   */
  static async open(
    disk: Disk,
    journalOctetsMax: number = JOURNAL_OCTETS_MAX,
    arenaOctets?: number,
  ): Promise<OpenedState> {
    const found = stateFilesOf(await disk.list());
    const whole = await loadWhole(disk, found, () => reserveArena(arenaOctets));
    const journals = journalsFrom(whole.number, found);
    const { arena, zones, damaged } = whole;
    let number = journals.at(-1)?.number ?? whole.number;
    let last: OpenedLog | undefined;
    for (const { name, number: of } of journals) {
      last = await RecordLog.open(disk, name, JOURNAL);
      if (last.tornOctets > 0 && of !== number) throw unreadable(name, "its end is damaged");
      replayRecords(name, last.records, zones, arena);
    }
    const tornOctets = last?.tornOctets ?? 0;
    // Records of today are not put behind a head of yesterday, if that can be helped.
    const isOld = last !== undefined && last.version < JOURNAL.version && tornOctets === 0;
    if (isOld && (last?.records.length ?? 0) > 0) {
      number += 1;
      last = undefined;
    }
    last ??= await RecordLog.open(disk, `journal-${number}`, JOURNAL);
    const files = new StateFiles(disk, arena, last.log, number, journalOctetsMax);
    return { files, zones, arena, tornOctets, damaged };
  }

  /** Makes commits durable, all together. Rejects with the disk's error: then none counts. */
  append(commits: readonly ZoneCommit[]): Promise<void> {
    const records = commits.map((commit) => encodeStateRecord({ kind: "commit", commit }));
    return this.#journal.append(records);
  }

  /** The journal has grown so much that a new image should be written. */
  get wantsSnapshot(): boolean {
    return !this.#isWriting && this.#journal.octets >= this.#journalOctetsMax;
  }

  /**
   * Begins a new journal. Call right after an {@link append} that resolved and before the next:
   * the old journal must end whole, and hold all that the image to come begins with.
   */
  async beginJournal(): Promise<void> {
    const next = this.#number + 1;
    this.#journal = (await RecordLog.open(this.#disk, `journal-${next}`, JOURNAL)).log;
    this.#number = next;
  }

  /**
   * Writes an image as of the beginning of the journal in use, and drops files that are not needed
   * any more. To be called before the next commit; others go on while it writes. `pause` lets
   * others run. Rejects with the disk's error: then the old files still count, and the next image
   * is tried when the journal has grown by as much again.
   */
  async writeSnapshot(zones: ReadonlyMap<Name, ZoneData>, pause: Pause): Promise<void> {
    assert(!this.#isWriting, "one image is written at a time");
    this.#isWriting = true;
    const number = this.#number;
    const image = new ArenaImage(this.#arena, zones.values());
    try {
      await image.write(this.#disk, `image-${number}`, pause);
      await this.#dropBefore(number);
    } finally {
      image.release();
      this.#isWriting = false;
    }
  }

  /**
   * Commits that the journals still hold, of all zones, oldest first. One whose names lack
   * `before`, or whose SOA does not move, breaks its zone's history: what is before it is no use.
   * To be read before the next commit.
   *
   * @throws RecordLogError, NameserverError `state-unreadable`; the disk's own error.
   */
  async *history(): AsyncGenerator<ZoneCommit, void, undefined> {
    const journals = (await this.#files()).filter(({ kind }) => kind === "journal");
    for (const { name } of journals) {
      const { records } = await RecordLog.open(this.#disk, name, JOURNAL);
      for (const bytes of records) {
        const record = decodeStateRecord(bytes);
        if (record?.kind !== "commit") throw unreadable(name, "a record is not a commit");
        yield record.commit;
      }
    }
  }

  async #files(): Promise<readonly StateFile[]> {
    return stateFilesOf(await this.#disk.list());
  }

  async #dropBefore(number: number): Promise<void> {
    const sized = [];
    for (const file of await this.#files()) {
      sized.push({ ...file, octets: (await this.#disk.size(file.name)) ?? 0 });
    }
    const historyOctetsMax = HISTORY_JOURNALS_MAX * this.#journalOctetsMax;
    for (const { name } of superseded(sized, number, historyOctetsMax)) {
      await this.#disk.remove(name);
    }
  }
}
