import { CodedError } from "../base/index.ts";

/** Every way putting a role together can fail. The catalogue is docs/errors.md. */
export type RoleFault =
  /** Another process runs this role on the same state folder. */
  | { readonly code: "role-in-use"; readonly id: string }
  /** The settings have no enactor of this id. */
  | { readonly code: "no-such-enactor"; readonly id: string };

/** A role cannot run in this process. The message says what to do. */
export class RoleError extends CodedError<RoleFault> {}
