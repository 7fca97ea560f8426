import { CodedError } from "../base/index.ts";

/** Every way an enactor refuses to start. The catalogue is docs/errors.md. */
export type EnactFault =
  | { readonly code: "not-an-enactor"; readonly id: string }
  | { readonly code: "state-malformed"; readonly problem: string };

/** An enactor that cannot start as it was asked to. */
export class EnactError extends CodedError<EnactFault> {}
