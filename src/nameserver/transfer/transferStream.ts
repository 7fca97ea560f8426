import { assertNever } from "../../base/index.ts";
import type { TransferWriter } from "../../dns/index.ts";
import type { RecordSource } from "./recordSource.ts";

/** How a transfer ended: "cut" is no end that whoever reads it may take for one. */
export type TransferEnd = "whole" | "cut";

/** Messages of one response, made when they are pulled. `return()` gives back what they hold. */
type TransferMessages = Iterator<Uint8Array, TransferEnd, undefined>;

/** What a stream is made of. */
export interface TransferStreamParts {
  readonly writer: TransferWriter;
  /** In their order. */
  readonly sources: Iterator<RecordSource>;
  /** Signs a message where the request was signed. */
  readonly sign: (message: Uint8Array) => Uint8Array;
  /** Whether to go on: false once it takes too long. */
  readonly mayGoOn: () => boolean;
  /** Called once, with what was sent. */
  readonly onEnd: (end: TransferEnd, octets: number) => void;
}

/**
 * The messages of a transfer. The first one is made at once: a transfer that fits it holds nothing
 * any more, however long its reader takes.
 */
export class TransferStream implements TransferMessages {
  readonly #parts: TransferStreamParts;
  #source: RecordSource | undefined;
  #first: Uint8Array | undefined;
  #octets = 0;
  #state: "writing" | "written" | "impossible" = "writing";
  #end: TransferEnd | undefined;

  constructor(parts: TransferStreamParts) {
    this.#parts = parts;
    this.#source = nextOf(parts.sources);
    this.#first = this.#make();
    if (this.#isWritten) this.#finish("whole");
  }

  next(): IteratorResult<Uint8Array, TransferEnd> {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined) return { done: false, value: first };
    if (this.#end !== undefined) return { done: true, value: this.#end };
    if (this.#state === "impossible" || !this.#parts.mayGoOn()) return this.return();
    const message = this.#make();
    if (this.#isWritten) this.#finish("whole");
    if (message !== undefined) return { done: false, value: message };
    return this.return();
  }

  /** Ends it where it is. */
  return(): IteratorResult<Uint8Array, TransferEnd> {
    this.#first = undefined;
    this.#finish("cut");
    return { done: true, value: this.#end ?? "cut" };
  }

  get #isWritten(): boolean {
    return this.#state === "written";
  }

  /** The next message; undefined where there is nothing left to say, or no way to say it. */
  #make(): Uint8Array | undefined {
    const { writer, sources } = this.#parts;
    while (this.#source !== undefined) {
      const outcome = this.#source.fill(writer);
      switch (outcome) {
        case "done":
          this.#source = nextOf(sources);
          break;
        case "full":
          return this.#take();
        case "impossible":
          this.#state = "impossible";
          return undefined;
        default:
          return assertNever(outcome);
      }
    }
    this.#state = "written";
    return writer.recordCount === 0 ? undefined : this.#take();
  }

  #take(): Uint8Array {
    const message = this.#parts.sign(this.#parts.writer.take());
    this.#octets += message.length;
    return message;
  }

  #finish(end: TransferEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#parts.onEnd(end, this.#octets);
  }
}

function nextOf(sources: Iterator<RecordSource>): RecordSource | undefined {
  const next = sources.next();
  return next.done === true ? undefined : next.value;
}
