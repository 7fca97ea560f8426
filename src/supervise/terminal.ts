import type { Clock } from "../base/index.ts";
import { eventLine, type NewEvent } from "../journal/index.ts";
import { counted } from "./words.ts";

/** Events of one kind that are shown in one window: the rest is told as a number. */
const SHOWN_PER_KIND_MAX = 12;
/** How long a window is, in milliseconds: a flood stays readable, and few things come at once. */
const WINDOW_MS = 1_000;

/** Where a running region says what happens. */
export interface Terminal {
  /** A line about the course of the start or the end. */
  say(line: string): void;
  /** Something that happened. */
  show(events: readonly NewEvent[]): void;
}

/** Lines for people, calm: a flood of like events is shortened to some and a number. */
export class TextTerminal implements Terminal {
  readonly #write: (line: string) => void;
  readonly #clock: Clock;
  /** Events by kind in the window that is open; empty while none is. */
  readonly #counts = new Map<string, number>();

  constructor(write: (line: string) => void, clock: Clock) {
    this.#write = write;
    this.#clock = clock;
  }

  say(line: string): void {
    this.#write(line);
  }

  show(events: readonly NewEvent[]): void {
    for (const event of events) {
      if (this.#counts.size === 0) this.#clock.wakeAfter(WINDOW_MS, () => this.#closeWindow());
      const count = (this.#counts.get(event.kind) ?? 0) + 1;
      this.#counts.set(event.kind, count);
      if (count <= SHOWN_PER_KIND_MAX) this.#write(eventLine(event));
    }
  }

  #closeWindow(): void {
    for (const [kind, count] of this.#counts) {
      const rest = count - SHOWN_PER_KIND_MAX;
      if (rest > 0) this.#write(`  … and ${counted(rest, "more event")} of kind ${kind}`);
    }
    this.#counts.clear();
  }
}

/** One JSON object a line, for programs: every event, and `{"kind":"said"}` for the rest. */
export class JsonTerminal implements Terminal {
  readonly #write: (line: string) => void;
  readonly #clock: Clock;

  constructor(write: (line: string) => void, clock: Clock) {
    this.#write = write;
    this.#clock = clock;
  }

  say(text: string): void {
    this.#write(JSON.stringify({ kind: "said", atMs: this.#clock.wallMs(), text }));
  }

  show(events: readonly NewEvent[]): void {
    for (const event of events) this.#write(JSON.stringify(event));
  }
}

/** Writes lines to standard output; once its reader is gone, they are dropped. */
export function standardOutput(): (line: string) => void {
  let isOpen = true;
  process.stdout.on("error", () => {
    isOpen = false;
  });
  return (line) => {
    if (isOpen) process.stdout.write(`${line}\n`);
  };
}
