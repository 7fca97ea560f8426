// A client that asks all the time, with a resolver that is not ours (c-ares), and remembers all.
import { Resolver } from "node:dns/promises";

/** One look at an endpoint: its fence, its answer, its fence again. */
export interface Sight {
  readonly before: number;
  readonly addresses: readonly string[];
  readonly after: number;
}

/** What a client saw over its whole watch. */
export interface Watch {
  readonly sights: readonly Sight[];
  /** Answers that said "nothing there": NODATA or NXDOMAIN. */
  readonly denials: readonly string[];
  /** Questions that nobody answered (the server was down): not a denial. */
  readonly silences: number;
}

/** Asks for an endpoint's fence and addresses, over and over, until stopped. */
export class Watcher {
  readonly #resolver = new Resolver({ timeout: 400, tries: 1 });
  readonly #endpoint: string;
  readonly #sights: Sight[] = [];
  readonly #denials: string[] = [];
  #silences = 0;
  #isStopped = false;
  readonly #done: Promise<void>;

  constructor(port: number, endpoint: string) {
    this.#endpoint = endpoint;
    this.#resolver.setServers([`127.0.0.1:${port}`]);
    this.#done = this.#watch();
  }

  /** How many whole looks there were so far. */
  get looks(): number {
    return this.#sights.length;
  }

  async stop(): Promise<Watch> {
    this.#isStopped = true;
    await this.#done;
    return { sights: this.#sights, denials: this.#denials, silences: this.#silences };
  }

  async #watch(): Promise<void> {
    while (!this.#isStopped) {
      try {
        const before = await this.#generation();
        const addresses = (await this.#resolver.resolve4(this.#endpoint)).sort();
        const after = await this.#generation();
        this.#sights.push({ before, addresses, after });
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === "ENODATA" || code === "ENOTFOUND") this.#denials.push(message);
        else this.#silences += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }

  async #generation(): Promise<number> {
    const records = await this.#resolver.resolveTxt(`_holdfast.${this.#endpoint}`);
    const text = records.map((strings) => strings.join("")).join("\n");
    const found = / generation=(\d+) /.exec(text)?.[1];
    if (found === undefined) throw new Error(`Cannot read the fence "${text}"`);
    return Number(found);
  }
}

/** Places where the generation went down, in the order in which a client saw it. */
export function stepsBackwards(sights: readonly Sight[]): readonly string[] {
  const seen = sights.flatMap(({ before, after }) => [before, after]);
  return seen.flatMap((generation, index) => {
    const previous = seen[index - 1] ?? 0;
    return generation < previous ? [`${previous} then ${generation}`] : [];
  });
}

/** Sights in which an unmoved fence stood beside another set than that generation's. */
export function mixtures(
  sights: readonly Sight[],
  setOf: (generation: number) => readonly string[] | undefined,
): readonly string[] {
  return sights.flatMap(({ before, addresses, after }) => {
    if (before !== after) return [];
    const planned = setOf(before);
    if (planned === undefined || planned.join() === addresses.join()) return [];
    return [`generation ${before} answered ${addresses.join()} and not ${planned.join()}`];
  });
}
