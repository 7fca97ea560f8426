import type { CliIo } from "../io.ts";

/** Prints a value as JSON, indented, with the newline that a terminal wants. */
export function printJson(io: CliIo, value: unknown): void {
  io.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints lines. */
export function printLines(io: CliIo, lines: readonly string[]): void {
  if (lines.length > 0) io.out(`${lines.join("\n")}\n`);
}
