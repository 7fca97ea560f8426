import { errorText } from "../../base/index.ts";
import { StoreError } from "../storeError.ts";

// Primary result codes of SQLite (https://www.sqlite.org/rescode.html).
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const PERM = 3;
const NOTADB = 26;

/**
 * What a failed step on the file means. Throws what is not SQLite's refusal of the disk: a broken
 * constraint or statement is a bug here, and must not look like a full disk.
 */
export function storeErrorOf(error: unknown, operation: string): StoreError {
  if (error instanceof StoreError) return error;
  const code = primaryCode(error);
  const cause = { cause: error };
  const cannot = `Cannot ${operation}`;
  switch (code) {
    case FULL:
      return new StoreError({ code: "full" }, `${cannot} as the disk must have room`, cause);
    case BUSY:
    case LOCKED:
      return new StoreError(
        { code: "in-use" },
        `${cannot} as one process at a time may own the plan store`,
        cause,
      );
    case CORRUPT:
    case NOTADB: {
      const problem = `${cannot} as the file must be a whole SQLite database`;
      return new StoreError({ code: "malformed", problem: errorText(error) }, problem, cause);
    }
    case PERM:
    case READONLY:
    case IOERR:
    case CANTOPEN: {
      const problem = `${cannot} as the file must be readable and writable`;
      return new StoreError({ code: "unusable", problem: errorText(error) }, problem, cause);
    }
    default:
      throw error;
  }
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}
