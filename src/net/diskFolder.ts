import { constants, fdatasync, write } from "node:fs";
import { type FileHandle, open, readdir, readFile, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { assert, type Disk } from "../base/index.ts";
import { systemCode, systemErrorText } from "../platform/index.ts";
import { makeFolder } from "./makeFolder.ts";
import { NetError } from "./netError.ts";

/** Only this user: keys and plans lie here. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** Names start with a letter or digit, so the half-written `.name.new` is never one of them. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

const { O_APPEND, O_CREAT, O_WRONLY, O_DSYNC } = constants;
/**
 * On Linux a write through such a handle ends when it is durable, as by fdatasync (open(2)): one
 * step of a helper thread instead of two, a fifth of a short append's time. A write of the main
 * thread itself would save as much again; but a disk that stalls would then stall every client.
 */
const WRITES_ARE_DURABLE = process.platform === "linux" && O_DSYNC !== undefined;
const DURABLE_FLAGS = O_APPEND | O_CREAT | O_WRONLY | (WRITES_ARE_DURABLE ? O_DSYNC : 0);

/** One file being appended to. */
interface OpenFile {
  readonly handle: FileHandle;
  /** The folder's own entry for the file may not be durable yet. */
  nameIsDurable: boolean;
}

/**
 * A folder of the real disk. Steps on one file run one after another, in the order asked;
 * steps on different files run side by side, so a large snapshot does not hold up a log.
 */
export class DiskFolder implements Disk {
  readonly #folder: string;
  readonly #appending = new Map<string, OpenFile>();
  readonly #appendingDurably = new Map<string, OpenFile>();
  readonly #tails = new Map<string, Promise<unknown>>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder where there is none. Throws NetError `folder-unusable`. */
  static async open(folder: string): Promise<DiskFolder> {
    try {
      makeFolder(folder, FOLDER_MODE);
      await readdir(folder);
    } catch (cause) {
      const reason = systemErrorText(cause);
      throw new NetError(
        { code: "folder-unusable", folder, reason },
        `Cannot use the folder ${folder} as it must be readable and writable: ${reason}`,
        { cause },
      );
    }
    return new DiskFolder(folder);
  }

  async list(): Promise<readonly string[]> {
    const found = await readdir(this.#folder, { withFileTypes: true });
    const files = found.filter((entry) => entry.isFile() && NAME.test(entry.name));
    return files.map((entry) => entry.name).sort();
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.#inTurn(name, async () => {
      try {
        return plainBytes(await readFile(this.#path(name)));
      } catch (error) {
        if (systemCode(error) === "ENOENT") return undefined;
        throw error;
      }
    });
  }

  size(name: string): Promise<number | undefined> {
    return this.#inTurn(name, async () => {
      try {
        return (await stat(this.#path(name))).size;
      } catch (error) {
        if (systemCode(error) === "ENOENT") return undefined;
        throw error;
      }
    });
  }

  readInto(name: string, offset: number, target: Uint8Array): Promise<number> {
    return this.#inTurn(name, async () => {
      let handle: FileHandle;
      try {
        handle = await open(this.#path(name), "r");
      } catch (error) {
        if (systemCode(error) === "ENOENT") return 0;
        throw error;
      }
      try {
        return await readAll(handle, offset, target);
      } finally {
        await handle.close();
      }
    });
  }

  append(name: string, bytes: Uint8Array): Promise<void> {
    return this.#inTurn(name, async () => {
      const file = await this.#appendable(name);
      await file.handle.appendFile(bytes);
    });
  }

  appendDurably(name: string, bytes: Uint8Array): Promise<void> {
    return this.#inTurn(name, async () => {
      const held = this.#appendingDurably.get(name);
      const file = held ?? (await this.#opened(this.#appendingDurably, name, DURABLE_FLAGS));
      await writeDurably(file.handle.fd, bytes);
      if (!file.nameIsDurable) await this.#makeNameDurable(file);
    });
  }

  sync(name: string): Promise<void> {
    return this.#inTurn(name, async () => {
      const file = await this.#appendable(name);
      await file.handle.datasync();
      if (!file.nameIsDurable) await this.#makeNameDurable(file);
    });
  }

  replace(name: string, bytes: Uint8Array): Promise<void> {
    return this.#inTurn(name, async () => {
      const half = join(this.#folder, `.${name}.new`);
      const handle = await open(half, "w", FILE_MODE);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await this.#letGo(name);
      await rename(half, this.#path(name));
      await this.#syncFolder();
    });
  }

  truncate(name: string, octets: number): Promise<void> {
    return this.#inTurn(name, async () => {
      const handle = await open(this.#path(name), "r+");
      try {
        await handle.truncate(octets);
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  }

  remove(name: string): Promise<void> {
    return this.#inTurn(name, async () => {
      await this.#letGo(name);
      try {
        await unlink(this.#path(name));
      } catch (error) {
        if (systemCode(error) !== "ENOENT") throw error;
      }
      await this.#syncFolder();
    });
  }

  /** Ends after all steps asked so far; nothing may be asked afterwards. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#tails.values());
    const names = [...this.#appending.keys(), ...this.#appendingDurably.keys()];
    for (const name of names) await this.#letGo(name);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  async #appendable(name: string): Promise<OpenFile> {
    return this.#appending.get(name) ?? this.#opened(this.#appending, name, "a");
  }

  async #opened(
    into: Map<string, OpenFile>,
    name: string,
    flags: number | string,
  ): Promise<OpenFile> {
    const handle = await open(this.#path(name), flags, FILE_MODE);
    const file: OpenFile = { handle, nameIsDurable: false };
    into.set(name, file);
    return file;
  }

  async #letGo(name: string): Promise<void> {
    for (const files of [this.#appending, this.#appendingDurably]) {
      const held = files.get(name);
      files.delete(name);
      await held?.handle.close();
    }
  }

  async #makeNameDurable(file: OpenFile): Promise<void> {
    await this.#syncFolder();
    file.nameIsDurable = true;
  }

  async #syncFolder(): Promise<void> {
    const handle = await open(this.#folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  #inTurn<Result>(name: string, step: () => Promise<Result>): Promise<Result> {
    assert(NAME.test(name), `"${name}" is a plain file name`);
    const before = this.#tails.get(name) ?? Promise.resolve();
    const done = before.then(step, step);
    const tail = done
      .catch(() => undefined) // the caller sees the failure; the next step must still run
      .then(() => {
        if (this.#tails.get(name) === tail) this.#tails.delete(name);
      });
    this.#tails.set(name, tail);
    return done;
  }
}

/** Writes all octets through a handle of {@link DURABLE_FLAGS}. */
function writeDurably(fd: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error: Error | null): void => (error === null ? resolve() : reject(error));
    const writeFrom = (offset: number): void => {
      write(fd, bytes, offset, bytes.length - offset, null, (error, written) => {
        if (error !== null) reject(error);
        else if (offset + written < bytes.length) writeFrom(offset + written);
        else if (WRITES_ARE_DURABLE) resolve();
        else fdatasync(fd, end);
      });
    };
    writeFrom(0);
  });
}

/** One read may stop early, as every read of an operating system may. */
async function readAll(handle: FileHandle, offset: number, target: Uint8Array): Promise<number> {
  let read = 0;
  while (read < target.length) {
    const left = target.length - read;
    const { bytesRead } = await handle.read(target, read, left, offset + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return read;
}

// A Buffer's slice() shares memory where Uint8Array's copies: readers get what the port promises.
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
