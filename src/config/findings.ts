import type { Position, Source } from "./document.ts";
import { type DocumentPath, pathText } from "./documentPath.ts";
import type { Finding } from "./finding.ts";

/** Where in which file something stands. */
export interface Place {
  readonly source: Source;
  readonly path: DocumentPath;
}

/** A place further down. */
export function within(place: Place, ...steps: readonly (string | number)[]): Place {
  return { source: place.source, path: [...place.path, ...steps] };
}

/** Findings of one kind kept; more are counted: nobody reads further, and files may be huge. */
const FINDINGS_MAX = 1000;

/** Collects errors and warnings, each with its position, up to a bound. */
export class Findings {
  readonly #errors: Finding[] = [];
  readonly #warnings: Finding[] = [];
  #errorsMore = 0;
  #warningsMore = 0;

  /** Whether anything is wrong. */
  get broken(): boolean {
    return this.#errors.length > 0;
  }

  error(place: Place, problem: string, allowed?: string, part: "key" | "value" = "value"): void {
    if (this.#errors.length === FINDINGS_MAX) this.#errorsMore += 1;
    else this.#errors.push(findingAt(place, problem, allowed, part));
  }

  warn(place: Place, problem: string): void {
    if (this.#warnings.length === FINDINGS_MAX) this.#warningsMore += 1;
    else this.#warnings.push(findingAt(place, problem, undefined, "value"));
  }

  /** Takes in errors that have their position already. */
  add(findings: readonly Finding[]): void {
    const room = Math.max(0, FINDINGS_MAX - this.#errors.length);
    this.#errors.push(...findings.slice(0, room));
    this.#errorsMore += Math.max(0, findings.length - room);
  }

  /** All errors in order of file, line and column; the last says how many more there are. */
  errors(file: string): readonly Finding[] {
    return ordered(this.#errors, this.#errorsMore, file);
  }

  /** The same of the warnings. */
  warnings(file: string): readonly Finding[] {
    return ordered(this.#warnings, this.#warningsMore, file);
  }
}

function findingAt(
  { source, path }: Place,
  problem: string,
  allowed: string | undefined,
  part: "key" | "value",
): Finding {
  const position: Position = source.locate(path, part);
  const { file } = source;
  const finding = { file, ...position, path: pathText(path), problem };
  return allowed === undefined ? finding : { ...finding, allowed };
}

function ordered(findings: readonly Finding[], more: number, file: string): readonly Finding[] {
  const sorted = [...findings].sort((left, right) => {
    if (left.file !== right.file) return left.file < right.file ? -1 : 1;
    return left.line - right.line || left.column - right.column;
  });
  if (more === 0) return sorted;
  return [
    ...sorted,
    { file, line: 1, column: 1, path: "", problem: `and ${more} more like these` },
  ];
}
