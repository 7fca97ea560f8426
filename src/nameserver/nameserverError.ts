import { CodedError } from "../base/index.ts";

/** Every way the nameserver refuses to start, reload or edit. The catalogue is docs/errors.md. */
export type NameserverFault =
  /**
   * A zone of the configuration would hide fenced names that another zone serves, or what their
   * CNAMEs lead to, or the nameservers of a zone with some. A start only leaves that zone out.
   */
  | {
      readonly code: "zone-hides-names";
      readonly zone: string;
      readonly inside: string;
      readonly names: number;
    }
  /** A zone of the configuration cannot be served as it is written. */
  | { readonly code: "zone-setup-malformed"; readonly zone: string; readonly problem: string }
  /** The state folder lacks a file, or one of them contradicts another. */
  | { readonly code: "state-incomplete"; readonly problem: string }
  /** A zone is signed, and the keys to sign its changes with are not here. */
  | { readonly code: "signing-impossible"; readonly zone: string }
  /** One change would sign, or unsign, more names than the server may be busy with at once. */
  | { readonly code: "signing-too-long"; readonly zone: string; readonly name: string }
  /** Zones need more memory than there is for them. */
  | { readonly code: "memory-full"; readonly octets: number }
  /** Zones are to be loaded where there are some already. */
  | { readonly code: "state-not-empty"; readonly file: string }
  /** Written by a newer version of the program. */
  | { readonly code: "state-too-new"; readonly file: string }
  /** A record of the state is whole, but not what this program writes. */
  | { readonly code: "state-unreadable"; readonly file: string; readonly problem: string };

/** Thrown by start, reload and offline edits: what is on disk and served has not changed. */
export class NameserverError extends CodedError<NameserverFault> {}
