import { CodedError } from "../base/index.ts";

/** Every way the plan store can fail. The catalogue is docs/errors.md. */
export type StoreFault =
  /** Nothing is known of the outcome: retry later, reading first. */
  | { readonly code: "unreachable"; readonly operation: string }
  /** No room on disk, or the file is as large as it may get: nothing was changed. */
  | { readonly code: "full" }
  /** The disk will not (permission, read-only, I/O error): nothing was changed. */
  | { readonly code: "unusable"; readonly problem: string }
  /** Another process owns the file. */
  | { readonly code: "in-use" }
  /** Written or spoken by a newer version than this one. */
  | { readonly code: "newer-format"; readonly found: number; readonly known: number }
  /** A message or a file is not in its format. */
  | { readonly code: "malformed"; readonly problem: string }
  /** Against a rule or over a limit: nothing was changed, and trying again will not help. */
  | { readonly code: "refused"; readonly problem: string };

/** A plan store that cannot do what it was asked. `unreachable` alone is worth a plain retry. */
export class StoreError extends CodedError<StoreFault> {}

/** A call against a rule or over a limit: `Cannot <act> as <rule>: <what is now>`. */
export function refused(problem: string): StoreError {
  return new StoreError({ code: "refused", problem }, problem);
}
