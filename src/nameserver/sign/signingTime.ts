import type { Clock, Log } from "../../base/index.ts";
import { type JudgedTime, judgeTime, type TimeAnchor, type TimeRecord } from "./trustedTime.ts";

const DAY_SECONDS = 86_400;
/** A doubt longer than this is told: shorter ones are what maintenance of a machine takes. */
const TOLD_DOUBT_SECONDS = DAY_SECONDS;

/** The time that signing goes by, at one moment. See JudgedTime. */
export interface SigningMoment
  extends Pick<JudgedTime, "nowSeconds" | "certainSeconds" | "beginSeconds"> {
  /** Whether anything may be renewed, ended or rolled by it. */
  readonly isTrusted: boolean;
}

/** The time that signatures are made by; says aloud when the clock is not believed. */
export class SigningTime {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #record: () => TimeRecord;
  #anchor: TimeAnchor | undefined;
  #problem: string | undefined;
  #doubt: string | undefined;

  constructor(clock: Clock, log: Log, record: () => TimeRecord) {
    this.#clock = clock;
    this.#log = log;
    this.#record = record;
  }

  /** Why the clock is not believed; undefined where it is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What a person should confirm of a clock that is believed; undefined where nothing is. */
  get doubt(): string | undefined {
    return this.#problem === undefined ? this.#doubt : undefined;
  }

  /** The time now, and whether anything may be renewed, ended or rolled by it. */
  now(): SigningMoment {
    const { problem, anchor, ...moment } = judgeTime(this.#anchor, this.#reading(), this.#record());
    this.#anchor = anchor;
    if ((problem === undefined) !== (this.#problem === undefined)) this.#say(problem);
    this.#problem = problem;
    this.#noteDoubt(anchor.doubtSeconds);
    return { ...moment, isTrusted: problem === undefined };
  }

  /** A person says that the clock is right. The answer: by how much what is certain moves. */
  trust(): { readonly movedSeconds: number } {
    const before = this.now().certainSeconds;
    this.#anchor = { ...this.#reading(), isBelieved: true, doubtSeconds: 0 };
    return { movedSeconds: this.now().certainSeconds - before };
  }

  #reading() {
    const monotonicSeconds = this.#clock.monotonicMs() / 1000;
    return { wallSeconds: this.#clock.wallMs() / 1000, monotonicSeconds };
  }

  #say(problem: string | undefined): void {
    if (problem === undefined) this.#log.info("the clock is believed again: signing goes on");
    else this.#log.error("signatures are kept as they are, and no key is rolled", { problem });
  }

  #noteDoubt(doubtSeconds: number): void {
    const isTold = doubtSeconds > TOLD_DOUBT_SECONDS;
    if (isTold && this.#doubt === undefined) {
      const days = (doubtSeconds / DAY_SECONDS).toFixed(1);
      this.#doubt = `this was off for ${days} days, or the clock is ahead by as much`;
      this.#log.warn(
        "signatures are made to hold either way, and waits go on from where they were",
        {
          doubt: this.#doubt,
        },
      );
    }
    if (!isTold) this.#doubt = undefined;
  }
}
