import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { systemCode } from "../platform/index.ts";

/**
 * Makes a folder and those above it that are missing, one by one. Node's own recursive mkdir tries
 * for ever where a parent says "no such file" to whoever makes something in it, as /proc does.
 *
 * Throws the system's error of the first folder that cannot be made.
 */
export function makeFolder(folder: string, mode: number): void {
  const missing: string[] = [];
  for (let path = resolve(folder); !existsSync(path); path = dirname(path)) missing.push(path);
  for (const path of missing.reverse()) {
    try {
      mkdirSync(path, { mode });
    } catch (error) {
      const isThere = systemCode(error) === "EEXIST" && statSync(path).isDirectory();
      if (!isThere) throw error;
    }
  }
}
