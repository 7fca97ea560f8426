import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { Entry, SeenValue } from "../machine/entry.ts";
import type { Guard } from "../machine/guard.ts";

/** What is written: one line for each name and type, behind a line with version and checksum. */
const HEAD = "holdfast-guard 1 ";
/** A file with more octets is not ours. */
const OCTETS_MAX = 16 * 2 ** 20;
const LINES_MAX = 100_000;
const VALUES_MAX = 64;
const TEXT_MAX = 255;

interface Times {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** One value: text, ages of first and last sight in milliseconds, times. */
type SeenRow = readonly [value: string, firstAgoMs: number, lastAgoMs: number, times: number];
/** One entry: key, age of the answer in milliseconds, TTL in seconds, aliases, values, seen. */
type Row = readonly [
  key: string,
  agoMs: number,
  ttlSeconds: number,
  aliases: readonly string[],
  values: readonly string[],
  seen: readonly SeenRow[],
];

/**
 * Writes what is held on to, in one piece beside the old file, which it then replaces: a file is
 * whole or the one before. Ages are written, not times: clocks of another life mean nothing.
 *
 * @throws the system's error where it cannot be written; the old file is then as it was.
 */
export function writeMemory(path: string, guard: Guard, now: Times): void {
  const rows = [...guard.entries()].flatMap(({ key, entry }) => {
    const row = rowOf(key, entry, now);
    return row === undefined ? [] : [row];
  });
  const lines = [String(now.wallMs), ...rows.map((row) => JSON.stringify(row))];
  const body = `${lines.join("\n")}\n`;
  const next = `${path}.${process.pid}.next`;
  try {
    writeFileSync(next, `${HEAD}${checksum(body)}\n${body}`, { mode: 0o600, flush: true });
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}

/** Gives a guard what {@link writeMemory} wrote. Says what is wrong with the file, if something. */
export function readMemory(path: string, guard: Guard, now: Times): string | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  const [head = "", ...rest] = text.split("\n");
  const body = rest.join("\n");
  if (!head.startsWith(HEAD) || head.slice(HEAD.length) !== checksum(body)) {
    return `Cannot read ${path} as it must be whole and guard's own: its checksum is another`;
  }
  const [written, ...lines] = body.split("\n");
  // Of a clock that went back nothing is known: no time has passed, then.
  const sinceMs = Math.max(0, now.wallMs - Number(written));
  for (const line of lines.slice(0, LINES_MAX)) {
    const row = line === "" ? undefined : parseRow(line);
    if (row !== undefined) guard.restore(row[0], entryOf(row, now.monotonicMs - sinceMs));
  }
  return undefined;
}

function rowOf(key: string, { answer, seen }: Entry, { monotonicMs }: Times): Row | undefined {
  if (answer === undefined) return undefined;
  const { values, ttlSeconds, aliases } = answer.newest;
  const ago = (ms: number): number => Math.max(0, Math.round(monotonicMs - ms));
  const rows = seen.map(({ value, firstMs, lastMs, times }): SeenRow => {
    return [value, ago(firstMs), ago(lastMs), times];
  });
  return [key, ago(answer.atMs), ttlSeconds, aliases, values, rows];
}

function entryOf([, agoMs, ttlSeconds, aliases, values, rows]: Row, writtenMs: number): Entry {
  const seen = rows.map(([value, firstAgoMs, lastAgoMs, times]): SeenValue => {
    const at = { firstMs: writtenMs - firstAgoMs, lastMs: writtenMs - lastAgoMs };
    return { value, ...at, times, missed: 0 };
  });
  const newest = { kind: "answer", values, ttlSeconds, aliases } as const;
  return { answer: { newest, atMs: writtenMs - agoMs }, seen };
}

function parseRow(line: string): Row | undefined {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(row) || row.length !== 6) return undefined;
  const [key, agoMs, ttlSeconds, aliases, values, seen] = row as unknown[];
  const isWhole =
    isText(key) && isCount(agoMs) && isCount(ttlSeconds) && isTexts(aliases) && isTexts(values);
  const isSeen = Array.isArray(seen) && seen.length <= VALUES_MAX && seen.every(isSeenRow);
  return isWhole && isSeen ? (row as unknown as Row) : undefined;
}

function isSeenRow(row: unknown): boolean {
  if (!Array.isArray(row) || row.length !== 4) return false;
  const [value, ...counts] = row as unknown[];
  return isText(value) && counts.every(isCount);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.length <= 8 * TEXT_MAX;
}

function isTexts(values: unknown): boolean {
  return Array.isArray(values) && values.length <= VALUES_MAX && values.every(isText);
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function readText(path: string): string | undefined {
  try {
    return statSync(path).size > OCTETS_MAX ? "" : readFileSync(path, "utf8");
  } catch {
    return undefined; // the first start, or not ours to read
  }
}

function checksum(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}
