/** Something about a configuration that a person should know, and where. */
export interface Finding {
  /** The file as it was given or included. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** Where in the document: `endpoints[3].pools[0]`; empty text for the document itself. */
  readonly path: string;
  readonly problem: string;
  /** What may stand there instead. */
  readonly allowed?: string;
}

/** One line for people: `file:line:column: path: problem (allowed: …)`. */
export function findingText(finding: Finding): string {
  const path = finding.path === "" ? "" : ` ${finding.path}:`;
  const allowed = finding.allowed === undefined ? "" : ` (allowed: ${finding.allowed})`;
  return `${finding.file}:${finding.line}:${finding.column}:${path} ${finding.problem}${allowed}`;
}
