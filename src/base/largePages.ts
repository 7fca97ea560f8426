/** Asks the system for large pages, under memory that is read at random. */
export interface LargePages {
  /**
   * For all of `memory`, whose first `octets` are in use; these are moved while others read and
   * write them. Resolves to the octets moved, 0 where the system does not do it. Never rejects.
   */
  use(memory: SharedArrayBuffer, octets: number): Promise<number>;
}
