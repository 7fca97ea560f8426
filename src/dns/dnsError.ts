import { CodedError } from "../base/index.ts";

/** Every way the DNS library refuses a caller. Malformed input is a value, never one of these. */
export type DnsFault =
  | { readonly code: "malformed-name"; readonly text: string }
  | { readonly code: "message-too-long"; readonly octetsMax: number };

/** Thrown where a caller asked for what DNS cannot say. */
export class DnsError extends CodedError<DnsFault> {}
