import type { StoreHint } from "../plan/index.ts";

type HintListener = (hint: StoreHint) => void;
type JournalListener = (seq: number) => void;

/**
 * Tells listeners what moved, soon after the step in which it moved: hints of one topic that come
 * together are merged, and a listener never runs inside the step of whoever made the change.
 */
export class HintBoard {
  readonly #listeners = new Set<HintListener>();
  readonly #journalListeners = new Set<JournalListener>();
  readonly #newcomers = new Set<HintListener>();
  readonly #pending = new Map<StoreHint["topic"], StoreHint>();
  #pendingSeq: number | undefined;
  #deliveryDue = false;
  #connected: boolean;

  /** @param connected whether a new listener is told `connected` at once. */
  constructor(connected: boolean) {
    this.#connected = connected;
  }

  /** Adds a listener; its first hint is `connected`, as soon as there is contact. */
  watch(listener: HintListener): () => void {
    // A wrapper of its own, so that one function may be added twice and removed once.
    const own: HintListener = (hint) => listener(hint);
    this.#listeners.add(own);
    if (this.#connected) {
      this.#newcomers.add(own);
      this.#deliverSoon();
    }
    return () => {
      this.#listeners.delete(own);
      this.#newcomers.delete(own);
    };
  }

  watchJournal(listener: JournalListener): () => void {
    const own: JournalListener = (seq) => listener(seq);
    this.#journalListeners.add(own);
    return () => this.#journalListeners.delete(own);
  }

  get listenerCount(): number {
    return this.#listeners.size + this.#journalListeners.size;
  }

  /** Says that something moved. Hints of one topic merge; the newest generation wins. */
  hint(hint: StoreHint): void {
    this.#pending.set(hint.topic, mergeHints(this.#pending.get(hint.topic), hint));
    this.#deliverSoon();
  }

  journalRose(seq: number): void {
    this.#pendingSeq = Math.max(seq, this.#pendingSeq ?? 0);
    this.#deliverSoon();
  }

  /** Contact is there: everybody hears `connected`. */
  contact(): void {
    this.#connected = true;
    this.hint({ topic: "connected" });
  }

  /** Contact was lost: newcomers wait for {@link contact}. */
  contactLost(): void {
    this.#connected = false;
    this.#newcomers.clear();
    this.#pending.delete("connected");
  }

  #deliverSoon(): void {
    if (this.#deliveryDue) return;
    this.#deliveryDue = true;
    // A listener that throws is a bug: as an unhandled rejection it stops the process.
    void Promise.resolve().then(() => this.#deliver());
  }

  #deliver(): void {
    this.#deliveryDue = false;
    const hints = [...this.#pending.values()];
    const seq = this.#pendingSeq;
    const newcomers = [...this.#newcomers];
    this.#pending.clear();
    this.#pendingSeq = undefined;
    this.#newcomers.clear();
    const everybodyHears = hints.some((hint) => hint.topic === "connected");
    if (!everybodyHears) for (const listener of newcomers) listener({ topic: "connected" });
    for (const hint of hints) for (const listener of [...this.#listeners]) listener(hint);
    if (seq !== undefined) for (const listener of [...this.#journalListeners]) listener(seq);
  }
}

/** Two hints of one topic as one: the newest generation of both. */
export function mergeHints(held: StoreHint | undefined, next: StoreHint): StoreHint {
  if (held?.generation === undefined) return next;
  return { ...next, generation: Math.max(held.generation, next.generation ?? 0) };
}
