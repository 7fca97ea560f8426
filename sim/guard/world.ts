import { SeededChance } from "../seededChance.ts";
import { type Check, type Circumstances, checkReply, type Violation } from "./checks.ts";
import { Host } from "./host.ts";
import type { Given, GuardProcess } from "./machine.ts";
import { Model, type Place } from "./model.ts";
import { Onlooker } from "./onlooker.ts";
import { perform, type Stage } from "./perform.ts";
import { Rates } from "./rates.ts";
import { A, type Act, ADDRESS_TYPES, NETWORKS, type Scene } from "./scene.ts";
import { actText } from "./story.ts";
import { MachineClock, Timeline } from "./timeline.ts";
import { Truth } from "./truth.ts";

/** What became of a world. */
export interface Result {
  readonly seed: number;
  /** The first that did not hold. */
  readonly violation: Violation | undefined;
  /** Equal for equal runs, reply by reply. */
  readonly digest: number;
  readonly replies: number;
  /** Replies that were held up. */
  readonly held: number;
}

type Tell = (atMs: number, line: string) => void;

/** Longer than anything is remembered. */
const REST_MS = 9 * 24 * 3_600_000;
const MINUTE_MS = 60_000;
const OFTEN_MS = 30_000;

/** Runs a world to its end, or to the first thing that does not hold. */
export function runScene(scene: Scene, tell?: Tell): Promise<Result> {
  return new GuardWorld(scene, tell).run();
}

class GuardWorld {
  readonly #scene: Scene;
  readonly #tell: Tell | undefined;
  readonly #chance: SeededChance;
  readonly #truth: Truth;
  readonly #model: Model;
  readonly #rates: Rates;
  readonly #stage: Stage;
  #violation: Violation | undefined;
  #digest = 0;
  #replies = 0;
  #held = 0;

  constructor(scene: Scene, tell: Tell | undefined) {
    this.#scene = scene;
    this.#tell = tell;
    this.#chance = new SeededChance(scene.seed);
    this.#truth = new Truth(scene);
    this.#model = new Model(scene.policy);
    this.#rates = new Rates(scene);
    const timeline = new Timeline();
    const parts = {
      ...{ scene, timeline, clock: new MachineClock(timeline), truth: this.#truth },
      ...{ model: this.#model, rates: this.#rates },
      find: (check: Check, text: string) => this.#find(check, text),
      say: (line: () => string) => this.#say(line),
    };
    const onlooker = new Onlooker(parts);
    const places = NETWORKS.length * ADDRESS_TYPES.length * scene.names.length;
    onlooker.mayForget = scene.entriesMax < places;
    const host = new Host(parts, onlooker, this.#chance);
    this.#stage = { ...parts, host, onlooker, quietUntilMs: 0 };
  }

  async run(): Promise<Result> {
    const { acts, warmMs, endMs, seed } = this.#scene;
    for (const { atMs, act } of acts) this.#timeline.later(atMs, () => this.#perform(act));
    this.#stage.host.boot();
    for (const [index, name] of this.#scene.names.entries()) {
      for (const atMs of [1000, warmMs - 1000]) this.#lookUpBoth(name, atMs);
      this.#lookUpLater(name, index, 0);
    }
    for (let atMs = 0; atMs < endMs && this.#violation === undefined; atMs += MINUTE_MS) {
      await this.#timeline.run(Math.min(endMs, atMs + MINUTE_MS));
    }
    if (this.#violation === undefined) await this.#recover();
    this.#stage.host.process?.end();
    const counts = { replies: this.#replies, held: this.#held, digest: this.#digest };
    return { seed, violation: this.#violation, ...counts };
  }

  /** Long after everything is well, every name answers what it says. */
  async #recover(): Promise<void> {
    const { host, onlooker } = this.#stage;
    this.#stage.quietUntilMs = Infinity;
    onlooker.move("home");
    this.#truth.heal();
    host.boot();
    await this.#timeline.run(Math.max(this.#timeline.nowMs, host.asleepUntilMs) + REST_MS);
    for (const name of this.#scene.names) {
      for (const type of ADDRESS_TYPES) {
        const place = { network: "home", name, type } as const;
        const reply = host.process?.lookUp(name, type);
        this.#model.want(place, this.#nowMs);
        await this.#timeline.run(this.#timeline.nowMs + MINUTE_MS);
        const said = this.#truth.said("home", name, type);
        const wanted = said.kind === "answer" ? said.addresses.join(" ") : "";
        const { values = [] } = (await reply) ?? {};
        if (values.join(" ") === wanted) continue;
        this.#find("recovers", `${name} ${type}: ${values.join(" ")}, not ${wanted}`);
      }
    }
  }

  get #nowMs(): number {
    return this.#stage.onlooker.nowMs;
  }

  get #timeline(): Timeline {
    return this.#stage.timeline;
  }

  #perform(act: Act): void {
    this.#say(() => actText(act));
    perform(this.#stage, act);
  }

  #lookUpBoth(name: string, atMs: number): void {
    const chance = this.#chance.fork(`look-up ${name} ${atMs}`);
    this.#timeline.later(atMs, () => {
      for (const type of ADDRESS_TYPES) void this.#lookUp(name, type, chance);
    });
  }

