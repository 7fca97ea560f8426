import { CodedError } from "../base/index.ts";

/** Every way reading a plan can fail. The catalogue is docs/errors.md. */
export type PlanFault =
  | { readonly code: "delta-does-not-follow"; readonly generation: number; readonly parent: number }
  | { readonly code: "plan-digest-mismatch"; readonly generation: number };

/** A plan that is not what it says it is. Never retried: something upstream is wrong. */
export class PlanError extends CodedError<PlanFault> {}
