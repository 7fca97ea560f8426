import { CodedError } from "../base/index.ts";

/** Every way the outside can refuse at start. The catalogue is docs/errors.md. */
export type NetFault =
  /** Someone else has the address and port: end that program, or configure another port. */
  | { readonly code: "address-in-use"; readonly address: string; readonly port: number }
  /** Ports below 1024 mostly want a privilege. */
  | { readonly code: "address-not-permitted"; readonly address: string; readonly port: number }
  /** The machine has no such address, or cannot listen on it for another reason. */
  | {
      readonly code: "address-unusable";
      readonly address: string;
      readonly port: number;
      readonly reason: string;
    }
  /** The folder cannot be made, read or written: see `reason`. */
  | { readonly code: "folder-unusable"; readonly folder: string; readonly reason: string };

/** The world outside will not do what a part needs. Trying again unchanged will not help. */
export class NetError extends CodedError<NetFault> {}
