import type { Clock } from "../base/index.ts";
import type { Settings } from "../config/index.ts";
import { isRegionReady, type ProcessView, regionProgress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { counted, digits, readyLines } from "./words.ts";

/** Between two lines of progress, in milliseconds; the first comes this long after the start. */
const PROGRESS_MS = 2_000;

/** Says once that all is served, and until then how far it is. */
export class Readiness {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  /** Options that commands need to find this instance: empty text where it is the default one. */
  readonly #optionWords: string;
  readonly #startedMs: number;
  #saidMs: number;
  #isReady = false;

  constructor(terminal: Terminal, clock: Clock, optionWords: string) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#optionWords = optionWords;
    this.#startedMs = clock.monotonicMs();
    this.#saidMs = this.#startedMs;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Looks at what the processes say of themselves. */
  look(views: readonly ProcessView[], settings: Settings): void {
    if (this.#isReady) return;
    if (isRegionReady(views)) {
      this.#isReady = true;
      this.#sayReady(settings);
      return;
    }
    const nowMs = this.#clock.monotonicMs();
    const progress = regionProgress(views);
    if (progress === undefined || nowMs - this.#saidMs < PROGRESS_MS) return;
    this.#saidMs = nowMs;
    const { done, total } = progress;
    this.#terminal.say(`in place: ${digits(done)} of ${counted(total, "endpoint")}`);
  }

  #sayReady(settings: Settings): void {
    const seconds = ((this.#clock.monotonicMs() - this.#startedMs) / 1_000).toFixed(1);
    const count = settings.policy.endpoints.length;
    const served = `${counted(count, "endpoint")} ${count === 1 ? "is" : "are"} served`;
    this.#terminal.say(`Ready after ${seconds} s: ${served}`);
    for (const line of readyLines(settings, this.#optionWords)) this.#terminal.say(line);
  }
}
