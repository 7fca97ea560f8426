import type { Message } from "../../src/dns/index.ts";
import type { ProofOutcome } from "../../src/guard/machine/outcome.ts";
import type { Check } from "./checks.ts";
import type { Proving } from "./machine.ts";
import type { Model, Place } from "./model.ts";
import type { Rates } from "./rates.ts";
import type { NetworkId, Scene } from "./scene.ts";
import type { MachineClock, Timeline } from "./timeline.ts";
import type { Truth } from "./truth.ts";
import { hasTombstone, toldBy } from "./watch.ts";

/** What an onlooker needs. */
export interface OnlookerParts {
  readonly scene: Scene;
  readonly timeline: Timeline;
  readonly clock: MachineClock;
  readonly truth: Truth;
  readonly model: Model;
  readonly rates: Rates;
  readonly find: (check: Check, text: string) => void;
  readonly say: (line: () => string) => void;
}

/** A load balancer that is down says nothing for so long. */
const ATTEMPT_MS = 3000;
const HANDSHAKE_MS = 50;
/** All servers together are asked for so long. */
const ASKING_MS = 5500;
/** What is due now was due a little before. */
const WAY_MS = 50;

/** Sees what a process asks, is told and tries, and tells the model. */
export class Onlooker {
  /** The life of the process that is running; odd numbers, if any is. */
  life = 0;
  /** When the last life before this one ended. */
  endedMs = 0;
  /** When the machine last came into another network. */
  movedMs = 0;
  /** More names were asked for than are remembered. */
  mayForget = false;
  readonly #parts: OnlookerParts;

  constructor(parts: OnlookerParts) {
    this.#parts = parts;
  }

  get nowMs(): number {
    return this.#parts.clock.monotonicMs();
  }

  /** A life of the process begins: nothing is under way. */
  begin(): number {
    this.life += 1;
    this.#parts.rates.begin();
    return this.life;
  }

  end(): void {
    this.life += 1;
    this.endedMs = this.nowMs;
  }

  move(to: NetworkId): void {
    const { truth, rates, model } = this.#parts;
    const { network } = truth;
    if (to === network) return;
    rates.move();
    truth.network = to;
    model.leave(network, this.nowMs);
    this.movedMs = this.nowMs;
  }

  /** A question begins; what is told how it ended. */
  asks(life: number, server: number, name: string, type: number) {
    const { network } = this.#parts.truth;
    const { movedMs } = this;
    const place: Place = { network, name, type };
    const known = this.#parts.model.get(place);
    const askedMs = this.nowMs;
    // What was under way goes to its end.
    const isIdle = this.life !== life && this.nowMs > this.endedMs + ASKING_MS;
    if (isIdle) this.#parts.find("bounded", `${name} is asked for by a guard that was closed`);
    const isHeld = !this.mayForget && this.#parts.model.isHeld(known, this.nowMs + WAY_MS);
    const isOld = this.life !== life;
    // What was forgotten is asked for anew.
    const isNew = isOld || this.mayForget;
    const wrong = isNew ? undefined : this.#parts.rates.asks(place, server, this.nowMs, isHeld);
    const isKnown = !isOld && !this.mayForget && !known.isUnsure;
    const isResting = known.isFailing && known.row === undefined && isKnown;
    const early = isResting ? this.#parts.rates.fails(place, this.nowMs) : undefined;
    if (wrong !== undefined || early !== undefined)
      this.#parts.find("bounded", wrong ?? early ?? "");
    return (message: Message | undefined): void => {
      if (this.life === life) this.#parts.rates.asked(place);
      if (this.life !== life || movedMs !== this.movedMs) return;
      const isTrusted = this.#parts.scene.trusted[server] === true;
      const said = message === undefined ? "nothing" : `rcode ${message.rcode}`;
      this.#parts.say(() => `  server ${server} says of ${name} ${type}: ${said}`);
      if (name.startsWith("_")) {
        if (message !== undefined && hasTombstone(message)) {
          this.#seeTombstone(place, isTrusted && message.ad);
        }
        return;
      }
      const told = message && toldBy(message, name, type, isTrusted);
      // A question that began in the other network counts for none.
      const isUnsure = this.movedMs > 0 && askedMs - this.movedMs < ASKING_MS;
      this.#parts.model.hear(place, told ?? { kind: "failure" }, this.nowMs, isUnsure);
      if (told !== undefined && told.kind !== "failure") {
        this.#parts.rates.heard(place, told.kind);
      }
      this.noteProvable();
    };
  }

  #seeTombstone({ network, name }: Place, isSigned: boolean): void {
    for (const { place, row } of this.#parts.model.rows()) {
      if (place.network !== network || `_holdfast.${place.name}` !== name) continue;
      if (isSigned) row.signedMs ??= this.nowMs;
      else row.plainMs ??= this.nowMs;
    }
  }

  /** Proofs of a name begin; what is told what they came to. */
  proves(life: number, name: string, addresses: readonly string[]): Proving {
    const { network } = this.#parts.truth;
    const { movedMs } = this;
    const type = addresses[0]?.includes(":") === true ? 28 : 1;
    const place: Place = { network, name, type };
    const isIdle = this.life !== life;
    if (isIdle) this.#parts.find("bounded", `${name} is tried by a guard that was closed`);
    const wrong = isIdle ? undefined : this.#parts.rates.proves(place, this.nowMs);
    if (wrong !== undefined) this.#parts.find("bounded", wrong);
    const isCounted = (): boolean => this.life === life && movedMs === this.movedMs;
    this.#parts.model.queue(place, this.nowMs, true);
    const began = (): void => {
      if (isCounted()) this.#parts.model.queue(place, this.nowMs, false);
    };
    const ended = ({ proven, disproven }: ProofOutcome): void => {
      began();
      if (!isCounted()) return;
      this.#parts.say(
        () => `  proven of ${name}: ${proven.join(" ")}; not: ${disproven.join(" ")}`,
      );
      for (const value of proven) this.#parts.model.prove(place, value, this.nowMs);
    };
    return { began, ended };
  }

  /** A connection to an address, to see whether it is the service. */
  async attempt(life: number, host: string, address: string): Promise<boolean> {
    if (this.life !== life) {
      this.#parts.find("bounded", `${address} of ${host} is tried by a guard that was closed`);
    }
    const wrong = this.#parts.rates.tries(address);
    if (wrong !== undefined) this.#parts.find(wrong.check, wrong.text);
    const health = this.#parts.truth.health(address);
    const afterMs =
      health === "down" || this.#parts.truth.isProverBlind ? ATTEMPT_MS : HANDSHAKE_MS;
    await new Promise<void>((done) => this.#parts.timeline.later(afterMs, done, true));
    this.#parts.rates.tried();
    return health === "service" && !this.#parts.truth.isProverBlind;
  }

  /** Rows of denials of which no address could be proven just now. */
  noteProvable(): void {
    const { proof } = this.#parts.scene;
    for (const { place, known, row } of this.#parts.model.rows()) {
      const isThere = this.#parts.model.surelyConfirmed(known).some((value) => {
        return this.#parts.truth.health(value) === "service" && this.#parts.rates.isAllowed(value);
      });
      const isAway = place.network !== this.#parts.truth.network;
      const isProvable = isThere && proof === "tls" && !this.#parts.truth.isProverBlind;
      row.isProvable &&= isProvable || isAway;
    }
  }
}
