/**
 * One folder, as a durable part is allowed to see it. Names are plain file names without slashes.
 * Every promise rejects with the operating system's error where the step failed (full disk,
 * permission): the caller must then assume that nothing of it is durable.
 */
export interface Disk {
  /** Names of the files in the folder, sorted by code unit. */
  list(): Promise<readonly string[]>;
  /** The whole file, or undefined where there is none. Unreadable is an error, not "none". */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Octets of the file, or undefined where there is none. */
  size(name: string): Promise<number | undefined>;
  /**
   * Reads a file from octet `offset` on into memory that is there already, until the memory is
   * full or the file ends. The answer is how many octets were read; 0 where there is no file.
   */
  readInto(name: string, offset: number, target: Uint8Array): Promise<number>;
  /** Adds to the end of a file, creating it. Durable only after {@link sync}. */
  append(name: string, bytes: Uint8Array): Promise<void>;
  /**
   * Adds to the end of a file whose octets are durable, or makes it: {@link append} and
   * {@link sync} in one step.
   */
  appendDurably(name: string, bytes: Uint8Array): Promise<void>;
  /** Makes all that was appended to the file durable, the file's own name included. */
  sync(name: string): Promise<void>;
  /** Replaces the whole file in one durable step: readers and crashes see the old or the new. */
  replace(name: string, bytes: Uint8Array): Promise<void>;
  /** Cuts a file to its first `octets`, durably: drops a torn tail. */
  truncate(name: string, octets: number): Promise<void>;
  /** Deletes a file, durably; harmless where there is none. */
  remove(name: string): Promise<void>;
}
