import { assert, type Chance, concatBytes, type Disk } from "../src/base/index.ts";

/** A step of a disk that changes something. */
export interface DiskOperation {
  readonly kind: "append" | "sync" | "replace" | "truncate" | "remove";
  readonly name: string;
  /** From 1, over all files. */
  readonly number: number;
}

/**
 * What a crash does to octets never synced: all gone, all there, cut somewhere, or all there in
 * length with some of them zero (pages reach a disk in any order).
 */
export type CrashKeep = "nothing" | "everything" | "torn" | "holes";

/** Where in an operation the machine is switched off. */
export interface CrashPoint {
  readonly operation: number;
  readonly when: "before" | "half-way" | "after";
}

interface SimFile {
  // Pieces, so that a sync costs what it adds.
  synced: Uint8Array[];
  unsynced: Uint8Array[];
  /** The file's own name is durable. */
  named: boolean;
}

const PAGE_OCTETS = 512;

/** A folder in memory that forgets what was not synced, and fails where it is told to. */
export class SimDisk implements Disk {
  readonly #files = new Map<string, SimFile>();
  #operations = 0;
  #dead = false;
  /** Asked before each operation: an error makes it fail, with half of an append left behind. */
  failWhen: (operation: DiskOperation) => Error | undefined = () => undefined;
  /** Switches the machine off at this point: then nothing answers any more, but {@link crash}. */
  crashAt: CrashPoint | undefined = undefined;
  /** Awaited in each operation: a slow disk. */
  delay: (operation: DiskOperation) => Promise<void> = () => Promise.resolve();

  /** Operations begun so far. */
  get operations(): number {
    return this.#operations;
  }

  /** Switched off, at {@link crashAt} or by {@link crash}. */
  get isOff(): boolean {
    return this.#dead;
  }

  /** A copy of all that is durable: a backup, taken while the machine runs. */
  copy(): SimDisk {
    const copied = new SimDisk();
    for (const [name, { synced, named }] of this.#files) {
      if (named) copied.#files.set(name, { synced: [...synced], unsynced: [], named: true });
    }
    return copied;
  }

  /** The disk as the next start of the machine finds it. This one is dead from here on. */
  crash(keep: CrashKeep, chance: Chance): SimDisk {
    this.#dead = true;
    const next = new SimDisk();
    for (const [name, file] of this.#files) {
      if (!file.named && keep === "nothing") continue;
      const tail = survivors(concatBytes(file.unsynced), keep, chance);
      next.#files.set(name, { synced: [...file.synced, tail], unsynced: [], named: true });
    }
    return next;
  }

  /** Changes octets behind everybody's back: bit rot, or a hand. */
  tamper(name: string, change: (bytes: Uint8Array) => Uint8Array): void {
    const file = this.#files.get(name);
    assert(file !== undefined, `${name} exists`);
    file.synced = [change(contentOf(file))];
    file.unsynced = [];
  }

  async list(): Promise<readonly string[]> {
    this.#checkAlive();
    return [...this.#files.keys()].sort();
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    this.#checkAlive();
    const file = this.#files.get(name);
    return file === undefined ? undefined : contentOf(file);
  }

  async size(name: string): Promise<number | undefined> {
    return (await this.read(name))?.length;
  }

  async readInto(name: string, offset: number, target: Uint8Array): Promise<number> {
    const found = (await this.read(name))?.subarray(offset, offset + target.length);
    if (found !== undefined) target.set(found);
    return found?.length ?? 0;
  }

  append(name: string, bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    return this.#run("append", name, (part) => {
      const file = this.#files.get(name) ?? { synced: [], unsynced: [], named: false };
      this.#files.set(name, file);
      file.unsynced.push(part === "half" ? copy.subarray(0, copy.length >> 1) : copy);
    });
  }

  /** As its two steps: a machine may be switched off between them. */
  async appendDurably(name: string, bytes: Uint8Array): Promise<void> {
    await this.append(name, bytes);
    await this.sync(name);
  }

  sync(name: string): Promise<void> {
    return this.#run("sync", name, (part) => {
      const file = this.#files.get(name);
      assert(file !== undefined, `${name} exists when it is synced`);
      if (part === "half") return; // what half a sync leaves is decided by the crash
      file.synced.push(...file.unsynced);
      file.unsynced = [];
      file.named = true;
    });
  }

  replace(name: string, bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    return this.#run("replace", name, (part) => {
      if (part === "half") return; // durable in one step: the old file is still there
      this.#files.set(name, { synced: [copy], unsynced: [], named: true });
    });
  }

  truncate(name: string, octets: number): Promise<void> {
    return this.#run("truncate", name, (part) => {
      const file = this.#files.get(name);
      assert(file !== undefined, `${name} exists when it is truncated`);
      if (part === "half") return;
      file.synced = [contentOf(file).slice(0, octets)];
      file.unsynced = [];
    });
  }

  remove(name: string): Promise<void> {
    return this.#run("remove", name, (part) => {
      if (part === "whole") this.#files.delete(name);
    });
  }

  async #run(
    kind: DiskOperation["kind"],
    name: string,
    effect: (part: "half" | "whole") => void,
  ): Promise<void> {
    this.#checkAlive();
    this.#operations += 1;
    const operation: DiskOperation = { kind, name, number: this.#operations };
    await this.delay(operation);
    this.#checkAlive();
    const error = this.failWhen(operation);
    if (error !== undefined) {
      effect("half");
      throw error;
    }
    if (this.crashAt?.operation === operation.number) {
      if (this.crashAt.when === "half-way") effect("half");
      if (this.crashAt.when === "after") effect("whole");
      this.#dead = true;
      this.#checkAlive();
    }
    effect("whole");
  }

  #checkAlive(): void {
    if (this.#dead) throw new Error("the machine is off");
  }
}

/** A full disk, as the operating system says it. */
export function noSpace(): Error {
  return Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
}

function empty(): Uint8Array {
  return new Uint8Array(0);
}

function contentOf(file: SimFile): Uint8Array {
  return concatBytes([...file.synced, ...file.unsynced]);
}

function survivors(bytes: Uint8Array, keep: CrashKeep, chance: Chance): Uint8Array {
  switch (keep) {
    case "nothing":
      return empty();
    case "everything":
      return bytes;
    case "torn":
      return bytes.slice(0, chance.below(bytes.length + 1));
    case "holes": {
      const holed = bytes.slice();
      for (let at = 0; at < holed.length; at += PAGE_OCTETS) {
        if (chance.below(2) === 0) holed.fill(0, at, at + PAGE_OCTETS);
      }
      return holed;
    }
  }
}
