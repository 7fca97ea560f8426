/** How long an address is avoided after a connection to it failed. */
const AVOID_MS = 30_000;
/** Addresses remembered; the oldest are forgotten. */
const REMEMBERED_MAX = 4096;

/** What the application's own connections say of addresses: those that failed are avoided. */
export class Connections {
  readonly #failedMs = new Map<string, number>();

  failed(address: string, nowMs: number): void {
    this.#failedMs.delete(address);
    this.#failedMs.set(address, nowMs);
    const [oldest] = this.#failedMs.keys();
    if (this.#failedMs.size > REMEMBERED_MAX && oldest !== undefined) {
      this.#failedMs.delete(oldest);
    }
  }

  succeeded(address: string): void {
    this.#failedMs.delete(address);
  }

  /**
   * The same addresses in the same order, but for those that failed of late: these are left out.
   * All of them where none is left: an address that may be bad is better than none.
   */
  preferred<Address extends string>(
    addresses: readonly Address[],
    nowMs: number,
  ): readonly Address[] {
    const good = addresses.filter((address) => !this.#isAvoided(address, nowMs));
    return good.length === 0 ? addresses : good;
  }

  #isAvoided(address: string, nowMs: number): boolean {
    const failedMs = this.#failedMs.get(address);
    return failedMs !== undefined && nowMs - failedMs < AVOID_MS;
  }
}
