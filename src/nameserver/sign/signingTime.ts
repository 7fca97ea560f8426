import type { Clock, Log } from "../../base/index.ts";
import { judgeTime, type TimeAnchor, type TimeRecord } from "./trustedTime.ts";

/** The time that signatures are made by; says aloud when the clock is not believed. */
export class SigningTime {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #record: () => TimeRecord;
  #anchor: TimeAnchor | undefined;
  #problem: string | undefined;

  constructor(clock: Clock, log: Log, record: () => TimeRecord) {
    this.#clock = clock;
    this.#log = log;
    this.#record = record;
  }

  /** Why the clock is not believed; undefined where it is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The time now, and whether anything may be renewed, ended or rolled by it. */
  now(): { readonly nowSeconds: number; readonly isTrusted: boolean } {
    const { nowSeconds, problem, anchor } = judgeTime(
      this.#anchor,
      this.#reading(),
      this.#record(),
    );
    this.#anchor = anchor;
    if ((problem === undefined) !== (this.#problem === undefined)) this.#say(problem);
    this.#problem = problem;
    return { nowSeconds, isTrusted: problem === undefined };
  }

  /** A person says that the clock is right. */
  trust(): void {
    this.#anchor = { ...this.#reading(), isBelieved: true };
    this.now();
  }

  #reading() {
    const monotonicSeconds = this.#clock.monotonicMs() / 1000;
    return { wallSeconds: this.#clock.wallMs() / 1000, monotonicSeconds };
  }

  #say(problem: string | undefined): void {
    if (problem === undefined) this.#log.info("the clock is believed again: signing goes on");
    else this.#log.error("signatures are kept as they are, and no key is rolled", { problem });
  }
}
