import type { StoreHint } from "../../plan/index.ts";
import { mergeHints } from "../hintBoard.ts";
import type { WatchLine } from "./protocol.ts";

/**
 * One watcher's side of the owner. A watcher that reads slowly, or not at all, costs one line per
 * topic: while its stream takes nothing, news of one topic replaces older news.
 */
export class Subscriber {
  readonly #write: (text: string) => boolean;
  readonly #hints = new Map<StoreHint["topic"], StoreHint>();
  #seq: number | undefined;
  #accepting = true;

  /** @param write puts a text on its way; false where no more is taken until {@link drained}. */
  constructor(write: (text: string) => boolean) {
    this.#write = write;
  }

  /** Lines that wait for the stream. */
  get waiting(): number {
    return this.#hints.size + (this.#seq === undefined ? 0 : 1);
  }

  hint(hint: StoreHint): void {
    this.#hints.set(hint.topic, mergeHints(this.#hints.get(hint.topic), hint));
    this.#flush();
  }

  journalRose(seq: number): void {
    this.#seq = Math.max(seq, this.#seq ?? 0);
    this.#flush();
  }

  /** A sign of life; pointless, and not sent, while the stream takes nothing. */
  alive(): void {
    if (this.#accepting) this.#send({ kind: "alive" });
  }

  drained(): void {
    this.#accepting = true;
    this.#flush();
  }

  #flush(): void {
    for (const [topic, hint] of this.#hints) {
      if (!this.#accepting) return;
      this.#hints.delete(topic);
      this.#send({ kind: "hint", ...hint });
    }
    if (this.#seq === undefined || !this.#accepting) return;
    const seq = this.#seq;
    this.#seq = undefined;
    this.#send({ kind: "journal", seq });
  }

  #send(line: WatchLine): void {
    this.#accepting = this.#write(`${JSON.stringify(line)}\n`);
  }
}
