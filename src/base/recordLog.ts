import { assert } from "./assert.ts";
import { concatBytes } from "./bytes.ts";
import type { Disk } from "./disk.ts";
import {
  encodeFile,
  encodeFrame,
  FRAME_HEAD_OCTETS,
  HEAD_OCTETS,
  LOG_OCTETS_MAX,
  type LogFormat,
  readFrames,
  readHead,
} from "./recordFrames.ts";
import { RecordLogError } from "./recordLogError.ts";

/** A log as it was found. */
export interface OpenedLog {
  readonly log: RecordLog;
  /** Every record held, oldest first; they share the file's memory. */
  readonly records: readonly Uint8Array[];
  /** Format version of these records; that of `format` where the file is new. */
  readonly version: number;
  /** Octets of a torn tail: what a crash left of an append that nobody was told of. */
  readonly tornOctets: number;
}

/**
 * An append-only file of checked records. The records of one append are all there after a crash,
 * or none is. Appends run one after another, in the order in which they were asked for.
 */
export class RecordLog {
  readonly #disk: Disk;
  readonly #name: string;
  readonly #format: LogFormat;
  #octets: number;
  // The file may hold more than #octets: a torn tail, or what is left of an append that failed.
  #hasTail: boolean;
  // A rewrite failed: the file is the old one or the new, and perhaps not durably.
  #unsure = false;
  #last: Promise<void> = Promise.resolve();

  private constructor(disk: Disk, name: string, format: LogFormat, octets: number, tail: boolean) {
    this.#disk = disk;
    this.#name = name;
    this.#format = format;
    this.#octets = octets;
    this.#hasTail = tail;
  }

  /**
   * Reads the log in file `name`; writes nothing, so that it opens on a full or read-only disk
   * too: a missing file is created, and a torn tail cut off, by the next write.
   *
   * @throws RecordLogError `log-corrupt`, `log-not-ours`, `log-too-new`; or the disk's own error.
   */
  static async open(disk: Disk, name: string, format: LogFormat): Promise<OpenedLog> {
    assert(/^[\x21-\x7e]{1,16}$/.test(format.magic), `magic "${format.magic}" fits a file's head`);
    const bytes = await disk.read(name);
    if (bytes === undefined) {
      const log = new RecordLog(disk, name, format, 0, false);
      return { log, records: [], version: format.version, tornOctets: 0 };
    }
    const version = readHead(name, bytes, format);
    const { records, end } = readFrames(name, bytes);
    const tornOctets = bytes.length - end;
    const log = new RecordLog(disk, name, format, end, tornOctets > 0);
    return { log, records, version, tornOctets };
  }

  /** Octets of whole records in the file; 0 where there is no file yet. */
  get octets(): number {
    return this.#octets;
  }

  /**
   * Adds records, durable together when this resolves. Where it rejects, the log holds what it
   * held and may be tried again; but a crash before the next write may show them or not.
   *
   * @throws RecordLogError `log-full`; or the disk's own error.
   */
  append(records: readonly Uint8Array[]): Promise<void> {
    return this.#queue(() => this.#append(records));
  }

  /** Replaces everything held, in one durable step: a crash leaves the old records or the new. */
  rewrite(records: readonly Uint8Array[]): Promise<void> {
    return this.#queue(async () => {
      this.#unsure = this.#octets > 0; // until the disk says otherwise
      await this.#replace(encodeFile(this.#format, records));
    });
  }

  async #append(records: readonly Uint8Array[]): Promise<void> {
    if (records.length === 0) return;
    const size = records.reduce((sum, record) => sum + 4 + record.length, FRAME_HEAD_OCTETS);
    if (this.#octets + HEAD_OCTETS + size > LOG_OCTETS_MAX) throw this.#full();
    if (this.#octets === 0) {
      await this.#replace(encodeFile(this.#format, records));
      return;
    }
    if (this.#unsure) {
      const bytes = (await this.#disk.read(this.#name)) ?? encodeFile(this.#format, []);
      const held = bytes.subarray(0, readFrames(this.#name, bytes).end);
      await this.#replace(concatBytes([held, encodeFrame(held.length, records)]));
      return;
    }
    if (this.#hasTail) {
      await this.#disk.truncate(this.#name, this.#octets);
      this.#hasTail = false;
    }
    const frame = encodeFrame(this.#octets, records);
    this.#hasTail = true; // until the sync says otherwise
    await this.#disk.appendDurably(this.#name, frame);
    this.#hasTail = false;
    this.#octets += frame.length;
  }

  async #replace(bytes: Uint8Array): Promise<void> {
    await this.#disk.replace(this.#name, bytes);
    this.#octets = bytes.length;
    this.#hasTail = false;
    this.#unsure = false;
  }

  #queue(write: () => Promise<void>): Promise<void> {
    const result = this.#last.then(write);
    this.#last = result.catch(() => {}); // the caller hears of it; the next write tries again
    return result;
  }

  #full(): RecordLogError {
    return new RecordLogError(
      { code: "log-full", file: this.#name, octets: this.#octets },
      `Cannot append to ${this.#name} as it must stay <= ${LOG_OCTETS_MAX} octets: ` +
        `it has ${this.#octets}`,
    );
  }
}
