import { CodedError } from "./codedError.ts";

/** Every way a record log refuses a file. The catalogue is docs/errors.md. */
export type RecordLogFault =
  /** Damage with whole frames behind it: not a torn tail, so something acknowledged is lost. */
  | { readonly code: "log-corrupt"; readonly file: string; readonly offset: number }
  /** The file does not begin as this kind of log does. */
  | { readonly code: "log-not-ours"; readonly file: string }
  /** Written by a newer version of the program. */
  | { readonly code: "log-too-new"; readonly file: string; readonly version: number }
  /** The next append would pass the size that a frame can describe. */
  | { readonly code: "log-full"; readonly file: string; readonly octets: number };

/** A file that cannot be used as it is. Trying again does not help: a person must look. */
export class RecordLogError extends CodedError<RecordLogFault> {}
