// A client that asks for every name of a region, over and over, with a resolver that is not ours.
import { Resolver } from "node:dns/promises";

/** A name, and a type that it must always have an answer of. */
export interface Wanted {
  readonly name: string;
  readonly type: "A" | "AAAA";
}

/** What was seen that must never be; none of both is what a test wants. */
export interface Trouble {
  /** "Nothing there": NODATA or NXDOMAIN. */
  readonly denials: readonly string[];
  /** A fence that was lower than one seen before. */
  readonly backwards: readonly string[];
}

/** Every name of the demo region, with the types that it is configured with. */
export function demoNames(zone: string): readonly Wanted[] {
  const both = ["dynamodb", "dynamodb.dualstack"];
  const ipv4 = ["dynamodb-fips", "streams.dynamodb", "111122223333.ddb", "signin"];
  return [
    ...[...both, ...ipv4].map((name): Wanted => ({ name: `${name}.${zone}`, type: "A" })),
    ...[...both, "ipv6.dynamodb"].map(
      (name): Wanted => ({ name: `${name}.${zone}`, type: "AAAA" }),
    ),
  ];
}

/** Asks until stopped. */
export class NamesWatcher {
  readonly #resolver = new Resolver({ timeout: 400, tries: 1 });
  readonly #wanted: readonly Wanted[];
  readonly #denials: string[] = [];
  readonly #backwards: string[] = [];
  readonly #newest = new Map<string, number>();
  #rounds = 0;
  #isStopped = false;
  readonly #done: Promise<void>;

  constructor(port: number, wanted: readonly Wanted[]) {
    this.#resolver.setServers([`127.0.0.1:${port}`]);
    this.#wanted = wanted;
    this.#done = this.#watch();
  }

  /** Rounds over all names in which everything was answered. */
  get rounds(): number {
    return this.#rounds;
  }

  /** The highest generation seen in the fence of a name; 0 where none was. */
  generation(name: string): number {
    return this.#newest.get(name) ?? 0;
  }

  async stop(): Promise<Trouble> {
    this.#isStopped = true;
    await this.#done;
    return { denials: this.#denials, backwards: this.#backwards };
  }

  async #watch(): Promise<void> {
    while (!this.#isStopped) {
      let isWhole = true;
      for (const wanted of this.#wanted) isWhole = (await this.#look(wanted)) && isWhole;
      if (isWhole) this.#rounds += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** False where nobody answered: the server is down, which is not a denial. */
  async #look({ name, type }: Wanted): Promise<boolean> {
    try {
      const ask = type === "A" ? this.#resolver.resolve4(name) : this.#resolver.resolve6(name);
      await ask;
      this.#take(name, await this.#resolver.resolveTxt(`_holdfast.${name}`));
      return true;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "ENODATA" || code === "ENOTFOUND") this.#denials.push(message);
      return false;
    }
  }

  #take(name: string, records: readonly (readonly string[])[]): void {
    const text = records.map((strings) => strings.join("")).join("\n");
    const generation = Number(/ generation=(\d+) /.exec(text)?.[1]);
    const before = this.generation(name);
    if (generation < before) this.#backwards.push(`${name}: ${before}, then ${generation}`);
    this.#newest.set(name, Math.max(before, generation));
  }
}