  #lookUpLater(name: string, index: number, tick: number): void {
    const { paceMs, warmMs, endMs } = this.#scene;
    const chance = this.#chance.fork(`look-up ${index} ${tick}`);
    // Now often, now seldom.
    const isWarm = this.#timeline.nowMs >= warmMs;
    const afterMs = 1 + chance.below(isWarm && chance.below(3) > 0 ? OFTEN_MS : 4 * paceMs);
    if (this.#timeline.nowMs + afterMs > endMs) return;
    this.#timeline.later(afterMs, () => {
      const { quietUntilMs, host } = this.#stage;
      const isQuiet = this.#timeline.nowMs < quietUntilMs || host.isAsleep;
      const types = chance.below(3) === 0 ? ADDRESS_TYPES : [A];
      if (!isQuiet) for (const type of types) void this.#lookUp(name, type, chance);
      this.#lookUpLater(name, index, tick + 1);
    });
  }

  async #lookUp(name: string, type: number, chance: SeededChance): Promise<void> {
    const { host, onlooker } = this.#stage;
    const { process } = host;
    if (process === undefined) return;
    const { network } = this.#truth;
    const place: Place = { network, name, type };
    const askedMs = this.#nowMs;
    const { life, movedMs } = onlooker;
    const { pauses } = host;
    this.#model.want(place, askedMs);
    onlooker.noteProvable();
    const given = await process.lookUp(name, type);
    if (onlooker.life !== life) return;
    this.#replies += 1;
    const isAtHome = movedMs === onlooker.movedMs && network === this.#truth.network;
    this.#judge(place, askedMs, given, { isAtHome, isTimed: pauses === host.pauses });
    if (isAtHome && chance.below(3) === 0) this.#connect(process, place, given);
  }

  #judge(
    place: Place,
    askedMs: number,
    given: Given,
    how: Pick<Circumstances, "isAtHome" | "isTimed">,
  ): void {
    const nowMs = this.#nowMs;
    const { policy } = this.#scene;
    const text = `${place.name} ${place.type}: ${given.values.join(" ")} (${given.word})`;
    this.#say(() => `  told ${text}`);
    this.#mix(text);
    if (given.values.length > 0 && this.#model.get(place).row !== undefined) this.#held += 1;
    const reply = { place, askedMs, nowMs, ...given };
    const circumstances = { policy, mayForget: this.#stage.onlooker.mayForget, ...how };
    const wrong = checkReply(this.#model, reply, circumstances);
    if (wrong !== undefined) this.#find(wrong.check, `${text}: ${wrong.text}`);
    const size = this.#rates.size(this.#stage.host.process?.size ?? 0);
    if (size !== undefined) this.#find("bounded", size);
  }

  /** The application connects to what it was told. */
  #connect(process: GuardProcess, place: Place, { values }: Given): void {
    const [address] = values;
    if (address === undefined || this.#truth.health(address) !== "service") return;
    this.#model.prove(place, address, this.#nowMs);
    process.proven(place.name, address);
  }

  #find(check: Check, text: string): void {
    this.#say(() => `${check}: ${text}`);
    this.#violation ??= { check, atMs: this.#timeline.nowMs, text };
  }

  #say(line: () => string): void {
    this.#tell?.(this.#timeline.nowMs, line());
  }

  #mix(text: string): void {
    let digest = (this.#digest * 31 + Math.round(this.#timeline.nowMs)) | 0;
    for (let index = 0; index < text.length; index += 1) {
      digest = (digest * 31 + text.charCodeAt(index)) | 0;
    }
    this.#digest = digest;
  }
}
