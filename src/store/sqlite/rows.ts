import { type Name, parseName } from "../../dns/index.ts";
import { StoreError } from "../storeError.ts";

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** A text of a row. Throws StoreError `malformed` where it is anything else. */
export function textIn(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : malformedColumn(column, "a text");
}

/** A domain name of a row. Throws StoreError `malformed` where it is anything else. */
export function nameIn(row: Row, column: string): Name {
  const parsed = parseName(textIn(row, column));
  return parsed.kind === "parsed" ? parsed.name : malformedColumn(column, "a domain name");
}

/** A whole number of a row. Throws StoreError `malformed` where it is anything else. */
export function wholeIn(row: Row, column: string): number {
  const value = row[column];
  return Number.isSafeInteger(value) ? Number(value) : malformedColumn(column, "a whole number");
}

/** A number of a row. Throws StoreError `malformed` where it is anything else. */
export function numberIn(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : malformedColumn(column, "a number");
}

/**
 * The value of a JSON column. What was stored was checked when it came in, so its type is taken at
 * its word. Throws StoreError `malformed` where the text is not JSON.
 */
export function jsonIn<Value>(row: Row, column: string): Value {
  const text = textIn(row, column);
  try {
    return JSON.parse(text) as Value;
  } catch {
    return malformedColumn(column, "JSON");
  }
}

function malformedColumn(column: string, rule: string): never {
  const problem = `Cannot read the plan store as ${column} must be ${rule}: it is not`;
  throw new StoreError({ code: "malformed", problem }, problem);
}
