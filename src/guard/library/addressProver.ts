import type { ProofOutcome } from "../machine/outcome.ts";
import type { Prover } from "../machine/ports.ts";
import type { TriedAddresses } from "./publicAddress.ts";

/** How addresses prove to be a name's service. */
export interface ProofSettings {
  /**
   * `tls`: a certificate that is valid for the name. `tcp`: something accepts connections there,
   * which any other tenant of the address does as well. `connections`: the application's own alone.
   */
  readonly proof: "tls" | "tcp" | "connections";
  /** 1..65535. */
  readonly port: number;
}

/** Whether an address is the service of a host. Never throws, and ends within seconds. */
export type Attempt = (host: string, address: string, settings: ProofSettings) => Promise<boolean>;

/** What the prover needs. */
export interface ProverParts {
  readonly settingsFor: (name: string) => ProofSettings;
  readonly tried: Pick<TriedAddresses, "has">;
  readonly attempt: Attempt;
  /** Addresses tried at once, of all names: 16 unless said otherwise. Others wait their turn. */
  readonly tryingMax?: number;
}

/** Addresses tried at a time. */
const ADDRESSES_MAX = 4;
const TRYING_MAX = 16;

/** Tries addresses: few of a name, few at once, and only those that may be tried. */
export class AddressProver implements Prover {
  readonly #parts: ProverParts;
  #trying = 0;
  readonly #queue: (() => void)[] = [];

  constructor(parts: ProverParts) {
    this.#parts = parts;
  }

  async prove(
    name: string,
    addresses: readonly string[],
    began: () => boolean,
  ): Promise<ProofOutcome> {
    const { tried } = this.#parts;
    const settings = this.#parts.settingsFor(name);
    const allowed = addresses.filter((address) => tried.has(address)).slice(0, ADDRESSES_MAX);
    if (settings.proof === "connections" || allowed.length === 0) {
      began();
      return { proven: [], disproven: [] };
    }
    const host = name.endsWith(".") ? name.slice(0, -1) : name;
    const found = await Promise.all(
      allowed.map((address) => this.#try(host, address, settings, began)),
    );
    return {
      proven: allowed.filter((_, index) => found[index] === true),
      disproven: allowed.filter((_, index) => found[index] === false),
    };
  }

  async #try(
    host: string,
    address: string,
    settings: ProofSettings,
    began: () => boolean,
  ): Promise<boolean | undefined> {
    await this.#turn();
    // Of a host whose doubt ended while it waited nothing is tried any more.
    const isProven = began() ? await this.#parts.attempt(host, address, settings) : undefined;
    this.#trying -= 1;
    this.#next();
    return isProven;
  }

  /** Resolves when there is room for one more, in the order in which it was asked for. */
  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#queue.push(resolve);
      this.#next();
    });
  }

  #next(): void {
    const { tryingMax = TRYING_MAX } = this.#parts;
    while (this.#trying < tryingMax && this.#queue.length > 0) {
      this.#trying += 1;
      this.#queue.shift()?.();
    }
  }
}
