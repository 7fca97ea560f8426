/**
 * An error a caller may act on: `fault.code` for programs, `message` for people.
 * One class per room extends it with the union of that room's faults; docs/errors.md lists them.
 */
export class CodedError<Fault extends { readonly code: string }> extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.fault = fault;
    this.name = new.target.name;
  }
}

/** One line for a person from whatever was thrown, its causes included. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `: ${errorText(error.cause)}`;
  return `${error.message}${cause}`;
}
