import {
  addressOf,
  type Health,
  type Mood,
  NETWORKS,
  type NetworkId,
  type Said,
  type Scene,
} from "./scene.ts";

/** What is so in a world, whatever anybody is told. Acts change it. */
export class Truth {
  network: NetworkId = "home";
  areForgersThere = false;
  isProverBlind = false;
  /** Rises with whatever may change what can be proven. */
  changes = 0;
  readonly #names: readonly string[];
  readonly #said = new Map<string, Said>();
  readonly #tombstones = new Map<string, "plain" | "signed">();
  readonly #moods = new Map<string, Mood>();
  readonly #lies = new Map<string, readonly string[]>();
  readonly #health = new Map<string, Health>();

  constructor({ names }: Pick<Scene, "names">) {
    this.#names = names;
  }

  said(network: NetworkId, name: string, type: number): Said {
    const nothing = { kind: "nxdomain", isSigned: false } as const;
    return this.#said.get(`${network} ${type} ${name}`) ?? nothing;
  }

  say(network: NetworkId, name: string, type: number, said: Said): void {
    this.#said.set(`${network} ${type} ${name}`, said);
  }

  tombstone(network: NetworkId, name: string): "none" | "plain" | "signed" {
    return this.#tombstones.get(`${network} ${name}`) ?? "none";
  }

  bury(network: NetworkId, name: string, tombstone: "none" | "plain" | "signed"): void {
    const key = `${network} ${name}`;
    if (tombstone === "none") this.#tombstones.delete(key);
    else this.#tombstones.set(key, tombstone);
  }

  mood(network: NetworkId, server: number): Mood {
    return this.#moods.get(`${network} ${server}`) ?? "well";
  }

  turn(network: NetworkId, server: number, mood: Mood): void {
    this.#moods.set(`${network} ${server}`, mood);
  }

  /** What a server answers instead, of every name; none: it is honest. */
  lies(network: NetworkId, server: number): readonly string[] {
    return this.#lies.get(`${network} ${server}`) ?? [];
  }

  lie(network: NetworkId, server: number, addresses: readonly string[]): void {
    this.#lies.set(`${network} ${server}`, addresses);
  }

  /** Whoever has an address that nobody knows is not the service. */
  health(address: string): Health {
    return this.#health.get(address) ?? (this.#isBalancer(address) ? "service" : "recycled");
  }

  setHealth(address: string, health: Health): void {
    this.changes += 1;
    this.#health.set(address, health);
  }

  /** Everything is well again, and every name answers with its first load balancer. */
  heal(): void {
    for (const map of [this.#moods, this.#lies, this.#health, this.#tombstones]) map.clear();
    this.network = "home";
    this.areForgersThere = false;
    this.isProverBlind = false;
    this.changes += 1;
    for (const network of NETWORKS) {
      for (const [index, name] of this.#names.entries()) {
        for (const type of [1, 28]) {
          const addresses = [addressOf(network, index, type, 0)];
          this.say(network, name, type, { kind: "answer", addresses, ttlSeconds: 60 });
        }
      }
    }
  }

  #isBalancer(address: string): boolean {
    const all = NETWORKS.flatMap((network) =>
      this.#names.flatMap((_, name) =>
        [1, 28].flatMap((type) =>
          [0, 1, 2, 3, 4, 5].map((index) => addressOf(network, name, type, index)),
        ),
      ),
    );
    return all.includes(address);
  }
}
