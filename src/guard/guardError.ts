import { CodedError } from "../base/index.ts";

/** Every way the forwarder can refuse to start. The catalogue is docs/errors.md. */
export type GuardFault =
  /** An option is not one: the message says what must stand there. */
  | { readonly code: "bad-option"; readonly option: string }
  /** The status page's address cannot be had. */
  | { readonly code: "status-cannot-listen"; readonly address: string };

/** The forwarder cannot be run so. The message says what to do. */
export class GuardError extends CodedError<GuardFault> {}
