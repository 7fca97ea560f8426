import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { errorText } from "../../base/index.ts";
import { isOrderId } from "../orderCheck.ts";
import { StoreError } from "../storeError.ts";

/** Ids remembered; the oldest are forgotten. A copy of the store older than so many is not used. */
export const ENDED_RETIREMENTS_MAX = 10_000;
/** Lines of the file before it is written anew with those that are remembered. */
const LINES_MAX = 2 * ENDED_RETIREMENTS_MAX;
/** More than that many lines of ids: not a file that was written here. */
const OCTETS_MAX = 4 * 2 ** 20;
const OWNER_ONLY = 0o600;

/**
 * Retirements that ended, in a file of lines beside the store's own: a copy of that one put back in
 * its place may say that they wait. It is never copied with the store, so that it knows better.
 */
export class EndedRetirements {
  readonly #path: string;
  readonly #ids: Set<string>;
  #lines: number;

  /** Throws StoreError `unusable` where the file is there and cannot be read. */
  static open(storePath: string): EndedRetirements {
    const path = `${storePath}.ended`;
    return attempt(`read ${path}`, () => new EndedRetirements(path, linesOf(path)));
  }

  private constructor(path: string, lines: readonly string[]) {
    this.#path = path;
    this.#lines = lines.length;
    // A crash may have cut the last line: what it left is no id, or nobody's.
    this.#ids = new Set(lines.filter(isOrderId).slice(-ENDED_RETIREMENTS_MAX));
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /**
   * Remembers ids; on disk once it returns. Before the step in which they end: a retirement that
   * ends in the file alone ends in the store as well when that is opened. Throws StoreError
   * `unusable`: nothing is to be changed then.
   */
  add(ids: readonly string[]): void {
    const news = ids.filter((id) => !this.#ids.has(id));
    if (news.length === 0) return;
    attempt(`remember ended retirements in ${this.#path}`, () => {
      if (this.#lines + news.length > LINES_MAX) this.#rewrite(news);
      else this.#append(news);
    });
    for (const id of news) this.#ids.add(id);
    for (const id of this.#ids) {
      if (this.#ids.size <= ENDED_RETIREMENTS_MAX) break;
      this.#ids.delete(id);
    }
  }

  #append(ids: readonly string[]): void {
    const handle = openSync(this.#path, "a", OWNER_ONLY);
    try {
      // Begins a line of its own, whatever a crash left of the last one.
      const isFresh = fstatSync(handle).size === 0;
      writeSync(handle, ids.map((id) => `\n${id}`).join(""));
      fsyncSync(handle);
      if (isFresh) syncFolder(this.#path);
    } finally {
      closeSync(handle);
    }
    this.#lines += ids.length;
  }

  #rewrite(more: readonly string[]): void {
    const ids = [...this.#ids, ...more].slice(-ENDED_RETIREMENTS_MAX);
    const partial = `${this.#path}.partial`;
    writeFileSync(partial, ids.map((id) => `\n${id}`).join(""), { mode: OWNER_ONLY, flush: true });
    renameSync(partial, this.#path);
    syncFolder(this.#path);
    this.#lines = ids.length;
  }
}

function linesOf(path: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  return text.slice(-OCTETS_MAX).split("\n");
}

function syncFolder(path: string): void {
  const handle = openSync(dirname(path), "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function attempt<Value>(operation: string, body: () => Value): Value {
  try {
    return body();
  } catch (error) {
    const message = `Cannot ${operation} as the file must be readable and writable`;
    const fault = { code: "unusable", problem: errorText(error) } as const;
    throw new StoreError(fault, message, { cause: error });
  }
}
