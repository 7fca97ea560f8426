import type { CancelWake, Clock } from "../../base/index.ts";
import type { Guard } from "../machine/guard.ts";
import { readMemory, writeMemory } from "./memoryFile.ts";

/** How often the file is written though nothing was reported. */
const SAVE_MS = 60_000;
/** At most so often where something was: an outage has many events. */
const SOON_MS = 5_000;

/** The memory's file could not be read or written; guard goes on with what it has in memory. */
export interface FileEvent {
  readonly kind: "file-unusable";
  readonly problem: string;
}

/** What a {@link MemoryKeeper} needs. */
export interface MemoryParts {
  /** Undefined: memory only. */
  readonly file: string | undefined;
  readonly guard: Guard;
  readonly clock: Clock;
  readonly report: (event: FileEvent) => void;
}

/** Keeps the last good answers in a file, if there is to be one. */
export class MemoryKeeper {
  readonly #parts: MemoryParts;
  #cancelNext: CancelWake = () => {};
  #cancelSoon: CancelWake | undefined;
  #savedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: MemoryParts) {
    this.#parts = parts;
    const { file, guard, report } = parts;
    if (file === undefined) return;
    const problem = readMemory(file, guard, this.#now());
    if (problem !== undefined) report({ kind: "file-unusable", problem });
    this.#saveLater();
  }

  save(): void {
    const { file, guard, clock, report } = this.#parts;
    if (file === undefined) return;
    this.#savedMs = clock.monotonicMs();
    try {
      writeMemory(file, guard, this.#now());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const problem = `Cannot write ${file} as its folder must take it: ${reason}`;
      report({ kind: "file-unusable", problem });
    }
  }

  /** Saves once whoever looks up now has his answer: a restart must not forget what began. */
  saveSoon(): void {
    const { file, clock } = this.#parts;
    if (file === undefined) return;
    const waitMs = Math.max(0, this.#savedMs + SOON_MS - clock.monotonicMs());
    this.#cancelSoon ??= clock.wakeAfter(waitMs, () => {
      this.#cancelSoon = undefined;
      this.save();
    });
  }

  close(): void {
    this.#cancelNext();
    this.#cancelSoon?.();
    this.save();
  }

  #now(): { readonly monotonicMs: number; readonly wallMs: number } {
    const { clock } = this.#parts;
    return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
  }

  #saveLater(): void {
    this.#cancelNext = this.#parts.clock.wakeAfter(SAVE_MS, () => {
      this.save();
      this.#saveLater();
    });
  }
}
