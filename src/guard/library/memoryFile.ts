import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Entry, SeenValue } from "../machine/entry.ts";
import type { Guard } from "../machine/guard.ts";

/** What is written: one line for each name and type, behind a line with version and checksum. */
const HEAD = "holdfast-guard 1 ";
/** A file with more octets is not ours. */
const OCTETS_MAX = 16 * 2 ** 20;
const LINES_MAX = 100_000;
/** More than both lines in front of the first entry take. */
const HEAD_OCTETS_MAX = 200;
const VALUES_MAX = 64;
/** A file that is being written is younger. */
const LEFT_OVER_MS = 60_000;
const TEXT_MAX = 255;
const LEFT_OVER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.next$/;

interface Times {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** One value: text, ages of first and last sight in milliseconds, and counts of answers. */
type SeenRow = readonly [
  value: string,
  firstAgoMs: number,
  lastAgoMs: number,
  times: number,
  missed: number,
  away: number,
];
/**
 * That it is denied: how, for how many milliseconds, and for how many without proof. Of the latter
 * those do not count in which no process was there to prove anything.
 */
type DenialRow = readonly [denial: "nodata" | "nxdomain", sinceAgoMs: number, unprovenMs: number];
/**
 * One entry: key, age of the answer in milliseconds, TTL in seconds, aliases, values, seen; and
 * where it is held up, since when.
 */
type Row = readonly [
  key: string,
  agoMs: number,
  ttlSeconds: number,
  aliases: readonly string[],
  values: readonly string[],
  seen: readonly SeenRow[],
  denials?: DenialRow,
];

/**
 * Writes what is held on to, in one piece beside the old file, which it then replaces: a file is
 * whole or the one before. Ages are written, not times: clocks of another life mean nothing.
 *
 * @throws the system's error where it cannot be written; the old file is then as it was.
 */
export function writeMemory(path: string, guard: Guard, now: Times): void {
  const text = memoryText(guard, now);
  // Nobody else's, whoever shares the folder, or the process (worker threads).
  const next = `${path}.${randomUUID()}.next`;
  try {
    writeFileSync(next, text, { mode: 0o600, flush: true, flag: "wx" });
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}

/**
 * Gives a guard what {@link writeMemory} wrote. Says what is wrong with the file, if something.
 * What was left beside it by processes that were killed while they wrote is removed.
 */
export function readMemory(path: string, guard: Guard, now: Times): string | undefined {
  removeLeftOver(path, now.wallMs);
  const text = readText(path);
  if (text === undefined || takeUp(text, guard, now)) return undefined;
  return `Cannot read ${path} as it must be whole and guard's own: its checksum is another`;
}

/** What {@link writeMemory} writes. */
export function memoryText(guard: Guard, now: Times): string {
  const rows = [...guard.entries()].flatMap(({ key, entry }) => {
    const row = rowOf(key, entry, now);
    return row === undefined ? [] : [row];
  });
  const lines = newest(rows.map((row) => JSON.stringify(row)));
  const body = `${[now.wallMs, ...lines].join("\n")}\n`;
  return `${HEAD}${checksum(body)}\n${body}`;
}

/** As many of the last lines, which were asked for last, as are read again. */
function newest(lines: readonly string[]): readonly string[] {
  let octets = HEAD_OCTETS_MAX;
  let from = lines.length;
  while (from > 0 && lines.length - from < LINES_MAX) {
    octets += Buffer.byteLength(lines[from - 1] ?? "") + 1;
    if (octets > OCTETS_MAX) break;
    from -= 1;
  }
  return lines.slice(from);
}

/** Gives a guard what {@link memoryText} said; false where the text is not whole, or another's. */
export function takeUp(text: string, guard: Guard, now: Times): boolean {
  const [head = "", ...rest] = text.split("\n");
  const body = rest.join("\n");
  if (!head.startsWith(HEAD) || head.slice(HEAD.length) !== checksum(body)) return false;
  const [written, ...lines] = body.split("\n");
  // Of a clock that went back nothing is known: no time has passed, then.
  const sinceMs = Math.max(0, now.wallMs - Number(written));
  for (const line of lines.slice(0, LINES_MAX)) {
    const row = line === "" ? undefined : parseRow(line);
    if (row !== undefined) guard.restore(row[0], entryOf(row, now, sinceMs));
  }
  return true;
}

function rowOf(key: string, entry: Entry, { monotonicMs }: Times): Row | undefined {
  const { answer, seen, denials, proof } = entry;
  if (answer === undefined) return undefined;
  const { values, ttlSeconds, aliases } = answer.newest;
  const ago = (ms: number): number => Math.max(0, Math.round(monotonicMs - ms));
  const rows = seen.map(({ value, firstMs, lastMs, times, missed, away }): SeenRow => {
    return [value, ago(firstMs), ago(lastMs), times, missed, away];
  });
  const row = [key, ago(answer.atMs), ttlSeconds, aliases, values, rows] as const;
  if (denials === undefined) return row;
  const { unprovenMs, newest, sinceMs } = denials;
  const lastProvenMs = Math.max(unprovenMs, proof?.provenMs ?? unprovenMs);
  return [...row, [newest.denial, ago(sinceMs), ago(lastProvenMs)]];
}

function entryOf(row: Row, { monotonicMs }: Times, sinceWrittenMs: number): Entry {
  const [, agoMs, ttlSeconds, aliases, values, rows, denied] = row;
  const writtenMs = monotonicMs - sinceWrittenMs;
  const seen = rows.map(([value, firstAgoMs, lastAgoMs, ...counts]): SeenValue => {
    const at = { firstMs: writtenMs - firstAgoMs, lastMs: writtenMs - lastAgoMs };
    const [times, missed, away] = counts;
    return { value, ...at, times, missed, away };
  });
  const newest = { kind: "answer", values, ttlSeconds, aliases } as const;
  const entry: Entry = { answer: { newest, atMs: writtenMs - agoMs }, seen };
  if (denied === undefined) return entry;
  const [denial, sinceAgoMs, unprovenAgoMs] = denied;
  const facts = { denial, ttlSeconds: 0, isAuthenticated: false, isFiltered: false } as const;
  const times = { sinceMs: writtenMs - sinceAgoMs, atMs: writtenMs };
  const unprovenMs = monotonicMs - unprovenAgoMs;
  return { ...entry, denials: { newest: { kind: "denial", ...facts }, ...times, unprovenMs } };
}

function parseRow(line: string): Row | undefined {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(row) || row.length < 6 || row.length > 7) return undefined;
  const [key, agoMs, ttlSeconds, aliases, values, seen, denied] = row as unknown[];
  const isWhole =
    isText(key) && isCount(agoMs) && isCount(ttlSeconds) && isTexts(aliases) && isTexts(values);
  const isSeen = Array.isArray(seen) && seen.length <= VALUES_MAX && seen.every(isSeenRow);
  const isDenied = denied === undefined || isDenialRow(denied);
  return isWhole && isSeen && isDenied ? (row as unknown as Row) : undefined;
}

function isSeenRow(row: unknown): boolean {
  if (!Array.isArray(row) || row.length !== 6) return false;
  const [value, ...counts] = row as unknown[];
  return isText(value) && counts.every(isCount);
}

function isDenialRow(row: unknown): boolean {
  if (!Array.isArray(row) || row.length !== 3) return false;
  const [denial, ...counts] = row as unknown[];
  return (denial === "nodata" || denial === "nxdomain") && counts.every(isCount);
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

function removeLeftOver(path: string, nowMs: number): void {
  const folder = dirname(path);
  const begin = `${basename(path)}.`;
  try {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(begin) || !LEFT_OVER.test(name.slice(begin.length))) continue;
      const left = join(folder, name);
      if (nowMs - statSync(left).mtimeMs > LEFT_OVER_MS) rmSync(left, { force: true });
    }
  } catch {
    // No folder yet, or not ours to tidy up: only room is lost by that.
  }
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
