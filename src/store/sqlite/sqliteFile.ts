import { existsSync, statSync } from "node:fs";
import { chmod, open, rename, rm } from "node:fs/promises";
import { backup, DatabaseSync, type StatementSync } from "node:sqlite";
import { errorText } from "../../base/index.ts";
import { refused, StoreError } from "../storeError.ts";
import { migrate } from "./schema.ts";
import { storeErrorOf } from "./sqliteError.ts";

/**
 * Largest size of the file, in octets: 16 GiB is thousands of plans of a full cell. A store that
 * grew without end would take the disk from the nameserver, which must be able to write.
 */
export const FILE_OCTETS_MAX = 16 * 2 ** 30;

/** What is left of the write-ahead log after a large step: room for a full cell's next plan. */
const WAL_OCTETS_KEPT = 64 * 2 ** 20;
const PAGE_OCTETS = 4_096;
const OWNER_ONLY = 0o600;

/** A SQLite file that this process alone owns, and its atomic steps. */
export class SqliteFile {
  readonly #db: DatabaseSync;
  /** The file's own number in its file system: another one's is a copy. */
  readonly #inode: string;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(db: DatabaseSync, inode: string) {
    this.#db = db;
    this.#inode = inode;
  }

  /** Opens, or creates, a file. Rejects with StoreError: any code but `unreachable`. */
  static async open(path: string, octetsMax: number): Promise<SqliteFile> {
    await createForOwner(path);
    const db = new DatabaseSync(path, { open: false, timeout: 0 });
    try {
      db.open();
      // Exclusive locking also keeps WAL's index in memory: nobody else can open the file at all.
      db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL");
      db.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
      db.exec(`PRAGMA journal_size_limit = ${WAL_OCTETS_KEPT}`);
      db.exec(`PRAGMA max_page_count = ${Math.ceil(octetsMax / PAGE_OCTETS)}`);
      db.exec("BEGIN IMMEDIATE; COMMIT"); // takes the lock now, not at the first write
      migrate(db);
    } catch (error) {
      if (db.isOpen) db.close();
      throw storeErrorOf(error, `open the plan store ${path}`);
    }
    return new SqliteFile(db, statSync(path, { bigint: true }).ino.toString());
  }

  /** Whether this is another file than the one that was {@link claim}ed: a restored backup. */
  isCopy(): boolean {
    return this.read("read which file this is", () => {
      const row = this.statement("SELECT value FROM meta WHERE key = 'inode'").get();
      return row?.["value"] !== this.#inode;
    });
  }

  /** Makes this file the one, inside the caller's step. */
  claim(): void {
    this.statement("INSERT OR REPLACE INTO meta (key, value) VALUES ('inode', ?)").run(this.#inode);
  }

  /** How much of its largest size is in use: 0..1. Pages that became free do not count. */
  usedShare(): number {
    const pages = this.#pragma("page_count") - this.#pragma("freelist_count");
    return pages / Math.max(1, this.#pragma("max_page_count"));
  }

  /** A prepared statement, kept for its next use. Statements are constants of this room. */
  statement(sql: string): StatementSync {
    const held = this.#statements.get(sql);
    if (held !== undefined) return held;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Reads. Throws StoreError where the file cannot be read. */
  read<Value>(operation: string, body: () => Value): Value {
    this.#checkOpen(operation);
    try {
      return body();
    } catch (error) {
      throw storeErrorOf(error, operation);
    }
  }

  /** One atomic, durable step: all or nothing. Throws StoreError where nothing was changed. */
  write<Value>(operation: string, body: () => Value): Value {
    this.#checkOpen(operation);
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      const value = body();
      this.#db.exec("COMMIT");
      return value;
    } catch (error) {
      // A full disk may have rolled back by itself already.
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw storeErrorOf(error, operation);
    }
  }

  /** Copies the whole file, consistently, while it is in use. Never overwrites. */
  async backupTo(path: string): Promise<void> {
    const operation = `back up the plan store to ${path}`;
    this.#checkOpen(operation);
    if (existsSync(path)) throw refused(`Cannot ${operation} as there must be no file: there is`);
    const partial = `${path}.partial`;
    try {
      await backup(this.#db, partial);
      markCopy(partial);
      await chmod(partial, OWNER_ONLY);
      const copy = await open(partial, "r");
      await copy.sync();
      await copy.close();
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      const message = `Cannot ${operation} as the folder must be writable and have room`;
      throw new StoreError({ code: "unusable", problem: errorText(error) }, message, {
        cause: error,
      });
    }
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #pragma(name: "page_count" | "freelist_count" | "max_page_count"): number {
    const value = this.statement(`PRAGMA ${name}`).get()?.[name];
    return typeof value === "number" ? value : 0;
  }

  #checkOpen(operation: string): void {
    if (this.#db.isOpen) return;
    const message = `Cannot ${operation} as the plan store must be open: it was closed`;
    throw new StoreError({ code: "unreachable", operation }, message);
  }
}

// Put back in place of the original, it may even get the original's inode.
function markCopy(path: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('inode', 'a copy')");
  } finally {
    db.close();
  }
}

// Created here first, so that no other user can read it for a moment. Never opens a file that is
// there: closing any descriptor of it would drop the locks that this process holds by SQLite
// (POSIX advisory locks belong to the process, not to the descriptor).
async function createForOwner(path: string): Promise<void> {
  try {
    await (await open(path, "wx", OWNER_ONLY)).close();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return;
    const message = `Cannot open the plan store as ${path} must be writable`;
    const fault = { code: "unusable", problem: errorText(error) } as const;
    throw new StoreError(fault, message, { cause: error });
  }
}
