import { type Name, parentOf, parseName } from "../../dns/index.ts";
import { DEFAULT_POLICY, type GuardPolicy } from "../machine/policy.ts";

/** How addresses prove to be a name's service. */
interface Proof {
  readonly proof: "tls" | "tcp" | "connections";
  readonly port: number;
}

/** How a name is guarded. */
export type BookedPolicy = GuardPolicy & Proof;

/** What a forwarder goes by where nothing is said. */
export const DEFAULT_BOOKED: BookedPolicy = { ...DEFAULT_POLICY, proof: "tls", port: 443 };

/** How each name is guarded: as the nearest name above it that is written down, or as all. */
export class PolicyBook {
  readonly #all: BookedPolicy;
  readonly #names: ReadonlyMap<Name, BookedPolicy>;

  constructor(all: BookedPolicy, names: ReadonlyMap<Name, BookedPolicy>) {
    this.#all = all;
    this.#names = names;
  }

  /** The same, but these names and all below them are not guarded. */
  without(names: readonly Name[]): PolicyBook {
    const off = names.map((name): [Name, BookedPolicy] => {
      return [name, { ...this.policyFor(name), isGuarded: false }];
    });
    return new PolicyBook(this.#all, new Map([...this.#names, ...off]));
  }

  /** `name` as a `Name` of src/dns. */
  policyFor(name: string): BookedPolicy {
    if (this.#names.size === 0) return this.#all;
    const parsed = parseName(name);
    let at: Name | undefined = parsed.kind === "parsed" ? parsed.name : undefined;
    while (at !== undefined) {
      const found = this.#names.get(at);
      if (found !== undefined) return found;
      at = parentOf(at);
    }
    return this.#all;
  }
}
