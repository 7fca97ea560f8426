import { randomInt } from "node:crypto";
import { StringDecoder } from "node:string_decoder";
import { Client } from "undici";
import { type CancelWake, type Clock, errorText, type Log, sleep } from "../../base/index.ts";
import { StoreError } from "../storeError.ts";
import {
  checkVersion,
  failureOf,
  LINE_CHARACTERS_MAX,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  SILENCE_MS_MAX,
  type WatchLine,
  watchLineSchema,
} from "./protocol.ts";

/** First and longest wait before the next try to reach the owner; half of each is chance. */
const BACKOFF_MS_MIN = 50;
const BACKOFF_MS_MAX = 2_000;

/** Who hears of the contact with the owner. */
export interface ContactListener {
  /** A line arrived; the first one of each contact means that the owner is there. */
  line(line: WatchLine): void;
  /** Contact was lost; only after a line. */
  lost(): void;
}

/** Listens to the owner's watch for ever: a contact that is lost, or silent, is made again. */
export class Contact {
  readonly #socketPath: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #listener: ContactListener;
  #stop: (() => void) | undefined;
  #closed = false;

  constructor(
    socketPath: string,
    { clock, log }: { readonly clock: Clock; readonly log: Log },
    listener: ContactListener,
  ) {
    this.#socketPath = socketPath;
    this.#clock = clock;
    this.#log = log;
    this.#listener = listener;
  }

  /** Runs until {@link close}. Never rejects. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.#closed) {
      const { heard, problem } = await this.#listenOnce();
      if (this.#closed) return;
      failures = heard ? 0 : failures + 1;
      // Said once per loss, not at every try.
      if (heard || failures === 1) {
        this.#log.warn("no contact with the plan store", { problem, socket: this.#socketPath });
      }
      await sleep(this.#clock, backoffMs(failures));
    }
  }

  close(): void {
    this.#closed = true;
    this.#stop?.();
  }

  async #listenOnce(): Promise<{ readonly heard: boolean; readonly problem: string }> {
    const client = new Client("http://plan-store", {
      socketPath: this.#socketPath,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const abort = new AbortController();
    const silence = new Silence(this.#clock, () => abort.abort());
    this.#stop = () => abort.abort();
    let heard = false;
    try {
      const { statusCode, headers, body } = await client.request({
        method: "GET",
        path: "/v1/watch",
        headers: { [PROTOCOL_HEADER]: String(PROTOCOL_VERSION) },
        signal: abort.signal,
      });
      checkVersion(headers[PROTOCOL_HEADER], "the plan store");
      if (statusCode !== 200) throw failureOf(await body.json()) ?? new Error(`HTTP ${statusCode}`);
      for await (const line of linesOf(body)) {
        silence.heard();
        heard = true;
        this.#listener.line(line);
      }
      return { heard, problem: "the plan store ended the watch" };
    } catch (error) {
      const problem = silence.isOver ? "the plan store is silent" : errorText(error);
      return { heard, problem };
    } finally {
      silence.close();
      this.#stop = undefined;
      void client.destroy();
      if (heard) this.#listener.lost();
    }
  }
}

function backoffMs(failures: number): number {
  const wholeMs = Math.min(BACKOFF_MS_MIN * 2 ** Math.min(failures, 16), BACKOFF_MS_MAX);
  return wholeMs / 2 + randomInt(Math.ceil(wholeMs / 2));
}

async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<WatchLine> {
  const decoder = new StringDecoder("utf8");
  let held = "";
  for await (const chunk of body) {
    const lines = (held + decoder.write(chunk)).split("\n");
    held = lines.pop() ?? "";
    for (const line of lines) yield readLine(line);
    if (held.length > LINE_CHARACTERS_MAX) readLine(held);
  }
}

function readLine(line: string): WatchLine {
  const problem = "Cannot read a hint as it must follow the protocol: it does not";
  const malformed = new StoreError({ code: "malformed", problem }, problem);
  if (line.length > LINE_CHARACTERS_MAX) throw malformed;
  try {
    return watchLineSchema.parse(JSON.parse(line));
  } catch {
    throw malformed;
  }
}

/** Says when nothing was heard for too long. */
class Silence {
  readonly #clock: Clock;
  readonly #onSilence: () => void;
  #heardMs: number;
  #cancel: CancelWake;
  isOver = false;

  constructor(clock: Clock, onSilence: () => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
    this.#heardMs = clock.monotonicMs();
    this.#cancel = this.#wakeAfter(SILENCE_MS_MAX);
  }

  heard(): void {
    this.#heardMs = this.#clock.monotonicMs();
  }

  close(): void {
    this.#cancel();
  }

  #wakeAfter(afterMs: number): CancelWake {
    return this.#clock.wakeAfter(afterMs, () => {
      const leftMs = this.#heardMs + SILENCE_MS_MAX - this.#clock.monotonicMs();
      if (leftMs > 0) {
        this.#cancel = this.#wakeAfter(leftMs);
        return;
      }
      this.isOver = true;
      this.#onSilence();
    });
  }
}
