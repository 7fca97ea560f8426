import type { DocumentPath } from "./documentPath.ts";
import type { Finding } from "./finding.ts";

/** A place in a file, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A document that was read, and where its parts stand. */
export interface Source {
  readonly file: string;
  readonly data: unknown;
  /** Where the value at a path stands, or its key; the nearest part above where it is missing. */
  locate(path: DocumentPath, part: "key" | "value"): Position;
}

/** What became of a file's text. */
export type SourceRead =
  | { readonly kind: "source"; readonly source: Source }
  | { readonly kind: "broken"; readonly findings: readonly Finding[] };

/** Turns offsets of a text into lines and columns. */
export function positionsIn(text: string): (offset: number) => Position {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
