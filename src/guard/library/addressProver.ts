import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
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

/** What the prover needs. */
export interface ProverParts {
  readonly settingsFor: (name: string) => ProofSettings;
  readonly tried: Pick<TriedAddresses, "has">;
  /** All certificates that are trusted, in PEM; without it those of the system. */
  readonly ca?: readonly string[];
}

/** A service that is up says so within this time. */
const TIMEOUT_MS = 3000;
/** Addresses tried at a time. */
const ADDRESSES_MAX = 4;
/** Connections of the whole process for proofs; more wait their turn by being tried later. */
const TRYING_MAX = 16;

/** Tries addresses by a connection of its own, which is closed as soon as it proved something. */
export class AddressProver implements Prover {
  readonly #parts: ProverParts;
  #trying = 0;

  constructor(parts: ProverParts) {
    this.#parts = parts;
  }

  async prove(name: string, addresses: readonly string[]): Promise<ProofOutcome> {
    const { tried } = this.#parts;
    const settings = this.#parts.settingsFor(name);
    const allowed = addresses.filter((address) => tried.has(address)).slice(0, ADDRESSES_MAX);
    if (settings.proof === "connections" || this.#trying + allowed.length > TRYING_MAX) {
      return { proven: [], disproven: [] };
    }
    const host = name.endsWith(".") ? name.slice(0, -1) : name;
    const found = await Promise.all(allowed.map((address) => this.#try(host, address, settings)));
    return {
      proven: allowed.filter((_, index) => found[index] === true),
      disproven: allowed.filter((_, index) => found[index] === false),
    };
  }

  #try(host: string, address: string, { proof, port }: ProofSettings): Promise<boolean> {
    this.#trying += 1;
    const { ca } = this.#parts;
    const place = { host: address, port };
    const trusted = ca === undefined ? {} : { ca: [...ca] };
    const socket: Socket =
      proof === "tls"
        ? connectTls({ ...place, ...trusted, servername: host, rejectUnauthorized: true })
        : connect(place);
    return new Promise((resolve) => {
      const settle = (isProven: boolean): void => {
        clearTimeout(timer);
        socket.destroy();
        resolve(isProven);
      };
      const timer = setTimeout(() => settle(false), TIMEOUT_MS).unref();
      socket.once(proof === "tls" ? "secureConnect" : "connect", () => settle(true));
      socket.on("error", () => settle(false));
      socket.once("close", () => {
        this.#trying -= 1;
        settle(false);
      });
    });
  }
}
